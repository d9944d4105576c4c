"""Dates and times for clock(n).

calendar     days: Julian before the change of the calendar, Gregorian from then on
names        what a locale says: names of days and months, numerals, eras, formats (names.json: each language)
zones        time zones: what a name means, and how far from Greenwich it is at a moment
posix_zone   those written as rules, EST5EDT,M3.2.0,M11.1.0
zonefile     those of the system's files, or of the tzdata package
moments      format: the groups of a format, each from the fields of a moment
reading      scan with a format
freeform     scan without one: dates and times as people write them
"""
