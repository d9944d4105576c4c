"""Tk as the host of trio: both in one thread, neither waits for the other.

    Tk's main loop  --runs-->  callbacks: windows, and trio's turns
         ^                                       |
         '---- a byte in a pipe, when trio's own I/O thread has something ----'

Trio runs as a *guest* (`trio.lowlevel.start_guest_run`). Its I/O thread must not enter Tcl, so it wakes Tk by a pipe
that Tk watches like any other file. What trio wants to run soon goes through `after idle` and then `after 0`: so
redraws have their turn between two steps of trio, where a plain `after 0` lets them starve.

Python's garbage collector runs in Tk's thread alone while there are windows: what it finds may be Tk's (a variable, an
image, an interpreter), and Tcl ends a process in which another thread deletes such a thing.

Trio's end stops Tk, never the reverse: a window that is closed cancels what trio runs for it. An error in a Tk callback
ends the trio program, as if it had been raised in it, and so reaches who started all this.
"""

from __future__ import annotations

import gc
import os
import tkinter
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import TracebackType
from typing import Any

import outcome
import trio

_COLLECT_MS = 100


class Host:
    """Runs what trio asks for, in Tk's main loop."""

    def __init__(self, root: tkinter.Tk) -> None:
        self._root = root
        self._turns: deque[Callable[[], object]] = deque()
        self._reads, self._writes = os.pipe()
        os.set_blocking(self._reads, False)
        os.set_blocking(self._writes, False)
        root.tk.createfilehandler(self._reads, tkinter.READABLE, self._woken)
        self._name = root.register(self._run)

    def soon_threadsafe(self, turn: Callable[[], object]) -> None:
        """From trio's I/O thread."""
        self._turns.append(turn)
        with suppress(BlockingIOError):  # the pipe is full of wake-ups that Tk has not read: it will come
            os.write(self._writes, b"\0")

    def soon(self, turn: Callable[[], object]) -> None:
        """From Tk's own thread."""
        self._turns.append(turn)
        self._root.tk.call("after", "idle", "after", 0, self._name)

    def close(self) -> None:
        self._root.tk.deletefilehandler(self._reads)
        os.close(self._reads)
        os.close(self._writes)

    def _woken(self, _file: object, _mask: int) -> None:
        with suppress(BlockingIOError):  # another wake-up has read it
            os.read(self._reads, 4096)
        self._run()

    def _run(self) -> None:
        for _ in range(len(self._turns)):
            self._turns.popleft()()


class _Garbage:
    """Collects garbage in Tk's thread, when it is due; not as Python does, in whatever thread makes an object."""

    def __init__(self, root: tkinter.Tk) -> None:
        self._root = root
        self._was_on = gc.isenabled()
        gc.disable()
        self._next = root.after(_COLLECT_MS, self._collect)

    def _collect(self) -> None:
        counts = zip(gc.get_count(), gc.get_threshold(), strict=True)
        due = [generation for generation, (count, most) in enumerate(counts) if count > most]
        if due:
            gc.collect(due[-1])
        self._next = self._root.after(_COLLECT_MS, self._collect)

    def close(self) -> None:
        """Python collects by itself again. Called when the windows are gone."""
        if self._was_on:
            gc.enable()


class _Callbacks:
    """Where errors of Tk callbacks go: the first one ends the program, which raises it."""

    def __init__(self) -> None:
        self.scope = trio.CancelScope()
        self.error: BaseException | None = None

    def report(self, _kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        if self.error is None:
            self.error = error
        self.scope.cancel()

    async def watch(self, program: Callable[[], Awaitable[Any]]) -> Any:
        result = None
        with self.scope:
            result = await program()
        if self.error is not None:
            raise self.error
        return result


def run(root: tkinter.Tk, program: Callable[[], Awaitable[Any]]) -> Any:
    """Run a trio program with its windows in `root` until it ends; its result, or what it raised. `root` is gone then.

    Whatever a Tk callback raises ends the program and is raised here."""
    host, callbacks, garbage = Host(root), _Callbacks(), _Garbage(root)
    ended: list[outcome.Outcome[Any]] = []

    def done(how: outcome.Outcome[Any]) -> None:
        ended.append(how)
        root.tk.call("set", "::tk::Priv(selectFilePath)", "")  # Tk's own file dialog has a main loop of its own
        root.quit()

    root.report_callback_exception = callbacks.report
    trio.lowlevel.start_guest_run(
        callbacks.watch,
        program,
        run_sync_soon_threadsafe=host.soon_threadsafe,
        run_sync_soon_not_threadsafe=host.soon,
        done_callback=done,
    )
    try:
        root.mainloop()
        if not ended:
            raise RuntimeError("Tk has ended before trio has")
        return ended[0].unwrap()
    finally:
        host.close()
        root.destroy()
        gc.collect()
        garbage.close()
