"""The launcher's log: what is written is read again, whatever killed the writer and wherever."""

import pytest

from daemons.launcher_log import REWRITE_BYTES, LauncherLog, LogError, past, read_records
from daemons.launcher_messages import Began, Exited, Intended, Refused

RUNS = [Intended(1, "1.1.1", 5.0), Began(1, "1.1.1", 4711, 100.0, 5.1)]
ENDED = [Intended(2, "1.2.1", 5.0), Began(2, "1.2.1", 4712, 100.0, 5.1), Exited(2, "1.2.1", 3, 101.0, 1.0)]
REFUSED = [Intended(3, "1.3.1", 5.0), Refused(3, "1.3.1", 2, "no such program", False, 100.0)]


def opened(path, records=()):
    log = LauncherLog(path)
    log.open_for("this boot")
    for record in records:
        log.add(record)
    assert log.flush() is None
    return log


def test_a_log_tells_what_runs_and_how_the_rest_ended(tmp_path):
    opened(tmp_path / "log", RUNS + ENDED + REFUSED)

    said = past(read_records(tmp_path / "log")[0])

    assert said.open_attempts() == [1]
    assert said.ended == {2: ENDED[-1], 3: REFUSED[-1]}
    assert said.began[1].pid == 4711


def test_a_log_cut_at_any_byte_loses_nothing_that_was_whole(tmp_path):
    opened(tmp_path / "log", RUNS + ENDED)
    whole = (tmp_path / "log").read_bytes()
    records, size = read_records(tmp_path / "log")
    assert size == len(whole)

    for cut in range(len(whole)):
        (tmp_path / "log").write_bytes(whole[:cut])
        found, end = read_records(tmp_path / "log")
        assert found == records[: len(found)]
        assert end <= cut


def test_a_torn_record_is_cut_off_before_more_is_written(tmp_path):
    opened(tmp_path / "log", RUNS)
    with (tmp_path / "log").open("ab") as file:
        file.write(b"\0\0\0\x30torn")

    opened(tmp_path / "log", ENDED)

    records, _ = read_records(tmp_path / "log")
    assert records[1:] == RUNS + ENDED


def test_a_tail_of_zeros_that_a_power_cut_left_is_cut_off(tmp_path):
    opened(tmp_path / "log", RUNS)
    size = (tmp_path / "log").stat().st_size
    with (tmp_path / "log").open("ab") as file:
        file.write(bytes(4096))

    assert read_records(tmp_path / "log")[1] == size


def test_what_is_no_log_is_refused_with_its_place(tmp_path):
    (tmp_path / "log").write_bytes(b"\0\0\0\2hi")

    with pytest.raises(LogError, match="byte 0: not a record"):
        read_records(tmp_path / "log")


def test_the_mark_stays_and_the_boot_changes(tmp_path):
    first = opened(tmp_path / "log").opened
    log = LauncherLog(tmp_path / "log")
    log.open_for("another boot")
    log.flush()

    assert LauncherLog(tmp_path / "log").opened.mark == first.mark
    assert LauncherLog(tmp_path / "log").opened.boot == "another boot"


def test_journalled_ends_leave_the_log_and_what_runs_stays(tmp_path):
    log = opened(tmp_path / "log", RUNS + ENDED)
    padding = "x" * 1000
    attempts = range(10, 10 + REWRITE_BYTES // 1000)
    for attempt in attempts:
        log.add(Intended(attempt, padding, 5.0))
        log.add(Exited(attempt, "", 0, 101.0, 1.0))
    log.flush()

    log.forget(attempts)

    records, size = read_records(tmp_path / "log")
    assert records[1:] == [RUNS[0], ENDED[0], RUNS[1], ENDED[1], ENDED[2]]
    assert log.size_bytes == size < 1000
    log.add(REFUSED[0])
    log.flush()
    assert read_records(tmp_path / "log")[0][-1] == REFUSED[0]


def test_a_journalled_end_is_not_read_again_and_what_runs_is(tmp_path):
    log = opened(tmp_path / "log", RUNS + ENDED)

    log.forget([1, 2])
    log.flush()

    said = past(read_records(tmp_path / "log")[0])
    assert (set(said.intended), set(said.began), said.ended) == ({1}, {1}, {})
