"""T4: SIGSTOP of a maitre-d, a dispatcher or an alfserver for longer than a lease and its grace, then SIGCONT, while
witnesses run on the farm: who has slept finds that its leases are over, no two of one command run at once, and the job
comes to its end. The gate takes the dispatcher; ALF_SOAK=2 and more takes all.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
import trio
from test_farm_kills import LIMIT_S, SOAK, done
from witnesses import Stage, check_far

from daemons.client import connect
from tests.daemons.farm_dispatchers import Dispatcher, start_dispatcher
from tests.daemons.farm_fixture import whole_farm

LEASE_S, GRACE_S = 3, 1
INI = f"set alfConfig(leaseSeconds) {LEASE_S}\nset alfConfig(leaseGrace) {GRACE_S}\n"
ASLEEP_S = LEASE_S + GRACE_S + 1.0
WITNESS_S = 4.0
"""Longer than a lease: what runs when its dispatcher falls asleep is ended."""
PATTERNS = {
    "maitre-d": "-maitre_d",
    "dispatcher": "daemons.dispatcher",
    "alfserver": "daemons.alfserver.main .*127.0.0.2",
}


@pytest.mark.parametrize("kind", PATTERNS if SOAK > 1 else ["dispatcher"])
async def test_who_sleeps_for_longer_than_a_lease_is_fenced_off(tmp_path: Path, kind: str) -> None:
    with whole_farm(tmp_path, ini=INI, slots=8) as farm:
        stage = Stage(tmp_path, WITNESS_S, state=Path(farm.env("ann")["ALF_STATE"]), far=True)
        with trio.fail_after(LIMIT_S):
            state = await trio.to_thread.run_sync(start_dispatcher, farm, "ann")
            async with connect(state, start=False) as client:
                jid = await Dispatcher(client, state, tmp_path).spool(stage.script.decode())
            while not (tmp_path / "testimony").exists():
                await trio.sleep(0.02)
            asleep = stage.pids(PATTERNS[kind])
            assert len(asleep) == 1
            os.kill(asleep[0], signal.SIGSTOP)
            await trio.sleep(ASLEEP_S)
            os.kill(asleep[0], signal.SIGCONT)
            await done(farm, jid)
            async with connect(state, start=False) as client:
                await client.shutdown()
            while stage.pids("daemons.dispatcher"):
                await trio.sleep(0.02)

    check_far(stage, jid, once=kind == "maitre-d")
