"""T1, T2, T3, T4, T5, T22: maitre-ds, dispatchers, alfservers and launchers are killed or stopped, connections cut and
schedules broken, at random moments while hundreds of witnesses of two users run on the farm: no two of one command at
once, no slot or limit given twice, none lost, none that had ended well run again, nothing left behind.

Seeded: a failure names its seed, and shows the timelines of its commands. The gate takes two short runs;
ALF_SOAK=N takes N runs of 500 witnesses with new seeds, FAULT_SEED=SEED just that one.
"""

from __future__ import annotations

import json
import os
import random
import secrets
from pathlib import Path

import pytest
import trio
from crowd import SCHEDULE, SLOTS, Crowd
from havoc import GRACE_S, HARMLESS, KINDS, LEASE_S, Havoc
from witnesses import processes

from daemons.client import ConnectionLost, connect
from daemons.state import State
from runtime.messages import JobState, JobSummary, Queue
from tests.daemons.farm_dispatchers import Dispatcher, start_dispatcher
from tests.daemons.farm_fixture import PATIENCE_S, WholeFarm, whole_farm

USERS = ("ann", "bob")
LIMIT_S = 420.0
QUIET_S = 10.0
SOAK = int(os.environ.get("ALF_SOAK", "0"))
SEEDS = [os.environ["FAULT_SEED"]] if "FAULT_SEED" in os.environ else [secrets.token_hex(3) for _ in range(SOAK)]
INI = f"set alfConfig(leaseSeconds) {LEASE_S}\nset alfConfig(leaseGrace) {GRACE_S}\n"


@pytest.mark.parametrize("seed", ["gate"])
async def test_what_is_killed_without_its_launcher_ends_no_command(tmp_path: Path, seed: str) -> None:
    await play(tmp_path, seed, HARMLESS, witnesses=100, strikes=8)


@pytest.mark.parametrize("seed", ["gate"])
async def test_whatever_happens_each_command_ends_well_once(tmp_path: Path, seed: str) -> None:
    kinds = [kind for kind in KINDS if not kind.startswith("stop")]
    await play(tmp_path, seed, kinds, witnesses=100, strikes=8)


@pytest.mark.skipif(not SEEDS, reason="takes minutes: make soak")
@pytest.mark.parametrize("seed", SEEDS)
async def test_hundreds_of_witnesses_survive_everything(tmp_path: Path, seed: str) -> None:
    await play(tmp_path, seed, KINDS, witnesses=500, strikes=30)


async def play(directory: Path, seed: str, kinds: tuple[str, ...] | list[str], *, witnesses: int, strikes: int) -> None:
    """Jobs of witnesses on a farm to which so many bad things happen while they run."""
    chance = random.Random(seed)
    crowd = Crowd(directory, chance, USERS, witnesses)
    with whole_farm(directory, hosts=4, slots=SLOTS, maitreds=2, schedule=SCHEDULE, ini=INI) as farm:
        havoc = Havoc(farm, crowd, chance, USERS)
        jids = {user: await spool(farm, user, crowd.scripts[user]) for user in USERS}
        for _ in range(strikes):
            await trio.sleep(chance.random())
            await havoc.strike(chance.choice(kinds))
        crowd.note("-", "over")
        ends: dict[str, JobSummary] = {}
        with trio.move_on_after(LIMIT_S):
            for user, jid in jids.items():
                ends[user] = await done(farm, user, jid)
        assert [end.state for end in ends.values()] == [JobState.DONE] * len(USERS), await unfinished(farm, crowd)
        await idle(farm)
        states = {user: (await shut_down(farm, user), jid) for user, jid in jids.items()}
        farm.close()
        assert crowd.living() == [], "I6: witnesses have survived"
    crowd.check(states)


async def spool(farm: WholeFarm, user: str, script: str) -> int:
    state = await trio.to_thread.run_sync(start_dispatcher, farm, user)
    async with connect(state, start=False) as client:
        return await Dispatcher(client, state, farm.directory).spool(script)


async def done(farm: WholeFarm, user: str, jid: int) -> JobSummary:
    """The job at its end, whatever its dispatcher goes through."""
    while True:
        try:
            state = await trio.to_thread.run_sync(start_dispatcher, farm, user)
            async with connect(state, start=False) as client:
                async for news in client.watch():
                    queue = news if isinstance(news, Queue) else await client.list()
                    job = next(job for job in queue.jobs if job.jid == jid)
                    if job.state in (JobState.DONE, JobState.STOPPED):
                        return job
        except ConnectionLost:
            continue


async def unfinished(farm: WholeFarm, crowd: Crowd) -> str:
    """What can be said of jobs that do not end."""
    ended = {line.name for line in crowd.lines() if line.word == "end" and line.rest == ("0",)}
    missing = [name for name in crowd.needs if name not in ended]
    slots = await trio.to_thread.run_sync(listing, farm)
    return "\n".join([f"never ended well: {missing}", slots, *map(crowd.timeline, missing[:2])])


def listing(farm: WholeFarm) -> str:
    """The farm as the maitre-d sees it, as JSON."""
    return farm.alfred(USERS[0], "-slots", "-json").communicate(timeout=PATIENCE_S)[0]


async def idle(farm: WholeFarm) -> None:
    """I7: soon every slot is free, and nobody waits."""
    with trio.move_on_after(QUIET_S) as patience:
        while True:
            text = await trio.to_thread.run_sync(listing, farm)
            said = json.loads(text)
            if not said["waiting"] and not any(slot["user"] for slot in said["slots"]):
                return
            await trio.sleep(0.1)
    assert not patience.cancelled_caught, f"I7: not idle {QUIET_S:g} s after the last command\n{text}"


async def shut_down(farm: WholeFarm, user: str) -> State:
    state = await trio.to_thread.run_sync(start_dispatcher, farm, user)
    async with connect(state, start=False) as client:
        await client.shutdown()
    while processes(farm.directory / user, r"daemons\.dispatcher"):
        await trio.sleep(0.02)
    return state
