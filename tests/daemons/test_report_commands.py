"""`alfred -report` from a file."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from recorded import DOUGHNUT, ECLAIR, granted, ran, whose

from daemons import cli
from daemons.record.file import Writer
from runtime.farm_messages import How
from runtime.history.records import Asked, Capacity, GaveUp, JobDone, Recalled, Record, Refused

BERLIN = ZoneInfo("Europe/Berlin")
MIDNIGHT = datetime(2026, 3, 2, tzinfo=BERLIN).timestamp()
BEN = whose("ben", "leads", 7, title="lights")


@pytest.fixture
def history(tmp_path: Path) -> Path:
    path = tmp_path / "history.sqlite"
    day: list[Record] = [
        Capacity(MIDNIGHT, ((frozenset({"fast"}), 1), (frozenset(), 1))),
        Asked(MIDNIGHT, whose(), "pixarRender", 4),
        granted(MIDNIGHT + 60, 60.0),
        granted(MIDNIGHT + 60, 0.0, DOUGHNUT, of=BEN),
        ran(MIDNIGHT + 3660, 3600, title="f1"),
        ran(MIDNIGHT + 1860, 1800, DOUGHNUT, of=BEN, how=How.FAILED, status=3, title="l1"),
        Recalled(MIDNIGHT + 900, BEN, (DOUGHNUT,), True, "anna's job 1 preempts it", whose()),
        Refused(MIDNIGHT + 901, BEN, "it cannot have 0 to 1 slots"),
    ]
    writer = Writer(path, BERLIN)
    writer.note(day, MIDNIGHT + 86400)
    writer.commit(MIDNIGHT + 86400)
    writer.close()
    return path


def report(history: Path, *words: str) -> int:
    return cli.main(["-report", "2026-03-02", *words, "-history", str(history)])


def test_an_overview_has_the_farm_its_crews_users_and_what_fails(
    history: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(history) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[:4] == [
        "Monday, 2 March 2026 (Europe/Berlin)",
        "2.0 slots on average, 3.1 % of those busy: 1.5 slot-hours",
        "2 commands, 1 failed, 1 ejected for others, 1 refused",
        "2 waits for a server: half of them up to 0.0s, 95 % up to 1m00s, the longest 1m00s",
    ]
    assert lines[lines.index("hosts where commands failed, the worst first") + 2].startswith("doughnut")


def test_a_farm_that_has_just_begun_is_told_in_the_right_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    end = MIDNIGHT + 86400
    begun = [Capacity(end - 60, ((frozenset(), 4),)), GaveUp(end - 1, BEN, 2.0), JobDone(end - 1, BEN, "stopped")]
    writer = Writer(tmp_path / "history.sqlite", BERLIN)
    writer.note(begun, end)
    writer.commit(end)
    writer.close()

    assert report(tmp_path / "history.sqlite") == 0

    _, slots, ends, *_ = capsys.readouterr().out.splitlines()
    assert slots.startswith("less than 0.1 slots on average")
    assert ends == "0 commands, 1 request given up, 1 end of a job"


def test_the_time_may_stand_behind_the_options(history: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["-report", "-history", str(history), "2026-03-02"]) == 0

    assert capsys.readouterr().out.startswith("Monday, 2 March 2026")


def test_two_times_are_bad_usage(history: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["-report", "today", "-history", str(history), "2026-03-02"])

    assert "-report takes one time: today, or 2026-03-02?" in capsys.readouterr().err


def test_one_dimension_has_one_table(history: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(history, "-by", "job") == 0

    out = capsys.readouterr().out
    assert "anna@ws1 1 shot" in out
    assert "leads" not in out


def test_what_happened_to_a_job_is_told_in_order(history: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(history, "-job", "7") == 0

    assert capsys.readouterr().out.splitlines() == [
        "job 7 lights of ben@ws1, crew leads, project toy",
        "1 command, 1 failed, 0.5 slot-hours",
        "2026-03-02 00:01:00  got doughnut1",
        "2026-03-02 00:15:00  had to leave doughnut1: anna's job 1 preempts it",
        "2026-03-02 00:15:01  was refused: it cannot have 0 to 1 slots",
        "2026-03-02 00:31:00  l1: failed (exit status 3), 30m00s on doughnut",
    ]


def test_who_had_which_slot_when(history: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(history, "-busy") == 0

    assert "eclair1  2026-03-02 00:01:00  1h00m  anna job 1 shot: f1" in capsys.readouterr().out


@pytest.mark.parametrize(("words", "title"), [(("-on", "doughnut"), "l1"), (("-user", "anna"), "f1")])
def test_what_ran_is_asked_of_a_host_or_a_user(
    history: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], title: str
) -> None:
    assert report(history, "-busy", *words) == 0

    assert [line.rpartition(" ")[2] for line in capsys.readouterr().out.splitlines()[1:]] == [title]


def test_a_host_where_nothing_ran_says_so(history: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(history, "-busy", "-on", "tart") == 0

    assert "nothing that has ended since is on record there" in capsys.readouterr().out


def test_csv(history: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(history, "-csv", "-by", "user,crew") == 0

    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["by"], row["name"], row["failed"]) for row in rows] == [
        ("user", "anna", "0"), ("user", "ben", "1"), ("crew", "tds", "0"), ("crew", "leads", "1"),
    ]  # fmt: skip


def test_csv_of_a_job_has_its_commands(history: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(history, "-csv", "-job", "7") == 0

    [row] = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert (row["user"], row["job"], row["title"], row["status"], row["run_s"]) == (
        "ben",
        "lights",
        "l1",
        "3",
        "1800.0",
    )


def test_json(history: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in ((), ("-job", "7"), ("-busy",)):
        assert report(history, "-json", *words) == 0

    written = capsys.readouterr().out
    assert json.JSONDecoder().raw_decode(written)[0]["tables"][0]["by"] == "crew"


def test_svg(history: Path, tmp_path: Path) -> None:
    assert report(history, "-svg", str(tmp_path / "day.svg")) == 0

    drawn = ElementTree.parse(tmp_path / "day.svg")
    written = [found.text for found in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert {"The farm: Monday, 2 March 2026", "tds", "leads", "anna", "00:00"} <= set(written)


def test_a_picture_that_cannot_be_written_says_so(
    history: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(history, "-svg", str(tmp_path / "nowhere" / "day.svg")) == 1

    assert "cannot write" in capsys.readouterr().err


def test_a_time_of_which_nothing_is_known_says_what_is(history: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["-report", "2026-01-01", "-history", str(history)]) == 0

    assert "nothing is on record of that time; the record is of Monday, 2 March 2026" in capsys.readouterr().out


def test_a_record_that_is_not_there_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["-report", "-history", str(tmp_path / "none.sqlite")]) == 1

    assert "there is no record" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [("-by", "planet"), ("-csv", "-json"), ("-job", "x"), ("-svg", "a.svg", "-busy"), ("-on", "h")]
)
def test_words_that_make_no_sense_are_bad_usage(history: Path, words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        report(history, *words)

    assert ended.value.code == 2


def test_slots_of_several_places_are_counted_once_each(history: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(history, "-by", "group") == 0

    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()[6:]] == sorted(ECLAIR.groups)
