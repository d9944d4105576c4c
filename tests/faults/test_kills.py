"""T2: kill -9 of the dispatcher, its launcher, or both, at random moments: nothing lost, nothing finished run again.

Seeded: a failure names its seed. The gate takes one run of each kind, ALF_SOAK=N takes N.
"""

from __future__ import annotations

import getpass
import os
import random
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import trio
from witnesses import Stage, check

from daemons.client import ConnectionLost, DispatcherClient, connect
from daemons.state import State
from runtime.messages import JobState, Queue, Spooled

KILLS = 8
SLOTS = 4
LIMIT_S = 120.0
SEEDS = range(int(os.environ.get("ALF_SOAK", "1")))
KINDS = {"dispatcher": ["daemons.dispatcher"], "launcher": ["daemons.launcher"]}
KINDS["both"] = KINDS["dispatcher"] + KINDS["launcher"]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", [*KINDS, "any"])
async def test_killed_at_random_moments(tmp_path: Path, kind: str, seed: int) -> None:
    chance = random.Random(f"{kind} {seed}")
    stage = Stage(tmp_path, seconds=0.12)
    try:
        with trio.fail_after(LIMIT_S):
            jid = await spool(stage)
            for _ in range(KILLS):
                await kill_once(stage, chance, kind)
            await until_done(stage.state, jid)
            await end(stage.state)
            await until_gone(stage, "daemons")
    finally:
        stage.kill("daemons|witness")

    check(stage, jid, launcher_died=kind != "dispatcher")
    assert stage.pids("witness") == [], "I6: no process survives"


async def test_a_job_that_was_accepted_survives_a_kill_at_that_moment(tmp_path: Path) -> None:
    stage = Stage(tmp_path, seconds=0.01)
    try:
        with trio.fail_after(LIMIT_S):
            jids = []
            for _ in range(3):
                jids.append(await spool(stage))
                stage.kill("daemons.dispatcher")
            async with connect(stage.state, slots=SLOTS) as dispatcher:
                queue = await dispatcher.list()
            await end(stage.state)
    finally:
        stage.kill("daemons|witness")

    assert jids == [1, 2, 3]
    assert [job.jid for job in queue.jobs] == jids


async def test_a_command_that_ran_on_without_its_dispatcher_is_taken_up_and_not_started_again(tmp_path: Path) -> None:
    stage = Stage(tmp_path, seconds=30.0)
    try:
        with trio.fail_after(LIMIT_S):
            await spool(stage)
            async with connect(stage.state) as dispatcher:
                before = await running(dispatcher)
            stage.kill("daemons.dispatcher")
            async with connect(stage.state, slots=SLOTS) as dispatcher:
                after = {cmd.attempt for cmd in (await dispatcher.list()).running}
            await end(stage.state)
    finally:
        stage.kill("daemons|witness")

    assert before and before <= after


async def test_after_a_shutdown_what_ran_is_queued_again_and_nothing_is_left(tmp_path: Path) -> None:
    stage = Stage(tmp_path, seconds=30.0)
    try:
        with trio.fail_after(LIMIT_S):
            jid = await spool(stage)
            async with connect(stage.state) as dispatcher:
                await running(dispatcher)
            await end(stage.state)
            await until_gone(stage, "daemons")
            left = stage.pids("witness")
            async with connect(stage.state, slots=SLOTS) as dispatcher:
                again = await running(dispatcher)
                queue = await dispatcher.list()
            await end(stage.state)
    finally:
        stage.kill("daemons|witness")

    assert left == []
    assert len(again) == SLOTS
    assert [(job.jid, job.state) for job in queue.jobs] == [(jid, JobState.ACTIVE)]


async def test_a_session_whose_dispatcher_is_killed_starts_the_next_and_sees_the_job_through(tmp_path: Path) -> None:
    stage = Stage(tmp_path, seconds=0.05)
    script = tmp_path / "witnesses.alf"
    script.write_bytes(stage.script)
    words = [sys.executable, "-P", "-c", "import daemons.cli, sys; sys.exit(daemons.cli.main())", "-nogui", str(script)]
    try:
        with trio.fail_after(LIMIT_S):
            environment = dict(os.environ, ALF_STATE=str(stage.state.directory))
            session = await trio.lowlevel.open_process(words, env=environment, stdout=subprocess.PIPE)
            assert session.stdout is not None
            told = b""
            while b"accepted" not in told:  # before that nobody has promised anything
                told += await session.stdout.receive_some()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(read_to_end, session.stdout)
                for _ in range(2):
                    async with connect(stage.state) as dispatcher:
                        await until_something_runs(dispatcher)
                    stage.kill("daemons.dispatcher")
                await session.wait()
            await until_gone(stage, "daemons")
    finally:
        stage.kill("daemons|witness")

    assert session.returncode == 0
    check(stage, 1, launcher_died=False)


async def read_to_end(stream: trio.abc.ReceiveStream) -> None:
    async for _ in stream:
        pass


async def until_something_runs(dispatcher: DispatcherClient) -> None:
    async for news in dispatcher.watch():
        queue = news if isinstance(news, Queue) else await dispatcher.list()
        if queue.running:
            return


async def spool(stage: Stage) -> int:
    """Queue the stage's job, whatever dies meanwhile before it is accepted."""
    async with connect(stage.state, slots=SLOTS) as dispatcher:
        answer = await dispatcher.spool(
            file="witnesses.alf",
            text=stage.script,
            cwd=str(stage.state.directory),
            env={"PATH": os.environ["PATH"]},
            user=getpass.getuser(),
            host=socket.gethostname(),
        )
    assert isinstance(answer, Spooled), answer
    return answer.jids[0]


async def kill_once(stage: Stage, chance: random.Random, kind: str) -> None:
    """Let it work for a moment of chance, counted from when it answers, and kill."""
    try:
        async with connect(stage.state, slots=SLOTS) as dispatcher:
            await dispatcher.list()
    except ConnectionLost:
        pass
    await trio.sleep(chance.random() * 0.4)
    for word in KINDS[kind if kind != "any" else chance.choice(list(KINDS))]:
        stage.kill(word)


async def running(dispatcher: DispatcherClient) -> set[int]:
    """The attempts that run, as soon as all slots are taken."""
    async for news in dispatcher.watch():
        queue = news if isinstance(news, Queue) else await dispatcher.list()
        if queue.busy >= SLOTS:
            return {cmd.attempt for cmd in queue.running}
    raise AssertionError("the dispatcher went away")


async def until_done(state: State, jid: int) -> None:
    """A dispatcher whose launchers were killed too often in a short time gives up, also after the last kill: then the
    next one sees the job through."""
    while True:
        with suppress(ConnectionLost):
            async with connect(state, slots=SLOTS) as dispatcher:
                async for news in dispatcher.watch():
                    queue = news if isinstance(news, Queue) else await dispatcher.list()
                    found = {job.jid: job.state for job in queue.jobs}[jid]
                    assert found is not JobState.STOPPED, [(failed.task, failed.reason) for failed in queue.failed]
                    if found is JobState.DONE:
                        return


async def end(state: State) -> None:
    async with connect(state, start=False) as dispatcher:
        assert await dispatcher.shutdown()


async def until_gone(stage: Stage, what: str) -> None:
    """Processes that agreed to end need a moment; no event tells a stranger of it."""
    while stage.pids(what):
        await trio.sleep(0.02)
