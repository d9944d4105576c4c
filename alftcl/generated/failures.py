"""Errors of generated code, told as the direct engine tells them.

A unit's function catches what leaves it and asks here for the TclError to raise instead: Python's own exceptions
(an unbound variable, a division by zero) get Tcl's words, and the line of the failing command goes into errorInfo.
"""

from __future__ import annotations

import re
from types import CodeType
from typing import TYPE_CHECKING, ClassVar
from weakref import WeakKeyDictionary

from alftcl.arithmetic import divide_by_zero, domain_error
from alftcl.errors import Break, Completion, Continue, TclError
from alftcl.frames import NO_SUCH, variable_error
from alftcl.procedures import shortened, unexpected
from alftcl.unwinding import log_generated
from alftcl.values import Value, to_str

if TYPE_CHECKING:
    from alftcl.generated.writer import Site
    from alftcl.interp import Interp

NESTING = ["TCL", "LIMIT", "STACK"]
TOO_DEEP = "too many nested evaluations (infinite loop?)"
_QUOTED = re.compile("'([^']*)'")


class Unit:
    """What was generated from one procedure or loop.

    `sites` has one for each line of the function (line 1 is its def), `variables` gives the Tcl name of a Python one.
    `touches` says that it, or what it calls, links variables of namespaces.
    """

    __slots__ = ("in_procedure", "interp", "names", "sites", "source", "touches", "variables")

    by_code: ClassVar[WeakKeyDictionary[CodeType, Unit]] = WeakKeyDictionary()
    """The units of functions that are there."""

    def __init__(self, interp: Interp, in_procedure: bool) -> None:
        self.interp = interp
        self.in_procedure = in_procedure
        self.source = ""
        self.sites: list[Site | None] = []
        self.variables: dict[str, str] = {}
        self.names: set[str] = set()
        self.touches = False

    def failed(self, problem: Exception, *call: Value) -> Completion:
        """What leaves the procedure when its function ended with an exception; `call` are the words of its call."""
        name = self._called_as(problem)
        error = self._logged(problem, [name, *call])
        if isinstance(error, Break | Continue):
            error = unexpected(error)
            error.line = 1
        if isinstance(error, TclError):
            error.add_info(f'\n    (procedure "{shortened(name, 60)}" line {error.line})')
            error.unit, error.text = 0, None
        return error

    def caught(self, problem: Exception, *call: Value) -> Completion:
        """What a `catch` in this unit gets to see."""
        error = self._logged(problem, [self._called_as(problem), *call] if self.in_procedure and call else None)
        if isinstance(error, TclError):
            self.interp.uncatchable(error)
            self.interp.publish(error)
        return error

    def _called_as(self, problem: Exception) -> str:
        """The name that the procedure was called by: what its caller has written, or the running command's."""
        traceback = problem.__traceback__
        assert traceback is not None
        caller = traceback.tb_frame.f_back
        unit = None if caller is None else Unit.by_code.get(caller.f_code)
        site = None if unit is None or caller is None else unit.sites[caller.f_lineno]
        if site is None or site.text is None:
            return to_str(self.interp.command_word)
        return site.text[site.start : site.end].split(None, 1)[0]

    def left(self, problem: Exception, compiled: int) -> Completion:
        """What leaves a loop that is a unit; `compiled` is the unit that it is part of, or 0 (see interp.py)."""
        error = self._logged(problem, None)
        if isinstance(error, TclError):
            error.unit = compiled
        return error

    def _logged(self, problem: Exception, call: list[Value] | None) -> Completion:
        error = self._translated(problem)
        traceback = problem.__traceback__
        assert traceback is not None
        site = self.sites[traceback.tb_lineno]
        if isinstance(error, TclError) and site is not None:
            self._log(error, site, call)
        return error

    def _log(self, error: TclError, site: Site, call: list[Value] | None) -> None:
        if site.text is not None:
            log_generated(self.interp, error, site.text, site.start, site.end, site.line, call)
            error.text = site.text if site.base is None else site.base
        if site.body is not None:
            label, outer = site.body
            error.add_info(f"\n    ({label.format(line=error.line)})")
            self._log(error, outer, call)

    def _translated(self, problem: Exception) -> Completion:
        if isinstance(problem, Completion):
            return problem
        if isinstance(problem, NameError):
            found = _QUOTED.search(str(problem))
            name = self.variables[found.group(1)] if found else ""
            code = ["READ", "VARNAME"] if self.in_procedure else ["LOOKUP", "VARNAME", name]
            return variable_error("read", name, None, NO_SUCH, code)
        if isinstance(problem, ZeroDivisionError):
            return divide_by_zero()
        if isinstance(problem, ValueError):
            return domain_error()
        if isinstance(problem, RecursionError):
            return TclError(TOO_DEEP, NESTING)
        if isinstance(problem, MemoryError):
            return TclError("out of memory", ["TCL", "MEMORY"])
        raise problem
