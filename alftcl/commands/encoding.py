"""encoding(n): text to bytes and back. Bytes are characters below 256; the tables are in alftcl/encodings.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alftcl import encodings
from alftcl.errors import TclError
from alftcl.table import ensemble, subcommand
from alftcl.values import Value, to_list, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp


ensemble("encoding", {}, safe=False)


_OF_CHANNELS = "binary"  # a name that only channels know


def _name(args: list[Any]) -> str:
    name = to_str(args[0]) if len(args) == 2 else encodings.system_encoding()
    if name in ("", _OF_CHANNELS):
        raise TclError(f'unknown encoding "{name}"', ["TCL", "LOOKUP", "ENCODING", name])
    return name


@subcommand("encoding", "convertfrom", "?encoding? data")
def convertfrom(interp: Interp, args: list[Any]) -> Value:
    name = _name(args)
    return encodings.decode(encodings.encode(to_str(args[-1]), "binary"), name)


@subcommand("encoding", "convertto", "?encoding? data")
def convertto(interp: Interp, args: list[Any]) -> Value:
    name = _name(args)
    return encodings.encode(to_str(args[-1]), name).decode("latin-1")


@subcommand("encoding", "dirs", "?dirList?", safe=False)
def dirs(interp: Interp, args: list[Any]) -> Value:
    """Where Tcl looks for tables of its own; ours come with Python."""
    if args:
        try:
            to_list(args[0])
        except TclError:
            problem = f'expected directory list but got "{to_str(args[0])}"'
            raise TclError(problem, ["TCL", "OPERATION", "ENCODING", "BADPATH"]) from None
        return to_str(args[0])
    return []


@subcommand("encoding", "names", "")
def names(interp: Interp, args: list[Any]) -> Value:
    return sorted(set(encodings.CODECS) - {_OF_CHANNELS})


@subcommand("encoding", "system", "?encoding?")
def system(interp: Interp, args: list[Any]) -> Value:
    """The encoding of channels unless they are told another."""
    if args:
        encodings.set_system_encoding(to_str(args[0]))
        return ""
    return encodings.system_encoding()
