"""The event loop of a program: timers, files that are ready, and what is done when nothing else is.

    after 100 SCRIPT     a timer              fileevent CHANNEL readable SCRIPT
    after idle SCRIPT    when idle            update, vwait: let events happen

One loop serves an interpreter and its children. An event's script runs at the top level of its interpreter; an error
in it goes to that interpreter's background handler (interp bgerror), when idle.
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable
from functools import partial
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

from alftcl.errors import Completion, TclError
from alftcl.values import Value, to_list

if TYPE_CHECKING:
    from alftcl.channels import Channel
    from alftcl.interp import Interp

_SLICE_S = 0.1
"""An interpreter with limits looks at them so often while it waits."""


class Event:
    """A script that `after` keeps for later."""

    __slots__ = ("idle", "interp", "name", "number", "script", "when")

    def __init__(self, number: int, interp: Interp, script: Value, when: float | None) -> None:
        self.number = number
        self.name = f"after#{number}"
        self.interp = interp
        self.script = script
        self.when = when
        self.idle = when is None

    def __lt__(self, other: Event) -> bool:
        return (self.when or 0.0, self.number) < (other.when or 0.0, other.number)


class Events:
    """What waits to happen."""

    def __init__(self) -> None:
        self._timers: list[Event] = []
        self._idle: list[Callable[[], object]] = []
        self._known: dict[str, Event] = {}
        self._files: dict[tuple[Channel, str], tuple[Interp, Value]] = {}
        self._next = 0

    # ---- after ----------------------------------------------------------------------------------------

    def later(self, interp: Interp, seconds: float, script: Value) -> Event:
        """A script for a moment from now."""
        event = Event(self._number(), interp, script, time.monotonic() + max(0.0, seconds))
        heappush(self._timers, event)
        self._known[event.name] = event
        return event

    def when_idle(self, interp: Interp, script: Value) -> Event:
        """A script for when nothing else is to be done."""
        event = Event(self._number(), interp, script, None)
        self._known[event.name] = event
        self._idle.append(lambda: self._run(event))
        return event

    def find(self, interp: Interp, name: str) -> Event | None:
        event = self._known.get(name)
        return event if event is not None and event.interp is interp else None

    def of(self, interp: Interp) -> list[Event]:
        """The events of an interpreter that wait, the newest first."""
        mine = [event for event in self._known.values() if event.interp is interp]
        return sorted(mine, key=lambda event: -event.number)

    def cancel(self, event: Event) -> None:
        self._known.pop(event.name, None)

    def _number(self) -> int:
        self._next += 1
        return self._next - 1

    # ---- fileevent ------------------------------------------------------------------------------------

    def watch(self, interp: Interp, channel: Channel, mode: str, script: Value | None) -> None:
        """Run a script when a channel is readable or writable; None: no longer."""
        self._files.pop((channel, mode), None)
        if script is not None:
            self._files[channel, mode] = (interp, script)

    def watched(self, channel: Channel, mode: str) -> Value:
        return self._files.get((channel, mode), (None, ""))[1]

    def forget_channel(self, channel: Channel) -> None:
        for mode in ("readable", "writable"):
            self._files.pop((channel, mode), None)

    # ---- the loop -------------------------------------------------------------------------------------

    @property
    def is_empty(self) -> bool:
        """Whether nothing can ever happen."""
        return not (self._known or self._idle or self._files)

    def step(self, interp: Interp, wait: bool, *, idle_only: bool = False) -> bool:
        """Let one event happen, waiting for it if need be; whether one did."""
        if not idle_only:
            if self._run_timer() or self._run_file(0.0):
                return True
        if self._idle:
            todo, self._idle = self._idle, []
            for action in todo:
                action()
            return True
        if not wait or idle_only or self.is_empty:
            return False
        self._pause(interp)
        return self._run_timer()

    def _pause(self, interp: Interp) -> None:
        """Wait for the next timer or file."""
        due = self._timers[0].when if self._timers else None
        seconds = _SLICE_S if due is None else min(_SLICE_S, max(0.0, due - time.monotonic()))
        if not self._run_file(seconds) and not self._files:
            time.sleep(seconds)
        interp.look_at_limits()

    def _run_timer(self) -> bool:
        while self._timers and (self._timers[0].when or 0.0) <= time.monotonic():
            if self._run(heappop(self._timers)):
                return True
        return False

    def _run(self, event: Event) -> bool:
        if self._known.pop(event.name, None) is None:
            return False  # it was cancelled
        self.run_script(event.interp, event.script, '"after" script')
        return True

    def _run_file(self, seconds: float) -> bool:
        reading = [channel for channel, mode in self._files if mode == "readable"]
        buffered = next((channel for channel in reading if channel.pending_input()), None)
        if buffered is not None:
            return self._ready(buffered, "readable")
        writing = [channel for channel, mode in self._files if mode == "writable"]
        if not reading and not writing:
            return False
        by_number = {channel.device.fileno(False): channel for channel in reading}
        to_write = {channel.device.fileno(True): channel for channel in writing}
        readable, writable, _ = select.select(list(by_number), list(to_write), [], seconds)
        if readable:
            return self._ready(by_number[readable[0]], "readable")
        return self._ready(to_write[writable[0]], "writable") if writable else False

    def _ready(self, channel: Channel, mode: str) -> bool:
        interp, script = self._files[channel, mode]
        if not self.run_script(interp, script, f'script for file event on "{channel.name}"'):
            self._files.pop((channel, mode), None)
        return True

    def run_script(self, interp: Interp, script: Value, what: str) -> bool:
        """Run an event's script; an error is reported when idle. Whether it was none."""
        from alftcl.children import evaluate

        try:
            evaluate(interp, script)
        except TclError as error:
            interp.uncatchable(error)
            error.add_info(f"\n    ({what})")
            interp.publish(error)
            self._idle.append(partial(report, interp, error))
            return False
        return True


def report(interp: Interp, error: TclError) -> None:
    """Hand an error that nobody waits for to the background handler."""
    from alftcl.commands.procs import options_of

    handler = to_list(interp.family.background)
    if handler != ["::tcl::Bgerror"]:
        words: list[Any] = [*handler, error.message, options_of(interp, error)]
    elif interp.find_command("::bgerror") is not None:
        words = ["::bgerror", error.message]
    else:
        _complain(interp, error)
        return
    try:
        interp.in_frame(interp.root_frame, lambda: interp.invoke(words))
    except Completion as completion:
        if isinstance(completion, TclError):
            _complain(interp, completion)


def _complain(interp: Interp, error: TclError) -> None:
    if "stderr" in interp.channels:
        interp.channels.for_writing("stderr").write((error.info or error.message) + "\n")
