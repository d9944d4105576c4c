"""The namespaces of the built-in ensembles: ::tcl::string::length is `string length`.

They come when somebody looks for them, because the families of all those commands must be imported for it: the
children of ::tcl are a dict that opens them. Whoever walks through all namespaces uses Namespace.below, which
knows those that are open already.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from alftcl.commands.index import INDEX
from alftcl.namespaces import Namespace
from alftcl.table import ENSEMBLE_USAGE, members_of

if TYPE_CHECKING:
    from alftcl.interp import Interp

NAMES = frozenset(name for name, declared in INDEX.items() if declared[0] == ENSEMBLE_USAGE)


class Parts(dict[str, Namespace]):
    """The children of ::tcl."""

    def __init__(self, interp: Interp, children: dict[str, Namespace]) -> None:
        super().__init__(children)
        self._interp = interp
        self._closed = set(NAMES)

    def get(self, key: str, default: Any = None) -> Any:
        if key in self._closed:
            self._open(key)
        return super().get(key, default)

    def values(self) -> Any:
        self._open_all()
        return super().values()

    def items(self) -> Any:
        self._open_all()
        return super().items()

    def __iter__(self) -> Iterator[str]:
        self._open_all()
        return super().__iter__()

    def _open_all(self) -> None:
        for name in sorted(self._closed):
            self._open(name)

    def _open(self, name: str) -> None:
        """The namespace of one ensemble, with its subcommands as commands."""
        self._closed.discard(name)
        tcl = self._interp.root.children["tcl"]
        space = self[name] = Namespace(name, tcl)
        for member, command in sorted(members_of(name).items()):
            if command.safe or not self._interp.safe:
                space.commands[member] = command


def install(interp: Interp) -> None:
    """Give an interpreter those namespaces."""
    tcl = interp.root.make("::tcl")
    tcl.exports.append("prefix")
    tcl.children = Parts(interp, tcl.children)
