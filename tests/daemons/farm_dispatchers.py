"""Dispatchers of a whole farm (farm_fixture), as their clients see them.

async with dispatcher(farm, "ann") as ann:
    job = await ann.run(many(20, "sh -c {echo %s}"))
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import trio

from daemons.client import ConnectionLost, DispatcherClient, connect
from daemons.state import State
from runtime.messages import JobState, JobSummary, Logs, Queue, Refusal, Spooled
from tests.daemons.farm_fixture import WholeFarm

LIMIT_S = 90.0


class Dispatcher:
    """A connection to a dispatcher of the farm, and what tests ask of it."""

    def __init__(self, client: DispatcherClient, state: State, cwd: Path) -> None:
        self.client = client
        self.state = state
        self._cwd = cwd

    async def spool(self, script: str) -> int:
        """Queue a job; its number."""
        answer = await self.client.spool(
            file="test.alf",
            text=script.encode(),
            cwd=str(self._cwd),
            env={"PATH": os.environ["PATH"]},
            user="anna",
            host=socket.gethostname(),
        )
        assert isinstance(answer, Spooled), answer
        return answer.jids[0]

    async def rest(self, jid: int) -> JobSummary:
        """The job, as soon as it is done or stopped."""
        queue = await self.until(lambda queue: _job(queue, jid).state in (JobState.DONE, JobState.STOPPED))
        return _job(queue, jid)

    async def until(self, wanted: Callable[[Queue], object]) -> Queue:
        """The queue, as soon as this is true of it."""
        async for news in self.client.watch():
            queue = news if isinstance(news, Queue) else await self.client.list()
            if wanted(queue):
                return queue
        raise AssertionError("the dispatcher went away")

    async def run(self, script: str) -> JobSummary:
        """Run a job that has to end well."""
        job = await self.rest(await self.spool(script))
        queue = await self.client.list()
        assert job.state is JobState.DONE, ([(f.task, f.reason, f.tail) for f in queue.failed], self.log)
        return job

    async def output(self, jid: int, tid: int) -> str:
        logs = await self.client.follow(jid, tid)
        assert isinstance(logs, Logs), logs
        return "".join(Path(name).read_text() for name in logs.files)

    async def why(self, jid: int, tid: int | None = None) -> tuple[tuple[str, ...], dict[str, str]]:
        """The dispatcher's own reasons, and the words for each server."""
        because = await self.client.why(jid, tid)
        assert not isinstance(because, Refusal), because
        return because.reasons, {name: words for waiting in because.waiting for name, words in waiting.servers}

    @property
    def log(self) -> str:
        return self.state.log.read_text()


def _job(queue: Queue, jid: int) -> JobSummary:
    return next(job for job in queue.jobs if job.jid == jid)


def state_of(farm: WholeFarm, user: str) -> State:
    directory = Path(farm.env(user)["ALF_STATE"])
    return State(directory, directory / "lock")


def start_dispatcher(farm: WholeFarm, user: str, slots: int = 2) -> State:
    """Start a user's dispatcher, or start it again, and leave it to itself."""
    state = state_of(farm, user)
    state.prepare()
    words = [sys.executable, "-P", "-m", "daemons.dispatcher", "-ready", "-slots", str(slots)]
    with state.log.open("ab") as log:
        ready = subprocess.run(
            words, env=farm.env(user), stdout=subprocess.PIPE, stderr=log, start_new_session=True, timeout=LIMIT_S
        )
    assert ready.stdout.strip() in (b"ready", b"held"), ready.stdout + state.log.read_bytes()
    return state


@asynccontextmanager
async def dispatcher(farm: WholeFarm, user: str = "ann", slots: int = 2) -> AsyncIterator[Dispatcher]:
    """A user's dispatcher; it is shut down at the end of the block."""
    with trio.fail_after(LIMIT_S):
        state = await trio.to_thread.run_sync(start_dispatcher, farm, user, slots)
        async with connect(state, start=False) as client:
            yield Dispatcher(client, state, farm.directory)
            with suppress(ConnectionLost):
                await client.shutdown()


def remote(launch: str, options: str = "") -> str:
    """A task with one RemoteCmd."""
    return f"Task {{a task}} -cmds {{ RemoteCmd {{{launch}}} -service pixarRender {options} }}"


def many(count: int, launch: str, options: str = "") -> str:
    """A job of equal tasks, each with one RemoteCmd."""
    return "Job -subtasks {\n" + "\n".join(remote(launch, options) for _ in range(count)) + "\n}"
