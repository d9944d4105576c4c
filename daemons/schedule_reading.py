"""Reads a schedule for a process that must not stand still: a large one in a process of its own.

    maitre-d, in a thread                       python -m daemons.schedule_reading FILE TIME
    ---------------------                       ------------------------------------------
    the bytes  -------------- stdin ----------> read_schedule: seconds, and hundreds of megabytes, for 100,000 servers
    what differs is made,     <-- stdout ------ the schedule, some servers or members of a group at a time
    the rest is what it was

In a thread of ours reading would hold the interpreter's lock for most of its time, and all others would wait for it
again and again. A small schedule is read at once: it takes less than to start a process.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import IO

import msgspec

from daemons.frames import FrameError, FrameReader, frame
from daemons.groups import group_members
from runtime.job.report import diagnostic_lines
from runtime.schedule.model import Schedule, Server
from runtime.schedule.reader import read_schedule

SMALL_BYTES = 20_000
"""Up to a few hundred servers: some milliseconds."""
_PIECE = 500
"""Servers, or members of a group, in one message: taking it over is well below a millisecond."""
_CHUNK_BYTES = 1 << 16
_FRAME_LIMIT_BYTES = 1 << 30


class ReaderLost(Exception):
    """The process that should have read did not come to its end, in words."""


class Read(msgspec.Struct, frozen=True):
    """A schedule that was read, as far as those who keep it in force want to know. `lines` say what is wrong, with
    file, line and column; `summary` is about all of it; `entries` is how many it has."""

    schedule: Schedule
    lines: tuple[str, ...]
    summary: str
    not_understood: tuple[str, ...]
    failed: bool
    is_empty: bool
    entries: int


class _Group(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Members of a server group: more of them may follow."""

    name: str
    members: tuple[str, ...]


class _Servers(msgspec.Struct, frozen=True, tag=True, array_like=True):
    servers: tuple[Server, ...]


class _Rest(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """All but servers and their groups; the last message."""

    read: Read


_MESSAGE = msgspec.msgpack.Decoder(_Group | _Servers | _Rest)


def read(data: bytes, file: str, time: float, known: Mapping[str, Server]) -> Read:
    """Read a schedule, here or apart. Raises ReaderLost."""
    if len(data) <= SMALL_BYTES:
        return read_here(data, file, time)
    return read_apart(data, file, time, known)


def read_here(data: bytes, file: str, time: float) -> Read:
    """Read a schedule now. `file` is its name for messages, `time` its modification time."""
    reading = read_schedule(data, file, time=time, members=group_members)
    return Read(
        reading.schedule, tuple(diagnostic_lines(reading.diagnostics, file)), reading.summary, reading.not_understood,
        reading.failed, not reading.text.strip(), len(reading.entries),
    )  # fmt: skip


def read_apart(data: bytes, file: str, time: float, known: Mapping[str, Server]) -> Read:
    """The same in a process of its own. Servers that are as they are `known` stay the same objects. Raises
    ReaderLost."""
    words = [sys.executable, "-P", "-m", __name__, file, repr(time)]
    try:
        process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    except OSError as error:
        raise ReaderLost(f"no process could be started to read it: {error.strerror}") from error
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        try:
            process.stdin.write(data)
            process.stdin.close()
            return _gathered(process.stdout, known)
        except (OSError, EOFError, FrameError, msgspec.MsgspecError):
            process.kill()
            raise ReaderLost(f"the process that reads it has ended ({process.wait()})") from None
        except BaseException:
            process.kill()
            raise


def _gathered(stream: IO[bytes], known: Mapping[str, Server]) -> Read:
    servers: dict[str, Server] = {}
    groups: dict[str, list[str]] = {}
    for body in _bodies(stream):
        match _MESSAGE.decode(body):
            case _Servers(some):
                for server in some:
                    old = known.get(server.name)
                    servers[server.name] = old if old is not None and old == server else server
            case _Group(name, found):
                groups.setdefault(name, []).extend(found)
            case _Rest(read):
                members = {name: tuple(group) for name, group in groups.items()}
                schedule = msgspec.structs.replace(read.schedule, servers=servers, server_groups=members)
                return msgspec.structs.replace(read, schedule=schedule)
    raise EOFError


def _bodies(stream: IO[bytes]) -> Iterator[bytes]:
    frames = FrameReader(_FRAME_LIMIT_BYTES)
    while data := stream.read(_CHUNK_BYTES):
        yield from frames.feed(data)


def _messages(read: Read) -> Iterator[_Group | _Servers | _Rest]:
    servers = iter(read.schedule.servers.values())
    while piece := tuple(islice(servers, _PIECE)):
        yield _Servers(piece)
    for name, members in read.schedule.server_groups.items():
        for start in range(0, max(1, len(members)), _PIECE):
            yield _Group(name, members[start : start + _PIECE])
    rest = msgspec.structs.replace(read.schedule, servers={}, server_groups={})
    yield _Rest(msgspec.structs.replace(read, schedule=rest))


def main() -> None:
    """Read what stands on stdin, and write it to stdout."""
    file, time = sys.argv[1:]
    read = read_here(sys.stdin.buffer.read(), file, float(time))
    for message in _messages(read):
        sys.stdout.buffer.write(frame(msgspec.msgpack.encode(message)))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
