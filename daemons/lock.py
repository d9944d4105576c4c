"""One dispatcher per user and machine: the lock file, which also says where the dispatcher can be reached.

The truth is the kernel's lock (flock) on the file, held as long as its process lives, so a dead dispatcher's lock is
free however it died, and a pid that another process took over since then misleads nobody. The content is a hint for
clients: one line of JSON. An empty file that is locked means that its dispatcher is just starting.

    take()      open, check, flock, check that the path still names what was locked (who leaves unlinks it)
    announce()  write the content
    read()      what a client believes: only a regular file of this user's that nobody else can write

/tmp is everybody's: a symlink, a foreign user's file, a fifo or a second link to another file under the lock's name is
never followed, trusted or written to.
"""

from __future__ import annotations

import fcntl
import json
import os
import stat
from dataclasses import asdict, dataclass
from pathlib import Path

from daemons.state import StateError

_LONGEST_BYTES = 16 * 1024


@dataclass(frozen=True)
class Holder:
    """Who holds the lock. `port` is that of the loopback, 0 where there is none (daemons.loopback)."""

    pid: int
    socket: str
    state: str
    host: str
    port: int = 0


class Held(Exception):
    """Another dispatcher of this user runs on this machine. `holder` is None while it is only starting."""

    def __init__(self, holder: Holder | None) -> None:
        where = f" (pid {holder.pid}, state in {holder.state})" if holder else ""
        super().__init__(f"a dispatcher of yours runs already{where}")
        self.holder = holder


class Lock:
    """The lock, held. Made by `take`; it goes with the process, or with `release`."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor

    def announce(self, holder: Holder) -> None:
        """Say who holds the lock and where to connect. Raises StateError."""
        content = json.dumps(asdict(holder)).encode() + b"\n"
        try:
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, content, 0)
        except OSError as error:
            raise StateError(f"cannot write the lock file {self._path}: {error.strerror}") from error

    def release(self) -> None:
        """Remove the file while it is still locked, then let go."""
        if _same_file(self._path, self._descriptor):
            self._path.unlink()
        os.close(self._descriptor)


def take(path: Path) -> Lock:
    """Take the lock of this user on this machine. Raises Held, or StateError when the path cannot be used."""
    while True:
        descriptor = _open(path, os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise Held(read(path)) from None
        if _same_file(path, descriptor):
            os.ftruncate(descriptor, 0)
            return Lock(path, descriptor)
        os.close(descriptor)


def read(path: Path) -> Holder | None:
    """What the lock file says, or None: no file, or nothing in it yet. It may be about a process that is dead.

    Raises StateError for a file that is not to be trusted.
    """
    try:
        descriptor = _open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        content = os.read(descriptor, _LONGEST_BYTES)
    finally:
        os.close(descriptor)
    try:
        return Holder(**json.loads(content))
    except (ValueError, TypeError):
        return None


def is_held(path: Path) -> bool:
    """Whether the dispatcher that wrote the lock file lives. Raises StateError, as `read` does."""
    try:
        descriptor = _open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _open(path: Path, flags: int) -> int:
    """Open a lock file that is this user's own. Raises StateError, FileNotFoundError."""
    try:
        descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, 0o600)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StateError(_untrusted(path, error.strerror or "it cannot be opened")) from error
    problem = _problem(os.fstat(descriptor))
    if problem:
        os.close(descriptor)
        raise StateError(_untrusted(path, problem))
    return descriptor


def _problem(found: os.stat_result) -> str:
    """Why a file cannot be our lock; empty when it can."""
    if not stat.S_ISREG(found.st_mode):
        return "it is no regular file"
    if found.st_uid != os.getuid():
        return f"it belongs to another user (uid {found.st_uid})"
    if found.st_nlink > 1:
        return "it is a second name of another file"
    if found.st_mode & 0o022:
        return "others may write to it"
    return ""


def _untrusted(path: Path, reason: str) -> str:
    return f"the lock file {path} cannot be used: {reason}; remove it, or set ALF_STATE to a directory of your own"


def _same_file(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.lstat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False
