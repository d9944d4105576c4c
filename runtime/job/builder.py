"""From the call of an operator to the node of the model: step 1 on its values, and what must hold for each operator."""

from __future__ import annotations

import math
import re
from enum import Enum, auto
from typing import TYPE_CHECKING

from alftcl.patterns import join_lines
from runtime.job.evaluate import BracketError, Substitution
from runtime.job.model import NO_OPTIONS, Cmd, CmdKind, Instance, Iterate, Job, Options, Scope, Task
from runtime.job.operators import Body, Operator, Value
from runtime.job.source import Source
from runtime.job.words import split_words
from runtime.match.reserve import ReserveError, read_reserve
from runtime.notices import NotifyError, read_targets

if TYPE_CHECKING:
    from runtime.job.reader import Reader
    from runtime.job.session import Nodes, Session

_NUMBER = re.compile(r"\s*(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|true|false|yes|no|on|off)?\s*\Z", re.I).match
_SHORTEST_SILENCE_S = 0.1
_INTEGER = re.compile(r"\s*[+-]?\d+\s*\Z", re.ASCII).match
_QUOTE = re.compile(r"\\(.)", re.DOTALL)
_BUILTIN = re.compile(r'[\s{"]*(Alfred|TractorBuiltIn)(?=[\s}"]|\Z)').match
_FILE_WORK = re.compile(r'[\s{"]*File(?=[\s}"]|\Z)').match


class Written(Enum):
    """How a word was written. OPEN: a brace that holds braces, not read yet. VALUE: Tcl has made it."""

    BARE = auto()
    QUOTED = auto()
    BRACED = auto()
    OPEN = auto()
    VALUE = auto()


class Word:
    """A word of an operator: its text without braces or quotes, where the word and where its text begins.

    `final`: there was more in it than one variable or bracket, so a body in it has been substituted already.
    """

    __slots__ = ("final", "how", "start", "text", "text_start")

    def __init__(self, how: Written, text: str, start: int, text_start: int, *, final: bool = False) -> None:
        self.how = how
        self.text = text
        self.start = start
        self.text_start = text_start
        self.final = final


class Call:
    """An operator with its words, as far as they have been read. Bodies are read already, but for `deferred` ones."""

    __slots__ = (
        "bodies",
        "deferred",
        "line",
        "operator",
        "options",
        "positional",
        "repeats",
        "scope",
        "start",
        "substitution",
        "texts",
    )

    def __init__(self, operator: Operator, start: int, line: int, scope: Scope | None) -> None:
        self.operator = operator
        self.start = start
        self.line = line
        self.scope = scope
        self.options: dict[str, Word] = {}
        self.positional: list[Word] = []
        self.bodies: dict[str, Nodes] = {}
        self.texts: dict[str, str | tuple[int, int]] = {}
        self.deferred: list[tuple[str, Word]] = []
        self.repeats = False
        self.substitution: Substitution | None = None

    def body(self, name: str) -> Nodes:
        """The nodes of a body so far."""
        return self.bodies.setdefault(name, [])

    def meaning(self, name: str) -> Body:
        """Which body an option holds."""
        meaning = self.operator.options[name]
        assert isinstance(meaning, Body)
        return meaning

    def inner_scope(self, name: str) -> Scope | None:
        """What a body sees. -init makes the scope that it fills and that everything else of the job sees."""
        if name == "init":
            self.scope = Scope({}, self.scope)
        return self.scope


class Builder:
    """Builds the nodes of one text."""

    def __init__(self, session: Session, source: Source) -> None:
        self._session = session
        self._source = source

    def build(self, call: Call, body: Body, nodes: Nodes, reader: Reader) -> None:
        """Add what an operator means to the nodes of the body that it stands in."""
        name = call.operator.name
        if name in ("Cmd", "RemoteCmd"):
            self._cmd(call, nodes)
        elif name == "Task":
            self._task(call, nodes)
        elif name == "Instance":
            self._instance(call, nodes)
        elif name == "File":
            self._file(call, nodes)
        elif name == "Iterate":
            self._iterate(call, nodes, reader)
        elif name == "Assign":
            self._assign(call)
        else:
            self._job(call, nodes)

    # ---- values --------------------------------------------------------------------------------------

    def text(self, word: Word, substitution: Substitution | None) -> str:
        """Step 1 on a word."""
        text = word.text
        if word.how is Written.VALUE:
            return text
        if word.how is Written.QUOTED and "\\" in text:
            text = _QUOTE.sub(lambda found: '"' if found[1] == '"' else found[0], text)
        if substitution is None:
            return join_lines(text)
        try:
            return substitution.value(text)
        except BracketError as error:
            self._bracket_error(word, error)
            return text

    def _bracket_error(self, word: Word, error: BracketError) -> None:
        self._session.error(self._source.place(word.text_start + error.offset), str(error))

    def _options(self, call: Call, skip: str = "") -> Options:
        """The options as the model has them; equal mappings are one object."""
        if not call.options:
            return NO_OPTIONS
        found: dict[str, str] = {}
        for name, word in call.options.items():
            meaning = call.operator.options.get(name, Value.TEXT)
            if name == skip or meaning is Value.TEMPLATE:
                continue
            if meaning is Value.EXPRESSION:
                found[name] = join_lines(word.text)
                continue
            text = found[name] = self.text(word, call.substitution)
            if meaning is Value.NUMBER and _NUMBER(text) is None:
                self._warning(word.start, f'-{name} of {call.operator.name}: expected a number but got "{text}"')
            if meaning is Value.SILENCE:
                self._silence(word, text, call.operator.name)
            if meaning is Value.AMOUNTS:
                self._amounts(word, text)
            if meaning is Value.TARGETS:
                self._targets(word, text)
        return self._session.shared(found)

    def _amounts(self, word: Word, text: str) -> None:
        """A -reserve that is none is an error of its command, when that is its turn."""
        try:
            read_reserve(text)
        except ReserveError as error:
            self._warning(word.start, str(error))

    def _silence(self, word: Word, text: str, operator: str) -> None:
        """A command that is ended at once, or never, because of a slip of the pen is worse than one that is refused."""
        try:
            seconds = float(text.strip() or 0)
        except ValueError:
            seconds = math.nan
        if seconds != 0 and not _SHORTEST_SILENCE_S <= seconds < math.inf:
            words = f'-noprogresssecs of {operator}: expected 0 or seconds but got "{text}"'
            hint = f"at least {_SHORTEST_SILENCE_S:g} seconds without a sign of life end a command; 0: nothing does"
            self._error(word.start, words, hint)

    def _targets(self, word: Word, text: str) -> None:
        """A -notify that cannot be read: nobody would be told, and nobody would know."""
        try:
            read_targets(split_words(text))
        except NotifyError as error:
            self._warning(word.start, f"-notify: nobody will be told: {error}")

    def _title(self, call: Call) -> str | None:
        """A title given as an option, or as the one positional word."""
        words = call.positional
        given = call.options.get("title")
        if given is None and words:
            given, words = words[0], words[1:]
        for word in words:
            self._stray(call, word)
        return None if given is None else self.text(given, call.substitution)

    def _stray(self, call: Call, word: Word) -> None:
        name = call.operator.name
        if word.how is Written.BRACED:
            bodies = [f"-{option}" for option, meaning in call.operator.options.items() if isinstance(meaning, Body)]
            hint = f"a body stands behind its option: {', '.join(bodies)}" if bodies else ""
            self._error(word.start, f"{name} has a body without an option", hint)
        else:
            self._error(word.start, f'{name} has a word too many: "{word.text}"')

    # ---- operators -----------------------------------------------------------------------------------

    def _job(self, call: Call, nodes: Nodes) -> None:
        title = self._title_option(call)
        session = self._session
        options = self._options(call, skip="title")
        nodes.append(
            Job(
                session.default_title if title is None else title,
                options,
                tuple(call.bodies.get("subtasks", ())),
                tuple(call.bodies.get("cleanup", ())),
                tuple(call.bodies.get("postscript", ())),
                session.frozen(call.scope),
                session.file,
                call.line,
                session.paused() or any(_is_true(options.get(name, "")) for name in ("paused", "pause")),
            )
        )

    def _title_option(self, call: Call) -> str | None:
        """The title of a Job: an option only."""
        for word in call.positional:
            self._stray(call, word)
        given = call.options.get("title")
        return None if given is None else self.text(given, call.substitution)

    def _task(self, call: Call, nodes: Nodes) -> None:
        title = self._title(call)
        if title is None:
            self._error(call.start, "Task has no title")
        nodes.append(
            Task(
                title or "",
                self._options(call, skip="title"),
                tuple(call.bodies.get("subtasks", ())),
                tuple(call.bodies.get("cmds", ())),
                tuple(call.bodies.get("cleanup", ())),
                call.line,
            )
        )

    def _instance(self, call: Call, nodes: Nodes) -> None:
        name = self._title(call)
        self._options(call)
        if name is None:
            self._error(call.start, "Instance does not say of which task")
            return
        nodes.append(Instance(name, call.line))

    def _cmd(self, call: Call, nodes: Nodes) -> None:
        kind = CmdKind.REMOTE if call.operator.name == "RemoteCmd" else CmdKind.CMD
        launch, words = self._launch(call)
        if not call.positional:
            self._error(call.start, f"{kind.value} does not say what to run")
        options = self._options(call)
        if ("Alfred" in launch or "TractorBuiltIn" in launch) and _is_builtin(launch, options):
            kind = CmdKind.BUILTIN
        scope = self._session.frozen(call.scope) if "if" in options or "expand" in options else None
        nodes.append(Cmd(kind, launch, options, call.line, words, scope))

    def _launch(self, call: Call) -> tuple[str, tuple[str, ...] | None]:
        if len(call.positional) == 1 and call.substitution is not None:
            word = call.positional[0]
            if word.how in (Written.BRACED, Written.BARE):
                try:
                    return call.substitution.launch(word.text)
                except BracketError as error:
                    self._bracket_error(word, error)
                    return word.text, None
        return " ".join(self.text(word, call.substitution) for word in call.positional), None

    def _file(self, call: Call, nodes: Nodes) -> None:
        if not call.positional:
            self._error(call.start, "File does not say what to do")
        words = ("File", *(self.text(word, call.substitution) for word in call.positional))
        launch = " ".join(words)
        nodes.append(Cmd(CmdKind.BUILTIN, launch, self._options(call), call.line, words))

    def _assign(self, call: Call) -> None:
        if len(call.positional) != 2 or call.options:
            self._error(call.start, "Assign takes a name and a value")
            return
        assert call.scope is not None
        variables = call.scope.variables
        assert isinstance(variables, dict)
        name, value = (self.text(word, call.substitution) for word in call.positional)
        variables[name] = value
        self._session.variables_changed()

    def _iterate(self, call: Call, nodes: Nodes, reader: Reader) -> None:
        for word in call.positional[1:]:
            self._stray(call, word)
        if not call.positional:
            self._error(call.start, "Iterate does not name its variable")
        first, last = self._bound(call, "from"), self._bound(call, "to")
        by = self._bound(call, "by") if "by" in call.options else 1
        template = call.options.get("template")
        if template is None:
            self._error(call.start, "Iterate has no -template")
        if by == 0:
            self._error(call.options["by"].start, "-by of Iterate is 0: it would never end")
        self._options(call)
        if template is None or not call.positional or first is None or last is None or not by:
            return
        variable = self.text(call.positional[0], call.substitution)
        iterate = Iterate(
            variable,
            first,
            last,
            by,
            template.text,
            tuple(call.bodies.get("subtasks", ())),
            self._session.frozen(call.scope),
            call.line,
            self._source.line(template.text_start),
        )
        nodes.append(iterate)
        self._try_steps(iterate, template, call.scope, reader)

    def _bound(self, call: Call, name: str) -> int | None:
        word = call.options.get(name)
        if word is None:
            self._error(call.start, f"Iterate has no -{name}")
            return None
        text = self.text(word, call.substitution)
        if _INTEGER(text) is None:
            self._error(word.start, f'-{name} of Iterate: expected a whole number but got "{text}"')
            return None
        return int(text)

    def _try_steps(self, iterate: Iterate, template: Word, scope: Scope | None, reader: Reader) -> None:
        """Read the first step and the last one, for what is wrong with them."""
        steps = iterate.steps
        if not steps:
            self._warning(template.start, f"Iterate has no steps: {iterate.first} to {iterate.last} by {iterate.by}")
        for step in sorted({0, steps - 1}) if steps else ():
            value = str(iterate.first + step * iterate.by)
            reader.read_word(template, Body.SUBTASKS, Scope({iterate.variable: value}, scope), [])

    # ---- diagnostics ---------------------------------------------------------------------------------

    def _error(self, offset: int, text: str, hint: str = "") -> None:
        self._session.error(self._source.place(offset), text, hint)

    def _warning(self, offset: int, text: str) -> None:
        self._session.warning(self._source.place(offset), text)


def _is_builtin(launch: str, options: Options) -> bool:
    """The two spellings of a File operation that look like commands."""
    found = _BUILTIN(launch)
    if found is None:
        return False
    rest = options.get("msg", "") if found[1] == "Alfred" else launch[found.end() :].lstrip('} \t\n"')
    return _FILE_WORK(rest) is not None


def _is_true(text: str) -> bool:
    return text.strip().lower() not in ("", "0", "false", "no", "off")
