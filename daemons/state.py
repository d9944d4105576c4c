"""Where a dispatcher keeps what must outlive it. Only names and directories: no locks, no journal.

    default                                 with ALF_STATE=/some/dir
    --------------------------------------  ------------------------
    $XDG_STATE_HOME/alfred                  /some/dir                   the state directory:
        queue.db                                queue.db                    the journal (daemons.journal)
        socket                                  socket                      where clients connect (daemons.wire)
        launcher/                               launcher/                   the launcher's log and socket
        jobs/JID/TID.CID.ATTEMPT.log            jobs/...                    output of commands
        dispatcher.log                          dispatcher.log              what the dispatcher itself has to say
    /tmp/.alfdp.UID                         /some/dir/lock              who runs, and where (daemons.lock)

TMPDIR has no say: two dispatchers of one user that looked for the lock in two places would each believe to be alone
(reference section 9, point 9).
"""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class StateError(Exception):
    """The state directory, the lock or the journal cannot be used; the text says which, why, and what to do."""


@dataclass(frozen=True)
class State:
    """The paths of one dispatcher's state."""

    directory: Path
    lock: Path

    @property
    def journal(self) -> Path:
        return self.directory / "queue.db"

    @property
    def socket(self) -> Path:
        return self.directory / "socket"

    @property
    def launcher(self) -> Path:
        return self.directory / "launcher"

    @property
    def jobs(self) -> Path:
        return self.directory / "jobs"

    @property
    def log(self) -> Path:
        return self.directory / "dispatcher.log"

    def job(self, jid: int) -> Path:
        """Directory of a job's logs."""
        return self.jobs / str(jid)

    def prepare(self) -> None:
        """Make the state directory, for this user alone. Raises StateError."""
        prepare_directory(self.directory)


def prepare_directory(directory: Path) -> None:
    """Make a directory of a daemon's state, for this user alone. Raises StateError."""
    if not _is_text(str(directory)):  # processes tell each other where it is, in UTF-8
        raise StateError(f"the state directory {directory!s} cannot be used: its name is no UTF-8")
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = directory.stat()
    except OSError as error:
        raise StateError(f"cannot make the state directory {directory}: {error.strerror}") from error
    if found.st_uid != os.getuid():
        raise StateError(f"the state directory {directory} belongs to another user (uid {found.st_uid})")
    if stat.S_IMODE(found.st_mode) & 0o022:
        raise StateError(f"others may write to the state directory {directory}: run chmod go-w on it")


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def locate(environ: Mapping[str, str] = os.environ) -> State:
    """The state that this environment means. Nothing is made or read."""
    own = environ.get("ALF_STATE")
    if own:
        directory = Path(own).absolute()
        return State(directory, directory / "lock")
    home = environ.get("XDG_STATE_HOME", "")
    base = Path(home) if home.startswith("/") else Path(environ.get("HOME") or "~").expanduser() / ".local/state"
    return State(base / "alfred", Path(f"/tmp/.alfdp.{os.getuid()}"))


def alfserver_directory(environ: Mapping[str, str], address: str, port: int) -> Path:
    """Where the alfserver at an address ("": all of this machine's) and port keeps its things. Nothing is made."""
    own = environ.get("ALF_STATE")
    if own:
        return Path(own).absolute()
    return locate(environ).directory / "alfserver" / f"{socket.gethostname()}.{address}:{port}".replace(".:", ":")
