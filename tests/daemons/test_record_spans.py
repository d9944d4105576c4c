"""Spans of time as people name them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from daemons.record.spans import SpanError, in_words, span_of

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp()


NOW = at("2026-11-20T14:30")  # a Friday


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("today", "2026-11-20", "2026-11-20T14:30"),
        ("yesterday", "2026-11-19", "2026-11-20"),
        ("thisweek", "2026-11-16", "2026-11-20T14:30"),
        ("lastweek", "2026-11-09", "2026-11-16"),
        ("thismonth", "2026-11-01", "2026-11-20T14:30"),
        ("lastmonth", "2026-10-01", "2026-11-01"),
        ("24h", "2026-11-19T14:30", "2026-11-20T14:30"),
        ("2026-11-18", "2026-11-18", "2026-11-19"),
        ("2026-11-01 2026-11-08", "2026-11-01", "2026-11-09"),
        ("2026-11-18T12:00 2026-11-18T14:30", "2026-11-18T12:00", "2026-11-18T14:30"),
        ("2026-11-20T12:00", "2026-11-20T12:00", "2026-11-20T14:30"),
        ("2026-11-19 2099-01-01", "2026-11-19", "2026-11-20T14:30"),
    ],
)
def test_a_span_of_time_has_a_name(words: str, start: str, end: str) -> None:
    assert span_of(words.split(), NOW, BERLIN) == (at(start), at(end))


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-10-26", 24)])
def test_a_day_has_the_hours_that_it_has(day: str, hours: int) -> None:
    start, end = span_of([day], NOW, BERLIN)

    assert (end - start) / 3600 == hours


def test_yesterday_after_the_clock_was_set_is_a_whole_day() -> None:
    assert span_of(["yesterday"], at("2026-03-30T00:10"), BERLIN) == (at("2026-03-29"), at("2026-03-30"))


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("2027-01-01", "is in the future"),
        ("2026-11-18 2026-11-10", "2026-11-10 is not after 2026-11-18"),
        ("9999-12-31", "nothing can be on record of the year 9999"),
        ("0001-01-01", "nothing can be on record of the year 1"),
        ("2026-11-18T14:00+02:00", "on the clock of the site"),
        ("2026-13-01", '"2026-13-01" is none of'),
        ("lasterday", "a date is 2026-11-20"),
        ("yesterday today", '"yesterday" is none of'),
        ("2026-01-01 2026-01-02 2026-01-03", "name one span of time"),
    ],
)
def test_what_is_none_says_why(words: str, why: str) -> None:
    with pytest.raises(SpanError, match=why):
        span_of(words.split(), NOW, BERLIN)


@pytest.mark.parametrize(
    ("words", "read"),
    [
        ("yesterday", "Thursday, 19 November 2026"),
        ("today", "Friday, 20 November 2026, until 14:30"),
        ("lastweek", "9 November 2026 to 15 November 2026"),
        ("2026-11-18T12:00 2026-11-18T14:30", "18 November 2026 12:00 to 18 November 2026 14:30"),
    ],
)
def test_a_span_is_read(words: str, read: str) -> None:
    assert in_words(*span_of(words.split(), NOW, BERLIN), BERLIN) == read
