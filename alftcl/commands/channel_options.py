"""fconfigure(n), and chan configure. What the options mean is in alftcl/channel_options.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alftcl import encodings
from alftcl.channel_options import BUFFERINGS, LARGEST_BUFFER_BYTES
from alftcl.channels import Channel
from alftcl.copying import Copy
from alftcl.errors import TclError
from alftcl.posix import posix_error
from alftcl.table import command, english_list, subcommand, wrong_args
from alftcl.values import Value, to_bool, to_int, to_list, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp

_OPTIONS = ("-blocking", "-buffering", "-buffersize", "-encoding", "-eofchar", "-translation")
_LEAST_LETTERS = {"-buffering": 8, "-buffersize": 8, "-translation": 2}  # the others need three


@command("fconfigure", "channelId ?-option value ...?", least=1, safe=False)
def fconfigure(interp: Interp, args: list[Any]) -> Value:
    """Read or set the options of a channel."""
    return _configure(interp, args, to_str(interp.command_word) or "fconfigure")


@subcommand("chan", "configure", "channelId ?-option value ...?", least=1)
def chan_configure(interp: Interp, args: list[Any]) -> Value:
    """``fconfigure``."""
    return _configure(interp, args, "chan configure")


def _configure(interp: Interp, args: list[Any], words: str) -> Value:
    channel = interp.channels.get(to_str(args[0]))
    if len(args) == 1:
        return [part for option in _OPTIONS for part in (option, _option(channel, option))] + channel.device.options()
    if len(args) == 2:
        return _read_option(channel, to_str(args[1]))
    if len(args) % 2 == 0:
        raise wrong_args(f"{words} channelId ?-option value ...?")
    for option, value in zip(args[1::2], args[2::2], strict=True):
        _write_option(channel, to_str(option), value)
    return ""


def _known(text: str) -> str | None:
    """The option of every channel that a word means."""
    for option in _OPTIONS:
        if option.startswith(text) and len(text) >= _LEAST_LETTERS.get(option, 3):
            return option
    return None


def _read_option(channel: Channel, word: str) -> Value:
    option = _known(word)
    if option is not None:
        return _option(channel, option)
    try:
        value = channel.device.option(word)
    except OSError as cause:
        raise posix_error(f"can't get {word[1:]}", cause) from None
    if value is None:
        raise _bad_option(word, channel.device.option_names())
    return value


def _write_option(channel: Channel, word: str, value: Any) -> None:
    if channel.copying is not None:
        raise TclError("unable to set channel options: background copy in progress")
    option = _known(word)
    if option is not None:
        _set_option(channel, option, value)
    elif not channel.device.set_option(word, value):
        raise _bad_option(word, channel.device.settable_names())


def _bad_option(word: str, further: tuple[str, ...]) -> TclError:
    return TclError(f'bad option "{word}": should be one of {english_list([*_OPTIONS, *further])}')


def _option(channel: Channel, option: str) -> Value:
    match option:
        case "-blocking":
            copying = channel.copying
            return int(copying.was_blocking(channel) if isinstance(copying, Copy) else channel.blocking)
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
    return writing if channel.writable else reading


def _set_option(channel: Channel, option: str, value: Any) -> None:
    match option:
        case "-blocking":
            channel.set_blocking(_truth(value))
        case "-buffering":
            channel.buffering = _buffering(to_str(value))
        case "-buffersize":
            channel.buffer_size = max(1, min(to_int(value), LARGEST_BUFFER_BYTES))
        case "-encoding":
            name = to_str(value) or "binary"
            encodings.codec_of(name)
            channel.encoding = name
        case "-eofchar":
            _set_eof_chars(channel, value)
        case "-translation":
            _set_translations(channel, value)


def _truth(value: Any) -> bool:
    try:
        return to_bool(value)
    except TclError as error:
        raise TclError(error.value, ["TCL", "VALUE", "BOOLEAN"]) from None


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
    channel.at_eof = channel.is_blocked = False
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
