"""Datagrams that only a holder of the site's master key can have sent, and that count once. No sockets here.

    "ALF1" | sender, 8 | number, 8 | time, 8 | payload ... | HMAC-SHA256 of all before, 32

    sender   random, made anew with every process
    number   rises by one with every datagram of a sender: a copy, or one that was overtaken, is refused
    time     seconds since the epoch at the sender: what is older, or newer, than WINDOW_S is refused, so that numbers
             need not be remembered for ever, nor by a receiver that has just started

Clocks of a site may differ by less than WINDOW_S. Without a key (`Keyring.for_datagrams` gives None) anybody could
sign: that is for the loopback interface alone.
"""

from __future__ import annotations

import hmac
import secrets
import struct
import time
from collections.abc import Callable

WINDOW_S = 30.0
"""How far the clock of a sender may be from that of a receiver, and how long a datagram may be on its way."""

_MAGIC = b"ALF1"
_HEAD = struct.Struct(">4s8sQd")
_MAC_BYTES = 32
_NO_KEY = b"no key"


class SignatureError(Exception):
    """A datagram is not to be used; the text says why."""


class Signer:
    """Signs what one process sends."""

    def __init__(self, key: bytes | None, clock: Callable[[], float] = time.time) -> None:
        self._key = key or _NO_KEY
        self._sender = secrets.token_bytes(8)
        self._number = 0
        self._clock = clock

    def sign(self, payload: bytes) -> bytes:
        """The datagram that carries `payload`; made anew for every sending."""
        self._number += 1
        said = _HEAD.pack(_MAGIC, self._sender, self._number, self._clock()) + payload
        return said + hmac.digest(self._key, said, "sha256")


class Checker:
    """Checks what one process receives."""

    def __init__(self, key: bytes | None, clock: Callable[[], float] = time.time) -> None:
        self._key = key or _NO_KEY
        self._clock = clock
        self._newest: dict[bytes, tuple[int, float]] = {}
        """Of each sender: its last number, and the time of that datagram. The newest is last."""

    def check(self, datagram: bytes) -> bytes:
        """The payload of a datagram that is genuine, fresh and new. Raises SignatureError."""
        if len(datagram) < _HEAD.size + _MAC_BYTES or not datagram.startswith(_MAGIC):
            raise SignatureError("it is no datagram of a farm")
        said, mac = datagram[:-_MAC_BYTES], datagram[-_MAC_BYTES:]
        if not hmac.compare_digest(hmac.digest(self._key, said, "sha256"), mac):
            raise SignatureError("its signature is wrong: the sender does not have this site's master key")
        _, sender, number, sent = _HEAD.unpack_from(said)
        now = self._clock()
        if not abs(now - sent) <= WINDOW_S:
            raise SignatureError(
                f"it was sent {now - sent:.0f} s ago: somebody has repeated it, or the clocks of the two hosts differ"
            )
        last = self._newest.pop(sender, (0, 0.0))
        self._newest[sender] = max(last, (number, sent))
        self._forget(now)
        if number <= last[0]:
            raise SignatureError("it has come before, or a newer one of its sender has")
        return said[_HEAD.size :]

    def _forget(self, now: float) -> None:
        """Drop senders whose last datagram would be refused for its age."""
        while self._newest:
            sender, (_, sent) = next(iter(self._newest.items()))
            if now - sent <= 2 * WINDOW_S:
                return
            del self._newest[sender]
