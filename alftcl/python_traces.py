"""Traces of variables that call Python (Interp.trace)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from alftcl import variable_traces
from alftcl.frames import full_name
from alftcl.python_commands import guarded
from alftcl.variable_traces import Trace

if TYPE_CHECKING:
    from alftcl.interp import Interp

_OPERATIONS = ("read", "write", "unset")


class Tracing:
    """A trace that holds until it is removed; as a context manager, to the end of the block."""

    def __init__(
        self, interp: Interp, name: str, operations: Iterable[str], callback: Callable[[str, str], object]
    ) -> None:
        chosen = frozenset(operations)
        wrong = sorted(chosen.difference(_OPERATIONS))
        if wrong or not chosen:
            raise ValueError(f"a trace is of read, write or unset, not of {', '.join(wrong) or 'nothing'}")
        self._interp = interp
        self._name = name
        self._frame = interp.frame
        self._callback = callback
        self._trace = Trace(chosen, self._tell)
        variable_traces.add(interp, name, self._trace)

    def _tell(self, interp: Interp, name: str, key: str, operation: str) -> None:
        shown = full_name(name, key or None)
        guarded(lambda: self._callback(shown, operation))

    def remove(self) -> None:
        """Trace no more. It may have ended before, with its variable."""
        variable_traces.remove(self._interp, self._name, self._trace, self._frame)

    def __enter__(self) -> Tracing:
        return self

    def __exit__(self, *failure: object) -> None:
        self.remove()
