"""The Tcl in a job script: the safe interpreter of the file level, and step 1 of "One value, three steps".

Step 1 (reference section 10) happens once, when an operator is built:

    $name ${name}   the value of an Assign, of an Iterate's variable or of what the script itself has `set`; the
                    innermost scope wins; a name that nobody gave stays as it is ($PATH)
    \\$ \\[ \\]        the bare character
    [format %04d 7] evaluated when the first word is a pure command of the language; other brackets stay ([Eleve])
    \\ newline      one blank, as everywhere in Tcl

Everything is deterministic: the clock stands at the moment that the caller names, and random numbers begin with the
same seed. Nothing reaches outside of the interpreter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from zlib import crc32

from alftcl.errors import TclError
from alftcl.frames import Variable
from alftcl.interp import Interp
from alftcl.programs import text_of
from alftcl.safe import Limits
from alftcl.scan import bracket_end
from alftcl.tree import Script
from alftcl.values import Value
from runtime.job.model import Scope
from runtime.job.words import split_words

_OF_TEXT = frozenset({"concat", "expr", "format", "join", "regexp", "regsub", "scan", "split", "string"})
_OF_LISTS = frozenset({"list", "lindex", "linsert", "llength", "lrange", "lrepeat", "lreplace", "lreverse"})
PURE = _OF_TEXT | _OF_LISTS | {"dict", "lsearch", "lsort"}
"""The commands that a bracket in a braced value may begin with."""

_NOT_IN_SCRIPTS = ("after", "fileevent", "interp", "update", "vwait")
"""Safe, and yet not for a text that is read once and must read the same again: waiting, and hiding in children."""
_NOT_OURS = frozenset({"errorInfo", "errorCode"})
_TOKEN = re.compile(
    r"""\\\n[ \t]*                              # a continued line
      | \\(?P<escaped>.)
      | \$(?P<name>\w+(?:::\w+)*)(?P<index>\([^()$\s\[\]]*\))?
      | \$\{(?P<braced>[^}]*)\}
      | \[""",
    re.DOTALL | re.ASCII | re.VERBOSE,
)
_FIRST_WORD = re.compile(r"\[\s*(\w+)(?=[\s\]])", re.ASCII).match
_SPECIAL = re.compile(r"[\\$\[]").search
_SPLITS = re.compile(r'[\s{}"\\;#]').search
_HOLD = 0xF0000  # a private plane of Unicode: no script has these characters


class BracketError(Exception):
    """A bracket could not be evaluated; `offset` is its place in the text that was substituted."""

    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.offset = offset


class ScriptInterp(Interp):
    """The interpreter of a script's file level.

    `script` is the text that runs, so that operators know their place; `blamed` is the last error with the innermost
    text in which it arose and the line there.
    """

    def __init__(self, limits: Limits, now: float) -> None:
        super().__init__(safe=True)
        limits.start(self)
        self.now = now
        self.script: Script | None = None
        self.blamed: tuple[TclError, str, int] | None = None
        for name in _NOT_IN_SCRIPTS:
            del self.root.commands[name]
        self._own = frozenset(self.root.variables) | _NOT_OURS
        self.eval("expr srand(1)")

    def run(self, script: Script, unit: int) -> Value:
        outer, self.script = self.script, script
        try:
            return super().run(script, unit)
        except TclError as error:
            if self.blamed is None or self.blamed[0] is not error:
                self.blamed = (error, script.text, error.line)
            raise
        finally:
            self.script = outer

    def script_variables(self) -> dict[str, str]:
        """What the script has set at file level, arrays element by element."""
        found: dict[str, str] = {}
        for name, variable in self.root.variables.items():
            if name not in self._own:
                self._note(found, name, variable)
        return found

    def local_variables(self) -> dict[str, str]:
        """The variables of the procedure that runs; none at file level."""
        found: dict[str, str] = {}
        if self.frame is not self.root_frame:
            for name, variable in self.frame.variables.items():
                self._note(found, name, variable)
        return found

    def _note(self, found: dict[str, str], name: str, variable: Variable) -> None:
        """Values that are too large to be written are left out."""
        variable = variable.bare
        if variable.elements is not None:
            values = [(f"{name}({key})", value) for key, value in variable.elements.items()]
        else:
            values = [] if variable.value is None else [(name, variable.value)]
        for shown, value in values:
            with suppress(TclError):
                found[shown] = text_of(self, value)


class Calculator:
    """Evaluates brackets: an interpreter that has the pure commands only, and the variables of one scope at a time.

    It is made for the first bracket: most scripts have none, and making it takes longer than reading them.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._interp: Interp | None = None
        self._own: frozenset[str] = frozenset()
        self._scope: Scope | None = None

    def value(self, script: str, scope: Scope | None) -> str:
        """The result of a script. Raises TclError."""
        interp = self._interp
        if interp is None:
            interp = self._interp = self._made()
        if scope is not self._scope:
            self._enter(interp, scope)
        self._limits.start(interp)
        if "rand" in script:  # the same numbers in the same place, whatever was evaluated before
            interp.eval(f"expr srand({crc32(repr((script, scope)).encode())})")
        return text_of(interp, interp.eval(script))

    def forget(self) -> None:
        """The scope that was used last has changed."""
        if self._interp is not None:
            self._enter(self._interp, None)

    def _made(self) -> Interp:
        interp = Interp(safe=True)
        commands = interp.root.commands
        for name in [name for name in commands if name not in PURE]:
            del commands[name]
        self._own = frozenset(interp.root.variables)
        return interp

    def _enter(self, interp: Interp, scope: Scope | None) -> None:
        variables = interp.root.variables
        for name in [name for name in variables if name not in self._own]:
            del variables[name]
        for level in reversed(tuple(_levels(scope))):
            for name, value in level.variables.items():
                interp.set_var(name, value)
        self._scope = scope


def _levels(scope: Scope | None) -> Iterator[Scope]:
    while scope is not None:
        yield scope
        scope = scope.outer


class Substitution:
    """Step 1 for one place in a script: the variables that are seen there, and a calculator for brackets."""

    __slots__ = ("_calculator", "_scope")

    def __init__(self, scope: Scope | None, calculator: Calculator) -> None:
        self._scope = scope
        self._calculator = calculator

    def value(self, text: str) -> str:
        """The text with variables and brackets replaced. Raises BracketError."""
        if _SPECIAL(text) is None:
            return text
        return "".join(piece for piece, _ in self._pieces(text))

    def launch(self, text: str) -> tuple[str, tuple[str, ...] | None]:
        """A launch expression, and its words where a bracket's result would be split with the rest of the text.

        For those the result is held back behind a character of its own while the text is split.
        """
        if _SPECIAL(text) is None:
            return text, None
        pieces = list(self._pieces(text))
        launch = "".join(piece for piece, _ in pieces)
        if not any(evaluated and (not piece or _SPLITS(piece)) for piece, evaluated in pieces):
            return launch, None
        held = {chr(_HOLD + place): piece for place, (piece, evaluated) in enumerate(pieces) if evaluated}
        masked = "".join(chr(_HOLD + place) if evaluated else piece for place, (piece, evaluated) in enumerate(pieces))
        back = str.maketrans(held)
        return launch, tuple(word.translate(back) for word in split_words(masked))

    def _pieces(self, text: str) -> Iterator[tuple[str, bool]]:
        """The parts of the text in order, and whether each is what a bracket returned."""
        done = 0
        for found in _TOKEN.finditer(text):
            start = found.start()
            if start < done:  # inside a bracket that has been evaluated
                continue
            piece, after = self._token(text, found)
            if piece is None:
                continue
            yield text[done:start], False
            yield piece, found.group() == "["
            done = after
        yield text[done:], False

    def _token(self, text: str, found: re.Match[str]) -> tuple[str | None, int]:
        """What a token becomes (None: it stays as it is) and where the text goes on."""
        if found.group() == "[":
            return self._bracket(text, found.start())
        if found["escaped"] is not None:
            return (found["escaped"] if found["escaped"] in "$[]" else None), found.end()
        if found["braced"] is not None:
            return self._get(found["braced"]), found.end()
        if found["name"] is not None:
            return self._variable(found)
        return " ", found.end()

    def _variable(self, found: re.Match[str]) -> tuple[str | None, int]:
        if found["index"]:
            element = self._get(found["name"] + found["index"])
            if element is not None:
                return element, found.end()
        return self._get(found["name"]), found.end("name")

    def _get(self, name: str) -> str | None:
        return None if self._scope is None else self._scope.get(name)

    def _bracket(self, text: str, start: int) -> tuple[str | None, int]:
        first = _FIRST_WORD(text, start)
        if first is None or first[1] not in PURE:
            return None, start
        end = bracket_end(text, start, len(text))
        if end < 0:
            raise BracketError(start, f"[{first[1]} ...]: missing close-bracket")
        try:
            return self._calculator.value(text[start + 1 : end - 1], self._scope), end
        except TclError as error:
            raise BracketError(start, f"{text[start:end]}: {error.message}") from None
