"""A disk without room: nothing is lost, what runs can still be ended, and a dispatcher can still leave."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio
from witnesses import Stage

from daemons.client import DispatcherClient, connect
from runtime.messages import Action, JobState, Queue, Refusal, Spooled

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="only root can make a small disk")
LIMIT_S = 60.0


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A stage whose state is on a disk of 4 MB."""
    stage = Stage(tmp_path, seconds=0.0)
    stage.state.directory.mkdir()
    small = ["mount", "-t", "tmpfs", "-o", "size=4m,mode=700", "small", str(stage.state.directory)]
    made = subprocess.run(small, capture_output=True, check=False)
    if made.returncode:
        pytest.skip(f"no small disk can be made here: {made.stderr.decode()}")
    try:
        yield stage
    finally:
        stage.kill("daemons|sleep 1234")
        subprocess.run(["umount", "-l", str(stage.state.directory)], check=True)


async def spool(dispatcher: DispatcherClient, script: str) -> Spooled | Refusal:
    env = {"PATH": os.environ["PATH"]}
    return await dispatcher.spool(file="t.alf", text=script.encode(), cwd="/", env=env, user="ann", host="here")


async def until(dispatcher: DispatcherClient, jid: int, *states: JobState | None) -> None:
    """Wait until a job has one of these states; None: it is gone."""
    async for news in dispatcher.watch():
        queue = news if isinstance(news, Queue) else await dispatcher.list()
        if {job.jid: job.state for job in queue.jobs}.get(jid) in states:
            return


async def fill(dispatcher: DispatcherClient) -> None:
    """Fill the disk with the output of job 1, and then to its last page."""
    await spool(dispatcher, "Task {flood} -cmds { Cmd {head -c 9000000 /dev/zero} }")
    await until(dispatcher, 1, JobState.DONE)
    answer = await spool(dispatcher, "Task {more} -cmds { Cmd {true} }")
    assert isinstance(answer, Refusal) and "is full" in answer.text


async def test_what_runs_can_be_ended_and_a_deleted_jobs_output_makes_room(stage: Stage) -> None:
    with trio.fail_after(LIMIT_S):
        async with connect(stage.state, slots=2) as dispatcher:
            await spool(dispatcher, "Task {sleeper} -cmds { Cmd {sleep 1234} }")
            flood = "Task {flood} -cmds { Cmd {head -c 9000000 /dev/zero} }"
            await spool(dispatcher, flood)
            await until(dispatcher, 2, JobState.DONE)
            assert isinstance(await spool(dispatcher, flood), Refusal)

            await dispatcher.act(Action.DELETE, 1)
            while stage.pids("sleep 1234"):
                await trio.sleep(0.02)
            await dispatcher.act(Action.DELETE, 2)
            while isinstance(answer := await spool(dispatcher, "Task {more} -cmds { Cmd {true} }"), Refusal):
                await trio.sleep(0.02)
            await until(dispatcher, answer.jids[0], JobState.DONE)

            assert [job.jid for job in (await dispatcher.list()).jobs] == list(answer.jids)
            assert await dispatcher.shutdown()


async def test_a_dispatcher_ends_when_it_is_told_to_although_its_disk_is_full(stage: Stage) -> None:
    with trio.fail_after(LIMIT_S):
        async with connect(stage.state) as dispatcher:
            await fill(dispatcher)
            await dispatcher.act(Action.DELETE, 77)
            assert await dispatcher.shutdown()
        while stage.pids("daemons"):
            await trio.sleep(0.02)
