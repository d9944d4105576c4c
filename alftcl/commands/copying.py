"""fcopy(n), and chan copy. The copying itself is in alftcl/copying.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alftcl.copying import Copy
from alftcl.errors import TclError
from alftcl.posix import posix_error
from alftcl.table import choose, command, subcommand, wrong_args
from alftcl.values import Value, to_list, to_str, to_wide

if TYPE_CHECKING:
    from alftcl.interp import Interp

_USAGE = "input output ?-size size? ?-command callback?"


@command("fcopy", _USAGE, least=2)
def fcopy(interp: Interp, args: list[Any]) -> Value:
    """Copy the rest of one channel, or ``-size`` of it, to another; how much was copied."""
    return _fcopy(interp, args, to_str(interp.command_word) or "fcopy")


@subcommand("chan", "copy", _USAGE, least=2)
def chan_copy(interp: Interp, args: list[Any]) -> Value:
    """``fcopy``."""
    return _fcopy(interp, args, "chan copy")


def _fcopy(interp: Interp, args: list[Any], words: str) -> Value:
    if len(args) not in (2, 4, 6):
        raise wrong_args(f"{words} {_USAGE}")
    source = interp.channels.for_reading(to_str(args[0]))
    target = interp.channels.for_writing(to_str(args[1]))
    size: int | None = None
    callback: list[Any] | None = None
    for word, value in zip(args[2::2], args[3::2], strict=True):
        if choose(word, ("-size", "-command")) == "-size":
            wanted = to_wide(value)
            size = wanted if wanted >= 0 else None
        else:
            callback = list(to_list(value))
    for channel in (source, target):
        if channel.copying is not None:
            raise TclError(f'channel "{channel.name}" is busy')
    copy = Copy(source, target, size)
    if callback is not None:
        copy.start(interp.events, lambda copied, failure: _call_back(interp, callback, copied, failure))
        return ""
    try:
        return copy.run()
    except OSError as cause:
        raise posix_error(f'error reading "{source.name}"', cause) from None


def _call_back(interp: Interp, callback: list[Any], copied: int, failure: str) -> None:
    interp.events.run_script(interp, [*callback, copied, *([failure] if failure else [])], None)
