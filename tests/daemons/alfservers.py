"""An alfserver as a process of its own, and a dispatcher of the test's that speaks to it over a link."""

from __future__ import annotations

import contextlib
import getpass
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil
import trio

from daemons.keys import Keyring
from daemons.link import Identity, Link, connect
from runtime.farm_messages import (
    Acknowledge,
    AttemptState,
    Began,
    Context,
    Ended,
    FarmMessage,
    Launch,
    LeaseId,
    NotStarted,
    Printed,
    Resume,
    Resumed,
)
from runtime.grants import proof_of

WAIT = ("sleep", "1000")
_TRIES_S = 30.0


def free_port() -> int:
    """A port of the loopback that nobody has at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """An alfserver in a directory, which can be killed and started again."""

    def __init__(self, directory: Path, *options: str, key: Path | None = None, ini: str | None = None) -> None:
        self.directory = directory
        self.state = directory / "alfserver"
        self.port = free_port()
        self._options = options
        self._key = key
        self.process: subprocess.Popen[str] | None = None
        if ini is not None:
            (directory / "alfred.ini").write_text(ini)
            self._options += ("-ini", str(directory / "alfred.ini"))

    def start(self, *more: str) -> None:
        """Start it and wait until it listens."""
        words = [sys.executable, "-P", "-m", "daemons.alfserver.main", "-s", str(self.port), "-state", str(self.state)]
        words += ["-bind", "127.0.0.1", "-host", "node1", "-log", str(self.directory / "log"), *self._options, *more]
        env = {**os.environ, "HOME": str(self.directory), "RMANTREE": str(self.directory)}
        env.pop("ALF_KEY", None)
        if self._key is not None:
            env["ALF_KEY"] = str(self._key)
        process = subprocess.Popen(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert process.stdout is not None and process.stderr is not None
        self.process = process
        if not process.stdout.readline():
            raise AssertionError(process.stderr.read() + self.log)

    @property
    def log(self) -> str:
        try:
            return (self.directory / "log").read_text()
        except FileNotFoundError:
            return ""

    @property
    def launcher(self) -> int:
        """The launcher's pid."""
        return next(launchers(self.state / "launcher"))

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End the alfserver, without its launcher, and wait until it has gone."""
        assert self.process is not None
        self.process.send_signal(number)
        self.wait()

    def wait(self) -> int:
        """Until it has ended by itself."""
        assert self.process is not None
        with self.process:
            return self.process.wait(30)

    def stop(self) -> None:
        """Leave nothing of it."""
        if self.process is not None and self.process.poll() is None:
            self.kill(signal.SIGTERM)
        for launcher in launchers(self.state / "launcher"):
            for child in psutil.Process(launcher).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    child.kill()
            os.kill(launcher, signal.SIGKILL)


def launchers(directory: Path) -> Iterator[int]:
    """Pids of the launchers of a directory."""
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if "daemons.launcher" in words and str(directory) in words:
            yield process.pid


@contextlib.contextmanager
def running_server(directory: Path, *options: str, **more: Any) -> Iterator[Server]:
    server = Server(directory, *options, **more)
    try:
        server.start()
        yield server
    finally:
        server.stop()


class Client:
    """A dispatcher, as far as an alfserver knows one. `heard` is all that it was told, `printed` the output so far."""

    def __init__(self, link: Link, identity: Identity) -> None:
        self.link = link
        self._user, self._grant_key = identity.user, identity.keyring.for_grants()
        self._name = ""
        self.heard: list[FarmMessage] = []
        self.printed: dict[tuple[int, bool], bytearray] = {}
        self.states: dict[int, AttemptState] = {}

    async def resume(self, dispatcher: str) -> Resumed:
        self._name = dispatcher
        self.link.post(Resume(dispatcher))
        resumed = await self.until(lambda m: isinstance(m, Resumed))
        assert isinstance(resumed, Resumed)
        self.states = {state.attempt: state for state in resumed.attempts}
        return resumed

    def context(self, directory: Path | str, **env: str) -> None:
        self.link.post(Context(1, str(directory), {"PATH": os.environ["PATH"], **env}))

    def launch(self, attempt: int, *argv: str, **more: Any) -> None:
        """A launch in the context 1, on a slot and with a lease of its own unless told otherwise."""
        lease = LeaseId(5, attempt)
        usual = {"lease": lease, "slot": f"slot{attempt}", "lease_s": 60.0, "context": 1, "env": {}, "host": "node1"}
        said = {**usual, **more}
        proof = proof_of(self._grant_key, said["lease"], self._user, self._name, said["slot"], said["host"])
        self.link.post(Launch(attempt=attempt, tag=f"1.{attempt}.1", argv=argv, **{"proof": proof, **said}))

    def sh(self, attempt: int, script: str, **more: Any) -> None:
        self.launch(attempt, "/bin/sh", "-c", script, **more)

    async def until(self, wanted: Callable[[FarmMessage], bool]) -> FarmMessage:
        """The first message that `wanted` is true for, from now or before."""
        with trio.fail_after(_TRIES_S):
            while True:
                for message in self.heard:
                    if wanted(message):
                        return message
                batch = await self.link.receive_batch()
                assert batch, f"the alfserver hung up; it had said {self.heard}"
                for message in batch:
                    self._take(message)

    def _take(self, message: FarmMessage) -> None:
        self.heard.append(message)
        if isinstance(message, Printed):
            self.printed.setdefault((message.attempt, message.stdout), bytearray())[message.at :] = message.data

    async def began(self, attempt: int) -> Began:
        found = await self.until(lambda m: isinstance(m, Began) and m.attempt == attempt)
        assert isinstance(found, Began)
        return found

    async def end(self, attempt: int) -> Ended:
        found = await self.over(attempt)
        assert isinstance(found, Ended), found
        return found

    async def refusal(self, attempt: int) -> NotStarted:
        found = await self.over(attempt)
        assert isinstance(found, NotStarted), found
        return found

    async def over(self, attempt: int) -> FarmMessage:
        return await self.until(lambda m: isinstance(m, Ended | NotStarted) and m.attempt == attempt)

    async def answer(self, question: FarmMessage, kind: type[FarmMessage]) -> FarmMessage:
        """Say something, and wait for an answer of that kind."""
        before = len(self.heard)
        self.link.post(question)
        return await self.until(lambda m: isinstance(m, kind) and m in self.heard[before:])

    async def text(self, attempt: int, wanted: bytes) -> None:
        """Wait until an attempt has printed this."""
        await self.until(lambda _: wanted in self.printed.get((attempt, False), b""))

    def acknowledge(self, *attempts: int) -> None:
        self.link.post(Acknowledge(attempts))


@contextlib.asynccontextmanager
async def connected(server: Server, keyring: Keyring | None = None, user: str = "") -> AsyncIterator[Client]:
    """A link that has said nothing yet."""
    identity = Identity("dispatcher", user or getpass.getuser(), "desk", keyring or Keyring())
    link = await connect("127.0.0.1", server.port, identity, "alfserver")
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(link.write_forever)
            yield Client(link, identity)
            nursery.cancel_scope.cancel()
    finally:
        await link.close()


@contextlib.asynccontextmanager
async def dispatcher(server: Server, directory: Path, name: str = "dispatcher1", **more: Any) -> AsyncIterator[Client]:
    """A dispatcher that has resumed, with the context 1."""
    async with connected(server, **more) as client:
        await client.resume(name)
        client.context(directory)
        yield client


async def patiently(condition: Callable[[], bool]) -> None:
    """Wait until a condition of the machine, which nothing announces, holds."""
    with trio.fail_after(_TRIES_S):
        while not condition():
            await trio.sleep(0.01)


def lines(path: Path) -> Sequence[str]:
    return path.read_text().splitlines() if path.exists() else ()
