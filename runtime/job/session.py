"""One reading of one script: what is shared by all texts in it.

Diagnostics, the interpreter of the file level (made when the first command needs it), the variables that the script
has set, and the option mappings that are shared by commands that have the same.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from alftcl.errors import LimitExceeded, TclError
from alftcl.safe import Limits
from alftcl.table import Command
from alftcl.values import to_str
from runtime.job.evaluate import Calculator, ScriptInterp, Substitution
from runtime.job.model import Diagnostic, Options, Scope, Severity
from runtime.job.operators import OPERATORS, Body
from runtime.job.shapes import Shapes
from runtime.job.source import Place, Source

if TYPE_CHECKING:
    from runtime.job.reader import Reader

Nodes = list[Any]
"""What a body holds: Jobs and Nodes at file level, Nodes in -subtasks, Cmds in the others."""

LIMITS = Limits(commands=5_000_000, seconds=60.0, largest_value=16 << 20, memory=2_000_000_000)
"""What the Tcl in a script may use unless alfred.ini says otherwise."""

_ALLOW_MORE = "a loop that does not end? a site may allow more: alfConfig(readerCommands) and its like"

PYTHON_FRAMES = 10_000
"""What the deepest tree needs of Python's own limit: `reader.DEEPEST` bodies of some six calls, and the interpreter."""

PAUSE = "AlfJobPause"
_SHARED = 10_000  # distinct option mappings that are looked for again
_WORDS = "::alfred::words"


@dataclass
class _Caller:
    """The body that a Tcl command stands in: where operators that it calls put their nodes."""

    reader: Reader
    start: int
    body: Body
    scope: Scope | None
    nodes: Nodes


class Session:
    """`file` is the script's name as the user gave it; `now` is what its clock says."""

    def __init__(self, file: str, now: float, limits: Limits, calculator: Calculator | None = None) -> None:
        self.file = file
        self.now = now
        self.default_title = file.rstrip("/").rpartition("/")[2]
        self.diagnostics: list[Diagnostic] = []
        self.depth = 0
        self.shapes = Shapes()
        sys.setrecursionlimit(max(sys.getrecursionlimit(), PYTHON_FRAMES))
        self._limits = limits.from_now()
        self._calculator = calculator
        self._interp: ScriptInterp | None = None
        self._seen: set[Diagnostic] = set()
        self._shared: dict[tuple[tuple[str, str], ...], Options] = {}
        self._frozen: dict[int, tuple[Scope | None, Scope | None]] = {}
        self._globals: Scope | None = None
        self._substitution: Substitution | None = None
        self._substitution_scope: Scope | None = None
        self._callers: list[_Caller] = []

    # ---- diagnostics ---------------------------------------------------------------------------------

    def error(self, place: Place, text: str, hint: str = "") -> None:
        """Something because of which the script is refused."""
        self._add(Diagnostic(*place, Severity.ERROR, text, hint))

    def warning(self, place: Place, text: str, hint: str = "") -> None:
        """Something that the script can live with."""
        self._add(Diagnostic(*place, Severity.WARNING, text, hint))

    def _add(self, found: Diagnostic) -> None:
        if found not in self._seen:
            self._seen.add(found)
            self.diagnostics.append(found)

    @contextmanager
    def silent(self) -> Iterator[list[Diagnostic]]:
        """Collect what is found meanwhile in a list of its own."""
        kept, seen = self.diagnostics, self._seen
        self.diagnostics, self._seen = [], set()
        try:
            yield self.diagnostics
        finally:
            self.diagnostics, self._seen = kept, seen

    # ---- variables -----------------------------------------------------------------------------------

    def shared(self, options: dict[str, str]) -> Options:
        """The same options as one object, wherever they came before."""
        key = tuple(options.items())
        known = self._shared.get(key)
        if known is None:
            known = options
            if len(self._shared) < _SHARED:
                self._shared[key] = options
        return known

    def frozen(self, scope: Scope | None) -> Scope | None:
        """A scope with what the script has set at file level around it, as of now."""
        if self._globals is None:
            return scope
        known = self._frozen.get(id(scope))
        if known is None:
            around = self._globals if scope is None else Scope(scope.variables, self.frozen(scope.outer))
            known = self._frozen[id(scope)] = (scope, around)
        return known[1]

    def substitution(self, scope: Scope | None) -> Substitution:
        """Step 1 for what sees a scope."""
        if self._substitution is None or self._substitution_scope is not scope:
            if self._calculator is None:
                self._calculator = Calculator(self._limits)
            self._substitution_scope = scope
            self._substitution = Substitution(self.frozen(scope), self._calculator)
        return self._substitution

    def variables_changed(self) -> None:
        """A scope that is in use has got another variable."""
        if self._calculator is not None:
            self._calculator.forget()

    def paused(self) -> bool:
        """Whether the script has set AlfJobPause."""
        value = None if self._globals is None else self._globals.get(PAUSE)
        return value is not None and value.strip() not in ("", "0")

    # ---- Tcl -----------------------------------------------------------------------------------------

    def has_command(self, name: str) -> bool:
        """Whether the interpreter knows a command."""
        return self._tcl().find_command(name) is not None

    def redefined(self, name: str) -> bool:
        """Whether the script has a procedure of its own with an operator's name."""
        return self._interp is not None and self._interp.root.commands.get(name) is not self._operators.get(name)

    def words(self, text: str) -> list[str]:
        """A word of the file level after Tcl's substitution. Raises TclError."""
        interp = self._tcl()
        interp.eval(f"{_WORDS} {text}")
        return self._last_words

    def run(self, reader: Reader, start: int, end: int, body: Body, scope: Scope | None, nodes: Nodes) -> None:
        """Run a Tcl command that stands in a body; operators that it calls add to the body's nodes."""
        interp = self._tcl()
        self._callers.append(_Caller(reader, start, body, scope, nodes))
        text = reader.text[start:end].rstrip(" \t\r\n;")
        try:
            interp.eval(text)
        except TclError as error:
            self.error(self._blamed(error), error.message, _ALLOW_MORE if isinstance(error, LimitExceeded) else "")
        finally:
            self._callers.pop()
            self._note_globals()

    def _tcl(self) -> ScriptInterp:
        if self._interp is None:
            interp = self._interp = ScriptInterp(self._limits, self.now)
            self._last_words: list[str] = []
            interp.add_command(_WORDS, Command(self._keep_words, "?word ...?", 0, 1 << 30))
            self._operators = {name: Command(partial(self._call, name), "", 0, 1 << 30) for name in OPERATORS}
            for name, command in self._operators.items():
                interp.add_command(name, command)
        return self._interp

    def _keep_words(self, _interp: Any, args: list[Any]) -> str:
        self._last_words = [to_str(arg) for arg in args]
        return ""

    def _note_globals(self) -> None:
        assert self._interp is not None
        variables = self._interp.script_variables()
        if variables != (self._globals.variables if self._globals is not None else {}):
            self._globals = Scope(variables)
            self._frozen.clear()
            self._substitution = None

    def _call(self, name: str, interp: ScriptInterp, args: list[Any]) -> str:
        """An operator that Tcl calls: a reader of the script that runs reads its words."""
        from runtime.job.reader import Reader, tcl_words

        caller = self._callers[-1]
        self._note_globals()
        local = interp.local_variables()
        scope = Scope(local, caller.scope) if local else caller.scope
        node, script = interp.called_from, interp.script
        assert script is not None
        source = self._source_of(script.text, caller)
        words = tcl_words(script.text, node.words[1:] if node is not None else (), [to_str(arg) for arg in args])
        operator = OPERATORS[name]
        start = node.start if node is not None else 0
        if caller.body not in operator.places:
            self.error(source.place(start), f"{name} cannot stand in {caller.body.value}")
        else:
            caller.nodes.extend(Reader(self, source).call(operator, caller.body, start, words, scope))
        return ""

    def _source_of(self, text: str, caller: _Caller) -> Source:
        """Where a text that Tcl runs stands in the file; at its caller's place when it was made on the way."""
        source = caller.reader.source
        offset = caller.reader.text.find(text, caller.start)
        if offset < 0:
            offset = caller.reader.text.find(text)
        if offset < 0 or source.fixed:
            return Source(text, source.place(caller.start), fixed=True)
        return Source(text, source.place(offset))

    def _blamed(self, error: TclError) -> Place:
        """The place of an error: the innermost text in which it arose that stands in the file."""
        caller = self._callers[-1]
        assert self._interp is not None
        blamed = self._interp.blamed
        if blamed is None or blamed[0] is not error:
            return caller.reader.source.place(caller.start)
        source = self._source_of(blamed[1], caller)
        if source.fixed:
            return source.first
        text = blamed[1]
        offset = 0
        for _ in range(blamed[2] - 1):
            offset = text.find("\n", offset) + 1
        while offset < len(text) and text[offset] in " \t\n":
            offset += 1
        return source.place(offset)
