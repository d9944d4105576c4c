"""What channels and transformations made of scripts have in common: the command that does the work.

    initialize   says which methods the command has
    METHOD       is called as: command ... METHOD handle ?arg ...?  at the top level of its interpreter

An answer other than ok or an error is one of its own. Source: refchan(n) and transchan(n).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from alftcl.children import across
from alftcl.errors import Completion, TclError
from alftcl.table import choose, english_list
from alftcl.values import Value, list_to_str, to_list, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp


class Handler:
    """A command prefix that handles one channel or transformation, and its methods."""

    def __init__(self, interp: Interp, prefix: list[Any], handle: str) -> None:
        self.interp = interp
        self.prefix = prefix
        self.handle = handle
        self.methods: set[str] = set()

    @property
    def shown(self) -> str:
        """The prefix, for messages."""
        return list_to_str(self.prefix)

    def call(self, method: str, *args: Value) -> Value:
        """Call one of its methods."""
        interp = self.interp
        if not interp.family.alive:
            raise TclError("Owner lost")
        words = [*self.prefix, method, self.handle, *args]
        try:
            return across(interp, lambda: interp.in_frame(interp.root_frame, lambda: interp.invoke(words)))
        except TclError:
            raise
        except Completion as completion:
            raise TclError(f"chan handler returned bad code: {completion.code}") from None

    def initialize(self, mode: list[str], known: Iterable[str], required: Iterable[str]) -> None:
        """Ask for the methods. `known` are all that there can be."""
        answer = self.call("initialize", mode)
        try:
            words = to_list(answer)
        except TclError:
            shown = list_to_str([*self.prefix, "initialize"])
            raise TclError(f'chan handler "{shown}" returned non-list: {to_str(answer)}') from None
        for word in words:
            self.methods.add(self._known(word, known))
        if not self.methods.issuperset(required):
            raise self.fault("does not support all required methods")

    def _known(self, word: Value, known: Iterable[str]) -> str:
        try:
            return choose(word, known, "method")
        except TclError as error:
            shown = list_to_str([*self.prefix, "initialize"])
            problem = f'bad method "{to_str(word)}": must be {english_list(list(known))}'
            raise TclError(f'chan handler "{shown}" returned {problem}', error.errorcode) from None

    def fault(self, problem: str) -> TclError:
        """The error of a handler that cannot be used."""
        return TclError(f'chan handler "{self.shown}" {problem}')


def as_bytes(value: Value) -> bytes:
    """What a handler gives as data: the low eight bits of each character."""
    from alftcl.encodings import encode

    return encode(to_str(value), "binary")
