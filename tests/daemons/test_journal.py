"""daemons.journal: what was acknowledged is there again, whatever became of the file or the disk."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import trio
import trio.testing

from daemons import journal as journal_module
from daemons.journal import FORMAT, Journal, JournalError, pack
from runtime.facts import Ended, JobSpooled, Started
from runtime.job.model import CmdId, JobId

SCRIPT = b"Job -title {a} -subtasks { Task {b} -cmds { Cmd {true} } }"


def spooled(jid: int, number: int = 0) -> JobSpooled:
    return JobSpooled(JobId(jid), 100.0, "a.alf", number, "ann", "here", "/", {"PATH": "/bin"})


def started(jid: int, attempt: int) -> Started:
    return Started(JobId(jid), 101.0, CmdId(1), attempt, ("true",), ("slot",), ("here",))


def ended(jid: int, attempt: int) -> Ended:
    return Ended(JobId(jid), 102.0, CmdId(1), attempt, 0)


class Writing:
    """A journal whose writer runs, and the troubles that it told of."""

    def __init__(self, path: Path) -> None:
        self.journal = Journal(path)
        self.troubles: list[JournalError | None] = []
        self.told = trio.Event()
        self.journal.start(self._hear)

    def _hear(self, trouble: JournalError | None) -> None:
        self.troubles.append(trouble)
        self.told.set()


async def test_a_job_that_was_added_is_there_after_a_restart(tmp_path: Path) -> None:
    first = Writing(tmp_path / "q").journal
    await first.add(pack(SCRIPT), [spooled(1), spooled(2, 1)])
    first.close()

    again = Journal(tmp_path / "q")

    assert [kept.spooled for kept in again.jobs()] == [spooled(1), spooled(2, 1)]
    assert again.script(JobId(2)) == SCRIPT


async def test_facts_come_back_in_the_order_in_which_they_were_appended(tmp_path: Path) -> None:
    first = Writing(tmp_path / "q").journal
    await first.add(pack(SCRIPT), [spooled(1), spooled(2, 1)])
    first.append([started(1, 1), started(2, 2), ended(1, 1)])
    await first.flush()
    first.append([ended(2, 2), started(1, 3)])
    first.close()

    again = Journal(tmp_path / "q")

    assert again.facts(JobId(1)) == [started(1, 1), ended(1, 1), started(1, 3)]
    assert again.facts(JobId(2)) == [started(2, 2), ended(2, 2)]


async def test_facts_that_are_kept_at_once_survive_a_death_at_that_moment(tmp_path: Path) -> None:
    journal = Writing(tmp_path / "q").journal
    await journal.add(pack(SCRIPT), [spooled(1)])
    await journal.flush()
    journal.append([started(1, 1)])
    while not journal.append_at_once([started(1, 2)]):
        await journal.flush()
    (tmp_path / "copy").mkdir()
    for file in tmp_path.glob("q*"):
        shutil.copy(file, tmp_path / "copy")
    journal.close()

    found = Journal(tmp_path / "copy" / "q").facts(JobId(1))

    assert found[0] == started(1, 1)
    assert found[-1] == started(1, 2)


async def test_facts_are_kept_at_once_while_somebody_waits_for_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("daemons.journal.GATHER_S", 60.0)
    journal = Writing(tmp_path / "q").journal
    await journal.add(pack(SCRIPT), [spooled(1)])
    await journal.flush()

    with trio.fail_after(30):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(journal.flush, 60.0)
            await trio.testing.wait_all_tasks_blocked()
            kept = journal.append_at_once([started(1, 1)])
            await journal.flush()
    journal.close()

    assert kept
    assert Journal(tmp_path / "q").facts(JobId(1)) == [started(1, 1)]


async def test_facts_stay_in_order_however_they_are_kept(tmp_path: Path) -> None:
    journal = Writing(tmp_path / "q").journal
    await journal.add(pack(SCRIPT), [spooled(1)])
    for attempt in range(1, 200, 2):
        journal.append([started(1, attempt)])
        journal.append_at_once([started(1, attempt + 1)])
        if attempt % 20 == 1:
            await journal.flush()
    journal.close()

    assert Journal(tmp_path / "q").facts(JobId(1)) == [started(1, attempt) for attempt in range(1, 201)]


async def test_facts_go_on_where_the_last_dispatcher_stopped(tmp_path: Path) -> None:
    for attempt in (1, 2):
        writing = Writing(tmp_path / "q").journal
        if attempt == 1:
            await writing.add(pack(SCRIPT), [spooled(1)])
        writing.append([started(1, attempt)])
        writing.close()

    assert Journal(tmp_path / "q").facts(JobId(1)) == [started(1, 1), started(1, 2)]


async def test_a_large_script_is_kept_small_and_whole(tmp_path: Path) -> None:
    text = SCRIPT * 20_000
    first = Writing(tmp_path / "q").journal

    await first.add(pack(text), [spooled(1)])
    first.close()

    assert Journal(tmp_path / "q").script(JobId(1)) == text
    assert (tmp_path / "q").stat().st_size < len(text) / 10


async def test_a_finished_job_has_its_summary_until_it_is_reopened(tmp_path: Path) -> None:
    journal = Writing(tmp_path / "q").journal
    await journal.add(pack(SCRIPT), [spooled(1)])

    journal.finish(JobId(1), 200.0, b"summary", 7)
    await journal.flush()
    assert [kept.summary for kept in journal.jobs()] == [b"summary"]

    journal.reopen(JobId(1))
    await journal.flush()
    assert [kept.summary for kept in journal.jobs()] == [None]


async def test_a_forgotten_job_leaves_nothing_but_its_numbers(tmp_path: Path) -> None:
    journal = Writing(tmp_path / "q").journal
    await journal.add(pack(SCRIPT), [spooled(1)])
    journal.append([started(1, 9)])

    journal.forget(JobId(1), 9)
    await journal.flush()

    assert journal.jobs() == []
    assert journal.facts(JobId(1)) == []
    assert (journal.last_jid(), journal.last_attempt()) == (1, 9)


async def test_a_full_disk_refuses_new_jobs_and_keeps_facts_for_later(tmp_path: Path) -> None:
    writing = Writing(tmp_path / "q")
    journal = writing.journal
    await journal.add(pack(SCRIPT), [spooled(1)])
    _limit_pages(journal)

    with pytest.raises(JournalError, match=r"disk of the journal .* is full"):
        await journal.add(pack(bytes(range(256)) * 4_000), [spooled(2)])
    assert [kept.spooled.jid for kept in journal.jobs()] == [1]

    _limit_pages(journal, 1 << 30)
    journal.append([started(1, 1)])
    await journal.flush()
    assert journal.facts(JobId(1)) == [started(1, 1)]


async def test_facts_that_met_a_full_disk_are_written_when_there_is_room(tmp_path: Path) -> None:
    writing = Writing(tmp_path / "q")
    journal = writing.journal
    await journal.add(pack(SCRIPT), [spooled(1)])
    _limit_pages(journal)
    facts = [started(1, number) for number in range(20_000)]
    journal.append(facts)
    with pytest.raises(JournalError, match="full"):
        await journal.flush()

    _limit_pages(journal, 1 << 30)
    await journal.flush()

    assert journal.facts(JobId(1)) == facts
    assert writing.troubles[-1] is None


async def test_a_sync_that_failed_is_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writing = Writing(tmp_path / "q")

    def broken(_descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    await writing.journal.add(pack(SCRIPT), [spooled(1)])
    monkeypatch.setattr(journal_module.os, "fdatasync", broken)

    with pytest.raises(JournalError, match="cannot be brought to the disk: Input/output error"):
        await writing.journal.flush()
    monkeypatch.undo()
    with pytest.raises(JournalError, match="cannot be brought to the disk"):
        await writing.journal.flush()
    assert [trouble.fatal for trouble in writing.troubles if trouble] == [True, True]


async def test_a_journal_that_became_read_only_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _break_commits(monkeypatch, sqlite3.SQLITE_READONLY, "attempt to write a readonly database")
    writing = Writing(tmp_path / "q")

    with pytest.raises(JournalError, match="cannot be opened or written"):
        await writing.journal.add(pack(SCRIPT), [spooled(1)])


def test_two_dispatchers_never_share_a_journal(tmp_path: Path) -> None:
    first = Journal(tmp_path / "q")

    with pytest.raises(JournalError, match="is in use"):
        Journal(tmp_path / "q")

    first.close()


def test_a_newer_format_is_refused_with_words(tmp_path: Path) -> None:
    Journal(tmp_path / "q").close()
    _set(tmp_path / "q", f"PRAGMA user_version = {FORMAT + 1}")

    with pytest.raises(JournalError, match="written by a newer alfred"):
        Journal(tmp_path / "q")


def test_a_format_that_cannot_be_finished_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Journal(tmp_path / "q").close()
    half = "CREATE TABLE extra (a); INSERT INTO nowhere VALUES (1);"
    monkeypatch.setattr(journal_module, "_UPGRADES", (*journal_module._UPGRADES, half))
    monkeypatch.setattr(journal_module, "FORMAT", FORMAT + 1)

    with pytest.raises(JournalError, match="nowhere"):
        Journal(tmp_path / "q")

    monkeypatch.undo()
    Journal(tmp_path / "q").close()


def test_an_older_format_is_upgraded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Journal(tmp_path / "q").close()
    monkeypatch.setattr(journal_module, "_UPGRADES", (*journal_module._UPGRADES, "CREATE TABLE extra (a);"))
    monkeypatch.setattr(journal_module, "FORMAT", FORMAT + 1)

    Journal(tmp_path / "q").close()

    found = sqlite3.connect(tmp_path / "q")
    assert found.execute("PRAGMA user_version").fetchone() == (FORMAT + 1,)
    assert found.execute("SELECT count(*) FROM extra").fetchone() == (0,)


def test_somebody_elses_database_is_left_alone(tmp_path: Path) -> None:
    _set(tmp_path / "q", "CREATE TABLE theirs (a)")

    with pytest.raises(JournalError, match="no journal of alfred's"):
        Journal(tmp_path / "q")


def test_a_file_that_is_no_database_is_refused_with_words(tmp_path: Path) -> None:
    (tmp_path / "q").write_bytes(b"not a database, but long enough to be looked at " * 40)

    with pytest.raises(JournalError, match="is damaged"):
        Journal(tmp_path / "q")


def test_a_directory_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="cannot be opened"):
        Journal(tmp_path / "nowhere" / "q")


def _limit_pages(journal: Journal, pages: int = 1) -> None:
    """As full a disk as SQLite can be told of: no page more than there are."""
    with journal._sql:
        journal._database.execute(f"PRAGMA max_page_count = {pages}")


def _set(path: Path, statement: str) -> None:
    database = sqlite3.connect(path)
    database.execute(statement)
    database.commit()
    database.close()


def _break_commits(monkeypatch: pytest.MonkeyPatch, code: int, text: str) -> None:
    """A connection whose COMMIT fails as SQLite's would."""

    class Breaking(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            if sql == "COMMIT":
                error = sqlite3.OperationalError(text)
                error.sqlite_errorcode = code
                raise error
            return super().execute(sql, *values)

    connect = sqlite3.connect
    monkeypatch.setattr(
        journal_module.sqlite3, "connect", lambda *words, **named: connect(*words, **named, factory=Breaking)
    )


async def test_a_flush_with_patience_shares_the_sync_of_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    syncs: list[int] = []
    monkeypatch.setattr(journal_module.os, "fdatasync", syncs.append)
    monkeypatch.setattr(journal_module, "GATHER_S", 60.0)
    journal = Writing(tmp_path / "q").journal
    await journal.add(pack(SCRIPT), [spooled(1)])
    await journal.flush()
    before = len(syncs)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(journal.flush, 60.0)
        await trio.testing.wait_all_tasks_blocked()
        journal.append([started(1, 1)])
        nursery.start_soon(journal.flush)

    assert len(syncs) == before + 1
    journal.close()


async def test_patience_ends(tmp_path: Path) -> None:
    journal = Writing(tmp_path / "q").journal
    await journal.add(pack(SCRIPT), [spooled(1)])

    with trio.fail_after(30):
        await journal.flush(0.001)
    journal.close()
