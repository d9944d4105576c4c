"""`alfred -simulate` with a maitre-d's record: what was asked for then, under another schedule."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pages import EXAMPLE, blocks, not_shown
from recorded import DOUGHNUT, ECLAIR, ran, whose

from daemons import cli
from daemons.reading import ScriptReader
from daemons.record.file import Writer
from daemons.record.replaying import Past
from runtime.history.records import AnyRecord, Asked, JobDone
from runtime.history.tally import By
from runtime.needs import Need
from runtime.schedule.reader import read_schedule
from runtime.settings import DEFAULTS
from runtime.simulate.farm import Farm
from runtime.simulate.language import read_workload
from runtime.simulate.recorded import RecordedJob
from runtime.simulate.workload import Workload

UTC = ZoneInfo("UTC")
BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = 1_772_409_600.0
"""2 March 2026, 0:00 UTC."""
RENDER = Need(service="pixarRender")

SCHEDULE = """
foreach n {1 2 3} { foreach slot {a b c d} {
    set alfServer(rack$n$slot) "-host rack$n -keys pixarRender"; lappend rack rack$n$slot
} }
set alfServerPing(default) {}
set alfServerGroup(rack) $rack
set alfUserGroup(film) {anna ben}
set alfUserGroup(short) dora
set alfCrew(film)  {-users film  -servers rack -priority 30 -preempt 1}
set alfCrew(short) {-users short -servers rack -priority 10}
"""
SHOT = b"""
Job -title shot -subtasks { Task film -subtasks {
    Iterate i -from 1 -to $frames -template {
        Task "frame $i" -subtasks { Task "shadow $i" -cmds { RemoteCmd {shade $i} -service pixarRender } } -cmds {
            RemoteCmd {prman $i} -service pixarRender -retryrc 7
            RemoteCmd {check $i} -service pixarRender
        }
    }
} -cmds { RemoteCmd {encode} -service pixarRender } }
"""
SERIES = b"""
Job -title series -serialsubtasks 1 -subtasks {
    Task a -cmds { RemoteCmd {prman a} -service pixarRender -atleast 2 }
    Task b -subtasks { Instance a } -cmds { RemoteCmd {prman b} -service pixarRender }
}
"""
WORKLOAD = """
start 2026-03-02
foreach user {anna ben} {
    arrive 9:00 -user $user -script shot -var {frames {uniform 5 20}} -every {exponential 50m} -until 11:30
}
arrive 9:10 -user dora -script shot -var {frames {uniform 5 25}} -every {exponential 40m} -until 11:30
arrive 9:20 -user dora -script series -every 1h -until 11:30
takes shade 1m
takes check 30s
takes * {lognormal 8m 0.6}
fails prman 0.05 -status 7
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("ALF_INI", "RATTREE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RMANTREE", str(tmp_path))
    (tmp_path / "site.schedule").write_text(SCHEDULE)
    return tmp_path


def write(path: Path, *records: AnyRecord, zone: ZoneInfo = UTC) -> Path:
    writer = Writer(path, zone)
    writer.note(records, MONDAY + 86400)
    writer.commit(MONDAY + 86400)
    writer.close()
    return path


def a_job(jid: int, at: float, *runs: tuple[float, float], user: str = "anna") -> list[AnyRecord]:
    """It asked once, and its commands ended at such times after so long; then it was done."""
    mine = whose(user, "film", jid)
    ends = [
        ran(end, run_s, of=mine, tid=n, cid=n, title=f"f{n}", request=1, waited_s=end - run_s - at)
        for n, (end, run_s) in enumerate(runs, 1)
    ]
    return [
        Asked(at, mine, "pixarRender", len(runs), 1, RENDER),
        *ends,
        JobDone(runs[-1][0], whose(user, "", jid, project=""), "done"),
    ]


def jobs(path: Path, *words: str) -> list[RecordedJob]:
    past = Past(path, words, MONDAY + 7 * 86400)
    found = list(past.jobs())
    past.close()
    return found


# ---- what is read


def test_jobs_come_in_the_order_in_which_they_asked(tmp_path: Path) -> None:
    records = [*a_job(1, MONDAY, (MONDAY + 60, 50)), *a_job(2, MONDAY + 5, (MONDAY + 20, 10), (MONDAY + 30, 10))]
    path = write(tmp_path / "h.sqlite", *sorted(records, key=lambda one: one.at))

    found = jobs(path)
    assert [(job.jid, job.at, len(job.runs)) for job in found] == [(1, 0.0, 1), (2, 5.0, 2)]
    assert [(run.at, run.run_s, run.title, run.slots) for run in found[1].runs] == [
        (20, 10, "f1", 1),
        (30, 10, "f2", 1),
    ]
    assert found[0].needs[0].need == RENDER


def test_a_span_has_the_jobs_that_came_in_it_and_what_was_left_of_those_that_were_there(tmp_path: Path) -> None:
    noon = MONDAY + 12 * 3600
    early = a_job(1, noon - 100, (noon - 50, 50), (noon + 30, 60))
    late = a_job(3, noon + 7200, (noon + 7300, 60))
    path = write(tmp_path / "h.sqlite", *early, *a_job(2, noon + 10, (noon + 4000, 60)), *late)

    found = jobs(path, "2026-03-02T12:00", "2026-03-02T13:00")
    assert [(job.jid, job.at, [run.tid for run in job.runs]) for job in found] == [(1, -1.0, [2]), (2, 10.0, [1])]


def test_a_job_that_went_on_after_it_had_come_to_rest_is_another_one(tmp_path: Path) -> None:
    first, second = a_job(1, MONDAY, (MONDAY + 60, 50)), a_job(1, MONDAY + 600, (MONDAY + 660, 50))
    path = write(tmp_path / "h.sqlite", *first, *second)

    assert [(job.at, len(job.runs)) for job in jobs(path)] == [(0.0, 1), (600.0, 1)]


def test_what_asked_before_there_was_a_record_is_there_at_its_beginning(tmp_path: Path) -> None:
    _, *ends = a_job(1, MONDAY, (MONDAY + 60, 50), (MONDAY + 90, 50))
    path = write(tmp_path / "h.sqlite", *ends)

    assert [(job.jid, len(job.runs)) for job in jobs(path)] == [(1, 1)]  # the first was over when the record began


def test_a_command_on_several_slots_has_them_again(tmp_path: Path) -> None:
    asked, done, rest = a_job(1, MONDAY, (MONDAY + 60, 50))
    wide = ran(done.at, 50, ECLAIR, DOUGHNUT, of=done.whose, tid=1, cid=1)  # type: ignore[union-attr]
    path = write(tmp_path / "h.sqlite", asked, wide, rest)

    assert jobs(path)[0].runs[0].slots == 2


def test_a_file_of_the_first_format_can_be_run_again(tmp_path: Path) -> None:
    path = write(tmp_path / "h.sqlite", *a_job(1, MONDAY, (MONDAY + 60, 50)))
    base = sqlite3.connect(path)
    for column in ("request", "waited", "within"):
        base.execute(f"ALTER TABLE runs DROP COLUMN {column}")
    base.execute("PRAGMA user_version = 1")
    base.commit()
    base.close()

    [run] = jobs(path)[0].runs
    assert (run.request, run.waited_s, run.within) == (0, -1.0, ())


def test_the_clock_is_that_of_the_site(tmp_path: Path) -> None:
    path = write(tmp_path / "h.sqlite", *a_job(1, MONDAY, (MONDAY + 60, 50)), zone=BERLIN)

    past = Past(path, (), MONDAY + 86400)
    assert past.clock == MONDAY + 3600
    past.close()


# ---- what is predicted


def simulated(workload: Workload, past: Past | None = None, schedule: str = SCHEDULE) -> tuple[Farm, list[AnyRecord]]:
    """A farm that has run to its end, and what its maitre-d put on record."""
    site = read_schedule(schedule.encode(), "site.schedule").schedule
    made = Farm(site, workload, 1, DEFAULTS, ScriptReader(), None, past.jobs() if past else ())
    noted: list[AnyRecord] = []
    note = made.ledger.note

    def also(record: AnyRecord) -> None:
        noted.append(record)
        note(record)

    made.ledger.note = also  # type: ignore[assignment,method-assign]
    made.run()
    return made, noted


def test_under_the_same_schedule_everybody_waits_as_long_as_he_did(tmp_path: Path) -> None:
    """Within 5 % on average and at p95, crew by crew: dependencies and sizes are those of the record."""
    workload = read_workload(WORKLOAD.encode(), "day.tcl", {"shot": SHOT, "series": SERIES}.__getitem__)
    then, noted = simulated(workload)
    path = write(tmp_path / "h.sqlite", *noted)

    past = Past(path, (), MONDAY + 2 * 86400)
    again, _ = simulated(Workload("record", starts_at=past.clock, own_slots=1000), past=past)
    past.close()

    assert again.ledger.commands == then.ledger.commands > 300
    assert again.ledger.jobs == then.ledger.jobs
    for name in ("film", "short"):
        was, says = (farm.ledger.waits(By.CREW, name) for farm in (then, again))
        assert was.mean_s > 60
        assert says.mean_s == pytest.approx(was.mean_s, rel=0.05), name
        assert says.percentile(95) == pytest.approx(was.percentile(95), rel=0.05), name
    assert again.ledger.then.mean_s == pytest.approx(then.ledger.waits(By.FARM, "").mean_s, rel=0.01)


# ---- the command


def test_a_record_stands_where_a_workload_would(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here / "history.sqlite", *a_job(1, MONDAY + 36000, (MONDAY + 36060, 50), (MONDAY + 36070, 60)))

    assert cli.main(["-simulate", "site.schedule", "history.sqlite", "-seed", "3"]) == 0

    shown = capsys.readouterr().out
    assert shown.splitlines()[:2] == [
        "site.schedule with history.sqlite, seed 3",
        "1m00s from Mon 2026-03-02 on; 1 job: 1 done",
    ]
    assert "in the record they waited 10s on average" in shown


def test_two_schedules_are_compared_by_a_span_of_a_record_in_a_directory(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here / "history.sqlite", *a_job(1, MONDAY + 36000, (MONDAY + 36060, 50)))
    (here / "new.schedule").write_text(SCHEDULE)

    assert cli.main(["-simulate", "site.schedule", "new.schedule", ".", "2026-03-02"]) == 0

    shown = capsys.readouterr().out
    assert shown.startswith("site.schedule with . of Monday, 2 March 2026, seed 1\n")
    assert "\nsite.schedule > new.schedule\n" in shown


def test_the_same_record_gives_the_same_bytes(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here / "history.sqlite", *a_job(1, MONDAY + 36000, (MONDAY + 36060, 50), (MONDAY + 36070, 60)))

    seen = []
    for _ in range(2):
        cli.main(["-simulate", "site.schedule", "history.sqlite"])
        seen.append(capsys.readouterr().out)
    assert seen[0] == seen[1]


def test_who_has_no_crew_in_the_new_schedule_is_named_and_why(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here / "history.sqlite", *a_job(1, MONDAY, (MONDAY + 60, 50), user="zoe"))

    assert cli.main(["-simulate", "site.schedule", "history.sqlite"]) == 0

    shown = capsys.readouterr().out
    assert "1 job: 1 not finished" in shown
    assert "\nzoe waits for servers (1): of all servers 100 % are not open to them, for no crew" in shown


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["nowhere.sqlite"], "there is no record nowhere.sqlite: a maitre-d keeps one in its state directory"),
        (["broken.sqlite"], "the record broken.sqlite cannot be read: file is not a database"),
        (["torn.sqlite"], "the record torn.sqlite cannot be read: "),
        (["other.sqlite"], "other.sqlite is no record of a maitre-d"),
        (["empty.sqlite"], "empty.sqlite: nothing is on record there: it is empty"),
        (["h.sqlite", "2026-03-04"], "h.sqlite: no job is on record of Wednesday, 4 March 2026; it is of"),
        (["h.sqlite", "2026-03-02T20:00", "2026-03-02T21:00"], "h.sqlite: no job is on record of 2 March 2026 20:00"),
        (["h.sqlite", "someday"], '"someday" is none of today, yesterday'),
        (["h.sqlite", "2026-03-02", "2026-03-01"], "2026-03-01 is not after 2026-03-02"),
    ],
)
def test_a_record_that_cannot_be_used_is_said(
    here: Path, capsys: pytest.CaptureFixture[str], words: list[str], complaint: str
) -> None:
    write(here / "h.sqlite", *a_job(1, MONDAY, (MONDAY + 60, 50)), *a_job(2, MONDAY + 86000, (MONDAY + 86390, 50)))
    write(here / "empty.sqlite")
    (here / "broken.sqlite").write_bytes(b"no database at all, but a text of some length" * 30)
    (here / "torn.sqlite").write_bytes((here / "h.sqlite").read_bytes()[:8000])
    sqlite3.connect(here / "other.sqlite").execute("CREATE TABLE t (x)")

    status = cli.main(["-simulate", "site.schedule", *words])

    assert status == 2
    assert complaint in capsys.readouterr().err


def test_a_time_without_a_record_is_bad_usage(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["-simulate", "site.schedule", "day.tcl", "lastweek", "monday"])

    assert "a WORKLOAD is a file, or a record (history.sqlite) and a time" in capsys.readouterr().err


# ---- the page


def test_the_page_s_report_of_a_record_is_what_the_command_prints(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The record is that of the example's morning, without shields and deaths, which are not on record."""
    for file in EXAMPLE.iterdir():
        shutil.copy(file, here)
    lines = (here / "day.tcl").read_text().splitlines()
    morning = "\n".join(line for line in lines if not line.startswith(("nimby", "dies")))
    morning = morning.replace("-until 19:00", "-until 12:00").replace("-until 21:00", "-until 12:00")
    script = (here / "shot.alf").read_bytes()
    schedule = (here / "studio.schedule").read_text()
    _, noted = simulated(read_workload(morning.encode(), "day.tcl", lambda file: script), schedule=schedule)
    write(here / "history.sqlite", *noted)
    command, *reports = blocks("What if last week had run under another schedule")

    assert cli.main(command.split()[1:]) == 0

    shown = capsys.readouterr().out
    (here / "shown").write_text(shown)
    assert not_shown(reports, shown) == []
