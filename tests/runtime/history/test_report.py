"""Tables of the record, for people and for programs."""

from __future__ import annotations

import csv
import io

import pytest
from recorded import DOUGHNUT, ECLAIR, granted, ran, whose

from runtime.farm_messages import How
from runtime.history.records import Capacity, Record
from runtime.history.report import Report, csv_text, json_object, report, span, text, total_by_name
from runtime.history.tally import By, Tally

BEN = whose("ben", "leads", 7, title="lights")


def table(by: By, *records: Record, span_s: float = 3600.0) -> Report:
    tally = Tally(float("inf"))
    for record in records:
        tally.feed(record)
    tally.advance(span_s)
    farm = total_by_name(tally.cells, By.FARM)[""]
    return report(total_by_name(tally.cells, by), by, span_s, farm)


DAY = (
    Capacity(0, ((frozenset({"fast"}), 1), (frozenset(), 1))),
    granted(0, 0.0),
    granted(0, 60.0, DOUGHNUT, of=BEN),
    ran(1800, 1800),
    ran(900, 900, DOUGHNUT, of=BEN, how=How.FAILED),
)


def test_who_had_most_comes_first_with_all_his_figures() -> None:
    anna, ben = table(By.USER, *DAY).rows

    assert (anna.name, anna.busy_h, anna.slots, anna.used) == ("anna", 0.5, 0.5, 0.25)
    assert (ben.name, ben.runs, ben.failed, ben.wait_max_s) == ("ben", 1, 1, 60.0)


def test_a_group_is_used_as_far_as_its_own_slots_are() -> None:
    [fast] = table(By.GROUP, *DAY).rows

    assert (fast.name, fast.used) == ("fast", 0.5)


def test_the_host_where_most_fails_comes_first() -> None:
    assert [row.name for row in table(By.HOST, *DAY).rows] == ["doughnut", "eclair"]


def test_fairness_is_that_of_busy_hours() -> None:
    assert table(By.USER, *DAY).jain == pytest.approx(0.75**2 / (2 * (0.5**2 + 0.25**2)))


def test_a_table_for_people_has_its_columns_under_each_other() -> None:
    lines = list(text(table(By.USER, *DAY)))

    assert lines == [
        "user  busy h  slots  used  grants  wait p50    p95    max  runs  failed",
        "anna     0.5    0.5  25 %       1      0.0s   0.0s   0.0s     1       0",
        "ben      0.2    0.2  12 %       1     1m00s  1m00s  1m00s     1       1",
    ]


def test_a_long_table_says_how_much_more_there_is() -> None:
    assert list(text(table(By.USER, *DAY), most=1))[-1] == "... and 1 more"


def test_a_title_cannot_move_the_cursor() -> None:
    lines = list(text(table(By.JOB, granted(0, of=whose(title="a\x1b[2Jb")))))

    assert "\x1b" not in "".join(lines)


def test_csv_has_a_row_for_each_name_of_each_table() -> None:
    rows = list(csv.DictReader(io.StringIO(csv_text([table(By.CREW, *DAY), table(By.USER, *DAY)]))))

    assert [(row["by"], row["name"]) for row in rows] == [
        ("crew", "tds"), ("crew", "leads"), ("user", "anna"), ("user", "ben"),
    ]  # fmt: skip
    assert rows[0]["busy_h"] == "0.5"


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1", "-1", "@sum", "\tx"])
def test_no_name_is_a_formula_to_a_spreadsheet(name: str) -> None:
    [row] = csv.DictReader(io.StringIO(csv_text([table(By.PROJECT, granted(0, of=whose(project=name)))])))

    assert row["name"] == f"'{name}"


def test_json_has_the_same_names() -> None:
    made = json_object(table(By.CREW, *DAY))

    assert made["by"] == "crew"
    assert made["rows"][0]["wait_p95_s"] == 0.0  # type: ignore[index]  # it is a list


def test_nobody_has_a_name() -> None:
    assert table(By.CREW, granted(0, of=whose(crew=""))).rows[0].name == "(none)"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0.0s"), (9.94, "9.9s"), (59.4, "59s"), (187, "3m07s"), (8100, "2h15m"), (277200, "3d05h")],
)
def test_spans_are_read_at_a_glance(seconds: float, words: str) -> None:
    assert span(seconds) == words


def test_a_host_says_nothing_of_waits() -> None:
    assert "wait" not in next(text(table(By.HOST, granted(0, 3.0, ECLAIR))))
