"""zlib(n): compressed data. The formats are in alftcl/compression.py, `zlib push` puts alftcl/zlib_transforms.py.

zlib compress, deflate, gzip; decompress, inflate, gunzip     all at once
zlib stream     a command of its own that takes data a piece at a time (class Stream)
zlib push       a channel that compresses what is written, or decompresses what is read
"""

from __future__ import annotations

import zlib
from itertools import count
from typing import TYPE_CHECKING, Any

from alftcl.commands.binary import from_bytes, to_bytes
from alftcl.compression import (
    DEFAULT_LEVEL,
    GZIP,
    RAW,
    ZLIB,
    Compressor,
    CorruptData,
    Decompressor,
    GzipHeader,
    data_error,
    own_header,
    stream_error,
)
from alftcl.errors import TclError
from alftcl.table import UNLIMITED, Command, choose, command, wrong_args
from alftcl.values import Value, to_bool, to_c_int, to_dict, to_str, to_wide
from alftcl.zlib_transforms import Deflating, Inflating, described

if TYPE_CHECKING:
    from collections.abc import Callable

    from alftcl.interp import Interp

_LARGEST_BUFFER = 65536
_LEAST_BUFFER = 16
_LONGEST_COMMENT, _LONGEST_NAME = 254, 4094  # what is longer is cut off
_IN_LEVEL = "\n    (in -level option)"
_COMPRESSING = {"compress": ZLIB, "deflate": RAW, "gzip": GZIP}
_DECOMPRESSING = {"decompress": ZLIB, "gunzip": GZIP, "inflate": RAW}
_MODES = tuple(sorted({**_COMPRESSING, **_DECOMPRESSING}))


@command("zlib", "command arg ?...?", least=1)
def tcl_zlib(interp: Interp, args: list[Any]) -> Value:
    return _SUBCOMMANDS[choose(args[0], _SUBCOMMANDS, "command")](interp, args[1:])


# ---- words --------------------------------------------------------------------------------------------


def _level(word: Value, info: str = "") -> int:
    level = to_c_int(word)
    if not 0 <= level <= 9:
        error = TclError("level must be 0 to 9", ["TCL", "VALUE", "COMPRESSIONLEVEL"])
        if info:
            error.add_info(info)
        raise error
    return level


def _buffer_size(word: Value, least: int) -> int:
    size = to_c_int(word)
    if not least <= size <= _LARGEST_BUFFER:
        raise TclError(f"buffer size must be {least} to {_LARGEST_BUFFER}", ["TCL", "VALUE", "BUFFERSIZE"])
    return size


def _read_ahead(word: Value) -> int:
    size = to_c_int(word)
    if not 1 <= size <= _LARGEST_BUFFER:
        raise TclError(f"read ahead limit must be 1 to {_LARGEST_BUFFER}", ["TCL", "VALUE", "BUFFERSIZE"])
    return size


def _header(word: Value) -> GzipHeader:
    """The gzip header that a dict describes."""
    told = to_dict(word)
    header = GzipHeader()
    if "comment" in told:
        header.comment = _latin(told["comment"])[:_LONGEST_COMMENT]
    if "crc" in told:
        header.crc = to_bool(told["crc"])
    if "filename" in told:
        header.filename = _latin(told["filename"])[:_LONGEST_NAME]
    if "os" in told:
        header.system = to_c_int(told["os"])
    if "time" in told:
        header.time = to_wide(told["time"])
    if "type" in told:
        header.is_text = choose(told["type"], ("binary", "text"), "type", exact=True) == "text"
    return header


def _latin(word: Value) -> bytes:
    return to_str(word).encode("latin-1", "replace")


# ---- all at once --------------------------------------------------------------------------------------


def _checksum(name: str) -> Callable[[Interp, list[Any]], Value]:
    function, start = (zlib.adler32, 1) if name == "adler32" else (zlib.crc32, 0)

    def run(interp: Interp, args: list[Any]) -> Value:
        if not 1 <= len(args) <= 2:
            raise wrong_args(f"zlib {name} data ?startValue?")
        first = to_c_int(args[1]) % (1 << 32) if len(args) > 1 else start
        return function(to_bytes(args[0]), first)

    return run


def _compress(name: str) -> Callable[[Interp, list[Any]], Value]:
    def run(interp: Interp, args: list[Any]) -> Value:
        if not 1 <= len(args) <= 2:
            raise wrong_args(f"zlib {name} data ?level?")
        level = _level(args[1]) if len(args) > 1 else DEFAULT_LEVEL
        return _compressed(Compressor(_COMPRESSING[name], level), args[0])

    return run


def _compressed(compressor: Compressor, value: Value) -> Value:
    return from_bytes(compressor.compress(to_bytes(value)) + compressor.finish())


def _gzip(interp: Interp, args: list[Any]) -> Value:
    """A single further word is the level."""
    level, header = DEFAULT_LEVEL, own_header()
    if len(args) == 2:
        try:
            to_c_int(args[1])
        except TclError:
            raise _gzip_usage() from None
        level = _level(args[1])
        return _compressed(Compressor(GZIP, level), args[0])
    if len(args) % 2 == 0:
        raise _gzip_usage()
    for option, value in zip(args[1::2], args[2::2], strict=True):
        if choose(option, ("-header", "-level")) == "-level":
            level = _level(value, _IN_LEVEL)
        else:
            header = _header(value)
    return _compressed(Compressor(GZIP, level, header), args[0])


def _gzip_usage() -> TclError:
    return wrong_args("zlib gzip data ?-level level? ?-header header?")


def _decompress(name: str) -> Callable[[Interp, list[Any]], Value]:
    def run(interp: Interp, args: list[Any]) -> Value:
        if not 1 <= len(args) <= 2:
            raise wrong_args(f"zlib {name} data ?bufferSize?")
        if len(args) > 1:
            _buffer_size(args[1], _LEAST_BUFFER)  # Python makes room by itself
        return from_bytes(_decompressed(interp, Decompressor(_DECOMPRESSING[name]), args[0]))

    return run


def _decompressed(interp: Interp, engine: Decompressor, value: Value) -> bytes:
    """All of it. As in Tcl a NUL behind the data is read as part of them, where they are too short."""
    engine.give(to_bytes(value) + b"\0")
    try:
        found = engine.take(interp.largest_value + 1)
    except CorruptData:
        raise data_error() from None
    interp.reserve(len(found))
    if not engine.eof:
        raise stream_error()
    return found


def _gunzip(interp: Interp, args: list[Any]) -> Value:
    if len(args) % 2 == 0:
        raise wrong_args("zlib gunzip data ?-headerVar varName?")
    variable = None
    for option, value in zip(args[1::2], args[2::2], strict=True):
        if choose(option, ("-buffersize", "-headerVar")) == "-buffersize":
            _buffer_size(value, _LEAST_BUFFER)
        else:
            variable = to_str(value)
    engine = Decompressor(GZIP)
    data = _decompressed(interp, engine, args[0])
    if variable is not None:
        interp.set_var(variable, {**described(engine.header), "size": len(data)})
    return from_bytes(data)


# ---- streams ------------------------------------------------------------------------------------------

_streams = count(1)
_OPTIONS = {
    "compress": ("-dictionary", "-level"),
    "deflate": ("-dictionary", "-level"),
    "gzip": ("-header", "-level"),
    "decompress": ("-dictionary",),
    "inflate": ("-dictionary",),
    "gunzip": (),
}
_METHODS = ("add", "checksum", "close", "eof", "finalize", "flush", "fullflush", "get", "header", "put", "reset")
_PUT_OPTIONS = ("-dictionary", "-finalize", "-flush", "-fullflush")
_ADD_OPTIONS = ("-buffer", *_PUT_OPTIONS)
_VALUES = {"-buffer": "integer decompression buffersize", "-dictionary": "compression dictionary bytes"}
_FLUSHES = ("-finalize", "-flush", "-fullflush")


def _stream(interp: Interp, args: list[Any]) -> Value:
    if len(args) % 2 == 0:
        raise wrong_args("zlib stream mode ?-option value...?")
    mode = choose(args[0], _MODES, "mode")
    level, header, dictionary = DEFAULT_LEVEL, own_header(), b""
    for option, value in zip(args[1::2], args[2::2], strict=True):
        if mode == "gunzip":
            words = f'bad option "{to_str(option)}": no valid options'
            raise TclError(words, ["TCL", "LOOKUP", "INDEX", "option", to_str(option)])
        match choose(option, _OPTIONS[mode]):
            case "-level":
                level = _level(value, _IN_LEVEL)
            case "-header":
                header = _header(value)
            case _:
                dictionary = to_bytes(value)
    made: Stream
    if mode in _COMPRESSING:
        made = CompressingStream(Compressor(_COMPRESSING[mode], level, header, dictionary))
    else:
        made = DecompressingStream(Decompressor(_DECOMPRESSING[mode], dictionary))
    name = f"::tcl::zlib::streamcmd_{next(_streams)}"
    interp.add_command(name, made)
    return name


class Stream(Command):
    """A command that takes data with put and gives them back, compressed or decompressed, with get."""

    def __init__(self) -> None:
        super().__init__(self._run, "", 0, UNLIMITED)

    def _run(self, interp: Interp, args: list[Any]) -> Value:
        name = to_str(interp.command_word)
        if not args:
            raise wrong_args(f"{name} option data ?...?")
        word = choose(args[0], _METHODS)
        if word in ("add", "put"):
            most = self._put(args, _ADD_OPTIONS if word == "add" else _PUT_OPTIONS)
            return self._given(interp, most) if word == "add" else ""
        if word == "get":
            if len(args) > 2:
                raise wrong_args(f"{name} get ?count?")
            return self._given(interp, to_c_int(args[1]) if len(args) > 1 else -1)
        if len(args) > 1:
            raise wrong_args(f"{name} {word}")
        return self._plain(interp, word)

    def _given(self, interp: Interp, most: int) -> Value:
        found = self.get(interp.largest_value + 1 if most < 0 else most)
        interp.reserve(len(found))
        return from_bytes(found)

    def _plain(self, interp: Interp, word: str) -> Value:
        match word:
            case "checksum":
                return self.checksum()
            case "eof":
                return int(self.eof())
            case "header":
                return self.header()
            case "reset":
                self.reset()
            case "close":
                home = interp.root.home_of(self)
                if home is not None:
                    home[0].remove(interp, home[1], self)
            case _:
                self.put(b"", f"-{word}")
        return ""

    def _put(self, args: list[Any], options: tuple[str, ...]) -> int:
        """The last word is the data, whatever it is. Returns what -buffer says, or -1."""
        flush, most = "", -1
        words = iter(args[1:-1])
        for word in words:
            option = choose(word, options)
            if option in _FLUSHES:
                if flush:
                    problem = '"-flush", "-fullflush" and "-finalize" options are mutually exclusive'
                    raise TclError(problem, ["TCL", "ZIP", "EXCLUSIVE"])
                flush = option
                continue
            value = next(words, None)
            if value is None:
                wanted = _VALUES[option]
                raise TclError(f'"{option}" option must be followed by {wanted}', ["TCL", "ZIP", "NOVAL"])
            if option == "-dictionary":
                self.set_dictionary(to_bytes(value))
            else:
                most = _buffer_size(value, 1)
        self.put(to_bytes(args[-1]), flush)
        return most

    def put(self, data: bytes, flush: str) -> None:
        """Take data; `flush` is one of _FLUSHES, or empty."""
        raise NotImplementedError

    def get(self, most: int) -> bytes:
        """Give data, at most so many bytes."""
        raise NotImplementedError

    def checksum(self) -> int:
        """The checksum of the uncompressed data."""
        raise NotImplementedError

    def eof(self) -> bool:
        """Whether the end of compressed data was reached."""
        return False

    def header(self) -> Value:
        """What gzip data tell of themselves."""
        raise TclError("only gunzip streams can produce header information", ["TCL", "ZIP", "BADOP"])

    def reset(self) -> None:
        """Begin anew."""
        raise NotImplementedError

    def set_dictionary(self, dictionary: bytes) -> None:
        """What the data may refer to."""
        raise NotImplementedError


class CompressingStream(Stream):
    """A stream that compresses. The dictionary is for the beginning: in the middle there can be no new one."""

    def __init__(self, engine: Compressor) -> None:
        super().__init__()
        self._engine = engine
        self._made = bytearray()
        self._is_spoilt = False

    def put(self, data: bytes, flush: str) -> None:
        engine = self._engine
        if self._is_spoilt or (data and engine.is_finished):
            raise stream_error()
        if engine.is_finished or not (data or flush == "-finalize"):
            return
        self._made += engine.compress(data)
        if flush == "-finalize":
            self._made += engine.finish()
        elif flush:
            self._made += engine.flush(flush == "-fullflush")

    def get(self, most: int) -> bytes:
        found = bytes(self._made[:most])
        del self._made[: len(found)]
        return found

    def checksum(self) -> int:
        return self._engine.checksum

    def reset(self) -> None:
        self._made.clear()
        self._is_spoilt = False
        self._engine.reset()

    def set_dictionary(self, dictionary: bytes) -> None:
        self._engine.dictionary = dictionary
        if self._engine.is_begun:
            self._is_spoilt = True
        else:
            self._engine.reset()


class DecompressingStream(Stream):
    """A stream that decompresses, when it is asked for the data."""

    def __init__(self, engine: Decompressor) -> None:
        super().__init__()
        self._engine = engine

    def put(self, data: bytes, flush: str) -> None:
        if self._engine.eof:
            raise TclError("already past compressed stream end", ["TCL", "ZIP", "CLOSED"])
        self._engine.give(data)

    def get(self, most: int) -> bytes:
        if most == 0:
            return b""
        try:
            return self._engine.take(most)
        except CorruptData:
            raise data_error() from None

    def checksum(self) -> int:
        return self._engine.checksum

    def eof(self) -> bool:
        return self._engine.eof

    def header(self) -> Value:
        return described(self._engine.header) if self._engine.form == GZIP else super().header()

    def reset(self) -> None:
        self._engine.reset()

    def set_dictionary(self, dictionary: bytes) -> None:
        self._engine.dictionary = dictionary


# ---- channels -----------------------------------------------------------------------------------------


def _push(interp: Interp, args: list[Any]) -> Value:
    if len(args) < 2:
        raise wrong_args("zlib push mode channel ?options...?")
    mode = choose(args[0], _MODES, "mode")
    channel = interp.channels.get(to_str(args[1]))
    if mode in _COMPRESSING and not channel.writable:
        raise TclError("compression may only be applied to writable channels", ["TCL", "ZIP", "UNWRITABLE"])
    if mode in _DECOMPRESSING and not channel.readable:
        raise TclError("decompression may only be applied to readable channels", ["TCL", "ZIP", "UNREADABLE"])
    level, header, dictionary = _push_options(mode, args[2:])
    if channel.pending_output():
        channel.flush()
    if mode in _COMPRESSING:
        channel.push(Deflating(channel, Compressor(_COMPRESSING[mode], level, header, dictionary)))
    else:
        channel.push(Inflating(channel, Decompressor(_DECOMPRESSING[mode], dictionary)))
    return channel.name


def _push_options(mode: str, words: list[Any]) -> tuple[int, GzipHeader, bytes]:
    level, dictionary = DEFAULT_LEVEL, b""
    told: Value | None = None
    options = ("-dictionary", "-header", "-level") if mode in _COMPRESSING else _INFLATING_OPTIONS
    for place in range(0, len(words), 2):
        option = choose(words[place], options)
        if place + 1 == len(words):
            raise TclError(f"value missing for {option} option", ["TCL", "ZIP", "NOVAL"])
        value = words[place + 1]
        try:
            match option:
                case "-level":
                    level = _level(value)
                case "-header":
                    told = to_dict(value)
                case "-limit":
                    _read_ahead(value)  # what is read too far goes back to the channel
                case _:
                    dictionary = _dictionary(mode, value)
        except TclError as error:
            error.add_info(f"\n    (in {option} option)")
            raise
    header = own_header() if told is None or mode != "gzip" else _header(told)
    return level, header, dictionary


def _dictionary(mode: str, value: Value) -> bytes:
    if mode in ("gzip", "gunzip"):
        problem = "a compression dictionary may not be set in the gzip format"
        raise TclError(problem, ["TCL", "ZIP", "BADOPT"])
    return to_bytes(value)


_INFLATING_OPTIONS = ("-dictionary", "-header", "-level", "-limit")
_SUBCOMMANDS: dict[str, Callable[[Interp, list[Any]], Value]] = {
    "adler32": _checksum("adler32"),
    "compress": _compress("compress"),
    "crc32": _checksum("crc32"),
    "decompress": _decompress("decompress"),
    "deflate": _compress("deflate"),
    "gunzip": _gunzip,
    "gzip": _gzip,
    "inflate": _decompress("inflate"),
    "push": _push,
    "stream": _stream,
}
