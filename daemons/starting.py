"""How one command is started: found on its job's PATH, given its own session, its streams, clean signals. No waiting.

    words -> program file (PATH of the job) -> posix_spawn (vfork) -> pid
                 |                                 | ENOEXEC: a script without #! goes to /bin/sh, as execvp does it
                 `-- CannotStart, with words -------'

posix_spawn has no directory argument: the caller has changed to the command's directory before (`enter`).
"""

from __future__ import annotations

import errno
import os
import resource
import signal
import stat
from collections.abc import Mapping

DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin"
_TRANSIENT = {errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.ETXTBSY, errno.ENOSPC}
_IGNORED = [number for number in signal.valid_signals() if signal.getsignal(number) is signal.SIG_IGN]
# what Python itself ignores, or our parent did (nohup): a command starts with none of it


class CannotStart(Exception):
    """A command could not be started; the text says why, for people. `transient`: it may well work later.
    `directory`: because of the directory it should run in."""

    def __init__(self, number: int, words: str, *, directory: bool = False) -> None:
        super().__init__(words)
        self.errno = number
        self.transient = number in _TRANSIENT
        self.directory = directory


class Starter:
    """Starts commands. Owns /dev/null and the number of descriptors that we may have, but commands should not.

    Many programs (and select()) count on the usual soft limit, so it is put back for the moment of each start.
    """

    def __init__(self) -> None:
        self._null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        self._given = (soft, hard)
        self._ours = (hard, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, self._ours)

    def start(
        self, argv: tuple[str, ...], env: Mapping[str, str], stdout: int, stderr: int, stdin_text: str | None
    ) -> int:
        """Start `argv` in the current directory and give its pid. Raises CannotStart."""
        stdin = self._null
        try:
            if stdin_text is not None:
                stdin = _text_file(stdin_text)
            return self._spawn(argv, env, (stdin, stdout, stderr))
        except OSError as error:
            raise CannotStart(error.errno or 0, f"{_name(argv)}: {_words(error)}") from error
        except ValueError as error:  # a NUL byte in a word, "=" in a variable's name
            raise CannotStart(errno.EINVAL, f"{_name(argv)}: {error}") from error
        finally:
            if stdin != self._null:
                os.close(stdin)

    def _spawn(self, argv: tuple[str, ...], env: Mapping[str, str], streams: tuple[int, int, int]) -> int:
        program = find_program(argv, env.get("PATH", DEFAULT_PATH))
        actions = [(os.POSIX_SPAWN_DUP2, descriptor, place) for place, descriptor in enumerate(streams)]
        limited = self._given != self._ours
        if limited:
            resource.setrlimit(resource.RLIMIT_NOFILE, self._given)
        try:
            try:
                return _posix_spawn(program, argv, env, actions)
            except OSError as error:
                if error.errno != errno.ENOEXEC:
                    raise
                return _posix_spawn("/bin/sh", ("/bin/sh", program, *argv[1:]), env, actions)
        finally:
            if limited:
                resource.setrlimit(resource.RLIMIT_NOFILE, self._ours)


def _posix_spawn(
    program: str, argv: tuple[str, ...], env: Mapping[str, str], actions: list[tuple[int, int, int]]
) -> int:
    return os.posix_spawn(program, argv, env, file_actions=actions, setsid=True, setsigmask=(), setsigdef=_IGNORED)


def enter(directory: str) -> None:
    """Make a command's directory the current one. Raises CannotStart."""
    try:
        os.chdir(directory)
    except OSError as error:
        words = f"cannot run in the directory {directory}: {error.strerror}"
        raise CannotStart(error.errno or 0, words, directory=True) from error
    except ValueError as error:
        words = f"cannot run in the directory {directory!r}: {error}"
        raise CannotStart(errno.EINVAL, words, directory=True) from error


def find_program(argv: tuple[str, ...], path: str) -> str:
    """The file that execvp would run: the name itself when it has a slash, else the first on `path`.

    An empty entry of `path` is the current directory. Raises CannotStart.
    """
    if not argv or not argv[0]:
        raise CannotStart(errno.ENOENT, "there is no program to start: the command is empty")
    name = argv[0]
    if "/" in name:
        trouble = _trouble(name)
        if trouble is None:
            return name
        raise CannotStart(trouble[0], f"{name}: {trouble[1]}")
    files = [f"{directory or '.'}/{name}" for directory in path.split(":")]
    for file in files:
        if os.access(file, os.X_OK) and not os.path.isdir(file):
            return file
    for file in files:
        if os.path.isfile(file):
            raise CannotStart(errno.EACCES, f"{name}: {file} is not executable")
    raise CannotStart(errno.ENOENT, f"{name}: no such program on PATH ({path})")


def _trouble(file: str) -> tuple[int, str] | None:
    """Why a named file cannot be run; None when nothing speaks against it."""
    try:
        found = os.stat(file)
    except OSError as error:
        return error.errno or 0, "no such program" if error.errno == errno.ENOENT else str(error.strerror)
    if stat.S_ISDIR(found.st_mode):
        return errno.EISDIR, "it is a directory"
    if not os.access(file, os.X_OK):
        return errno.EACCES, "it is not executable"
    return None


def _words(error: OSError) -> str:
    if error.errno == errno.ENOENT:  # the file is there, we looked: what its first line names is not
        return "the interpreter that its #! line names does not exist"
    if error.errno == errno.E2BIG:
        return "its arguments and environment together are too long"
    if error.errno in (errno.EAGAIN, errno.ENOMEM):
        return f"no process could be made: {error.strerror}"
    return error.strerror or str(error)


def _name(argv: tuple[str, ...]) -> str:
    return argv[0] if argv else ""


def _text_file(text: str) -> int:
    """A descriptor from which `text` can be read, whatever its size: a file in memory, so nobody has to feed it."""
    descriptor = os.memfd_create("stdin", os.MFD_CLOEXEC)
    try:
        with open(descriptor, "wb", closefd=False) as file:
            file.write(text.encode())
        os.lseek(descriptor, 0, os.SEEK_SET)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
