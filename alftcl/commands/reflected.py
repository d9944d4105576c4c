"""chan create, postevent, push and pop: channels and transformations that scripts make (refchan(n), transchan(n))."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import TYPE_CHECKING, Any

from alftcl import reflected, transforms
from alftcl.channels import Channel
from alftcl.errors import TclError
from alftcl.handlers import Handler
from alftcl.reflected import ReflectedDevice
from alftcl.table import choose, subcommand
from alftcl.transforms import ScriptTransform, Transform
from alftcl.values import Value, to_list, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp

_channels = count()
_transforms = count()


@subcommand("chan", "create", "mode cmdprefix")
def create(interp: Interp, args: list[Any]) -> Value:
    """A channel whose bytes a command makes; its name."""
    mode = _directions(args[0], "mode")
    handler = Handler(interp, list(to_list(args[1])), f"rc{next(_channels)}")
    handler.initialize(mode, reflected.METHODS, reflected.REQUIRED)
    for method in mode:
        if method not in handler.methods:
            raise handler.fault(f'lacks a "{method}" method')
    for one, other in (("cget", "cgetall"), ("cgetall", "cget")):
        if one in handler.methods and other not in handler.methods:
            raise handler.fault(f'supports "{one}" but not "{other}"')
    device = ReflectedDevice(handler)
    channel = Channel(handler.handle, device, readable="read" in mode, writable="write" in mode)
    interp.channels.add(channel)
    return channel.name


def _directions(words: Value, kind: str) -> list[str]:
    chosen = [choose(word, ("read", "write"), kind) for word in to_list(words)]
    if not chosen:
        raise TclError(f"bad {kind} list: is empty")
    return [direction for direction in ("read", "write") if direction in chosen]


@subcommand("chan", "postevent", "channel eventspec")
def postevent(interp: Interp, args: list[Any]) -> Value:
    """Say that a channel of a script is readable or writable: who waits for that is called."""
    name = to_str(args[0])
    channel = interp.channels.get(name) if name in interp.channels else None
    device = channel.device if channel is not None else None
    while isinstance(device, Transform):
        device = device.below.device
    if channel is None or not isinstance(device, ReflectedDevice):
        raise TclError(f'can not find reflected channel named "{name}"', ["TCL", "LOOKUP", "CHANNEL", name])
    if device.handler.interp is not interp:
        raise TclError(f'postevent for channel "{name}" called from outside interpreter')
    events = _directions(args[1], "event")
    if not set(events) <= set(device.interest):
        raise TclError(f'tried to post events channel "{name}" is not interested in')
    for event in events:
        interp.events.notify(channel, "readable" if event == "read" else "writable")
    return ""


@subcommand("chan", "push", "channel cmdprefix")
def push(interp: Interp, args: list[Any]) -> Value:
    """Put a transformation on top of a channel; the channel's name."""
    channel = interp.channels.get(to_str(args[0]))
    handler = Handler(interp, list(to_list(args[1])), f"rt{next(_transforms)}")
    mode = ["read"] * channel.readable + ["write"] * channel.writable
    handler.initialize(mode, transforms.METHODS, transforms.REQUIRED)
    _check_pairs(handler, (("drain", "read"), ("flush", "write"), ("limit?", "read")))
    if not handler.methods.intersection(mode):
        raise handler.fault("makes the channel inaccessible")
    if channel.pending_output():
        channel.flush()
    channel.push(ScriptTransform(channel, handler))
    channel.readable = channel.readable and "read" in handler.methods
    channel.writable = channel.writable and "write" in handler.methods
    return channel.name


def _check_pairs(handler: Handler, pairs: Iterable[tuple[str, str]]) -> None:
    for method, needed in pairs:
        if method in handler.methods and needed not in handler.methods:
            raise handler.fault(f'supports "{method}" but not "{needed}"')


@subcommand("chan", "pop", "channel")
def pop(interp: Interp, args: list[Any]) -> Value:
    """Take the topmost transformation off. What its handler says against that is the result."""
    channel = interp.channels.get(to_str(args[0]))
    transform = channel.device
    if not isinstance(transform, Transform):
        return ""
    if channel.pending_output():
        channel.flush()
    try:
        transform.finish()
    except TclError as error:
        return error.message
    finally:
        transform.pop(channel)
    return ""
