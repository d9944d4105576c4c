"""Time groups: what their words mean, whether one is open, and when that changes."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.schedule.model import Schedule, Span
from runtime.schedule.times import (
    ALWAYS,
    DAY,
    WEEK,
    TimesError,
    is_open,
    next_change,
    read_spans,
    spans_of,
)
from runtime.schedule.zones import UnknownZoneError, zone

UTC = ZoneInfo("UTC")
BERLIN = ZoneInfo("Europe/Berlin")
MON, TUE, WED, THU, FRI, SAT, SUN = (day * DAY for day in range(7))


def at(text: str, where: ZoneInfo = UTC) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=where).timestamp()


@pytest.mark.parametrize(
    ("words", "spans"),
    [
        ("mon 9:00-17:00", [(MON + 540, MON + 1020)]),
        ("mon-tue 19:00-08:00", [(MON + 1140, TUE + 480), (TUE + 1140, WED + 480)]),
        ("sat-sun 00:00-24:00", [(SAT, SUN), (SUN, WEEK)]),
        ("sat", [(SAT, SUN)]),
        ("sun-mon", [(SUN, WEEK), (MON, TUE)]),
        ("wed,Friday 20-22", [(WED + 1200, WED + 1320), (FRI + 1200, FRI + 1320)]),
        ("mon 9:00-12:00 13:00-17:00 sat 10:00-11:00", [(540, 720), (780, 1020), (SAT + 600, SAT + 660)]),
        ("20:00-24:00", [(day * DAY + 1200, (day + 1) * DAY) for day in range(7)]),
        ("* 0:00-1:00", [(day * DAY, day * DAY + 60) for day in range(7)]),
        ("mon 10:00-10:00 tue 1:00-2:00", [(TUE + 60, TUE + 120)]),
        ("sun 23:00-01:00", [(SUN + 1380, WEEK + 60)]),
        ("", []),
    ],
)
def test_days_and_hours_mean_minutes_of_the_week(words: str, spans: list[tuple[int, int]]) -> None:
    assert read_spans(words.split()) == tuple(Span(*span) for span in spans)


@pytest.mark.parametrize("word", ["monn", "m", "mon-", "9:00", "25:00-26:00", "9:60-10:00", "9-", "noon", "9:00-10:0"])
def test_a_word_that_is_no_time_is_refused(word: str) -> None:
    with pytest.raises(TimesError, match=word):
        read_spans([word])


def test_a_span_past_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    friday_night = read_spans(["fri", "19:00-08:00"])

    assert not is_open(friday_night, at("2026-01-02 07:59"), UTC)  # Friday morning
    assert is_open(friday_night, at("2026-01-02 19:00"), UTC)
    assert is_open(friday_night, at("2026-01-03 07:59"), UTC)
    assert not is_open(friday_night, at("2026-01-03 08:00"), UTC)


def test_a_span_over_the_end_of_the_week_goes_on_on_monday() -> None:
    sunday_night = read_spans(["sun", "19:00-08:00"])

    assert is_open(sunday_night, at("2026-01-05 07:00"), UTC)
    assert next_change(sunday_night, at("2026-01-04 23:00"), UTC) == at("2026-01-05 08:00")


def test_times_are_those_of_the_zone() -> None:
    office = read_spans(["thu", "9:00-17:00"])

    assert is_open(office, at("2026-07-02 08:30"), BERLIN)
    assert not is_open(office, at("2026-07-02 08:30"), UTC)


def test_the_star_is_always_open_and_an_unknown_group_never() -> None:
    assert spans_of(Schedule(), "*") == ALWAYS
    assert spans_of(Schedule(), "nights") == ()
    assert next_change(ALWAYS, at("2026-01-04 23:00"), UTC) is None
    assert next_change((), at("2026-01-04 23:00"), UTC) is None


def test_spans_that_touch_are_one() -> None:
    spans = read_spans(["mon", "9:00-12:00", "12:00-15:00"])

    assert next_change(spans, at("2026-01-05 10:00"), UTC) == at("2026-01-05 15:00")


def test_an_hour_that_the_clocks_skip_closes_what_would_end_in_it() -> None:
    spans = read_spans(["sun", "1:00-2:30"])  # 2026-03-29 the clock goes from 2:00 to 3:00

    assert next_change(spans, at("2026-03-29 01:30", BERLIN), BERLIN) == at("2026-03-29 03:00", BERLIN)


def test_an_hour_that_comes_twice_opens_twice() -> None:
    spans = read_spans(["sun", "2:00-2:30"])  # 2026-10-25 the clock goes from 3:00 back to 2:00
    first = at("2026-10-25 02:00", BERLIN)

    assert [is_open(spans, first + 60 * minutes, BERLIN) for minutes in (0, 29, 30, 59, 60, 89, 90)] == [
        *(True, True, False, False),
        *(True, True, False),
    ]
    assert next_change(spans, first + 40 * 60, BERLIN) == first + 3600


def test_a_zone_that_nobody_knows_is_refused() -> None:
    assert zone("") is None
    assert zone("Europe/Berlin") == BERLIN
    for name in ("Europe/Atlantis", "/etc/passwd", "../UTC", "a\0b"):
        with pytest.raises(UnknownZoneError):
            zone(name)


_spans = st.lists(
    st.tuples(st.integers(0, WEEK - 1), st.integers(1, DAY)).map(lambda span: Span(span[0], span[0] + span[1])),
    max_size=6,
).map(tuple)
_moments = st.integers(int(at("2025-01-01 00:00")), int(at("2028-01-01 00:00")))
_zones = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"])


@given(_spans, _moments, _zones, st.floats(0, 1))
def test_nothing_changes_before_the_next_change(spans: tuple[Span, ...], wall: int, name: str, part: float) -> None:
    where = ZoneInfo(name)
    before = is_open(spans, wall, where)

    change = next_change(spans, wall, where)

    if change is None:
        assert is_open(spans, wall + part * WEEK * 60, where) == before
    else:
        assert change > wall
        assert is_open(spans, wall + part * (change - 1 - wall), where) == before
        assert is_open(spans, change, where) != before
