"""T1, T2, T3: kill -9 of maitre-d, dispatcher, alfserver, or an alfserver's launcher, at random moments while witnesses
run on the farm: no two of one command at once, none lost, none that had ended well run again.

Seeded: a failure names its seed. The gate takes one run of each kind, ALF_SOAK=N takes N, and some of all kinds mixed.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
import trio
from witnesses import Stage, check_far

from daemons.client import ConnectionLost, connect
from runtime.messages import JobState, JobSummary, Queue
from tests.daemons.farm_dispatchers import Dispatcher, start_dispatcher
from tests.daemons.farm_fixture import WholeFarm, whole_farm

LIMIT_S = 240.0
KILLS = 5
SOAK = int(os.environ.get("ALF_SOAK", "1"))
KINDS = ("maitre-d", "dispatcher", "alfserver", "launcher")
HARMLESS = frozenset(KINDS) - {"launcher"}
"""What may die without any command ending: each is run exactly once."""


@pytest.mark.parametrize("seed", range(SOAK))
@pytest.mark.parametrize("kind", KINDS)
async def test_killed_at_random_moments(tmp_path: Path, kind: str, seed: int) -> None:
    await play(tmp_path, random.Random(f"{kind} {seed}"), [kind])


@pytest.mark.parametrize("seed", range(SOAK - 1))
async def test_everything_killed_at_random_moments(tmp_path: Path, seed: int) -> None:
    await play(tmp_path, random.Random(seed), KINDS)


async def play(directory: Path, chance: random.Random, kinds: list[str] | tuple[str, ...]) -> None:
    """A job of witnesses on a farm of which something is killed again and again."""
    with whole_farm(directory) as farm:
        stage = Stage(directory, 0.15, state=Path(farm.env("ann")["ALF_STATE"]), far=True)
        with trio.fail_after(LIMIT_S):
            state = await trio.to_thread.run_sync(start_dispatcher, farm, "ann")
            async with connect(state, start=False) as client:
                jid = await Dispatcher(client, state, directory).spool(stage.script.decode())
            for _ in range(KILLS):
                await trio.sleep(chance.random() * 0.7)
                await trio.to_thread.run_sync(kill, farm, stage, chance.choice(kinds), chance)
            job = await done(farm, jid)
            async with connect(state, start=False) as client:
                await client.shutdown()
            while stage.pids("daemons.dispatcher"):
                await trio.sleep(0.02)

    assert job.state is JobState.DONE
    check_far(stage, jid, once=HARMLESS.issuperset(kinds))


def kill(farm: WholeFarm, stage: Stage, kind: str, chance: random.Random) -> None:
    """kill -9, and start again what does not come back by itself."""
    if kind == "dispatcher":
        stage.kill("daemons.dispatcher")
        start_dispatcher(farm, "ann")
    elif kind == "launcher":
        stage.kill(f"daemons.launcher .*/h{chance.choice((2, 3))}/")
    else:
        name = "m0" if kind == "maitre-d" else chance.choice(("h2", "h3"))
        farm.end(name)
        farm.begin(name)
        farm.wait_ready(name)


async def done(farm: WholeFarm, jid: int) -> JobSummary:
    """The job at its end, whatever its dispatcher goes through."""
    while True:
        try:
            state = await trio.to_thread.run_sync(start_dispatcher, farm, "ann")
            async with connect(state, start=False) as client:
                async for news in client.watch():
                    queue = news if isinstance(news, Queue) else await client.list()
                    job = next(job for job in queue.jobs if job.jid == jid)
                    if job.state in (JobState.DONE, JobState.STOPPED):
                        return job
        except ConnectionLost:
            continue
