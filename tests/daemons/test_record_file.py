"""The record as a file."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recorded import DOUGHNUT, ECLAIR, granted, ran, whose

from daemons.record.file import RecordError, Writer
from daemons.record.reading import Reader
from runtime.farm_messages import How
from runtime.history.records import Came, Capacity, JobDone, Record
from runtime.history.tally import By, Tally

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str, zone: ZoneInfo = BERLIN) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


NOON = at("2026-11-20 12:00")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.sqlite"


def write(path: Path, *records: Record, zone: ZoneInfo = BERLIN, now: float = NOON) -> None:
    writer = Writer(path, zone)
    writer.note(records, now)
    writer.commit(now)
    writer.close()


def test_what_was_written_is_read_back(path: Path) -> None:
    write(path, granted(NOON, 4.0, ECLAIR, DOUGHNUT), ran(NOON + 60, 60, ECLAIR, how=How.FAILED, status=3, title="f1"))

    reader = Reader(path)
    [grant] = reader.grants([whose()], 10)
    [run] = reader.runs([whose()], 10)
    assert (grant.at, grant.places, grant.waited_s) == (NOON, (ECLAIR, DOUGHNUT), 4.0)
    assert (run.whose, run.run_s, run.how, run.status, run.title) == (whose(), 60, How.FAILED, 3, "f1")


def test_numbers_that_no_command_has_do_not_stop_the_record(path: Path) -> None:
    huge = 2**64 - 1
    write(path, ran(NOON + 60, 60, ECLAIR, of=whose(jid=huge), status=huge, tid=huge, cid=huge, attempt=huge))
    write(path, ran(NOON + 61, 1, ECLAIR, status=3))

    [run] = Reader(path).runs([whose()], 10)
    assert run.status == 3


def test_what_else_happened_to_a_job_is_read_back(path: Path) -> None:
    done = JobDone(NOON, whose(), "done")
    write(path, done, Came(NOON, "anna", "ws1", 0))

    assert Reader(path).events([whose()], 10) == [done]


def test_jobs_of_two_dispatchers_may_have_one_number(path: Path) -> None:
    write(path, granted(NOON), granted(NOON, of=whose("ben")))

    assert [one.user for one in Reader(path).jobs(1)] == ["anna", "ben"]
    assert [one.user for one in Reader(path).jobs(1, "ben")] == ["ben"]


def test_tallies_add_up_over_restarts_of_the_writer(path: Path) -> None:
    write(path, ran(NOON, 60))
    write(path, ran(NOON + 1, 60))

    found = Reader(path).totals(at("2026-11-20"), at("2026-11-21"), [By.USER])
    assert (found[By.USER]["anna"].busy_s, found[By.USER]["anna"].done) == (120, 2)


def test_a_day_is_one_of_the_sites_clock(path: Path) -> None:
    write(path, ran(at("2026-11-20 00:30"), 60), ran(at("2026-11-19 23:30"), 60))

    reader = Reader(path)
    assert reader.totals(at("2026-11-20"), at("2026-11-21"), [By.FARM])[By.FARM][""].runs == 1
    assert reader.totals(at("2026-11-19"), at("2026-11-21"), [By.FARM])[By.FARM][""].runs == 2


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_days_when_the_clock_is_set_have_other_lengths(path: Path, day: str, hours: int) -> None:
    start = at(day)
    write(path, ran(start + hours * 3600 - 60, 30), ran(start + hours * 3600 + 60, 30), now=start)

    reader = Reader(path)
    assert reader.midnight_after(start) - start == hours * 3600
    assert reader.totals(start, reader.midnight_after(start), [By.FARM])[By.FARM][""].runs == 1


def test_a_span_that_is_not_whole_days_is_added_up_by_the_hour(path: Path) -> None:
    moments = ["2026-11-18 11:30", "2026-11-18 12:30", "2026-11-19 10:00", "2026-11-20 08:30", "2026-11-20 09:30"]
    write(path, *(ran(at(moment), 60) for moment in moments))

    found = Reader(path).totals(at("2026-11-18 12:00"), at("2026-11-20 09:00"), [By.FARM])

    assert found[By.FARM][""].runs == 3


def test_hours_of_a_zone_that_is_half_an_hour_off_begin_with_its_days(path: Path) -> None:
    kolkata = ZoneInfo("Asia/Kolkata")
    midnight = at("2026-11-20", kolkata)
    write(path, ran(midnight + 60, 30), ran(midnight - 60, 30), zone=kolkata, now=midnight)

    assert Reader(path).totals(midnight, midnight + 86400, [By.FARM])[By.FARM][""].runs == 1


def test_slots_count_while_somebody_writes(path: Path) -> None:
    writer = Writer(path, BERLIN)
    writer.note([Capacity(NOON, ((frozenset(), 10),))], NOON)
    writer.note([], NOON + 100)
    writer.commit(NOON + 100)

    found = Reader(path).totals(at("2026-11-20"), at("2026-11-21"), [By.FARM])

    assert found[By.FARM][""].slots_s == 1000


def test_who_had_a_slot_when_is_found_among_many(path: Path) -> None:
    write(path, *(ran(NOON + 60 * number, 50, title=f"f{number}") for number in range(3000)))

    found = Reader(path).slots(NOON + 60 * 1500, NOON + 60 * 1502, 100)

    assert [run.title for run in found] == ["f1500", "f1501", "f1502"]


def test_what_is_old_is_taken_out_in_pieces(path: Path) -> None:
    write(path, *(ran(NOON + number, 1) for number in range(100)), granted(NOON))
    writer = Writer(path, BERLIN)

    rounds = 0
    while writer.prune(NOON + 50, 0.0, 20):
        rounds += 1

    assert rounds >= 3
    assert len(Reader(path).slots(0, 1e12, 1000)) == 50
    assert Reader(path).totals(at("2026-11-20"), at("2026-11-21"), [By.FARM])[By.FARM][""].runs == 100


def test_whose_it_was_goes_with_the_last_of_it(path: Path) -> None:
    write(path, ran(NOON, 1, of=whose(jid=1)), ran(NOON + 100, 1, of=whose(jid=2)))
    writer = Writer(path, BERLIN)

    while writer.prune(NOON + 50, 0.0, 20):
        pass
    writer.note([ran(NOON + 200, 1, of=whose(jid=1))], NOON + 200)
    writer.commit(NOON + 200)

    reader = Reader(path)
    assert [run.whose.jid for run in reader.slots(0, 1e12, 10)] == [2, 1]


def test_a_failed_commit_loses_nothing(path: Path) -> None:
    writer = Writer(path, BERLIN)
    other = sqlite3.connect(path, isolation_level=None)
    writer._database.execute("PRAGMA busy_timeout = 0")
    writer.note([ran(NOON, 60)], NOON)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(sqlite3.OperationalError):
        writer.commit(NOON)
    other.execute("ROLLBACK")
    writer.note([ran(NOON + 1, 60)], NOON)
    writer.commit(NOON)

    reader = Reader(path)
    assert len(reader.slots(0, 1e12, 10)) == 2
    assert reader.totals(at("2026-11-20"), at("2026-11-21"), [By.FARM])[By.FARM][""].runs == 2


def test_a_full_disk_loses_nothing(path: Path) -> None:
    writer = Writer(path, BERLIN)
    writer._database.execute("PRAGMA max_page_count = 1")  # as many as there are
    writer.note([ran(NOON + number, 60, title=f"frame {number}") for number in range(2000)], NOON)

    with pytest.raises(sqlite3.OperationalError, match="full"):
        writer.commit(NOON)
    writer._database.execute("PRAGMA max_page_count = 1000000")
    writer.commit(NOON)

    reader = Reader(path)
    assert len(reader.slots(0, 1e12, 10_000)) == 2000
    assert reader.totals(at("2026-11-20"), at("2026-11-21"), [By.FARM])[By.FARM][""].runs == 2000


def test_rows_that_are_given_up_are_counted_all_the_same(path: Path) -> None:
    writer = Writer(path, BERLIN)
    writer.note([ran(NOON, 60)], NOON)

    assert writer.drop_rows() == 1
    writer.commit(NOON)

    assert Reader(path).slots(0, 1e12, 10) == []
    assert Reader(path).totals(at("2026-11-20"), at("2026-11-21"), [By.FARM])[By.FARM][""].runs == 1


def test_numbers_that_sqlite_has_no_room_for_are_no_error(path: Path) -> None:
    write(path, granted(NOON, of=whose(jid=2**64 - 1)), ran(NOON, 1, tid=2**64 - 1))

    assert Reader(path).runs([whose()], 1)[0].tid == -1


def test_a_file_of_a_later_version_is_left_alone(path: Path) -> None:
    write(path)
    base = sqlite3.connect(path)
    base.execute("PRAGMA user_version = 99")
    base.close()

    for use in (lambda: Writer(path, BERLIN), lambda: Reader(path)):
        with pytest.raises(RecordError, match="later version"):
            use()


def test_a_record_that_is_not_there_says_so(path: Path) -> None:
    with pytest.raises(RecordError, match="there is no record"):
        Reader(path)


def test_a_file_that_is_none_says_so(path: Path) -> None:
    path.write_bytes(b"this is no database at all" * 100)

    with pytest.raises(RecordError, match="cannot be read"):
        Reader(path)


def test_an_empty_record_has_no_span(path: Path) -> None:
    write(path)

    assert Reader(path).span() is None


RECORDS = st.lists(
    st.builds(granted, st.floats(NOON - 2e5, NOON), st.floats(0, 1e4), of=st.builds(whose, jid=st.integers(1, 3)))
    | st.builds(ran, st.floats(NOON - 2e5, NOON), st.floats(0, 9e4), how=st.sampled_from(How)),
    max_size=20,
)


@given(st.lists(RECORDS, max_size=5))
@settings(max_examples=25)
def test_the_file_says_what_a_tally_of_the_same_says(batches: list[list[Record]]) -> None:
    tally = Tally(float("inf"))
    with TemporaryDirectory() as directory:
        path = Path(directory) / "history.sqlite"
        for batch in batches:
            write(path, *batch)
            for record in batch:
                tally.feed(record)
        found = Reader(path).totals(NOON - 1e6, NOON + 1e6, By) if batches else {}

    known = {(by, name): cell for by, cells in found.items() for name, cell in cells.items() if cell.runs + cell.grants}
    assert {key: (cell.runs, cell.grants) for key, cell in known.items()} == {
        (by, name): (cell.runs, cell.grants) for (_, by, name), cell in tally.cells.items() if cell.runs + cell.grants
    }
    for (by, name), cell in known.items():
        assert cell.busy_s == pytest.approx(tally.cells[0.0, by, name].busy_s)
        assert cell.waits.classes == tally.cells[0.0, by, name].waits.classes


def test_a_record_is_read_where_nothing_may_be_written(path: Path, tmp_path: Path) -> None:
    write(path, ran(NOON, 60))
    tmp_path.chmod(0o500)

    try:
        assert Reader(path).span() == (at("2026-11-20"), at("2026-11-21"))
    finally:
        tmp_path.chmod(0o700)


def as_of_format_1(path: Path) -> None:
    """What an older version has written."""
    base = sqlite3.connect(path)
    for column in ("request", "waited", "within"):
        base.execute(f"ALTER TABLE runs DROP COLUMN {column}")
    base.execute("PRAGMA user_version = 1")
    base.commit()
    base.close()


def test_a_file_of_the_first_format_is_read_as_it_is(path: Path) -> None:
    write(path, ran(NOON, 60, title="f1"))
    as_of_format_1(path)

    assert [run.title for run in Reader(path).runs([whose()], 10)] == ["f1"]


def test_a_file_of_the_first_format_is_written_on(path: Path) -> None:
    write(path, ran(NOON, 60, title="f1"))
    as_of_format_1(path)

    write(path, ran(NOON + 60, 60, title="f2", request=3, waited_s=4.0, within=(1, 2)))

    assert [run.title for run in Reader(path).runs([whose()], 10)] == ["f1", "f2"]
    found = sqlite3.connect(path).execute("SELECT request, waited, within FROM runs").fetchall()
    assert found == [(None, None, None), (3, 4.0, b"\x92\x01\x02")]
