"""For how long the user of this machine has been idle: by X's screensaver extension, and by the terminals.

    X           when DISPLAY is set: no key, no motion of the mouse (daemons.x_idle, a process of its own)
    terminals   nothing was typed at those of who is logged in, nor at those that belong to a user (their atime, which
                the kernel keeps to some seconds)

The shortest time counts. Where nobody is logged in, and there is no X server, nobody can be disturbed: infinite.
"""

from __future__ import annotations

import logging
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import psutil
import trio

ANSWER_S = 5.0
AGAIN_S = 60.0
"""Between two tries to reach an X server that was not there."""
_FIRST_USER = 1000  # the uids below are the system's own
_log = logging.getLogger("nimby")


class Screen:
    """The X server of DISPLAY, asked by a process of its own. Use as an asynchronous context."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._process: trio.Process | None = None
        self._rest = b""
        self._try_at = 0.0
        self.timeout_s: float | None = None
        """The screensaver's, once it is known; 0 where it is off."""

    async def idle_s(self) -> float | None:
        """For how long the user has been idle; None where nobody can be asked."""
        if self._process is None and not await self._start():
            return None
        line = await self._ask(b"\n")
        try:
            return float(line)
        except ValueError:
            await self._stop(line)
            return None

    async def _start(self) -> bool:
        if not self._environ.get("DISPLAY") or trio.current_time() < self._try_at:
            return False
        self._try_at = trio.current_time() + AGAIN_S
        words = [sys.executable, "-P", "-S", str(Path(__file__).with_name("x_idle.py"))]
        self._rest = b""
        self._process = await trio.lowlevel.open_process(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(self._environ)
        )
        first = await self._ask(b"")
        if not first.isdecimal():
            await self._stop(first)
            return False
        self.timeout_s = float(first)
        return True

    async def _ask(self, question: bytes) -> str:
        """The next line of the process; empty when there is none, in time."""
        assert self._process is not None and self._process.stdin is not None and self._process.stdout is not None
        with trio.move_on_after(ANSWER_S), suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            await self._process.stdin.send_all(question)
            while b"\n" not in self._rest:
                data = await self._process.stdout.receive_some(1024)
                if not data:
                    return ""
                self._rest += bytes(data)
            line, _, self._rest = self._rest.partition(b"\n")
            return line.decode(errors="replace")
        return ""

    async def _stop(self, line: str) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        words = b""
        with trio.CancelScope(shield=True):
            process.kill()
            await process.wait()
            if process.stderr is not None:
                words = bytes(await process.stderr.receive_some(4096))
            for stream in filter(None, (process.stdin, process.stdout, process.stderr)):
                await stream.aclose()
        said = words.decode(errors="replace").strip().splitlines()
        _log.info("%s", said[-1] if said else f"the X server did not answer {line}".rstrip())

    async def __aenter__(self) -> Screen:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stop("")


class Idle:
    """This machine's user. `screensaver_s`, once `seconds` was asked, is the screensaver's time-out; None without."""

    def __init__(self, screen: Screen, terminals: Callable[[], Iterator[Path]] | None = None) -> None:
        self._screen = screen
        self._terminals = terminals or terminals_in_use

    async def seconds(self) -> float:
        """For how long nobody has used this machine."""
        by_x = await self._screen.idle_s()
        by_terminals = terminals_idle_s(self._terminals(), time.time())
        return by_terminals if by_x is None else min(by_x, by_terminals)

    @property
    def screensaver_s(self) -> float | None:
        """The screensaver's time-out; None where there is none, or it is off."""
        return self._screen.timeout_s or None


def terminals_idle_s(terminals: Iterator[Path], now: float) -> float:
    """For how long nothing was typed at any of them; infinite where there is none."""
    shortest = float("inf")
    for terminal in terminals:
        with suppress(OSError):  # closed meanwhile
            shortest = min(shortest, max(0.0, now - terminal.stat().st_atime))
    return shortest


def terminals_in_use(devices: Path = Path("/dev")) -> Iterator[Path]:
    """The terminals of who is logged in, and all that belong to a user and not to the system."""
    logged_in = {devices / user.terminal for user in psutil.users() if user.terminal}
    yield from logged_in
    for place in (*devices.glob("tty[0-9]*"), *devices.glob("pts/[0-9]*")):
        with suppress(OSError):
            found = place.stat()
            if place not in logged_in and stat.S_ISCHR(found.st_mode) and found.st_uid >= _FIRST_USER:
                yield place
