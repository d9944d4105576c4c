"""T10: a journal that was cut or flipped replays to a state that once was, or stops with words. Never anything else.

The gate samples flips; ALF_SOAK=N takes N times as many.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from pathlib import Path

import pytest

from daemons.journal import Journal, JournalError, pack
from runtime.facts import AnyFact, Ended, JobSpooled, Started
from runtime.job.model import CmdId, JobId

FLIPS = 400 * int(os.environ.get("ALF_SOAK", "1"))
JOBS = 2
SCRIPT = b"Task {a} -cmds { Cmd {true} }\n" * 60


class Recorded:
    """Files of a dispatcher that was killed, and the states that its journal went through, one a commit."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.states: list[dict[int, list[AnyFact]]] = [{}]
        self.log_bytes: list[int] = [0]


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """Small pages, so that every byte of the last commits can be tried."""
    import trio

    directory = tmp_path_factory.mktemp("killed")
    live = tmp_path_factory.mktemp("live") / "q"
    small = sqlite3.connect(live)
    small.executescript("PRAGMA page_size = 512; VACUUM;")
    small.close()
    recorded = Recorded(directory)
    trio.run(_fill, live, recorded)
    return recorded


async def _fill(live: Path, recorded: Recorded) -> None:
    journal = Journal(live)
    journal.start(lambda trouble: None)
    jobs = [JobSpooled(JobId(n), 1.0, "a.alf", n, "ann", "here", "/", {"A": "b" * 50}) for n in range(1, JOBS + 1)]
    await journal.add(pack(SCRIPT), jobs)
    facts: dict[int, list[AnyFact]] = {n: [] for n in range(1, JOBS + 1)}
    for attempt in range(1, 8):
        jid = JobId(attempt % JOBS + 1)
        facts[jid].append(Started(jid, 2.0, CmdId(1), attempt, ("true",), ("slot",), ("here",)))
        facts[jid].append(Ended(jid, 3.0, CmdId(1), attempt, 0))
        journal.append(facts[jid][-2:])
        await journal.flush()
        recorded.states.append({n: list(found) for n, found in facts.items()})
        recorded.log_bytes.append(live.with_name("q-wal").stat().st_size)
    for name in ("q", "q-wal"):
        shutil.copy(live.with_name(name), recorded.directory / name)
    journal.close()


def test_a_log_cut_at_any_byte_of_its_last_three_commits_loses_only_what_was_cut(
    killed: Recorded, tmp_path: Path
) -> None:
    whole = (killed.directory / "q-wal").read_bytes()
    for cut in range(killed.log_bytes[-4], len(whole) + 1):
        state = _replay(killed, tmp_path, log=whole[:cut])
        kept = sum(size <= cut for size in killed.log_bytes[1:])
        assert state == killed.states[kept], f"cut at byte {cut} of {len(whole)}"


def test_a_flipped_bit_is_noticed_or_costs_only_the_end(killed: Recorded, tmp_path: Path) -> None:
    chance = random.Random(7)
    originals = {name: (killed.directory / name).read_bytes() for name in ("q", "q-wal")}
    for _ in range(FLIPS):
        name = chance.choice(["q", "q-wal"])
        position, bit = chance.randrange(len(originals[name])), chance.randrange(8)
        _assert_legal(killed, tmp_path, name, _flip(originals[name], position, bit), f"bit {bit} of byte {position}")


def test_a_flipped_bit_in_a_file_without_a_log_is_noticed_or_harmless(killed: Recorded, tmp_path: Path) -> None:
    whole = _settled(killed, tmp_path / "settled")
    chance = random.Random(8)
    for _ in range(FLIPS):
        position, bit = chance.randrange(len(whole)), chance.randrange(8)
        _assert_legal(killed, tmp_path, "q", _flip(whole, position, bit), f"bit {bit} of byte {position}", log=b"")


def test_a_file_cut_anywhere_is_noticed_or_harmless(killed: Recorded, tmp_path: Path) -> None:
    whole = _settled(killed, tmp_path / "settled")
    for cut in range(1, len(whole), 101):
        _assert_legal(killed, tmp_path, "q", whole[:cut], f"cut at {cut}", log=b"")


def _settled(killed: Recorded, directory: Path) -> bytes:
    """The journal's file after a clean end: everything in it, nothing in a log."""
    directory.mkdir()
    for name in ("q", "q-wal"):
        shutil.copy(killed.directory / name, directory / name)
    Journal(directory / "q").close()
    return (directory / "q").read_bytes()


def _flip(content: bytes, position: int, bit: int) -> bytes:
    flipped = bytearray(content)
    flipped[position] ^= 1 << bit
    return bytes(flipped)


def _assert_legal(
    killed: Recorded, tmp_path: Path, name: str, content: bytes, what: str, log: bytes | None = None
) -> None:
    """The state read back once was (a prefix of every job's facts), or an error with words."""
    files = {"q": None, "q-wal": log, name: content}
    try:
        state = _replay(killed, tmp_path, main=files["q"], log=files["q-wal"])
    except JournalError as error:
        assert "journal" in str(error) or "database" in str(error)
        return
    for jid, facts in state.items():
        assert facts == killed.states[-1][jid][: len(facts)], what


def _replay(
    killed: Recorded, tmp_path: Path, main: bytes | None = None, log: bytes | None = None
) -> dict[int, list[AnyFact]]:
    """What a dispatcher finds in these files."""
    (tmp_path / "q").write_bytes(main if main is not None else (killed.directory / "q").read_bytes())
    (tmp_path / "q-wal").write_bytes(log if log is not None else (killed.directory / "q-wal").read_bytes())
    journal = Journal(tmp_path / "q")
    try:
        state = {kept.spooled.jid: journal.facts(kept.spooled.jid) for kept in journal.jobs()}
        for jid in state:
            assert journal.script(jid) == SCRIPT
        return {int(jid): facts for jid, facts in state.items()}
    finally:
        journal.close()
