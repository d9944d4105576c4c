"""Events: after(n), update(n), vwait(n), fileevent(n). The loop itself is in alftcl/events.py."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from alftcl.commands.procs import script_of
from alftcl.errors import TclError
from alftcl.events import Event
from alftcl.table import choose, command, subcommand, wrong_args
from alftcl.values import Value, as_number, to_str
from alftcl.watching import watch_variable

if TYPE_CHECKING:
    from alftcl.interp import Interp

_LONGEST_MS = 1 << 63
_SLICE_S = 0.1


@command("after", "option ?arg ...?")
def after(interp: Interp, args: list[Any]) -> Value:
    number = as_number(args[0])
    if type(number) is int and -_LONGEST_MS <= number < _LONGEST_MS:
        if len(args) == 1:
            _sleep(interp, number / 1000)
            return ""
        return interp.events.later(interp, number / 1000, script_of(args[1:])).name
    word = to_str(args[0])
    found = [name for name in ("cancel", "idle", "info") if word and name.startswith(word)]
    if len(found) != 1:
        problem = f'bad argument "{word}": must be cancel, idle, info, or an integer'
        raise TclError(problem, ["TCL", "LOOKUP", "INDEX", "argument", word])
    return {"cancel": _cancel, "idle": _when_idle, "info": _info}[found[0]](interp, args[1:])


def _sleep(interp: Interp, seconds: float) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(left, _SLICE_S))
        interp.look_at_limits()


def _cancel(interp: Interp, words: list[Any]) -> Value:
    if not words:
        raise wrong_args("after cancel id|command")
    event = _named(interp, words)
    if event is not None:
        interp.events.cancel(event)
    return ""


def _named(interp: Interp, words: list[Any]) -> Event | None:
    """The event with that script, else the one of that name."""
    script = to_str(script_of(words))
    for event in interp.events.of(interp):
        if to_str(event.script) == script:
            return event
    return interp.events.find(interp, script)


def _when_idle(interp: Interp, words: list[Any]) -> Value:
    if not words:
        raise wrong_args("after idle script ?script ...?")
    return interp.events.when_idle(interp, script_of(words)).name


def _info(interp: Interp, words: list[Any]) -> Value:
    if len(words) > 1:
        raise wrong_args("after info ?id?")
    if not words:
        return [event.name for event in interp.events.of(interp)]
    name = to_str(words[0])
    event = interp.events.find(interp, name)
    if event is None:
        raise TclError(f'event "{name}" doesn\'t exist', ["TCL", "LOOKUP", "EVENT", name])
    return [event.script, "idle" if event.idle else "timer"]


@command("update", "?idletasks?")
def update(interp: Interp, args: list[Any]) -> Value:
    idle_only = bool(args) and choose(args[0], ("idletasks",)) == "idletasks"
    while interp.events.step(interp, wait=False, idle_only=idle_only):
        interp.look_at_limits()
    return ""


@command("vwait", "name")
def vwait(interp: Interp, args: list[Any]) -> Value:
    name = to_str(args[0])
    with watch_variable(interp, name) as watch:
        while not watch.changed:
            if interp.events.is_empty:
                raise TclError(f'can\'t wait for variable "{name}": would wait forever', ["TCL", "EVENT", "NO_SOURCES"])
            interp.events.step(interp, wait=True)
    return ""


_FILEEVENT_USAGE = "channelId event ?script?"


@command("fileevent", _FILEEVENT_USAGE)
def fileevent(interp: Interp, args: list[Any]) -> Value:
    mode = choose(args[1], ("readable", "writable"), "event name")
    channel = interp.channels.get(to_str(args[0]))
    allowed = channel.readable if mode == "readable" else channel.writable
    if not allowed:
        raise TclError(f"channel is not {mode}")
    if len(args) == 2:
        return interp.events.watched(interp, channel, mode)
    interp.events.watch(interp, channel, mode, args[2] if to_str(args[2]) else None)
    return ""


subcommand("chan", "event", _FILEEVENT_USAGE)(fileevent)
