"""daemons.carrier: what the launcher is told, and when. What runs: tests/daemons/test_dispatcher_process.py."""

from __future__ import annotations

from pathlib import Path

import trio
import trio.testing

from daemons.carrier import Carrier
from daemons.journal import Journal
from daemons.launcher_log import Past
from daemons.launcher_messages import Journalled
from daemons.link import Identity
from daemons.reading import ScriptReader
from daemons.remote import Remotes
from daemons.state import State
from runtime.dispatcher import Dispatcher
from runtime.machine import Machine
from runtime.queued import Attempt
from runtime.remote import Terms


class Told:
    """The way to a launcher that keeps what it is sent."""

    def __init__(self) -> None:
        self.past = Past()
        self.heard: list[object] = []
        self.arrived = trio.Event()

    def send(self, messages: object) -> None:
        self.heard += messages  # type: ignore[arg-type]  # any messages
        self.arrived.set()


async def test_the_launcher_keeps_an_end_whose_meaning_is_still_to_be_found_out(tmp_path: Path) -> None:
    core = Dispatcher(Machine(()), ScriptReader())
    core._server.attempts[2] = Attempt(2, 1, 1, 1, 0.0)  # it has ended, and its -resumewhile test runs
    journal = Journal(tmp_path / "q")
    journal.start(lambda trouble: None)
    launcher = Told()
    state = State(tmp_path, tmp_path / "lock")
    async with trio.open_nursery() as nursery:
        remotes = Remotes("me", Identity("dispatcher", "anna", "here"), Terms(120.0, 10.0), nursery)
        to_maitred: list[object] = []
        carrier = Carrier(
            core, journal, launcher, state, nursery, lambda news: None, lambda: None, to_maitred.append, remotes
        )

        carrier.acknowledge([1, 2, 3])
        await launcher.arrived.wait()
        assert launcher.heard == [Journalled((1, 3))]

        del core._server.attempts[2]
        launcher.arrived = trio.Event()
        carrier.acknowledge([2])
        await launcher.arrived.wait()
        assert launcher.heard[1:] == [Journalled((2,))]
    await trio.to_thread.run_sync(journal.close)
