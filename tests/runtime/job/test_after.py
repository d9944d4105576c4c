"""-after: a date or a time of day, relative to now, in local time."""

from __future__ import annotations

import os
import time
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from runtime.job.after import AfterError, start_time

BERLIN = ZoneInfo("Europe/Berlin")


def berlin(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp()


@pytest.mark.parametrize(
    ("after", "now", "start"),
    [
        ("6 23 13:45", "2026-06-01 12:00", "2026-06-23 13:45"),
        ("06 23 13:45", "2026-06-23 13:44", "2026-06-23 13:45"),
        (" 6  23\n9:05 ", "2026-06-01 12:00", "2026-06-23 09:05"),
        ("13:45", "2026-06-01 12:00", "2026-06-01 13:45"),
        ("0:00", "2026-06-01 00:00", "2026-06-01 00:00"),
    ],
)
def test_a_time_to_come_is_waited_for(after: str, now: str, start: str) -> None:
    assert start_time(after, berlin(now), BERLIN) == berlin(start)


@pytest.mark.parametrize(
    ("after", "now"),
    [
        ("6 23 13:45", "2026-06-23 13:46"),
        ("6 23 13:45", "2026-07-23 13:45"),
        ("11:59", "2026-06-01 12:00"),
        ("12:00", "2026-06-01 23:00"),
    ],
)
def test_a_time_that_has_passed_is_now(after: str, now: str) -> None:
    assert start_time(after, berlin(now), BERLIN) == berlin(now)


def test_a_date_more_than_thirty_days_past_means_next_year() -> None:
    assert start_time("6 23 13:45", berlin("2026-07-23 13:46"), BERLIN) == berlin("2027-06-23 13:45")
    assert start_time("1 2 8:00", berlin("2026-12-31 12:00"), BERLIN) == berlin("2027-01-02 08:00")


def test_the_leap_day_waits_for_a_year_that_has_one() -> None:
    assert start_time("2 29 8:00", berlin("2026-02-01 12:00"), BERLIN) == berlin("2028-02-29 08:00")
    assert start_time("2 29 8:00", berlin("2028-02-01 12:00"), BERLIN) == berlin("2028-02-29 08:00")
    assert start_time("2 29 8:00", berlin("2028-04-30 12:00"), BERLIN) == berlin("2032-02-29 08:00")
    assert start_time("2 29 8:00", berlin("2097-01-01 12:00"), BERLIN) == berlin("2104-02-29 08:00")


def test_a_time_that_the_clocks_skip_counts_by_the_clock_before() -> None:
    assert start_time("3 29 2:30", berlin("2026-03-29 00:00"), BERLIN) == berlin("2026-03-29 03:30")


def test_a_time_that_comes_twice_is_the_first() -> None:
    now = berlin("2026-10-25 00:00")

    assert start_time("2:30", now, BERLIN) == now + 2.5 * 3600


def test_thirty_days_are_days_of_24_hours_across_a_change_of_clocks() -> None:
    assert start_time("3 1 12:00", berlin("2026-03-31 13:00"), BERLIN) == berlin("2026-03-31 13:00")
    assert start_time("3 1 12:00", berlin("2026-03-31 13:01"), BERLIN) == berlin("2027-03-01 12:00")


def test_without_a_zone_the_machines_own_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "TZ", "Europe/Berlin")
    time.tzset()
    try:
        assert start_time("13:45", berlin("2026-06-01 12:00")) == berlin("2026-06-01 13:45")
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    "text",
    ["", "now", "25:00", "12:60", "13 1 12:00", "2 30 12:00", "0 1 12:00", "6 23", "6 23 13 45", "-1:00", "1 12:00"],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(AfterError) as caught:
        start_time(text, berlin("2026-06-01 12:00"), BERLIN)

    assert str(caught.value) == f'-after "{text}" is neither {{month day hour:minute}} nor {{hour:minute}}'
