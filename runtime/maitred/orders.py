"""What the maitre-d's core asks its shell to do. Events go in as method calls, these come out, in order.

Send       a message to a peer (a peer that is gone by then: drop it)
RunPing    run a ping beside everything else; its answer goes to `Maitred.pinged`
Log        a line for the log
Keep       write down which slots are offline: they stay so over restarts
KeepUsage  write down what users and projects have held lately: it counts over restarts
Note       something for the record (runtime.history)
"""

from __future__ import annotations

from typing import NewType

import msgspec

from runtime.farm_messages import FarmMessage
from runtime.history.records import Record
from runtime.maitred.usages import Usages

PeerId = NewType("PeerId", int)
"""A connection, by the shell's number; never used for another."""


class Order(msgspec.Struct, frozen=True):
    """Base of all orders."""


class Send(Order, frozen=True, gc=False):
    peer: PeerId
    message: FarmMessage


class RunPing(Order, frozen=True):
    """Test a host, or a slot of it. `command` are the ping's words with their %h and %s; `port` is the
    alfserver's. There has to be an answer, and only one; what takes longer than `limit_s` has failed."""

    number: int
    host: str
    slot: str
    port: int
    command: tuple[str, ...]
    limit_s: float


class Log(Order, frozen=True, gc=False):
    line: str


class Keep(Order, frozen=True):
    """All slots that are temporarily offline now."""

    offline: tuple[str, ...]


class KeepUsage(Order, frozen=True):
    usages: Usages


class Note(Order, frozen=True, gc=False):
    record: Record
