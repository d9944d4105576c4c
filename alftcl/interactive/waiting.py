"""Timers and fileevents happen while the shell waits for a key.

What their scripts write stands above the prompt. The terminal hands keys over one by one then, Ctrl-C too; while a
script runs it is set to interrupt again, so that one that never ends can be stopped.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager

from prompt_toolkit.application import get_app, run_in_terminal

from alftcl.channels import Channel
from alftcl.devices import MemoryDevice
from alftcl.errors import Exit
from alftcl.interp import Interp

_PAUSE_S = 0.02
_LOCAL_MODES = 3  # the place of the local modes in what tcgetattr gives


def let_events_happen(interp: Interp) -> None:
    """To be called as a prompt begins."""
    if not interp.events.is_empty:
        get_app().create_background_task(_happen(interp))


async def _happen(interp: Interp) -> None:
    while not interp.events.is_empty:
        with _captured(interp) as written:
            try:
                with _interruptible():
                    happened = interp.events.step(interp, wait=False)
            except KeyboardInterrupt:
                happened = True
                written += b"interrupted\n"
            except Exit as ended:
                get_app().exit(exception=ended)
                return
        if written:
            await run_in_terminal(lambda text=bytes(written): _show(text))  # type: ignore[misc]  # mypy: cannot infer
        if not happened:
            await asyncio.sleep(_PAUSE_S)


def _show(text: bytes) -> None:
    sys.stdout.write(text.decode("utf-8", "replace"))
    if not text.endswith(b"\n"):
        sys.stdout.write("\n")
    sys.stdout.flush()


@contextmanager
def _captured(interp: Interp) -> Iterator[bytearray]:
    """What is written to stdout and stderr meanwhile."""
    device = MemoryDevice()
    ours = {name: interp.channels.get(name) for name in ("stdout", "stderr") if name in interp.channels}
    for name, channel in ours.items():
        stand_in = Channel(name, device, readable=False, writable=True)
        stand_in.encoding, stand_in.buffering = channel.encoding, "none"
        interp.channels.add(stand_in)
    try:
        yield device.written
    finally:
        for channel in ours.values():
            interp.channels.add(channel)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Ctrl-C raises KeyboardInterrupt, and the loop of the prompt does not hear of it."""
    wakeup = signal.set_wakeup_fd(-1)
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    modes = termios.tcgetattr(sys.stdin) if sys.stdin.isatty() else None
    if modes is not None:
        interrupting = list(modes)
        interrupting[_LOCAL_MODES] |= termios.ISIG
        termios.tcsetattr(sys.stdin, termios.TCSANOW, interrupting)
    try:
        yield
    finally:
        if modes is not None:
            termios.tcsetattr(sys.stdin, termios.TCSANOW, modes)
        signal.signal(signal.SIGINT, handler)
        signal.set_wakeup_fd(wakeup)
