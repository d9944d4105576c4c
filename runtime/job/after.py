"""-after: when a job may start (reference 2.1 and section 10).

    {month day hour:minute}     that date; more than 30 days past means next year, less means now
    {hour:minute}               later the same day; past means now

Times are local. A time that the clocks skip in spring counts by the clock before they jump (2:30 is then 3:30), one
that comes twice in autumn is the first. The 29th of February waits for the next year that has one.
"""

from __future__ import annotations

import re
from datetime import datetime, tzinfo

_FORM = re.compile(r"(?:(\d{1,2})\s+(\d{1,2})\s+)?(\d{1,2}):(\d{1,2})\Z")
_LONGEST_PAST_S = 30 * 24 * 3600
_YEARS_AHEAD = 9  # from one leap year to the next over a century that has none takes eight


class AfterError(ValueError):
    """A -after that is no time; the message is what the user sees."""

    def __init__(self, text: str) -> None:
        super().__init__(f'-after "{text}" is neither {{month day hour:minute}} nor {{hour:minute}}')


def start_time(text: str, now: float, zone: tzinfo | None = None) -> float:
    """When a job with this -after may start, in wall-clock seconds; `now` when it may start at once.

    `zone` None is the machine's own. Raises AfterError for a text that is no time in any year.
    """
    form = _FORM.match(" ".join(text.split()))
    if form is None:
        raise AfterError(text)
    today = datetime.fromtimestamp(now, zone)
    month, day = (int(form[1]), int(form[2])) if form[1] else (today.month, today.day)
    hour, minute = int(form[3]), int(form[4])
    for year in range(today.year, today.year + _YEARS_AHEAD):
        try:
            moment = datetime(year, month, day, hour, minute, tzinfo=zone).timestamp()
        except ValueError:
            continue  # no such date in this year
        if moment >= now:
            return moment
        if not form[1] or now - moment <= _LONGEST_PAST_S:
            return now
    raise AfterError(text)
