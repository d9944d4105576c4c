"""encoding(n): text to bytes and back. Bytes are characters below 256; the tables are in alftcl/encodings.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alftcl import encodings
from alftcl.table import subcommand
from alftcl.values import Value, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp


@subcommand("encoding", "convertfrom", "?encoding? data")
def convertfrom(interp: Interp, args: list[Any]) -> Value:
    name = to_str(args[0]) if len(args) == 2 else encodings.system_encoding()
    return encodings.decode(encodings.encode(to_str(args[-1]), "binary"), name)


@subcommand("encoding", "convertto", "?encoding? data")
def convertto(interp: Interp, args: list[Any]) -> Value:
    name = to_str(args[0]) if len(args) == 2 else encodings.system_encoding()
    return encodings.encode(to_str(args[-1]), name).decode("latin-1")


@subcommand("encoding", "dirs", "?dirList?", safe=False)
def dirs(interp: Interp, args: list[Any]) -> Value:
    """Where Tcl looks for tables of its own; ours come with Python."""
    return args[0] if args else []


@subcommand("encoding", "names", "")
def names(interp: Interp, args: list[Any]) -> Value:
    return sorted(encodings.CODECS)


@subcommand("encoding", "system", "?encoding?", safe=False)
def system(interp: Interp, args: list[Any]) -> Value:
    """The encoding of file names and the like: it cannot be another than this system's."""
    if args:
        encodings.encode("", to_str(args[0]))
        return ""
    return encodings.system_encoding()
