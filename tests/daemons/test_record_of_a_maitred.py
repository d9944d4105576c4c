"""The record of a maitre-d that runs: real processes, a real file."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import trio
from maitreds import NEED, PATIENCE_S, Server, dispatcher, running, slots

from daemons.record.file import RecordError
from daemons.record.reading import Reader
from daemons.record.replaying import Past
from runtime.farm_messages import Explain, Explained, Granted, How, Outcome, Returned, Running, Want
from runtime.history.tally import By


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path, slots(2)) as found:
        yield found


def record(server: Server) -> Path:
    return server.directory / "state" / "history.sqlite"


async def eventually(look: Callable[[], Any]) -> Any:
    """What `look` gives as soon as that is something."""
    with trio.fail_after(PATIENCE_S):
        while not (found := look()):
            await trio.sleep(0.02)
    return found


def runs(server: Server) -> list[Any]:
    """What is on record; nothing while there is no record yet."""
    try:
        return Reader(record(server)).slots(0, 1e12, 100)
    except RecordError:
        return []


def keeper_of(server: Server) -> psutil.Process | None:
    assert server.process is not None
    children = psutil.Process(server.process.pid).children()
    return next((child for child in children if "daemons.record.keeper" in child.cmdline()), None)


async def run_one(server: Server, title: str = "f1", status: int = 0) -> None:
    """A command of a dispatcher's runs and ends."""
    async with dispatcher(server, title) as client:
        client.say(Want(1, 7, 1, "shot", NEED, 1))
        lease = (await client.hear(Granted)).lease
        how = How.DONE if status == 0 else How.FAILED
        client.say(Running(lease.id, 7, 1, 1, 1, title))
        client.say(Want(1, 7, 1, "shot", NEED, 0))
        outcome = Outcome(7, 1, 1, 1, title, how, status, 0.5, waited_s=4.0, within=(3,))
        client.say(Returned(lease.id, outcome=outcome))
        client.say(Explain(1, 1))
        await client.hear(Explained)  # all before it was heard


async def test_what_ran_is_in_the_file(server: Server) -> None:
    await run_one(server, status=3)

    [run] = await eventually(lambda: runs(server))
    assert (run.whose.jid, run.whose.title, run.title, run.how, run.status) == (7, "shot", "f1", How.FAILED, 3)
    assert run.places[0].host == "127.0.0.2"


async def test_what_ran_can_be_simulated_again(server: Server) -> None:
    await run_one(server)
    await eventually(lambda: runs(server))

    past = Past(record(server), (), time.time())
    [job] = past.jobs()
    past.close()
    [need], [run] = job.needs, job.runs
    assert (need.request, need.need) == (1, NEED)
    assert (run.request, run.waited_s, run.within) == (1, 4.0, (3,))


async def test_what_was_noted_before_an_orderly_end_is_in_the_file(server: Server) -> None:
    await run_one(server)

    assert server.kill(signal.SIGTERM) == 0

    reader = Reader(record(server))
    assert len(reader.slots(0, 1e12, 100)) == 1
    span = reader.span()
    assert span is not None
    assert reader.totals(*span, [By.FARM])[By.FARM][""].slots_s > 0


async def test_a_maitre_d_that_is_killed_leaves_a_record_that_goes_on(server: Server) -> None:
    await run_one(server, "f1")
    await eventually(lambda: runs(server))

    server.kill()
    server.start()
    await run_one(server, "f2")

    await eventually(lambda: len(runs(server)) == 2)
    assert sqlite3.connect(record(server)).execute("PRAGMA integrity_check").fetchall() == [("ok",)]


async def test_a_keeper_that_is_killed_is_said_and_the_farm_goes_on(server: Server) -> None:
    keeper = await eventually(lambda: keeper_of(server))
    keeper.kill()

    await run_one(server)

    assert "its keeper has ended" in await server.logged("record:")


async def test_a_broken_record_is_set_aside_and_a_new_one_begun(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    (tmp_path / "state" / "history.sqlite").write_bytes(b"this is no record" * 1000)
    with running(tmp_path, slots(2)) as server:
        await run_one(server)

        await eventually(lambda: runs(server))
        assert "is broken" in await server.logged("record:")
    assert len(list((tmp_path / "state").glob("history.sqlite.broken-*"))) == 1


async def test_a_record_that_cannot_be_written_is_said_and_the_farm_goes_on(tmp_path: Path) -> None:
    (tmp_path / "state" / "history.sqlite").mkdir(parents=True, mode=0o700)
    (tmp_path / "state").chmod(0o700)
    with running(tmp_path, slots(2)) as server:
        await run_one(server)

        assert "nothing is put on record" in await server.logged("record:")


async def test_a_disk_that_hangs_holds_nobody_up(server: Server) -> None:
    keeper = await eventually(lambda: keeper_of(server))
    os.kill(keeper.pid, signal.SIGSTOP)
    try:
        for number in range(20):
            await run_one(server, f"f{number}")
    finally:
        os.kill(keeper.pid, signal.SIGCONT)

    await eventually(lambda: len(runs(server)) == 20)


async def test_a_locked_file_is_said_and_written_when_it_is_free(server: Server) -> None:
    await run_one(server, "f1")
    await eventually(lambda: runs(server))
    other = sqlite3.connect(record(server), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    await run_one(server, "f2")
    await server.logged("cannot be written (database is locked)")
    other.execute("ROLLBACK")

    await eventually(lambda: len(runs(server)) == 2)
    await server.logged("is written again")


async def test_a_site_may_keep_none(tmp_path: Path) -> None:
    with running(tmp_path, slots(2), ini="set alfConfig(historyDays) 0\n") as server:
        await run_one(server)

        assert keeper_of(server) is None
        assert not record(server).exists()


async def test_nothing_is_left_of_a_maitre_d_that_was_killed(server: Server) -> None:
    keeper = await eventually(lambda: keeper_of(server))

    server.kill()

    await eventually(lambda: not keeper.is_running() or keeper.status() == psutil.STATUS_ZOMBIE)


# ---- asking it -------------------------------------------------------------------------------------------------


async def test_a_report_is_asked_of_the_maitre_d(server: Server) -> None:
    await run_one(server, status=3)
    await eventually(lambda: runs(server))

    shown = await trio.to_thread.run_sync(lambda: server.alfred("-report", "today"))

    assert shown.returncode == 0, shown.stderr
    assert "1 command, 1 failed" in shown.stdout
    assert "hosts where commands failed" in shown.stdout


async def test_what_happened_to_a_job_is_told(server: Server) -> None:
    await run_one(server, "f1", status=3)
    await eventually(lambda: runs(server))

    shown = await trio.to_thread.run_sync(lambda: server.alfred("-report", "-job", "7"))

    assert shown.returncode == 0, shown.stderr
    assert "job 7 shot of" in shown.stdout
    assert "asked for 1 x pixarRender" in shown.stdout
    assert "f1: failed (exit status 3), 0.5s on 127.0.0.2" in shown.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("2099-01-01",), "is in the future"),
        (("someday",), '"someday" is none of today, yesterday'),
        (("2026-01-02", "2025-01-01"), "is not after"),
        (("-job", "99"), "there is no job 99 on record"),
    ],
)
async def test_what_cannot_be_answered_is_said(server: Server, words: tuple[str, ...], said: str) -> None:
    await run_one(server)
    await eventually(lambda: runs(server))

    shown = await trio.to_thread.run_sync(lambda: server.alfred("-report", *words))

    assert (shown.returncode, said in shown.stderr) == (1, True), shown.stderr


async def test_a_maitre_d_without_a_record_says_so(tmp_path: Path) -> None:
    with running(tmp_path, slots(1), ini="set alfConfig(historyDays) 0\n") as server:
        shown = await trio.to_thread.run_sync(lambda: server.alfred("-report"))

    assert "keeps no record" in shown.stderr
