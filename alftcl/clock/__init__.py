"""Dates and times for clock(n).

    calendar     days and their names: Julian before 15 October 1582, Gregorian from then on
    zones        time zones: what a name means, and how far from Greenwich it is at a moment
    moments      format: the groups of a format, each from the fields of a moment
    reading      scan with a format
    freeform     scan without one: dates and times as people write them

Names are those of the root locale, English; -locale is accepted and changes nothing.
"""
