"""Noticing that a variable is written: for vwait. It is a trace like those of scripts, but they do not see it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from alftcl import variable_traces
from alftcl.variable_traces import Trace

if TYPE_CHECKING:
    from alftcl.interp import Interp


class Watch:
    """`changed` as soon as the variable was written or unset."""

    def __init__(self) -> None:
        self.changed = False

    def tell(self, interp: Interp, name: str, key: str, operation: str) -> None:
        """The trace."""
        self.changed = True


@contextmanager
def watch_variable(interp: Interp, name: str) -> Iterator[Watch]:
    """Watch a global variable, or an element of one."""
    watch = Watch()
    trace = Trace(frozenset(("write", "unset")), watch.tell)
    variable_traces.add(interp, name, trace, interp.root_frame)
    try:
        yield watch
    finally:
        variable_traces.remove(interp, name, trace, interp.root_frame)
