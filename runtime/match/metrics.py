"""-metrics: a Tcl expression over what is measured on a machine (reference 2.3, S2).

    -metrics {[Mget loadavg] < 1.25 && [Mget disk] > 1000}

The expression is tested against each machine that could run the command. It sees `Mget NAME` and the arithmetic of
expr, nothing else: no variables, no other commands. A metric that nobody knows, or that is older than three intervals,
makes the machine no match whatever stands around it, and so does an expression that fails. A text that is no
expression at all (`fault`) tests nothing: one machine as the farm leaves it out, with a warning where it was read.
Its integers are bounded as a script's are: it is tested where everybody waits for the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from alftcl import memory
from alftcl.errors import Completion, TclError
from alftcl.grammar_expr import parse_expr
from alftcl.interp import Interp
from alftcl.table import Command
from alftcl.values import Value, to_bool, to_str

Lookup = Callable[[str], float | str | None]
"""The value of a metric by its name, None when it is unknown or stale."""


_ALLOWANCE = memory.Allowance(largest_integer=1 << 14)
"""Integers, in bits: more than anything that is measured, and quick to work with."""
_TOO_DEEP = "it is nested too deeply"


class _Unknown(Exception):
    """Mget of a metric that has no value now."""


class MetricsTest:
    """A -metrics expression, ready to be asked about machines."""

    __slots__ = ("_interp", "_lookup", "expression")

    def __init__(self, expression: str) -> None:
        self.expression = expression
        self._interp = Interp(safe=True)
        self._interp.root.commands.clear()
        self._interp.add_command("Mget", Command(self._mget, "name", 1, 1))
        self._lookup: Lookup = _knows_nothing

    def __call__(self, lookup: Lookup) -> bool:
        """Whether a machine with these metrics will do."""
        return not self.why_not(lookup)

    def why_not(self, lookup: Lookup) -> str:
        """Why a machine with these metrics will not do, in words; empty when it will."""
        if not self.expression.strip():
            return ""
        self._lookup = lookup
        allowed = memory.allow(_ALLOWANCE)
        try:
            matches = to_bool(self._interp.eval_expr(self.expression))
        except _Unknown as unknown:
            return f"metric {unknown} is not known"
        except TclError as error:
            return f"-metrics {{{self.expression}}}: {error.message}"
        except Completion:
            return f"-metrics {{{self.expression}}}: it does not end with a value"
        except RecursionError:
            return f"-metrics {{{self.expression}}}: {_TOO_DEEP}"
        finally:
            memory.allow(allowed)
            self._lookup = _knows_nothing
        return "" if matches else f"-metrics {{{self.expression}}} does not hold"

    @property
    def fault(self) -> str:
        """Why the text is no expression, in the first line of Tcl's words; empty when it is one."""
        try:
            parse_expr(self.expression)
        except TclError as error:
            return error.message.partition("\n")[0]
        except RecursionError:
            return _TOO_DEEP
        return ""

    def unknown(self, lookup: Lookup) -> str:
        """The first metric that the expression asks for and `lookup` does not know, or ""."""
        found = self.why_not(lookup)
        return found.split()[1] if found.startswith("metric ") else ""

    def _mget(self, _interp: Interp, args: list[Any]) -> Value:
        name = to_str(args[0])
        value = self._lookup(name)
        if value is None:
            raise _Unknown(name)
        return value


def _knows_nothing(_name: str) -> float | str | None:
    return None


@lru_cache(maxsize=1024)
def compile_metrics(expression: str) -> MetricsTest:
    """The test that an expression means; the empty one always holds. One for each distinct text."""
    return MetricsTest(expression)
