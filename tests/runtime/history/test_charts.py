"""Charts as SVG."""

from __future__ import annotations

import math
from xml.etree import ElementTree

from recorded import granted, ran, whose

from runtime.history.charts import MOST_NAMES, Bars, Spans, Stacks, page
from runtime.history.picture import picture
from runtime.history.records import Capacity
from runtime.history.report import report, total_by_name
from runtime.history.tally import By, Cell, Tally

SVG = "{http://www.w3.org/2000/svg}"


def words(drawn: str) -> list[str]:
    """All that is written in a picture; what is no XML is an error."""
    return [found.text or "" for found in ElementTree.fromstring(drawn).iter(f"{SVG}text")]


def day(*, crew: str = "tds", slots: int = 2) -> str:
    tally = Tally(3600.0)
    tally.feed(Capacity(0, ((frozenset(), slots),) if slots else ()))
    tally.feed(granted(600, 30.0, of=whose(crew=crew)))
    tally.feed(ran(9000, 5400, of=whose(crew=crew)))
    tally.advance(86400)
    farm = total_by_name(tally.cells, By.FARM)[""]
    tables = {by: report(total_by_name(tally.cells, by), by, 86400, farm) for by in (By.CREW, By.USER)}
    return picture("Friday", "a note", tally.cells, 3600.0, tables, lambda start: f"{start / 3600:02.0f}:00")


def test_a_day_has_its_crews_users_hours_and_units() -> None:
    written = words(day())

    assert {"Friday", "a note", "tds", "anna", "2 slots", "1.5 h", "00:00", "22:00"} <= set(written)


def test_the_same_figures_give_the_same_bytes() -> None:
    assert day() == day()


def test_names_are_only_words() -> None:
    drawn = day(crew='<script>alert("x")</script>\x1b')

    assert "<script" not in drawn
    assert "\x1b" not in drawn


def test_an_empty_record_is_a_picture_too() -> None:
    nothing = report({}, By.CREW, 0, Cell())

    drawn = picture("Friday", "", {}, 3600.0, {By.CREW: nothing, By.USER: nothing}, str)

    assert "Busy slots by crew" in words(drawn)


def test_names_that_are_too_many_are_added_up() -> None:
    series = [(f"crew{number}", [1.0, 2.0]) for number in range(MOST_NAMES + 3)]

    written = words(page("", "", [Stacks("Busy", "slots", ["a", "b"], series)]))

    assert "4 others" in written
    assert "crew8" not in written


def test_a_long_name_is_cut_and_whole_in_its_tooltip() -> None:
    name = "a very long name of somebody's project"

    drawn = page("", "", [Bars("Busy", "h", [(name, 1.0)])])

    titles = [found.text for found in ElementTree.fromstring(drawn).iter(f"{SVG}title")]
    assert name in titles
    assert name not in words(drawn)


def test_waits_have_a_scale_of_seconds_and_hours() -> None:
    written = words(page("", "", [Spans("Waits", [("tds", 2.0, 400.0, 4000.0), ("fx", 0.0, 0.0, 0.0)])]))

    assert {"\u2264 1 s", "10 s", "1 min", "10 min", "1 h", "10 h"} <= set(written)


def test_no_figure_leaves_the_page() -> None:
    drawn = page("", "", [Spans("Waits", [("tds", 0.0, 1e9, 1e9)]), Bars("Busy", "h", [("anna", 0.0)])])

    rects = ElementTree.fromstring(drawn).iter(f"{SVG}rect")
    assert all(0 <= float(found.get("width", 0)) <= 960 and math.isfinite(float(found.get("x", 0))) for found in rects)


def test_what_little_is_in_use_is_seen() -> None:
    written = words(day(slots=1000))

    assert "of 1,000 slots" in written
    assert "1,000 slots" not in written


def test_a_farm_that_has_just_begun_has_more_than_no_slots() -> None:
    chart = Stacks("Busy slots", "slots", ["00:00"], [("tds", [0.01])], [0.34])

    assert "of 0.34 slots" in words(page("", "", [chart]))
