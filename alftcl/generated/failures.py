"""Errors of generated code, told as the direct engine tells them.

A unit's function catches what leaves it and asks here for the TclError to raise instead: Python's own exceptions
(an unbound variable, a division by zero) get Tcl's words, and the line of the failing command goes into errorInfo.
"""

from __future__ import annotations

import re
from types import TracebackType
from typing import TYPE_CHECKING, Any

from alftcl.arithmetic import divide_by_zero, domain_error
from alftcl.errors import Break, Completion, Continue, Return, TclError
from alftcl.frames import NO_SUCH, variable_error
from alftcl.procedures import leave, unexpected
from alftcl.unwinding import log_generated, shortened
from alftcl.values import Value, to_str

if TYPE_CHECKING:
    from alftcl.generated.writer import Site
    from alftcl.interp import Interp

NESTING = ["TCL", "LIMIT", "STACK"]
TOO_DEEP = "too many nested evaluations (infinite loop?)"
MAKING = "generic"  # what makes the function for any kinds, and calls it
_QUOTED = re.compile("'([^']*)'")


class Unit:
    """What was generated from one procedure or loop.

    `sites` has one for each line of the function (line 1 is its def), `variables` gives the Tcl name of a Python one.
    `touches` says that it, or what it calls, links variables of namespaces.
    """

    __slots__ = ("has_frame", "in_procedure", "interp", "names", "sites", "source", "touches", "units", "variables")

    def __init__(self, interp: Interp, units: dict[int, tuple[Unit, Any]], in_procedure: bool, has_frame: bool) -> None:
        self.has_frame = has_frame
        self.units = units
        self.interp = interp
        self.in_procedure = in_procedure
        self.source = ""
        self.sites: list[Site | None] = []
        self.variables: dict[str, str] = {}
        self.names: set[str] = set()
        self.touches = False

    def failed(self, problem: Exception, *call: Value) -> Completion:
        """What leaves the procedure when its function ended with an exception; `call` are the words of its call."""
        if isinstance(problem, Return):
            return _asked_for(problem)
        traceback = problem.__traceback__
        assert traceback is not None
        name = self._called_as(traceback)
        site = self.sites[traceback.tb_lineno]
        if type(problem) is TclError and site is not None and site.is_plain and not problem.is_logged:
            problem.line = site.line
            problem.unit, problem.text = 0, None
            where = f'{site.note}\n    (procedure "{shortened(name, 60)}" line {site.line})'
            if problem.info is None:
                problem.info = f"{problem.message}\n    while executing{where}"
            else:
                problem.info += f"\n    invoked from within{where}"
            if problem.stack is None:
                problem.stack = ["INNER", ["invokeStk1", site.source]]
            problem.stack += ["CALL", [name, *call]]
            return problem
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
        words: list[Value] | None = None
        if not self.has_frame:
            assert problem.__traceback__ is not None
            words = [self._called_as(problem.__traceback__), *call]
        error = self._logged(problem, words)
        if isinstance(error, TclError):
            self.interp.uncatchable(error)
            self.interp.publish(error)
        return error

    def _called_as(self, traceback: TracebackType) -> str:
        """The name that the procedure was called by: what its caller has written, or the running command's."""
        caller = traceback.tb_frame.f_back
        while caller is not None:
            found = self.units.get(id(caller.f_code))
            if found is None and caller.f_code.co_name != MAKING:
                break
            site = None if found is None else found[0].sites[caller.f_lineno]
            if site is not None and site.text is not None:
                return site.word
            caller = caller.f_back  # it has passed the call on to the function for other kinds, or made that first
        return to_str(self.interp.command_word)

    def left(self, problem: Exception, compiled: int) -> Completion:
        """What leaves a loop that is a unit; `compiled` is the unit that it is part of, or 0 (see interp.py)."""
        error = self._logged(problem, None)
        traceback = problem.__traceback__
        site = None if traceback is None else self.sites[traceback.tb_lineno]
        if isinstance(error, TclError) and site is not None and site.text is not None:
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
            error.line, error.text = site.line, site.text if site.base is None else site.base
            log_generated(self.interp, error, site.source, call)
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


def _asked_for(completion: Return) -> Completion:
    """The error that `return -code error` asks for: it is the caller's, nothing is said of the procedure."""
    try:
        leave(completion)
    except Completion as asked:
        return asked
    raise AssertionError("only errors are asked for")
