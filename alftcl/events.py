"""The event loop of a program: timers, files that are ready, and what is done when nothing else is.

    after 100 SCRIPT     a timer              fileevent CHANNEL readable SCRIPT
    after idle SCRIPT    when idle            update, vwait: let events happen

One loop serves an interpreter and its children. An event's script runs at the top level of its interpreter; what goes
wrong in it is told when idle (background.py).
"""

from __future__ import annotations

import select
import time
from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

from alftcl.background import Background
from alftcl.errors import Completion, TclError
from alftcl.values import Value

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


class Watcher(NamedTuple):
    """Who waits for a channel (an interpreter with a script, or a part of this program) and what is done then."""

    owner: object
    run: Callable[[], object]
    script: Value


class Events:
    """What waits to happen."""

    def __init__(self) -> None:
        self._timers: list[Event] = []
        self._idle: list[Callable[[], object]] = []
        self._known: dict[str, Event] = {}
        self._watchers: dict[tuple[Channel, str], list[Watcher]] = {}
        self._ready: deque[tuple[Channel, str]] = deque()
        self._next = 0
        self._background = Background()

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
        if script is None:
            self._forget_owner(channel, mode, interp)
        else:
            self._put(channel, mode, Watcher(interp, lambda: self._run_handler(interp, channel, mode, script), script))

    def watched(self, interp: Interp, channel: Channel, mode: str) -> Value:
        """The script that an interpreter runs when a channel is readable or writable."""
        return next((w.script for w in self._watchers.get((channel, mode), ()) if w.owner is interp), "")

    def call_when(self, owner: object, channel: Channel, mode: str, action: Callable[[], object]) -> None:
        """The same for a part of this program: sockets that accept, copies in the background."""
        self._put(channel, mode, Watcher(owner, action, ""))

    def stop_calling(self, owner: object, channel: Channel, mode: str) -> None:
        """What call_when began."""
        self._forget_owner(channel, mode, owner)

    def forget_channel(self, channel: Channel, interp: Interp | None = None) -> None:
        """Nobody (or: that interpreter no longer) waits for a channel."""
        for mode in ("readable", "writable"):
            watchers = self._watchers.get((channel, mode), [])
            left = [] if interp is None else [watcher for watcher in watchers if watcher.owner is not interp]
            if len(left) < len(watchers):
                self._set(channel, mode, left)

    def forget_interp(self, interp: Interp) -> None:
        """Nothing happens any more in an interpreter that is deleted."""
        for channel, _ in list(self._watchers):
            self.forget_channel(channel, interp)
        for event in self.of(interp):
            self.cancel(event)

    def notify(self, channel: Channel, mode: str) -> None:
        """A channel says itself that it is readable or writable: who waits for that is called at once."""
        for watcher in list(self._watchers.get((channel, mode), ())):
            if watcher in self._watchers.get((channel, mode), ()):
                watcher.run()

    def drain_later(self, channel: Channel, then: Callable[[], object] | None = None) -> None:
        """Write what a non-blocking channel has left when its device can take it; and `then` what is to be done."""

        def drain() -> None:
            try:
                channel.flush()
            except (OSError, TclError) as failure:
                channel.failure = failure  # told by the next command that writes
            if not channel.pending_output():
                self.stop_calling(self, channel, "writable")
                if then is not None:
                    then()

        self.call_when(self, channel, "writable", drain)

    def _put(self, channel: Channel, mode: str, watcher: Watcher) -> None:
        others = [known for known in self._watchers.get((channel, mode), []) if known.owner is not watcher.owner]
        self._set(channel, mode, [*others, watcher])

    def _forget_owner(self, channel: Channel, mode: str, owner: object) -> None:
        watchers = self._watchers.get((channel, mode), [])
        self._set(channel, mode, [watcher for watcher in watchers if watcher.owner is not owner])

    def _set(self, channel: Channel, mode: str, watchers: list[Watcher]) -> None:
        if watchers:
            self._watchers[channel, mode] = watchers
        else:
            self._watchers.pop((channel, mode), None)
        channel.device.watch((channel, "readable") in self._watchers, (channel, "writable") in self._watchers)

    # ---- the loop -------------------------------------------------------------------------------------

    @property
    def is_empty(self) -> bool:
        """Whether nothing can ever happen."""
        return not (self._known or self._idle or self._watchers)

    def step(self, interp: Interp, wait: bool, *, idle_only: bool = False) -> bool:
        """Let one event happen, waiting for it if need be; whether one did."""
        if not idle_only:
            if self._run_timers() or self._run_file(0.0):
                return True
        if self._idle:
            todo, self._idle = self._idle, []
            for action in todo:
                action()
            return True
        if not wait or idle_only or self.is_empty:
            return False
        self._pause(interp)
        return self._run_timers()

    def _pause(self, interp: Interp) -> None:
        """Wait for the next timer or file."""
        due = self._timers[0].when if self._timers else None
        seconds = _SLICE_S if due is None else min(_SLICE_S, max(0.0, due - time.monotonic()))
        self._run_file(seconds)
        interp.look_at_limits()

    def _run_timers(self) -> bool:
        """Run all that is due; what they start with `after 0` is for the next time."""
        ran, newest = False, self._next
        while self._timers and (self._timers[0].when or 0.0) <= time.monotonic() and self._timers[0].number < newest:
            ran = self._run(heappop(self._timers)) or ran
        return ran

    def _run(self, event: Event) -> bool:
        if self._known.pop(event.name, None) is None:
            return False  # it was cancelled
        self.run_script(event.interp, event.script, '"after" script')
        return True

    def _run_file(self, seconds: float) -> bool:
        """Call who waits for one of the channels that are ready, each in its turn; waits as long for one."""
        if not self._ready:
            self._ready.extend(self._find_ready(seconds))
        while self._ready:
            channel, mode = self._ready.popleft()
            if (channel, mode) in self._watchers:
                self.notify(channel, mode)
                return True
        return False

    def _find_ready(self, seconds: float) -> list[tuple[Channel, str]]:
        found = [
            (channel, mode) for channel, mode in self._watchers if mode == "readable" and channel.has_input_ready()
        ]
        waiting: dict[str, dict[int, list[tuple[Channel, str]]]] = {"readable": {}, "writable": {}}
        for channel, mode in self._watchers:
            try:
                number = channel.device.fileno(mode == "writable")
            except OSError:  # what has no descriptor calls notify
                continue
            waiting[mode].setdefault(number, []).append((channel, mode))
        if not found and not waiting["readable"] and not waiting["writable"]:
            time.sleep(seconds)
            return []
        reading, writing = waiting["readable"], waiting["writable"]
        readable, writable, _ = select.select(list(reading), list(writing), [], 0.0 if found else seconds)
        for number in readable:
            found += [pair for pair in reading[number] if pair not in found]
        for number in writable:
            found += writing[number]
        return found

    def _run_handler(self, interp: Interp, channel: Channel, mode: str, script: Value) -> None:
        if not self.run_script(interp, script, None):
            self._forget_owner(channel, mode, interp)

    def run_script(self, interp: Interp, script: Value, what: str | None) -> bool:
        """Run an event's script; an error is reported when idle. Whether it was none."""
        from alftcl.children import evaluate_as_it_ends

        try:
            evaluate_as_it_ends(interp, script)
        except Completion as completion:
            if isinstance(completion, TclError):
                interp.uncatchable(completion)
            self.fail(interp, completion, what)
            return False
        return True

    def fail(self, interp: Interp, completion: Completion, what: str | None = None) -> None:
        """Something in the background did not end well: it is told when idle. `what` says whose script it was."""
        if self._background.note(interp, completion, what):
            self._idle.append(self._background.tell)
