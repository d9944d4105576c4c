"""daemons.nimby, daemons.idle: a desktop, its terminals and screen, and a maitre-d that is a few lines of this file."""

from __future__ import annotations

import ctypes
import os
import pty
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
import trio

from daemons import cli
from daemons import nimby as nimby_process
from daemons.idle import Idle, Screen, terminals_idle_s, terminals_in_use
from daemons.keys import Keyring
from daemons.link import Identity, Link, listen, serve
from daemons.nimby import Desk, NimbyProcess
from daemons.options.part import Windows
from runtime.farm_messages import Eject, FarmMessage, Shields, ShieldsAre
from runtime.nimby import Mode, Nimby
from runtime.settings import Settings

LIMIT_S = 30.0
MASTER = Keyring(master=bytes(range(32)))


class User:
    """Somebody at a desktop: `idle_s` is for how long he has done nothing."""

    def __init__(self, idle_s: float) -> None:
        self.idle_s = idle_s

    async def seconds(self) -> float:
        return self.idle_s


class FakeMaitred:
    """Hears nimbys; `until` waits for the words of one."""

    def __init__(self) -> None:
        self.heard: list[FarmMessage] = []
        self.links: list[Link] = []
        self.port = 0
        self._more = trio.Event()

    async def serve(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        identity = Identity("maitre-d", "root", "filou", MASTER)
        listener = listen("127.0.0.1", self.port, identity)
        self.port = listener.socket.getsockname()[1]
        task_status.started()
        async with listener:
            await serve([listener], identity, self._handle)

    async def _handle(self, link: Link) -> None:
        self.links.append(link)
        while (message := await link.receive()) is not None:
            self.heard.append(message)
            if isinstance(message, Shields):
                link.post(ShieldsAre(message.host, message.up, ("anna: chess, frame 12",)))
            self._more.set()
        self.links.remove(link)
        self._more.set()

    async def until(self, holds: Callable[[FakeMaitred], bool]) -> None:
        with trio.fail_after(LIMIT_S):
            while not holds(self):
                self._more = trio.Event()
                await self._more.wait()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nimby_process, "FIRST_PAUSE_S", 0.05)
    monkeypatch.setattr("runtime.nimby.LOOK_S", 0.05)


@asynccontextmanager
async def desk(
    mode: Mode, user: User, *, hosts: tuple[str, ...] = ("127.0.0.1",)
) -> AsyncIterator[tuple[FakeMaitred, list[str], trio.Nursery]]:
    """A nimby of ann's on janus, whose user is idle for as long as `user` says; a maitre-d; what the nimby says."""
    maitred, said = FakeMaitred(), list[str]()
    async with trio.open_nursery() as nursery:
        await nursery.start(maitred.serve)
        key = MASTER.key_of("ann")
        assert key is not None
        ann = Identity("nimby", "ann", "janus", Keyring(user="ann", own=key))
        place = Desk(ann, lambda: Settings(maitred_hosts=hosts, maitred_port=maitred.port))
        nursery.start_soon(NimbyProcess(Nimby(mode, 0.2), user.seconds, place, said.append).run)
        yield maitred, said, nursery
        nursery.cancel_scope.cancel()


async def test_shields_follow_the_user() -> None:
    user = User(0.0)
    async with desk(Mode.DEFAULT, user) as (maitred, said, _):
        await maitred.until(lambda maitred: maitred.heard == [Shields("janus", True)])
        user.idle_s = 1000.0
        await maitred.until(lambda maitred: maitred.heard[-1] == Shields("janus", False))
        user.idle_s = 0.0
        await maitred.until(lambda maitred: maitred.heard[-1] == Shields("janus", True))

        assert "attached to the maitre-d at filou:" + str(maitred.port) in said
        assert "shields down while you are idle: jobs may run here" in said
        assert not any(isinstance(message, Eject) for message in maitred.heard)


async def test_auto_eject_ends_what_runs_here_when_the_user_returns() -> None:
    user = User(1000.0)
    async with desk(Mode.AUTO_EJECT, user) as (maitred, said, _):
        await maitred.until(lambda maitred: Shields("janus", False) in maitred.heard)
        user.idle_s = 0.0
        await maitred.until(lambda maitred: Eject(1, "janus") in maitred.heard)

        assert maitred.heard[-2:] == [Shields("janus", True), Eject(1, "janus")]
        assert "you are back: what runs here is ejected" in said


async def test_another_mode_counts_at_once() -> None:
    maitred, said = FakeMaitred(), list[str]()
    async with trio.open_nursery() as nursery:
        await nursery.start(maitred.serve)
        ann = Identity("nimby", "ann", "janus", Keyring(user="ann", own=MASTER.key_of("ann") or b""))
        place = Desk(ann, lambda: Settings(maitred_hosts=("127.0.0.1",), maitred_port=maitred.port))
        process = NimbyProcess(Nimby(Mode.ALWAYS, 0.2), User(1000.0).seconds, place, said.append)
        nursery.start_soon(process.run)
        await maitred.until(lambda maitred: maitred.heard == [Shields("janus", True)])
        process.want(Mode.ALLOW)
        await maitred.until(lambda maitred: maitred.heard[-1] == Shields("janus", False))
        process.eject()
        await maitred.until(lambda maitred: maitred.heard[-1] == Eject(1, "janus"))

        assert process.attached
        nursery.cancel_scope.cancel()


async def test_what_runs_here_is_said() -> None:
    async with desk(Mode.ALWAYS, User(0.0)) as (maitred, said, _):
        await maitred.until(lambda maitred: bool(maitred.heard))
        with trio.fail_after(LIMIT_S):
            while "running here: anna: chess, frame 12" not in said:
                await trio.lowlevel.checkpoint()


async def test_a_lost_maitred_is_reached_again_and_told_again() -> None:
    async with desk(Mode.ALWAYS, User(0.0)) as (maitred, said, _):
        await maitred.until(lambda maitred: len(maitred.heard) == 1)

        await maitred.links[0].close()
        await maitred.until(lambda maitred: len(maitred.heard) == 2)

        assert maitred.heard == [Shields("janus", True)] * 2
        assert any(line.startswith("the maitre-d is gone") for line in said)


async def test_the_next_of_the_list_is_taken_where_the_first_does_not_answer() -> None:
    async with desk(Mode.ALWAYS, User(0.0), hosts=("127.0.0.77", "127.0.0.1")) as (maitred, said, _):
        await maitred.until(lambda maitred: bool(maitred.heard))

        assert any("127.0.0.77" in line and "cannot be reached" in line for line in said)


async def test_a_site_without_a_maitred_is_told_so() -> None:
    async with desk(Mode.ALWAYS, User(0.0), hosts=()) as (_, said, _nursery):
        with trio.fail_after(LIMIT_S):
            while not any("alfConfig(maitredHost)" in line for line in said):
                await trio.lowlevel.checkpoint()


# ---- the user's idle time ---------------------------------------------------------------------------------------


def test_the_terminal_that_was_used_last_counts(tmp_path: Path) -> None:
    for name, atime in (("tty1", 100.0), ("tty2", 400.0)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (atime, 900.0))

    assert terminals_idle_s(iter([tmp_path / "tty1", tmp_path / "tty2", tmp_path / "gone"]), 1000.0) == 600.0


def test_where_nobody_is_logged_in_nobody_is_disturbed() -> None:
    assert terminals_idle_s(iter(()), 1000.0) == float("inf")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a terminal to another user")
def test_a_terminal_counts_when_it_belongs_to_a_user() -> None:
    ours, theirs = pty.openpty()
    try:
        place = Path(os.ttyname(theirs))
        assert place not in terminals_in_use()
        os.chown(place, 54321, -1)
        assert place in terminals_in_use()
    finally:
        os.close(ours)
        os.close(theirs)


async def test_without_a_display_the_terminals_count() -> None:
    async with Screen({}) as screen:
        idle = Idle(screen, lambda: iter(()))

        assert await idle.seconds() == float("inf")
        assert idle.screensaver_s is None


async def test_a_display_that_is_not_there_is_as_none() -> None:
    async with Screen({**os.environ, "DISPLAY": ":7654"}) as screen:
        assert await screen.idle_s() is None


@pytest.fixture
def display() -> Iterator[str]:
    """An X server without a screen of its own."""
    if shutil.which("Xvfb") is None:
        pytest.skip("there is no Xvfb")
    try:
        for library in ("libX11.so.6", "libXss.so.1"):
            ctypes.CDLL(library)
    except OSError as error:
        pytest.skip(str(error))
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-nolisten", "tcp", "-screen", "0", "64x64x8"],
        pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(writing)
    try:
        with os.fdopen(reading) as number:
            yield f":{number.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


async def test_the_x_server_says_for_how_long_nobody_has_touched_anything(display: str) -> None:
    async with Screen({**os.environ, "DISPLAY": display}) as screen:
        first = await screen.idle_s()
        with trio.fail_after(LIMIT_S):
            while (later := await screen.idle_s()) == first:
                await trio.lowlevel.checkpoint()

        assert first is not None and later is not None and 0.0 <= first < later
        assert screen.timeout_s is not None and screen.timeout_s >= 0


async def test_an_x_server_that_goes_takes_nothing_with_it(display: str) -> None:
    async with Screen({**os.environ, "DISPLAY": display}) as screen:
        assert await screen.idle_s() is not None
        asks = screen._process
        assert asks is not None
        asks.send_signal(signal.SIGKILL)

        assert await screen.idle_s() is None


@pytest.mark.parametrize(("words", "setting"), [(["-mode", "always"], ""), ([], "set alfConfig(nimbyMode) always")])
def test_alfred_nimby_is_a_command(tmp_path: Path, words: list[str], setting: str) -> None:
    ini = tmp_path / "etc/alfred.ini"
    ini.parent.mkdir()
    ini.write_text(f"set alfConfig(maitredHost) {{}}\n{setting}\n")
    nimby = subprocess.Popen(
        [sys.executable, "-P", "-m", "daemons.cli", "-nimby", *words],
        stdout=subprocess.PIPE, env={**os.environ, "RATTREE": str(tmp_path), "HOME": str(tmp_path)}, text=True,
    )  # fmt: skip
    try:
        assert nimby.stdout is not None
        said = {nimby.stdout.readline()[10:], nimby.stdout.readline()[10:]}
        nimby.send_signal(signal.SIGINT)

        assert "shields up: no job runs here\n" in said
        assert nimby.wait(LIMIT_S) == 0
        assert nimby.stdout.read().endswith("the block of this host has ended\n")
    finally:
        nimby.kill()
        nimby.wait()


@pytest.mark.parametrize(("words", "where"), [(["-nimby"], "window"), (["-nimby", "-nogui"], "terminal")])
def test_alfred_nimby_is_a_window_where_there_are_windows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], where: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    asked: list[tuple[str, Mode]] = []

    def serve(place: str, mode: Mode, _idle_s: float | None, _desk: Desk) -> int:
        asked.append((place, mode))
        return 0

    monkeypatch.setattr(nimby_process, "serve", partial(serve, "terminal"))
    windows = Windows(queue=lambda _wishes: 2, nimby=partial(serve, "window"))

    assert cli.main([*words, "-mode", "allow"], windows) == 0
    assert asked == [(where, Mode.ALLOW)]
