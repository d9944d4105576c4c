"""Framing of every stream between our processes: a 4-byte big-endian length, then that many bytes. No I/O here.

+----+----+----+----+--------------------+
|   length N (big)  |  body, N bytes     |   body = one msgpack message
+----+----+----+----+--------------------+
"""

from __future__ import annotations

HEADER_BYTES = 4


class FrameError(Exception):
    """What came is no frame that this side takes; the stream cannot be read on. The text says why."""


def frame(body: bytes) -> bytes:
    """A body with its length in front."""
    return len(body).to_bytes(HEADER_BYTES, "big") + body


class FrameReader:
    """Cuts a byte stream into frames. `limit_bytes` bounds a body and may be raised once the other side is known."""

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Bodies that are complete with `data`, in order. Raises FrameError for a length over the limit."""
        buffer = self._buffer
        if buffer:
            buffer += data
            bodies, end = self._cut(buffer)
            del buffer[:end]
        else:  # nearly always whole messages come: nothing is kept
            bodies, end = self._cut(data)
            if end != len(data):
                buffer += data[end:]
        return bodies

    def _cut(self, data: bytes | bytearray) -> tuple[list[bytes], int]:
        """The bodies that are complete, and where the last of them ends."""
        bodies = []
        start = 0
        while len(data) - start >= HEADER_BYTES:
            body = start + HEADER_BYTES
            length = int.from_bytes(data[start:body], "big")
            if length > self.limit_bytes:
                raise FrameError(f"a frame of {length} bytes is over the limit of {self.limit_bytes}")
            if len(data) - body < length:
                break
            start = body + length
            bodies.append(bytes(memoryview(data)[body:start]))
        return bodies, start

    @property
    def pending_bytes(self) -> int:
        """Bytes of a frame that has only come in part; not 0 at the end of a stream means that it was cut."""
        return len(self._buffer)
