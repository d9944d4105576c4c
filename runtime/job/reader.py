"""Reads operators where they stand: from the text of a script to calls of operators, and to the tree by `builder`.

    read(body)           commands until the body ends
      _command             an operator, or Tcl (foreach, if, set, a proc of the script ...) for the interpreter
        _operator            its words: options, positional words, bodies (which are read in place)
          Builder.build        the node of the model

Two kinds of places differ in what an unbraced word is (reference section 10, "Braced words are text"): at file level
and in the bodies of foreach, if and proc it is ordinary Tcl, directly inside an operator's body it is text.

A body's end is not looked for before it is read: it is where a closing brace stands that no word has opened. Where
that could differ from Tcl's counting of braces (a comment with a brace in it, a word that needs the grammar) the
region is measured first (`Region.bound`).

Everything that is wrong becomes a diagnostic, and reading goes on as if it were right.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence

from alftcl import scan
from alftcl.errors import TclError
from alftcl.tree import BRACED as TCL_BRACED
from alftcl.tree import Bracket, ElementSub, Literal, VarSub
from alftcl.tree import Word as TclWord
from runtime.job.builder import Builder, Call, Word, Written
from runtime.job.evaluate import Substitution
from runtime.job.model import Scope
from runtime.job.operators import OPERATORS, Body, Operator, nearest
from runtime.job.session import Nodes, Session
from runtime.job.source import Source

_OPTION = re.compile(r"-([A-Za-z]\w*)\Z").match
_SUBSTITUTES = re.compile(r"[\\$\[]").search
_ONE_VALUE = re.compile(r"\$(?:[\w:]+|\{[^}]*\})\Z|\[.*\]\Z", re.DOTALL).match
_LINE_END = re.compile(r"[^\n]*").match

DEEPEST = 500  # bodies in one another
LEARN_FROM = 20_000  # characters of a text in which shapes are learned
_WITHHELD = frozenset(["cd", "exec", "exit", "glob", "load", "open", "pwd", "socket", "source"])
"""Commands of Tcl that a job script does not have (reference section 10, "Job-script evaluation is safe")."""


class Region:
    """A body while it is read: the brace that opens it, and how far it can reach.

    Until it is `bounded`, `limit` is only where the text around it ends.
    """

    __slots__ = ("bounded", "limit", "opening")

    def __init__(self, opening: int, limit: int, *, bounded: bool = False) -> None:
        self.opening = opening
        self.limit = limit
        self.bounded = bounded

    def bound(self, text: str) -> int:
        """Find the end by counting braces, as Tcl does; the limit stays where none is found."""
        if not self.bounded:
            end = scan.brace_end(text, self.opening, self.limit)
            if end >= 0:
                self.limit = end - 1
                self.bounded = True
        return self.limit


class Reader:
    """Reads one text. `pos` is how far it has come; `final`: Tcl has substituted the text already."""

    def __init__(self, session: Session, source: Source, *, final: bool = False) -> None:
        self.session = session
        self.source = source
        self.text = source.text
        self.pos = 0
        self._final = final
        self._queued: deque[Word] = deque()
        self._calls: list[Call] | None = None
        self._reported_unclosed = False
        self._builder = Builder(session, source)
        repeats = len(self.text) >= LEARN_FROM and not source.fixed
        self._shapes = session.shapes if repeats else None

    # ---- bodies --------------------------------------------------------------------------------------

    def read_all(self, body: Body, scope: Scope | None, nodes: Nodes) -> None:
        """Read the whole text as a body."""
        self.read(body, Region(-1, len(self.text), bounded=True), 0, scope, nodes)

    def read(self, body: Body, region: Region, pos: int, scope: Scope | None, nodes: Nodes) -> int:
        """Read the commands of a body from `pos` on; returns the offset behind the brace that closes it."""
        self.session.depth += 1
        try:
            if self.session.depth > DEEPEST:
                self._error(region.opening, f"bodies are nested more than {DEEPEST} deep")
                return region.bound(self.text) + region.bounded
            return self._read(body, region, pos, scope, nodes)
        finally:
            self.session.depth -= 1

    def _read(self, body: Body, region: Region, pos: int, scope: Scope | None, nodes: Nodes) -> int:
        text = self.text
        gap = scan.gap_before_command
        shapes = self._shapes
        while True:
            found = gap(text, pos, region.limit)
            pos = pos if found is None else found.end()
            if pos >= region.limit:
                return self._ended(region)
            here = text[pos]
            if here == "}" and not region.bounded:
                return pos + 1
            if here == "#":
                pos = self._comment(pos, region)
                continue
            if shapes is not None:
                taken = shapes.take(text, pos, region.limit, body, nodes, self.source)
                if taken > pos:
                    pos = taken
                    continue
            pos = self._command(body, region, pos, scope, nodes)

    def _ended(self, region: Region) -> int:
        if not region.bounded:
            self._unclosed(region.opening)
            return region.limit
        return region.limit + 1

    def _unclosed(self, opening: int) -> None:
        """Report a brace that is never closed; those around it, which then are not either, go without saying."""
        if not self._reported_unclosed:
            self._reported_unclosed = True
            self._error(opening, "missing close-brace: the brace that is opened here is never closed")

    def _comment(self, pos: int, region: Region) -> int:
        found = scan.plain_comment(self.text, pos, region.limit)
        if found is None:
            found = scan.comment(self.text, pos, region.bound(self.text))
        return region.limit if found is None else found.end()

    def _command(self, body: Body, region: Region, start: int, scope: Scope | None, nodes: Nodes) -> int:
        self.pos = start
        name = self._operator_name(region)
        if name is None:
            return self._tcl(body, region, start, scope, nodes)
        operator = OPERATORS[name]
        if body not in operator.places:
            self._misplaced(operator, body, start)
            nodes = []
        before = len(self.session.diagnostics)
        self._operator(operator, body, region, start, scope, nodes)
        if self._shapes is not None and len(self.session.diagnostics) == before:
            self._shapes.learn(self, body, start, self.pos)
        return self.pos

    def _operator_name(self, region: Region) -> str | None:
        """The operator at `pos`, which is then behind its name; None when another command stands there."""
        match = (scan.word_within if region.bounded else scan.word_in_place)(self.text, self.pos, region.limit)
        if match is None or match.lastindex not in (scan.BARE, scan.BRACED, scan.QUOTED):
            return None
        name = match[match.lastindex]
        if name not in OPERATORS or self.session.redefined(name):
            return None
        self.pos = match.end()
        return name

    def _misplaced(self, operator: Operator, body: Body, start: int) -> None:
        places = sorted(place.value for place in operator.places)
        hint = f"it belongs in {' or '.join(places)}"
        if Body.FILE in operator.places and body is not Body.FILE:
            hint += "; is a close-brace missing above?"
        self._error(start, f"{operator.name} cannot stand in {body.value}", hint)

    def read_apart(self, text: str, body: Body) -> tuple[list[Call], Nodes]:
        """Read a text by itself, whatever is wrong with it: its calls of operators and its nodes."""
        reader = Reader(self.session, Source(text))
        reader._shapes = None
        reader._calls = []
        nodes: Nodes = []
        with self.session.silent():
            reader.read_all(body, None, nodes)
        return reader._calls, nodes

    # ---- operators -----------------------------------------------------------------------------------

    def call(self, operator: Operator, body: Body, start: int, words: Sequence[Word], scope: Scope | None) -> Nodes:
        """An operator that Tcl has called, with these words."""
        nodes: Nodes = []
        self._queued.extend(words)
        region = Region(-1, len(self.text), bounded=True)
        self.pos = len(self.text)
        self._operator(operator, body, region, start, scope, nodes)
        return nodes

    def _operator(
        self, operator: Operator, body: Body, region: Region, start: int, scope: Scope | None, nodes: Nodes
    ) -> None:
        call = Call(operator, start, self.source.line(start), scope)
        tcl = body is Body.FILE
        word = self._word(region, tcl)
        while word is not None:
            option = self._option_name(word)
            if option is None:
                call.positional.append(self._whole(word, region))
                word = self._word(region, tcl)
            else:
                word = self._option(call, option, word, region, tcl)
        for name, body_word in call.deferred:
            self._read_body(call, name, body_word)
        if self._calls is not None:
            self._calls.append(call)
        call.substitution = self._substitution(call.scope)
        self._builder.build(call, body, nodes, self)

    def _substitution(self, scope: Scope | None) -> Substitution | None:
        return None if self._final else self.session.substitution(scope)

    def _option_name(self, word: Word) -> str | None:
        if word.how is not Written.BARE and word.how is not Written.VALUE:
            return None
        found = _OPTION(word.text)
        return None if found is None else found[1]

    def _option(self, call: Call, name: str, word: Word, region: Region, tcl: bool) -> Word | None:
        """Take an option and its value; returns the word that comes after them."""
        options = call.operator.options
        meaning = options.get(name)
        if meaning is None:
            near = nearest(name, options)
            self._warning(word.start, f"unknown option -{name}", f"did you mean -{near}?" if near else "")
        value = self._word(region, tcl)
        following = None if value is None or value.how is not Written.BARE else self._option_name(value)
        if value is None or following in options:
            self._error(word.start, f"-{name} of {call.operator.name} has no value")
            return value
        if isinstance(meaning, Body):
            self._body(call, name, value, word, region)
        else:
            value = self._whole(value, region)
            self._give(call, name, value, word)
        return self._word(region, tcl)

    def _give(self, call: Call, name: str, value: Word, word: Word) -> None:
        given = call.options.setdefault(name, value)
        call.repeats |= given is not value
        if given is not value and given.text != value.text:
            self._error(word.start, f"-{name} is given twice, with another value")

    def _body(self, call: Call, name: str, value: Word, word: Word, region: Region) -> None:
        """A body: read where it stands, or later where an -init may follow that it depends on."""
        waits = call.operator.name == "Job" and name != "init" and "init" not in call.bodies
        if (waits and self.text.find("-init", self.pos) >= 0) or value.how is not Written.OPEN:
            value = self._whole(value, region)
            if waits:
                call.deferred.append((name, value))
            else:
                self._read_body(call, name, value)
            self._note_body(call, name, value.text, word)
            return
        target = call.body(name)
        first = not target
        inner = Region(value.start, region.limit)
        self.pos = self.read(call.meaning(name), inner, value.start + 1, call.inner_scope(name), target)
        self._stands_alone(region)
        if not first or name in call.texts:
            self._note_body(call, name, self.text[value.start + 1 : self.pos - 1], word)
        else:
            call.texts[name] = (value.start + 1, self.pos - 1)

    def _note_body(self, call: Call, name: str, text: str, word: Word) -> None:
        known = call.texts.get(name)
        if known is None:
            call.texts[name] = text
            return
        call.repeats = True
        before = known if isinstance(known, str) else self.text[known[0] : known[1]]
        if before != text:
            self._error(word.start, f"-{name} is given twice, with another value")

    def _read_body(self, call: Call, name: str, value: Word) -> None:
        if not value.text.strip():
            call.body(name)
            return
        self.read_word(value, call.meaning(name), call.inner_scope(name), call.body(name))

    def read_word(self, word: Word, body: Body, scope: Scope | None, nodes: Nodes) -> None:
        """Read the body that a word holds: where it stands if it stands there as it is, else as a text of its own."""
        if word.how is Written.BRACED or (word.how is Written.QUOTED and "\\" not in word.text):
            pos = self.pos
            region = Region(word.start, word.text_start + len(word.text), bounded=True)
            self.read(body, region, word.text_start, scope, nodes)
            self.pos = pos
            return
        text = self._builder.text(word, self._substitution(scope))
        source = Source(text, self.source.place(word.start), fixed=True)
        Reader(self.session, source, final=word.final).read_all(body, scope, nodes)

    # ---- words ---------------------------------------------------------------------------------------

    def _word(self, region: Region, tcl: bool) -> Word | None:
        """The next word of the command, None at its end. A word that opens a brace may be a body: see `_whole`."""
        if self._queued:
            return self._queued.popleft()
        match = (scan.word_within if region.bounded else scan.word_in_place)(self.text, self.pos, region.limit)
        if match is None:
            return None
        kind = match.lastindex
        assert kind is not None
        start = match.start(kind)
        if kind == scan.CLOSE:
            self.pos = start
            return None
        self.pos = match.end()
        if kind in (scan.STOP, scan.END):
            return None
        if kind == scan.BARE:
            return Word(Written.BARE, match[kind], start, start)
        if kind == scan.BRACED:
            return Word(Written.BRACED, match[kind], start - 1, start)
        if kind == scan.QUOTED:
            return Word(Written.QUOTED, match[kind], start - 1, start)
        if kind == scan.OPEN and not self._expands(start, region):
            return Word(Written.OPEN, "", start, start + 1)
        return self._other_word(start, region, tcl)

    def _expands(self, start: int, region: Region) -> bool:
        return self.text.startswith("{*}", start) and not scan.stands_alone(self.text, start + 3, region.limit)

    def _other_word(self, start: int, region: Region, tcl: bool) -> Word | None:
        """A word that needs more than a glance: it has substitutions in it, or something is wrong with it."""
        text, limit = self.text, region.bound(self.text)
        begin = start + 3 if self._expands(start, region) else start
        end = scan.word_end(text, begin, limit)
        if end <= begin:
            unclosed = {'"': "close-quote", "{": "close-brace"}.get(text[begin], "close-bracket")
            self._error(begin, f"missing {unclosed}: what is opened here is never closed")
            found = _LINE_END(text, begin, limit)
            end = limit if found is None else found.end()
        self.pos = end
        self._stands_alone(region)
        raw = text[start:end]
        if tcl and _SUBSTITUTES(raw) is not None:
            return self._evaluated(raw, start, region)
        if text[begin] == '"' and end - begin > 1:
            return Word(Written.QUOTED, text[begin + 1 : end - 1], begin, begin + 1)
        if text[begin] == "{" and begin != start:
            return Word(Written.BRACED, text[begin + 1 : end - 1], begin, begin + 1)
        return Word(Written.BARE, raw, start, start)

    def _evaluated(self, raw: str, start: int, region: Region) -> Word | None:
        """A word of the file level after Tcl's substitution; {*} makes it several, or none."""
        try:
            values = self.session.words(raw)
        except TclError as error:
            self._error(start, error.message)
            values = [raw]
        final = _ONE_VALUE(raw) is None
        self._queued.extend(Word(Written.VALUE, value, start, start, final=final) for value in values)
        return self._queued.popleft() if self._queued else self._word(region, tcl=True)

    def _whole(self, word: Word, region: Region) -> Word:
        """The word with all of its text: a braced one that holds braces ends where they balance."""
        if word.how is not Written.OPEN:
            return word
        end = scan.brace_end(self.text, word.start, region.limit)
        if end < 0:
            self._unclosed(word.start)
            end = region.limit + 1
        self.pos = min(end, region.limit)
        self._stands_alone(region)
        return Word(Written.BRACED, self.text[word.start + 1 : end - 1], word.start, word.start + 1)

    def _stands_alone(self, region: Region) -> None:
        """After a closing brace or quote there has to be a blank."""
        pos = self.pos
        if scan.stands_alone(self.text, pos, region.limit) or (not region.bounded and self.text[pos] == "}"):
            return
        closing = "quote" if self.text[pos - 1] == '"' else "brace"
        self._error(pos, f"extra characters after close-{closing}", "is a blank missing here?")

    # ---- Tcl -----------------------------------------------------------------------------------------

    def _tcl(self, body: Body, region: Region, start: int, scope: Scope | None, nodes: Nodes) -> int:
        """A command that is no operator: the interpreter's, or an error. Returns the offset behind it."""
        limit = region.bound(self.text)
        first = scan.word_end(self.text, start, limit)
        name = self.text[start : first if first > start else start + 1]
        end = self._command_end(start, limit)
        if _SUBSTITUTES(name) is None and not self.session.has_command(name):
            return self._unknown_operator(name, body, region, start, end, scope)
        self.session.run(self, start, end, body, scope, nodes)
        return end

    def _unknown_operator(
        self, name: str, body: Body, region: Region, start: int, end: int, scope: Scope | None
    ) -> int:
        """Report it, and read it as the operator that is probably meant, for what else is wrong in it."""
        if name == "}":
            self._error(start, "unmatched close-brace: no brace is open here")
            return start + 1
        near = nearest(name, (other.name for other in OPERATORS.values() if body in other.places))
        hint = f"did you mean {near}?" if near else ""
        if name in _WITHHELD:
            near, hint = "", f"a job script is read without {name}: it cannot reach files or programs"
        self._error(start, f"unknown operator {_shortened(name)}", hint)
        if not near:
            return end
        self.pos = start + len(name)
        self._operator(OPERATORS[near], body, region, start, scope, [])
        return self.pos

    def _command_end(self, start: int, limit: int) -> int:
        """Where the command at `start` ends; what is wrong with its words is for the interpreter to say."""
        text, pos = self.text, start
        while pos < limit:
            match = scan.word_within(text, pos, limit)
            if match is None or match.lastindex in (scan.STOP, scan.END):
                return pos if match is None else match.end()
            pos = match.end()
            if match.lastindex in (scan.OPEN, scan.OTHER):
                begin = match.start(match.lastindex)
                pos = scan.word_end(text, begin, limit)
                if pos <= begin:
                    return limit
        return limit

    # ---- diagnostics ---------------------------------------------------------------------------------

    def _error(self, offset: int, text: str, hint: str = "") -> None:
        self.session.error(self.source.place(offset), text, hint)

    def _warning(self, offset: int, text: str, hint: str = "") -> None:
        self.session.warning(self.source.place(offset), text, hint)


def tcl_words(text: str, nodes: Sequence[object], values: Sequence[str]) -> list[Word]:
    """The words of an operator that Tcl calls: braced ones stand in the text, the others are values."""
    words = []
    plain = len(nodes) == len(values)
    for place, value in enumerate(values):
        node = nodes[place] if plain else None
        if isinstance(node, Literal) and node.kind == TCL_BRACED:
            words.append(Word(Written.BRACED, text[node.start + 1 : node.end - 1], node.start, node.start + 1))
        else:
            start = node.start if isinstance(node, TclWord) else 0
            final = not isinstance(node, (VarSub, ElementSub, Bracket))
            words.append(Word(Written.VALUE, value, start, start, final=final))
    return words


def _shortened(name: str) -> str:
    first = name.split("\n", 1)[0]
    return first if len(first) <= 60 else first[:57] + "..."
