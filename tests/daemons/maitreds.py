"""A maitre-d as a process of its own, and dispatchers, nimbys and tools of the test's that speak to it over links."""

from __future__ import annotations

import contextlib
import getpass
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, TypeVar

import trio

from daemons.keys import Keyring, master_keyring, new_master
from daemons.link import Identity, Link, LinkError, connect
from runtime.farm_messages import (
    AskFarm,
    Attach,
    Attached,
    Farm,
    FarmMessage,
    Granted,
    HeldLease,
    Returned,
    SlotLine,
    Want,
)
from runtime.needs import Need

PATIENCE_S = 30.0
NEED = Need("pixarRender")
_M = TypeVar("_M", bound=FarmMessage)


def slots(count: int, host: str = "127.0.0.2", keys: str = "pixarRender", first: int = 1) -> str:
    """Lines of a schedule: so many servers s1, s2, ... on a host."""
    numbers = range(first, first + count)
    return "".join(f"set alfServer(s{n}) {{-host {host} -keys {{{keys}}} -udi {n} -enabled 1}}\n" for n in numbers)


class Server:
    """A maitre-d in a directory, which can be killed and started again at its port."""

    def __init__(self, directory: Path, schedule: str, *options: str, ini: str = "", keyed: bool = False) -> None:
        self.directory = directory
        self.directory.mkdir(exist_ok=True)
        self.schedule = directory / "alfred.schedule"
        self.schedule.write_text(schedule)
        (directory / "alfred.ini").write_text(
            "set alfConfig(scheduleSeconds) 0.1\nset alfConfig(metricsPort) 0\n" + ini
        )
        self.key = directory / "key"
        if keyed:
            new_master(self.key)
        self.port = 0
        self._options = options
        self.process: subprocess.Popen[str] | None = None

    def start(self, *more: str) -> None:
        """Start it and wait until it listens."""
        self.process = process = self.begin("-wait", "0", *self._options, *more)
        assert process.stdout is not None and process.stderr is not None
        ready = process.stdout.readline()
        if not ready:
            raise AssertionError(process.stderr.read() + self.log)
        self.port = int(ready.rpartition(":")[2])

    def begin(self, *more: str) -> subprocess.Popen[str]:
        """Start a process with these options, in this directory."""
        words = [sys.executable, "-P", "-m", "daemons.cli", "-maitre_d", "-bind", "127.0.0.1", "-port", str(self.port)]
        words += ["-state", str(self.directory / "state"), "-log", str(self.directory / "log")]
        words += ["-schedule", str(self.schedule), *more]
        return subprocess.Popen(words, env=self.env(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def env(self) -> dict[str, str]:
        env = {**os.environ, "HOME": str(self.directory), "RMANTREE": str(self.directory)}
        env["ALF_INI"] = str(self.directory / "alfred.ini")
        env.pop("ALF_KEY", None)
        if self.key.exists():
            env["ALF_KEY"] = str(self.key)
        return env

    @property
    def log(self) -> str:
        try:
            return (self.directory / "log").read_text()
        except FileNotFoundError:
            return ""

    async def logged(self, text: str) -> str:
        """The first line of the log with this text, as soon as it is there."""
        with trio.fail_after(PATIENCE_S):
            while True:
                for line in self.log.splitlines():
                    if text in line:
                        return line
                await trio.sleep(0.01)

    def kill(self, number: signal.Signals = signal.SIGKILL) -> int:
        """End it, and wait until it has gone; its exit status."""
        assert self.process is not None
        self.process.send_signal(number)
        with self.process:
            return self.process.wait(PATIENCE_S)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def alfred(self, *words: str, **more: Any) -> subprocess.CompletedProcess[str]:
        """The alfred command, at this site."""
        ini = self.directory / "alfred.ini"
        hosts = f"set alfConfig(maitredHost) 127.0.0.1:{self.port}\n"
        if hosts not in ini.read_text():
            ini.write_text(ini.read_text() + hosts)
        command = [sys.executable, "-P", "-m", "daemons.cli", *words]
        return subprocess.run(command, env=self.env(), capture_output=True, text=True, timeout=PATIENCE_S, **more)


@contextlib.contextmanager
def running(directory: Path, schedule: str, *options: str, **more: Any) -> Iterator[Server]:
    server = Server(directory, schedule, *options, **more)
    try:
        server.start()
        yield server
    finally:
        server.stop()


class Client:
    """A peer of the maitre-d. What it is told is kept until it is asked for."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self._heard: list[FarmMessage] = []

    def say(self, *messages: FarmMessage) -> None:
        self.link.post(*messages)

    async def hear(self, kind: type[_M]) -> _M:
        """The next message of a kind, from now or before."""
        with trio.fail_after(PATIENCE_S):
            while True:
                for place, message in enumerate(self._heard):
                    if isinstance(message, kind):
                        del self._heard[place]
                        return message
                batch = await self.link.receive_batch()
                assert batch, f"the maitre-d hung up; not asked for: {self._heard}"
                self._heard += batch

    async def end(self) -> str:
        """Wait for the end of the connection; the last words of it."""
        with trio.fail_after(PATIENCE_S):
            last = ""
            with contextlib.suppress(LinkError):
                while batch := await self.link.receive_batch():
                    last = str(batch[-1])
            return last

    async def attach(self, name: str = "dispatcher1", *held: HeldLease, epoch: int = 0) -> Attached:
        self.say(Attach(name, "desk", 9001, epoch, held))
        return await self.hear(Attached)

    async def want(self, number: int = 1, total: int = 1, need: Need = NEED) -> Granted:
        self.say(Want(number, number, 1, f"job {number}", need, total))
        return await self.hear(Granted)

    def give_back(self, granted: Granted) -> None:
        self.say(Returned(granted.lease.id))

    async def farm(self) -> Farm:
        self.say(AskFarm(7))
        return await self.hear(Farm)

    async def slot(self, name: str) -> SlotLine:
        return next(slot for slot in (await self.farm()).slots if slot.name == name)


@contextlib.asynccontextmanager
async def connected(server: Server, role: str = "dispatcher", user: str = "") -> AsyncIterator[Client]:
    """A peer that has said nothing yet. With a key at the site, any user proves himself."""
    keyring = master_keyring({"ALF_KEY": str(server.key)}) if server.key.exists() else Keyring()
    identity = Identity(role, user or getpass.getuser(), socket.gethostname(), keyring)
    link = await connect("127.0.0.1", server.port, identity, "maitre-d")
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(link.write_forever)
            yield Client(link)
            nursery.cancel_scope.cancel()
    finally:
        await link.close()


@contextlib.asynccontextmanager
async def dispatcher(server: Server, name: str = "dispatcher1", *held: HeldLease) -> AsyncIterator[Client]:
    """A dispatcher that has attached."""
    async with connected(server) as client:
        await client.attach(name, *held)
        yield client
