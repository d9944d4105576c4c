"""daemons.alfserver.carrier: in which order things come when a thread is slow. What runs: test_alfserver.py."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import trio
import trio.testing

from daemons.alfserver import carrier as carriers
from daemons.alfserver.account import own_account
from daemons.alfserver.carrier import Carrier, Connection
from daemons.alfserver.store import Store
from daemons.launcher_log import Past
from daemons.launcher_messages import End as LauncherEnd
from daemons.launcher_messages import Exited, Lost, Output
from daemons.reading import read_bytes
from runtime.alfserver.core import Alfserver, Rules
from runtime.alfserver.orders import Peer
from runtime.farm_messages import Acknowledge, Context, Ended, FarmMessage, Launch, LeaseId, Resume, Said

PEER = Peer(1)
ENDS: dict[str, Callable[[str], LauncherEnd]] = {
    "exited": lambda script: Exited(1, "tag", 0, time=2.0, run_s=1.0, chunks=(script,)),
    "lost": lambda script: Lost(1, "tag", time=2.0),
}


class SlowReading:
    """Scripts are read at once, but what was read is there when `may_end` is set."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.has_read = threading.Event()
        self.may_end = threading.Event()

    def __call__(self, path: str, limit_bytes: int) -> tuple[bytes | None, str]:
        self.paths.append(path)
        result = read_bytes(path, limit_bytes)
        self.has_read.set()
        assert self.may_end.wait(30)
        return result


class Told:
    """The link of a dispatcher that keeps what it is told."""

    def __init__(self) -> None:
        self.peer = SimpleNamespace(user="ann")
        self.heard: list[FarmMessage] = []

    def post(self, message: FarmMessage) -> None:
        self.heard.append(message)


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> SlowReading:
    slow = SlowReading()
    monkeypatch.setattr(carriers, "read_bytes", slow)
    return slow


def launched(store: Store, told: Told, nursery: trio.Nursery) -> Carrier:
    """The carrier of an alfserver that runs attempt 1 of a dispatcher's."""
    core = Alfserver(Rules("node1", 2))
    carrier = Carrier(core, store, lambda messages: None, {}, own_account(), nursery, lambda: None)
    carrier.connections[PEER] = Connection(told, store, lambda reason: None)  # type: ignore[arg-type]  # as far as used
    core.connected(PEER, "ann")
    launch = Launch(1, "1.1.1", LeaseId(5, 1), "slot1", 60.0, 1, ("sh",), {})
    carrier.heard(PEER, [Resume("desk"), Context(1, "/", {}), launch])
    return carrier


@pytest.mark.parametrize("kind", ENDS)
async def test_an_end_waits_for_the_scripts_that_are_being_copied(tmp_path: Path, reading: SlowReading, kind: str):
    script = tmp_path / "more.alf"
    script.write_text("Task {more}")
    store, told = Store(tmp_path), Told()
    store.prepare()
    async with trio.open_nursery() as nursery:
        carrier = launched(store, told, nursery)
        carrier.launcher_said([Output(1, chunks=(str(script),))], Past())
        assert await trio.to_thread.run_sync(reading.has_read.wait, 30)
        script.unlink()
        carrier.launcher_said([ENDS[kind](str(script))], Past())
        await trio.testing.wait_all_tasks_blocked()
        assert not any(isinstance(message, Ended) for message in told.heard)
        reading.may_end.set()

    assert reading.paths == [str(script)]
    assert Said(1, chunk=b"Task {more}", number=1) in told.heard
    assert isinstance(told.heard[-1], Ended)
    carrier.heard(PEER, [Acknowledge((1,))])
    assert os.listdir(tmp_path / "output") == []
