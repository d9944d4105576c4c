"""Channel commands: open close puts gets read eof flush seek tell fconfigure fblocked fcopy, and chan.

The commands only read their words and report errors; buffers, encodings and line ends are alftcl/channels.py.
Which channels exist is the interpreter's table (interp.channels): a safe interpreter has only those that its
owner put there, and no ``open``. Pipelines (``open |command``) come from commands/processes.py. Source: the
manual page of each command in Tcl 8.6.

    chan ...   blocked close configure copy eof flush gets names pending pipe puts read seek tell truncate
"""

import os
from typing import TYPE_CHECKING, Any

from alftcl import encodings
from alftcl.channels import BUFFERINGS, CHUNK_BYTES, Channel
from alftcl.devices import FileDevice
from alftcl.errors import TclError
from alftcl.paths import native_path
from alftcl.posix import posix_error
from alftcl.table import choose, command, subcommand, wrong_args
from alftcl.values import Value, match_glob, to_bool, to_int, to_list, to_str, to_wide

if TYPE_CHECKING:
    from alftcl.interp import Interp


def _device_error(what: str, channel: Channel, cause: OSError) -> TclError:
    return posix_error(f'error {what} "{channel.name}"', cause)


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
    words = [to_str(word) for word in to_list(text)]
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
    interp.events.forget_channel(channel)
    if len(args) == 1:
        _close(interp, name, channel)
        return ""
    writing = choose(args[1], ("read", "write"), "direction") == "write"
    if not (channel.writable if writing else channel.readable):
        side = "write" if writing else "read"
        raise TclError(f"Half-close of {side}-side not possible, side not opened or already closed")
    if channel.readable and channel.writable:
        channel.close_half(writing=writing)
    else:
        _close(interp, name, channel)
    return ""


def _close(interp: "Interp", name: str, channel: Channel) -> None:
    try:
        interp.channels.close(name)
    except OSError as cause:
        raise _device_error("closing", channel, cause) from None


# ---- reading ---------------------------------------------------------------------------------------


@command("gets", "channelId ?varName?")
def gets(interp: "Interp", args: list[Any]) -> Value:
    """The next line; with a variable, the line's length (-1 when there is none) and the line in it."""
    channel = interp.channels.for_reading(to_str(args[0]))
    try:
        line = channel.gets()
    except OSError as cause:
        raise _device_error("reading", channel, cause) from None
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
    without_newline = len(args) == 2 and to_str(args[0]) == "-nonewline"
    if len(args) not in (1, 2) or (len(args) == 1 and to_str(args[0]) == "-nonewline"):
        raise TclError(
            f'wrong # args: should be "{words} {_READ_USAGE}" or "{words} ?-nonewline? channelId"',
            ["TCL", "WRONGARGS"],
        )
    channel = interp.channels.for_reading(to_str(args[-1] if without_newline else args[0]))
    count = None if without_newline or len(args) == 1 else _character_count(args[1])
    try:
        text = channel.read(count)
    except OSError as cause:
        raise _device_error("reading", channel, cause) from None
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
    if len(args) == 3:
        raise wrong_args(f"{to_str(interp.command_word) or 'puts'} ?-nonewline? ?channelId? string")
    channel = interp.channels.for_writing("stdout" if len(args) == 1 else to_str(args[0]))
    try:
        channel.write(to_str(args[-1]) + line_end)
    except OSError as cause:
        raise _device_error("writing", channel, cause) from None
    return ""


@command("flush", "channelId")
def flush(interp: "Interp", args: list[Any]) -> Value:
    """Write what has gathered."""
    channel = interp.channels.for_writing(to_str(args[0]))
    try:
        channel.flush()
    except OSError as cause:
        raise _device_error("flushing", channel, cause) from None
    return ""


# ---- position --------------------------------------------------------------------------------------

_ORIGINS = {"start": os.SEEK_SET, "current": os.SEEK_CUR, "end": os.SEEK_END}


@command("seek", "channelId offset ?origin?")
def seek(interp: "Interp", args: list[Any]) -> Value:
    """Move to a byte offset from the start, the current position or the end."""
    channel = interp.channels.get(to_str(args[0]))
    offset = to_wide(args[1])
    origin = _ORIGINS[choose(args[2], _ORIGINS, "origin")] if len(args) > 2 else os.SEEK_SET
    try:
        channel.seek(offset, origin)
    except OSError as cause:
        raise _device_error("during seek on", channel, cause) from None
    return ""


@command("tell", "channelId")
def tell(interp: "Interp", args: list[Any]) -> Value:
    """The byte position, -1 where there is none."""
    return interp.channels.get(to_str(args[0])).tell()


@subcommand("chan", "truncate", "channelId ?length?", safe=False)
def chan_truncate(interp: "Interp", args: list[Any]) -> Value:
    """Cut the file at a length, or at the current position."""
    channel = interp.channels.for_writing(to_str(args[0]))
    size = None if len(args) == 1 else to_wide(args[1])
    if size is not None and size < 0:
        raise TclError("cannot truncate to negative length of file")
    try:
        channel.truncate(size)
    except OSError as cause:
        raise _device_error("during truncate on", channel, cause) from None
    return ""


# ---- fconfigure ------------------------------------------------------------------------------------

_OPTIONS = ("-blocking", "-buffering", "-buffersize", "-encoding", "-eofchar", "-translation")
_LEAST_LETTERS = {"-buffering": 8, "-buffersize": 8, "-translation": 2}  # the others need three


@command("fconfigure", "channelId ?-option value ...?", least=1)
def fconfigure(interp: "Interp", args: list[Any]) -> Value:
    """Read or set the options of a channel."""
    channel = interp.channels.get(to_str(args[0]))
    if len(args) == 1:
        return [part for option in _OPTIONS for part in (option, _option(channel, option))]
    if len(args) == 2:
        return _option(channel, _option_name(args[1]))
    if len(args) % 2 == 0:
        raise wrong_args(f"{to_str(interp.command_word) or 'fconfigure'} channelId ?-option value ...?")
    for option, value in zip(args[1::2], args[2::2], strict=True):
        _set_option(channel, _option_name(option), value)
    return ""


def _option_name(word: Any) -> str:
    text = to_str(word)
    for option in _OPTIONS:
        if option.startswith(text) and len(text) >= _LEAST_LETTERS.get(option, 3):
            return option
    known = ", ".join(_OPTIONS[:-1])
    raise TclError(f'bad option "{text}": should be one of {known}, or {_OPTIONS[-1]}')


def _option(channel: Channel, option: str) -> Value:
    match option:
        case "-blocking":
            return int(channel.blocking)
        case "-buffering":
            return channel.buffering
        case "-buffersize":
            return channel.buffer_size
        case "-encoding":
            return channel.encoding
        case "-eofchar":
            return _of_directions(channel, channel.in_eof_char, channel.out_eof_char)
    return _of_directions(channel, channel.in_translation, channel.out_translation)


def _of_directions(channel: Channel, reading: str, writing: str) -> Value:
    if channel.readable and channel.writable:
        return [reading, writing]
    return reading if channel.readable else writing


def _set_option(channel: Channel, option: str, value: Any) -> None:
    match option:
        case "-blocking":
            channel.set_blocking(to_bool(value))
        case "-buffering":
            channel.buffering = _buffering(to_str(value))
        case "-buffersize":
            size = to_int(value)
            channel.buffer_size = size if 1 <= size <= 1_000_000 else channel.buffer_size
        case "-encoding":
            name = to_str(value) or "binary"
            encodings.codec_of(name)
            channel.encoding = name
        case "-eofchar":
            _set_eof_chars(channel, value)
        case "-translation":
            _set_translations(channel, value)


def _buffering(word: str) -> str:
    for buffering in BUFFERINGS:
        if word and buffering.startswith(word):
            return buffering
    raise TclError("bad value for -buffering: must be one of full, line, or none")


def _set_eof_chars(channel: Channel, value: Any) -> None:
    words = [to_str(word) for word in to_list(value)]
    if len(words) > 2:
        raise TclError("bad value for -eofchar: should be a list of zero, one, or two elements")
    chars = [word[:1] for word in words] or [""]
    if any(char and not 0 < ord(char) < 128 for char in chars):
        raise TclError("bad value for -eofchar: must be non-NUL ASCII character")
    if channel.readable:
        channel.in_eof_char = chars[0]
    if channel.writable:
        channel.out_eof_char = chars[-1]


_TRANSLATIONS = {"auto": "auto", "binary": "lf", "lf": "lf", "platform": "lf", "cr": "cr", "crlf": "crlf"}


def _set_translations(channel: Channel, value: Any) -> None:
    words = [to_str(word) for word in to_list(value)]
    if len(words) not in (1, 2):
        raise TclError("bad value for -translation: must be a one or two element list")
    for word, reading in ((words[0], True), (words[-1], False)):
        if not word or not (channel.readable if reading else channel.writable):
            continue
        if word not in _TRANSLATIONS:
            raise TclError("bad value for -translation: must be one of auto, binary, cr, lf, crlf, or platform")
        if word == "binary":
            channel.set_binary(reading=reading, writing=not reading)
        elif reading:
            channel.in_translation = _TRANSLATIONS[word]
        else:
            channel.out_translation = "lf" if word == "auto" else _TRANSLATIONS[word]


# ---- between channels ------------------------------------------------------------------------------

_COPY_USAGE = "input output ?-size size? ?-command callback?"


@command("fcopy", _COPY_USAGE, least=2)
def fcopy(interp: "Interp", args: list[Any]) -> Value:
    """Copy the rest of one channel, or ``-size`` characters of it, to another; how much was copied."""
    if len(args) not in (2, 4, 6):
        raise wrong_args(f"{to_str(interp.command_word) or 'fcopy'} {_COPY_USAGE}")
    source = interp.channels.for_reading(to_str(args[0]))
    target = interp.channels.for_writing(to_str(args[1]))
    size: int | None = None
    callback: Any = None
    for word, value in zip(args[2::2], args[3::2], strict=True):
        if choose(word, ("-size", "-command")) == "-size":
            wanted = to_wide(value)
            size = wanted if wanted >= 0 else None
        else:
            callback = value
    copied = _copy(source, target, size)
    if callback is None:
        return copied
    interp.invoke([*to_list(callback), copied])
    return ""


def _copy(source: Channel, target: Channel, size: int | None) -> int:
    try:
        copied = 0
        while size is None or copied < size:
            text = source.read(CHUNK_BYTES if size is None else min(CHUNK_BYTES, size - copied))
            if not text:
                break
            target.write(text)
            copied += len(text)
        return copied
    except OSError as cause:
        raise posix_error(f'error copying "{source.name}"', cause) from None


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
subcommand("chan", "configure", "channelId ?-option value ...?", least=1)(fconfigure)
subcommand("chan", "copy", _COPY_USAGE, least=2)(fcopy)
subcommand("chan", "eof", "channelId")(eof)
subcommand("chan", "flush", "channelId")(flush)
subcommand("chan", "gets", "channelId ?varName?")(gets)
subcommand("chan", "puts", "?-nonewline? ?channelId? string", least=1, most=3)(puts)
subcommand("chan", "seek", "channelId offset ?origin?")(seek)
subcommand("chan", "tell", "channelId")(tell)
