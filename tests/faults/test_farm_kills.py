"""T1 to T7, T22: maitre-ds, dispatchers, alfservers and launchers are killed or stopped, connections cut and
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
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
import trio
from cables import WOUNDS, Cables
from crowd import OPENING_S, SCHEDULE, SLOTS, Crowd
from havoc import GRACE_S, HARMLESS, KILLS, KINDS, LEASE_S, OTHERS, Havoc
from witnesses import processes

from daemons.client import ConnectionLost, NoDispatcher, connect
from daemons.state import State
from runtime.messages import JobState, JobSummary, Queue
from tests.daemons.farm_dispatchers import Dispatcher, start_dispatcher
from tests.daemons.farm_fixture import PATIENCE_S, WholeFarm, free_port, whole_farm

USERS = ("ann", "bob")
LIMIT_S = 240.0
QUIET_S = 10.0
SOAK = int(os.environ.get("ALF_SOAK", "0"))
SEEDS = [os.environ["FAULT_SEED"]] if "FAULT_SEED" in os.environ else [secrets.token_hex(3) for _ in range(SOAK)]
INI = (
    f"set alfConfig(leaseSeconds) {LEASE_S}\nset alfConfig(leaseGrace) {GRACE_S}\n"
    f"set alfConfig(timerMaitredInitialWait) {OPENING_S}\n"
)


@pytest.mark.parametrize("seed", ["gate"])
async def test_what_is_killed_without_its_launcher_ends_no_command(tmp_path: Path, seed: str) -> None:
    await play(tmp_path, seed, HARMLESS, witnesses=100, strikes=8)


@pytest.mark.parametrize("seed", ["gate"])
async def test_whatever_happens_each_command_ends_well_once(tmp_path: Path, seed: str) -> None:
    kinds = [*KILLS, *OTHERS]
    await play(tmp_path, seed, kinds, witnesses=100, strikes=8)


@pytest.mark.parametrize("seed", ["gate"])
async def test_connections_that_are_cut_at_the_worst_message_lose_nothing_and_double_nothing(
    tmp_path: Path, seed: str
) -> None:
    await play(tmp_path, seed, list(WOUNDS), witnesses=150, strikes=2 * len(WOUNDS))

    said = (tmp_path / "testimony").read_text()
    for message in ("Launch", "Ended", "Resumed"):
        assert f" at {message}, which was lost" in said


@pytest.mark.skipif(not SEEDS, reason="takes minutes: make soak")
@pytest.mark.parametrize("seed", SEEDS)
async def test_hundreds_of_witnesses_survive_everything(tmp_path: Path, seed: str) -> None:
    cables = random.Random(seed).random() < 0.5  # a closed port behind a cable is no refusal: both ways are tried
    kinds = KINDS if cables else [kind for kind in KINDS if kind not in WOUNDS]
    await play(tmp_path, seed, kinds, witnesses=500, strikes=30, maitreds=2)


async def play(
    directory: Path, seed: str, kinds: Sequence[str], *, witnesses: int, strikes: int, maitreds: int = 1
) -> None:
    """Jobs of witnesses on a farm to which so many bad things happen while they run."""
    chance = random.Random(seed)
    crowd = Crowd(directory, chance, USERS, witnesses)
    behind = free_port() if WOUNDS.keys() & set(kinds) else 0
    with whole_farm(
        directory, hosts=4, slots=SLOTS, maitreds=maitreds, schedule=SCHEDULE, ini=INI, behind=behind
    ) as farm:
        async with trio.open_nursery() as nursery:
            cables = Cables(farm.addresses if behind else [], farm.alfserver_port, behind, partial(crowd.note, "-"))
            await cables.serve(nursery)
            states = await survive(farm, crowd, Havoc(farm, crowd, chance, USERS, cables), chance, kinds, strikes)
            nursery.cancel_scope.cancel()
        farm.close()
        assert crowd.living() == [], "I6: witnesses have survived"
    crowd.check(states)


async def survive(
    farm: WholeFarm, crowd: Crowd, havoc: Havoc, chance: random.Random, kinds: Sequence[str], strikes: int
) -> dict[str, tuple[State, int]]:
    """From the jobs' beginning until all is quiet; the users' dispatchers, which have ended, and the jobs."""
    jids = {user: await spool(farm, user, crowd.scripts[user]) for user in USERS}
    for kind in drawn(chance, kinds, strikes):
        await trio.sleep(chance.random())
        await havoc.strike(kind)
    crowd.note("-", "over")
    ends: dict[str, JobSummary] = {}
    with trio.move_on_after(LIMIT_S):
        for user, jid in jids.items():
            ends[user] = await done(farm, user, jid)
    assert [end.state for end in ends.values()] == [JobState.DONE] * len(USERS), await unfinished(farm, crowd)
    await idle(farm)
    return {user: (await shut_down(farm, user), jid) for user, jid in jids.items()}


def drawn(chance: random.Random, kinds: Sequence[str], strikes: int) -> list[str]:
    """So many of these kinds, each about as often as the others, in any order."""
    rounds = -(-strikes // len(kinds))
    return [kind for _ in range(rounds) for kind in chance.sample(kinds, len(kinds))][:strikes]


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
        except (ConnectionLost, NoDispatcher):
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
    with suppress(ConnectionLost, NoDispatcher):  # one that was there may just have ended: nothing was left to do
        async with connect(state, start=False) as client:
            await client.shutdown()
    while processes(farm.directory / user, r"daemons\.dispatcher"):
        await trio.sleep(0.02)
    return state
