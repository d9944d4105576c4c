"""Channels whose bytes come from and go to a script (chan create; refchan(n)).

    Channel ──► ReflectedDevice ──► handler command: initialize finalize watch read write seek configure ...

The command says itself when the channel is ready (chan postevent), for nobody else could tell.
"""

from __future__ import annotations

import errno
import os

from alftcl.devices import Device
from alftcl.errors import TclError
from alftcl.handlers import Handler, as_bytes
from alftcl.values import Value, to_int, to_list, to_str, to_wide

METHODS = ("blocking", "cget", "cgetall", "configure", "finalize", "initialize", "read", "seek", "watch", "write")
REQUIRED = ("initialize", "finalize", "watch")

_ORIGINS = {os.SEEK_SET: "start", os.SEEK_CUR: "current", os.SEEK_END: "end"}
_AGAIN = "EAGAIN"  # the error by which a handler says that there is nothing yet


class ReflectedDevice(Device):
    """The bytes of a channel that a handler makes. `interest` is what the handler was last told to watch for."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.interest: list[str] = []

    def read(self, size: int) -> bytes | None:
        try:
            data = as_bytes(self.handler.call("read", size))
        except TclError as error:
            if error.message == _AGAIN:
                return None
            raise
        if len(data) > size:
            raise TclError("read delivered more than requested")
        return data

    def write(self, data: bytes) -> int:
        try:
            taken = to_int(self.handler.call("write", data.decode("latin-1")))
        except TclError as error:
            if error.message == _AGAIN:
                return 0
            raise
        if taken == 0:
            raise TclError("write wrote nothing")
        if taken > len(data):
            raise TclError("write wrote more than requested")
        return taken if taken > 0 else len(data)

    def seek(self, offset: int, whence: int) -> int:
        if "seek" not in self.handler.methods:
            raise OSError(errno.EINVAL, "the handler cannot seek")
        position = to_wide(self.handler.call("seek", offset, _ORIGINS[whence]))
        if position < 0:
            raise TclError("Tried to seek before origin")
        return position

    def set_blocking(self, blocking: bool) -> None:
        if "blocking" in self.handler.methods:
            self.handler.call("blocking", int(blocking))

    def watch(self, reading: bool, writing: bool) -> None:
        wanted = ["read"] * reading + ["write"] * writing
        if wanted == self.interest:
            return
        self.interest = wanted
        try:
            self.handler.call("watch", wanted)
        except TclError:
            return  # who watches has nobody to tell this to

    def close(self, reading: bool, writing: bool) -> None:
        self.handler.call("finalize")

    def options(self) -> list[Value]:
        if "cgetall" not in self.handler.methods:
            return []
        pairs = list(to_list(self.handler.call("cgetall")))
        if len(pairs) % 2:
            plural = "" if len(pairs) == 1 else "s"
            problem = f"Expected list with even number of elements, got {len(pairs)} element{plural} instead"
            raise TclError(problem)
        return pairs

    def option(self, name: str) -> Value | None:
        return to_str(self.handler.call("cget", name)) if "cget" in self.handler.methods else None

    def set_option(self, name: str, value: Value) -> bool:
        if "configure" not in self.handler.methods:
            return False
        self.handler.call("configure", name, value)
        return True
