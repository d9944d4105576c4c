"""The process of the NIMBY window: the shields of a desktop (daemons.nimby), behind a button.

It goes on when no maitre-d answers, and ends when its window is closed: then nothing blocks this host any more.
"""

from __future__ import annotations

import sys
import tkinter as tk
from functools import partial

import trio

from daemons.nimby import Desk, at_desk, until_told
from gui import host
from gui.app import DONE, USAGE, Application
from gui.links.dispatcher import DispatcherLink
from gui.windows.nimby import NimbyWindow
from runtime.nimby import Mode


def run(mode: Mode, idle_s: float | None, desk: Desk) -> int:
    """Show the window until it is closed; the exit status."""
    try:
        root = tk.Tk(className="Alfred")
    except tk.TclError as error:
        sys.stderr.write(f"alfred: no window: {error}\nalfred: -nimby -nogui works without one\n")
        return USAGE
    app = Application(root, DispatcherLink(starts=False))
    host.run(root, partial(until_told, partial(attend, NimbyWindow(app), mode, idle_s, desk)))
    return DONE


async def attend(window: NimbyWindow, mode: Mode, idle_s: float | None, desk: Desk) -> None:
    """Hold the shields as the window says, until it is closed."""
    async with at_desk(mode, idle_s, desk, window.say) as process:
        window.hold(process)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(process.run)
            await window.closed.wait()
            nursery.cancel_scope.cancel()
