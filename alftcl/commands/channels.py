"""Channel commands: open close puts gets read eof flush seek tell fblocked, and chan.

The commands only read their words and report errors; buffers, encodings and line ends are alftcl/channels.py.
Which channels exist is the interpreter's table (interp.channels): a safe interpreter has only those that its
owner put there, and no ``open``. Pipelines (``open |command``) come from commands/processes.py. Source: the
manual page of each command in Tcl 8.6.

    chan ...   blocked close configure copy eof flush gets names pending pipe puts read seek tell truncate
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from alftcl.channels import Channel
from alftcl.copying import Copy
from alftcl.devices import FileDevice
from alftcl.errors import TclError
from alftcl.paths import native_path
from alftcl.posix import error_words, posix_code, posix_error
from alftcl.table import choose, command, subcommand, wrong_args
from alftcl.values import Value, match_glob, to_int, to_list, to_str, to_wide

if TYPE_CHECKING:
    from alftcl.interp import Interp


class _Using:
    """Work on a channel: what the system says against it becomes Tcl's error; a copy in the background owns it.

    A class, as each line that is read or written goes through here: a generator would take twice as long.
    """

    __slots__ = ("_channel", "_what")

    def __init__(self, channel: Channel, what: str) -> None:
        self._channel = channel
        self._what = what

    def __enter__(self) -> None:
        if self._channel.copying is not None:
            raise self._error(OSError(errno.EBUSY, "it is being copied"))

    def __exit__(self, kind: object, failure: BaseException | None, where: object) -> None:
        if isinstance(failure, OSError):
            raise self._error(failure) from None

    def _error(self, cause: OSError) -> TclError:
        return posix_error(f'error {self._what} "{self._channel.name}"', cause)


def _written(interp: "Interp", channel: Channel) -> None:
    """After something was written: what a non-blocking device did not take is for the event loop."""
    if channel.is_output_blocked:
        interp.events.drain_later(channel)


# ---- open and close --------------------------------------------------------------------------------

_ACCESS_MODES = {
    "r": os.O_RDONLY,
    "r+": os.O_RDWR,
    "w": os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
    "w+": os.O_RDWR | os.O_CREAT | os.O_TRUNC,
    "a": os.O_WRONLY | os.O_CREAT | os.O_APPEND,
    "a+": os.O_RDWR | os.O_CREAT | os.O_APPEND,
}

_ACCESS_FLAGS = {
    "RDONLY": os.O_RDONLY,
    "WRONLY": os.O_WRONLY,
    "RDWR": os.O_RDWR,
    "APPEND": os.O_APPEND,
    "BINARY": 0,
    "CREAT": os.O_CREAT,
    "EXCL": os.O_EXCL,
    "NOCTTY": os.O_NOCTTY,
    "NONBLOCK": os.O_NONBLOCK,
    "TRUNC": os.O_TRUNC,
}

_DIRECTIONS = ("RDONLY", "WRONLY", "RDWR")


def _access(text: str) -> tuple[int, bool]:
    """The flags for open(2) and whether the channel starts binary: ``r``, ``wb+``, ``{RDWR CREAT}``."""
    if text[:1].islower():
        plain = text.replace("b", "", 1) if "b" in text[1:] else text
        if plain not in _ACCESS_MODES:
            raise TclError(f'illegal access mode "{text}"')
        return _ACCESS_MODES[plain], plain != text
    try:
        words = [to_str(word) for word in to_list(text)]
    except TclError as error:
        error.add_info(f'\n    while processing open access modes "{text}"')
        raise
    flags = 0
    for word in words:
        if word not in _ACCESS_FLAGS:
            known = ", ".join([*list(_ACCESS_FLAGS)[:-1], "or TRUNC"])
            raise TclError(f'invalid access mode "{word}": must be {known}')
        flags |= _ACCESS_FLAGS[word]
    if not any(word in _DIRECTIONS for word in words):
        raise TclError("access mode must include either RDONLY, WRONLY, or RDWR")
    return flags, "BINARY" in words


@command("open", "fileName ?access? ?permissions?", safe=False)
def open_(interp: "Interp", args: list[Any]) -> Value:
    """Open a file, or with ``|`` a pipeline of commands; the name of the channel."""
    name = to_str(args[0])
    flags, binary = _access(to_str(args[1]) if len(args) > 1 else "r")
    permissions = to_int(args[2]) if len(args) > 2 else 0o666
    if name.startswith("|"):
        from alftcl.commands.processes import open_pipeline

        channel = open_pipeline(interp, list(to_list(name[1:])), _readable(flags), _writable(flags))
    else:
        channel = _open_file(name, flags, permissions)
    if binary:
        channel.set_binary(reading=True, writing=True)
    interp.channels.add(channel)
    return channel.name


def _readable(flags: int) -> bool:
    return flags & os.O_ACCMODE != os.O_WRONLY


def _writable(flags: int) -> bool:
    return flags & os.O_ACCMODE != os.O_RDONLY


def _open_file(name: str, flags: int, permissions: int) -> Channel:
    path = native_path(name)
    try:
        fd = os.open(path, flags | os.O_CLOEXEC, permissions)
    except OSError as cause:
        raise posix_error(f'couldn\'t open "{name}"', cause) from None
    except ValueError:
        raise TclError(f'couldn\'t open "{name}": filename is invalid on this platform') from None
    if flags & os.O_APPEND:
        os.lseek(fd, 0, os.SEEK_END)
    device = FileDevice(fd if _readable(flags) else None, fd if _writable(flags) else None)
    channel = Channel(f"file{fd}", device, readable=_readable(flags), writable=_writable(flags))
    channel.blocking = not flags & os.O_NONBLOCK
    return channel


@command("close", "channelId ?direction?")
def close(interp: "Interp", args: list[Any]) -> Value:
    """Close a channel, or one direction of it; for a pipeline, the errors of its commands."""
    name = to_str(args[0])
    channel = interp.channels.get(name)
    if len(args) == 1:
        _close(interp, name, channel)
        return ""
    writing = choose(args[1], ("read", "write"), "direction") == "write"
    if not (channel.writable if writing else channel.readable):
        side = "write" if writing else "read"
        raise TclError(f"Half-close of {side}-side not possible, side not opened or already closed")
    if not (channel.readable and channel.writable):
        _close(interp, name, channel)
    elif not channel.device.can_close_half():
        raise TclError("")
    else:
        interp.events.forget_channel(channel)
        with _closing():
            channel.close_half(writing=writing)
    return ""


def _close(interp: "Interp", name: str, channel: Channel) -> None:
    interp.events.forget_channel(channel, interp)
    if not interp.channels.release(name):
        return
    if isinstance(channel.copying, Copy):
        channel.copying.stop()
    with _closing():
        interp.events.forget_channel(channel)
        if not channel.close_unless_it_waits():
            interp.events.drain_later(channel, channel.close_device)
        _take_failure(channel)


@contextmanager
def _closing() -> Iterator[None]:
    try:
        yield
    except OSError as cause:
        words = error_words(cause.errno or 0)
        raise TclError(words, posix_code(cause.errno or 0)) from None


def _take_failure(channel: Channel) -> None:
    """Tell what went wrong while nobody listened."""
    failure, channel.failure = channel.failure, None
    if failure is not None:
        raise failure


# ---- reading ---------------------------------------------------------------------------------------


@command("gets", "channelId ?varName?")
def gets(interp: "Interp", args: list[Any]) -> Value:
    """The next line; with a variable, the line's length (-1 when there is none) and the line in it."""
    channel = interp.channels.for_reading(to_str(args[0]))
    with _Using(channel, "reading"):
        line = channel.gets()
    if len(args) == 1:
        return "" if line is None else line
    interp.set_var(to_str(args[1]), "" if line is None else line)
    return -1 if line is None else len(line)


_READ_USAGE = "channelId ?numChars?"


@command("read", _READ_USAGE, least=0, most=1000)
def read(interp: "Interp", args: list[Any]) -> Value:
    """Characters from a channel, all of them by default; -nonewline drops the last line end."""
    return _read(interp, args, to_str(interp.command_word) or "read")


@subcommand("chan", "read", _READ_USAGE, least=0, most=1000)
def chan_read(interp: "Interp", args: list[Any]) -> Value:
    """``read``."""
    return _read(interp, args, "chan read")


def _read(interp: "Interp", args: list[Any], words: str) -> Value:
    if len(args) == 2 and to_str(args[1]) == "nonewline":  # as it was once written
        args = ["-nonewline", args[0]]
    without_newline = len(args) == 2 and to_str(args[0]) == "-nonewline"
    if len(args) not in (1, 2) or (len(args) == 1 and to_str(args[0]) == "-nonewline"):
        raise TclError(
            f'wrong # args: should be "{words} {_READ_USAGE}" or "{words} ?-nonewline? channelId"',
            ["TCL", "WRONGARGS"],
        )
    channel = interp.channels.for_reading(to_str(args[-1] if without_newline else args[0]))
    count = None if without_newline or len(args) == 1 else _character_count(args[1])
    with _Using(channel, "reading"):
        text = channel.read(count)
    return text[:-1] if without_newline and text.endswith("\n") else text


def _character_count(word: Any) -> int:
    try:
        count = to_int(word)
    except TclError:
        count = -1
    if count < 0:
        raise TclError(f'expected non-negative integer but got "{to_str(word)}"', ["TCL", "VALUE", "NUMBER"]) from None
    return count


@command("eof", "channelId")
def eof(interp: "Interp", args: list[Any]) -> Value:
    """1 when the last read met the end of file."""
    return int(interp.channels.get(to_str(args[0])).at_eof)


@command("fblocked", "channelId")
def fblocked(interp: "Interp", args: list[Any]) -> Value:
    """1 when the last read of a non-blocking channel would have had to wait."""
    return int(interp.channels.for_reading(to_str(args[0])).is_blocked)


# ---- writing ---------------------------------------------------------------------------------------


@command("puts", "?-nonewline? ?channelId? string", least=1, most=3)
def puts(interp: "Interp", args: list[Any]) -> Value:
    """Write a string and, unless -nonewline, a line end; to stdout by default."""
    line_end = "\n"
    if len(args) > 1 and to_str(args[0]) == "-nonewline":
        line_end, args = "", args[1:]
    if len(args) == 3 and line_end and to_str(args[2]) == "nonewline":  # as it was once written
        line_end, args = "", args[:2]
    if len(args) == 3:
        raise wrong_args(f"{to_str(interp.command_word) or 'puts'} ?-nonewline? ?channelId? string")
    channel = interp.channels.for_writing("stdout" if len(args) == 1 else to_str(args[0]))
    text = to_str(args[-1])
    with _Using(channel, "writing"):
        if line_end and channel.buffering == "none":
            channel.write(text)
            channel.write(line_end)
        else:
            channel.write(text + line_end)
    if not channel.blocking:
        _written(interp, channel)
    return ""


@command("flush", "channelId")
def flush(interp: "Interp", args: list[Any]) -> Value:
    """Write what has gathered."""
    channel = interp.channels.for_writing(to_str(args[0]))
    with _Using(channel, "flushing"):
        _take_failure(channel)
        channel.flush()
    if not channel.blocking:
        _written(interp, channel)
    return ""


# ---- position --------------------------------------------------------------------------------------

_ORIGINS = {"start": os.SEEK_SET, "current": os.SEEK_CUR, "end": os.SEEK_END}


@command("seek", "channelId offset ?origin?")
def seek(interp: "Interp", args: list[Any]) -> Value:
    """Move to a byte offset from the start, the current position or the end."""
    channel = interp.channels.get(to_str(args[0]))
    offset = to_wide(args[1])
    origin = _ORIGINS[choose(args[2], _ORIGINS, "origin")] if len(args) > 2 else os.SEEK_SET
    with _Using(channel, "during seek on"):
        channel.seek(offset, origin)
    return ""


@command("tell", "channelId")
def tell(interp: "Interp", args: list[Any]) -> Value:
    """The byte position, -1 where there is none."""
    channel = interp.channels.get(to_str(args[0]))
    return -1 if channel.copying is not None else channel.tell()


@subcommand("chan", "truncate", "channelId ?length?", safe=False)
def chan_truncate(interp: "Interp", args: list[Any]) -> Value:
    """Cut the file at a length, or at the current position."""
    channel = interp.channels.get(to_str(args[0]))
    size = None if len(args) == 1 else to_wide(args[1])
    if size is not None and size < 0:
        raise TclError("cannot truncate to negative length of file")
    with _Using(channel, "during truncate on"):
        channel.truncate(size)
    return ""


# ---- about channels --------------------------------------------------------------------------------


@subcommand("chan", "pending", "mode channelId")
def chan_pending(interp: "Interp", args: list[Any]) -> Value:
    """Bytes that wait in the input or output buffer; -1 for a direction that is not open."""
    mode = choose(args[0], ("input", "output"), "mode")
    channel = interp.channels.get(to_str(args[1]))
    if mode == "input":
        return channel.pending_input() if channel.readable else -1
    return channel.pending_output() if channel.writable else -1


@subcommand("chan", "names", "?pattern?")
def chan_names(interp: "Interp", args: list[Any]) -> Value:
    """The names of the open channels."""
    return [name for name in interp.channels if not args or match_glob(to_str(args[0]), name)]


@subcommand("chan", "pipe", "", safe=False)
def chan_pipe(interp: "Interp", args: list[Any]) -> Value:
    """A pipe: the channel to read from and the channel to write to."""
    read_fd, write_fd = os.pipe()
    reading = Channel(f"file{read_fd}", FileDevice(read_fd, None), readable=True, writable=False)
    writing = Channel(f"file{write_fd}", FileDevice(None, write_fd), readable=False, writable=True)
    interp.channels.add(reading)
    interp.channels.add(writing)
    return [reading.name, writing.name]


# The rest of chan are the commands themselves under a second name.
subcommand("chan", "blocked", "channelId")(fblocked)
subcommand("chan", "close", "channelId ?direction?")(close)
subcommand("chan", "eof", "channelId")(eof)
subcommand("chan", "flush", "channelId")(flush)
subcommand("chan", "gets", "channelId ?varName?")(gets)
subcommand("chan", "puts", "?-nonewline? ?channelId? string", least=1, most=3)(puts)
subcommand("chan", "seek", "channelId offset ?origin?")(seek)
subcommand("chan", "tell", "channelId")(tell)
