"""Metrics as datagrams: messages in, signed datagrams of a bounded size out, and back. No sockets here.

    AskMetrics, MetricsAre, Samples  ->  msgpack  ->  daemons.signed  ->  one datagram, or several
    anything that comes              ->  a message, or None: refused and counted

A message that is too large for one packet of a network is cut where that means the same: samples are independent, and
the sources of one schedule add up (runtime.farm_datagrams).
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from daemons.signed import Checker, SignatureError, Signer
from runtime.farm_datagrams import AnyDatagram, AskMetrics, MetricsAre, Samples

PAYLOAD_BYTES = 1200
"""With its signature and headers this goes through any network in one packet. A single value may be larger."""
LARGEST_BYTES = 16 * 1024
"""What is larger is refused unread."""

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[AnyDatagram] = msgspec.msgpack.Decoder(AnyDatagram)


class Packer:
    """Makes the datagrams that one process sends."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def pack(self, message: AnyDatagram) -> list[bytes]:
        """A message as datagrams. The same ones may go to several places: each counts once wherever it comes to."""
        return [self._signer.sign(payload) for payload in _payloads(message)]


class Unpacker:
    """Reads the datagrams that come to one process."""

    def __init__(self, checker: Checker) -> None:
        self._checker = checker
        self.refused = 0
        """How many were not used."""
        self.reason = ""
        """Why the last of them was not, in words."""

    def unpack(self, datagram: bytes) -> AnyDatagram | None:
        """The message in a datagram; None for one that is not genuine, not fresh, not new, or no message."""
        if len(datagram) > LARGEST_BYTES:
            self.refuse("it is too large")
            return None
        try:
            return _decoder.decode(self._checker.check(datagram))
        except (SignatureError, msgspec.DecodeError, UnicodeDecodeError) as error:
            self.refuse(str(error))
            return None

    def refuse(self, reason: str) -> None:
        """Count a datagram that is not used."""
        self.refused += 1
        self.reason = reason


def _payloads(message: AnyDatagram) -> list[bytes]:
    whole = _encoder.encode(message)
    if len(whole) <= PAYLOAD_BYTES or isinstance(message, AskMetrics):
        return [whole]
    halves = _halves(message)
    return [piece for half in halves for piece in _payloads(half)] if halves else [whole]


def _halves(message: MetricsAre | Samples) -> Sequence[AnyDatagram]:
    """Two messages that together mean the same; none where there is nothing to cut."""
    if isinstance(message, Samples):
        values = list(message.values.items())
        middle = len(values) // 2
        parts = (dict(values[:middle]), dict(values[middle:]))
        return [msgspec.structs.replace(message, values=part) for part in parts] if middle else []
    middle = len(message.sources) // 2
    cut = (message.sources[:middle], message.sources[middle:])
    return [msgspec.structs.replace(message, sources=part) for part in cut] if middle else []
