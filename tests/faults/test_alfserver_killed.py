"""T3, T6, T7 and T8 at an alfserver: it, its launcher, or both are killed, links are cut at the worst moments, launches
are said twice, ends are not heard.

Every command is a witness: it appends its attempt and `start`, later `end`, to one file. The dispatcher keeps a journal
of ends in memory and gives every command attempts until one has ended with 0. What it does not know it asks.
ALF_SOAK=N takes N times as many commands.
"""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from pathlib import Path

import pytest
import trio

from daemons.launch import DEATHS, DEATHS_S
from daemons.link import Link, LinkError
from runtime.farm_messages import (
    Acknowledge,
    Began,
    Context,
    Ended,
    FarmMessage,
    Follow,
    Launch,
    LeaseId,
    NotStarted,
    Printed,
    Renew,
    Resumed,
)
from tests.daemons.alfservers import Server, connected, launchers

SOAK = int(os.environ.get("ALF_SOAK", "1"))
COMMANDS = 40 * SOAK
SLOTS = 4
WITNESS = 'echo "$1 $2 start" >> witnesses; echo "said $2"; sleep 0.$3; echo "$1 $2 end" >> witnesses; echo "over $2"'


class Cut(Exception):
    """The link is cut here and now."""


class Dispatcher:
    """A dispatcher of one list of commands, whose memory (the journal) outlives its links."""

    def __init__(self, directory: Path, dice: random.Random, faults: float) -> None:
        self.directory = directory
        self.dice = dice
        self.faults = faults
        self.waiting = list(range(1, COMMANDS + 1))
        self.running: dict[int, int] = {}
        self.ended: dict[int, Ended | NotStarted] = {}
        self.unacknowledged: set[int] = set()
        self.printed: dict[int, bytes] = {}
        self.attempts = 0
        self.cuts = 0
        self.at_work = trio.Event()
        """An attempt runs on the alfserver that there is now."""

    @property
    def over(self) -> bool:
        return not self.waiting and not self.running

    def chance(self) -> bool:
        return self.dice.random() < self.faults

    def cut(self) -> None:
        self.cuts += 1
        raise Cut

    async def life(self, server: Server) -> None:
        """One link, from Resume to its end."""
        async with connected(server) as client:
            await client.resume("desk")
            client.context(self.directory)
            self.take_up(client.link, client.states.keys())
            while not self.over:
                self.launch(client.link)
                messages = await client.link.receive_batch()
                if not messages:
                    return
                for message in messages:
                    self.hear(client.link, message)

    def take_up(self, link: Link, known: object) -> None:
        """What is not known there was never begun; what is, is asked for its output and its end."""
        for attempt in sorted(self.running):
            if attempt in known:
                self.at_work.set()
                link.post(Follow(attempt, len(self.printed[attempt])))
            else:
                self.record(NotStarted(attempt, "never begun", transient=True))
        link.post(Acknowledge(tuple(sorted(self.unacknowledged))))
        link.post(Renew(1, 60.0, tuple(self.running)))
        self.unacknowledged.clear()

    def launch(self, link: Link) -> None:
        while self.waiting and len(self.running) < SLOTS:
            command = self.waiting.pop(0)
            self.attempts += 1
            taken = {attempt % SLOTS for attempt in self.running}
            if self.attempts % SLOTS in taken:  # its slot is still in use: the number is never used
                self.waiting.insert(0, command)
                continue
            self.running[self.attempts] = command
            self.printed[self.attempts] = b""
            words = ("sh", "-c", WITNESS, "sh", str(command), str(self.attempts), str(self.dice.randrange(10)))
            tag, slot = f"1.{command}.1", f"s{self.attempts % SLOTS}"
            message = Launch(self.attempts, tag, LeaseId(1, self.attempts), slot, 60.0, 1, words, {})
            link.post(message)
            if self.chance():
                link.post(message)
            if self.chance():
                self.cut()

    def hear(self, link: Link, message: FarmMessage) -> None:
        match message:
            case Printed():
                before = self.printed[message.attempt]
                self.printed[message.attempt] = before[: message.at] + message.data
            case Ended() | NotStarted() if message.attempt in self.running:
                if self.chance():
                    self.cut()  # it was not heard: it must come again
                self.record(message)
                if self.chance():
                    self.unacknowledged.add(message.attempt)
                    self.cut()
                link.post(Acknowledge((message.attempt,)))
            case Began():
                self.at_work.set()
            case Ended() | NotStarted() | Resumed() | Context():
                pass

    def record(self, end: Ended | NotStarted) -> None:
        self.ended[end.attempt] = end
        command = self.running.pop(end.attempt)
        if isinstance(end, NotStarted) or end.lost or end.status != 0:
            self.waiting.insert(0, command)


def check(directory: Path, dispatcher: Dispatcher, *, launcher_lived: bool) -> None:
    """I1: witnesses of one command do not overlap. I2: every command ended once; what was 0 did not run again. All
    output has arrived."""
    ended = dispatcher.ended
    finished: Counter[str] = Counter()
    running: dict[str, str] = {}
    for line in (directory / "witnesses").read_text().splitlines():
        command, attempt, what = line.split()
        end = ended[int(attempt)]
        assert isinstance(end, Ended), f"attempt {attempt} ran and counts as never begun"
        assert not (launcher_lived and end.lost), f"attempt {attempt} was lost though its launcher lived"
        if what == "start":
            before = running.get(command)
            assert before is None or ended[int(before)].lost, f"two of {command} at once"
            assert not finished[command], f"{command} had finished and ran again"
            running[command] = attempt
        else:
            assert running.pop(command) == attempt
            if not end.lost:
                finished[command] += 1
                assert dispatcher.printed[int(attempt)] == f"said {attempt}\nover {attempt}\n".encode()
    assert set(finished) == {str(n) for n in range(1, COMMANDS + 1)}
    assert max(finished.values()) == 1


async def work(dispatcher: Dispatcher, server: Server) -> None:
    """Links, one after the other, until all is done."""
    while not dispatcher.over:
        try:
            await dispatcher.life(server)
        except* (Cut, LinkError, AssertionError) as group:
            if group.subgroup(AssertionError) and not group.subgroup(lambda e: "hung up" in str(e)):
                raise
        await trio.sleep(0.02)


async def kill_often(server: Server, dispatcher: Dispatcher, dice: random.Random, what: str, kills: list[str]) -> None:
    """Kill the alfserver, its launcher, or both, again and again; an alfserver is started again at once.

    Every second kill waits until something runs: where processes take longer to start than it is to the next kill, on a
    busy machine, nothing would ever get done. An alfserver that loses its launcher too often in a short time gives up:
    it is a fault of the machine then.
    """
    pause_s = DEATHS_S / DEATHS if what == "launcher" else 0.1
    while True:
        if len(kills) % 2:
            await dispatcher.at_work.wait()
        await trio.sleep(pause_s + dice.uniform(0.0, 0.7))
        dispatcher.at_work = trio.Event()
        kills.append(what)
        if what != "alfserver":
            for pid in launchers(server.state / "launcher"):
                os.kill(pid, signal.SIGKILL)
        if what != "launcher":
            server.kill()
            await trio.to_thread.run_sync(server.start)


async def run(tmp_path: Path, seed: str, faults: float, what: str = "") -> tuple[Dispatcher, int]:
    dice = random.Random(seed)
    server = Server(tmp_path, "-a", str(SLOTS))
    dispatcher = Dispatcher(tmp_path, dice, faults)
    kills: list[str] = []
    try:
        server.start()
        with trio.fail_after(120 * SOAK):
            async with trio.open_nursery() as nursery:
                if what:
                    nursery.start_soon(kill_often, server, dispatcher, dice, what, kills)
                await work(dispatcher, server)
                nursery.cancel_scope.cancel()
    finally:
        server.stop()
    return dispatcher, len(kills)


@pytest.mark.faults
@pytest.mark.parametrize("what", ["alfserver", "launcher", "both"])
async def test_kills_lose_nothing_and_repeat_nothing(tmp_path: Path, what: str) -> None:
    dispatcher, kills = await run(tmp_path, f"{what} 1", 0.02, what)

    check(tmp_path, dispatcher, launcher_lived=what == "alfserver")
    assert kills >= 2


@pytest.mark.faults
async def test_cuts_repetitions_and_unheard_ends_lose_nothing_and_repeat_nothing(tmp_path: Path) -> None:
    dispatcher, _ = await run(tmp_path, "cuts", 0.15)

    check(tmp_path, dispatcher, launcher_lived=True)
    assert dispatcher.cuts >= 10


@pytest.mark.faults
async def test_a_stopped_alfserver_does_not_keep_a_command_beyond_its_lease(tmp_path: Path) -> None:
    """T4: nobody renews while it sleeps; its launcher ends what it runs."""
    server = Server(tmp_path)
    try:
        server.start()
        async with connected(server) as client:
            await client.resume("desk")
            client.context(tmp_path)
            client.launch(1, "sleep", "1000", lease_s=0.5)
            began = await client.began(1)
            assert server.process is not None
            server.process.send_signal(signal.SIGSTOP)
            with trio.fail_after(30):
                while Path(f"/proc/{began.pid}").exists():
                    await trio.sleep(0.01)
            server.process.send_signal(signal.SIGCONT)

            assert (await client.end(1)).expired
    finally:
        server.stop()
