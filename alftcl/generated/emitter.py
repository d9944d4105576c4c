"""One unit: the commands of a procedure or a loop become lines of Python.

A pass walks the tree once, writes lines and learns: the kind of each variable, which names are arrays, which are links
to global variables. What it learns can make earlier lines wrong, so it is repeated until nothing new is learned.
Whatever has no rule here makes the unit **open**, and it stays with the direct engine.

Operands are evaluated in Tcl's order. A bracket becomes lines of its own before the line of its command, so what
stands left of it goes into a temporary first (`Emitter.operands`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from alftcl.decimals import float_to_str
from alftcl.generated import kinds
from alftcl.generated.byname import is_plain, linked_parameters
from alftcl.generated.kinds import ANY, BOOL, EMPTY, FLOAT, INT, LIST, STR, Open, Operand
from alftcl.generated.pure import named_from, pure_command, setting_call
from alftcl.generated.writer import Site, Writer
from alftcl.namespaces import last_part
from alftcl.procedures import Procedure
from alftcl.tree import Bracket, Command, Compound, ElementSub, Expand, Literal, Script, VarSub, Word

if TYPE_CHECKING:
    from alftcl.generated.engine import Resolver

_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_FLOAT = re.compile(r"-?[0-9]+\.[0-9]+")
_MOST_PASSES = 12
_DEEPEST = 90  # indents: Python takes 100
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Want:
    """What is to happen to the value of a command.

    `name` is a temporary that takes it; None with `returns` ends the procedure with it; else nobody wants it.
    """

    __slots__ = ("kind", "name", "returns")

    def __init__(self, name: str | None = None, returns: bool = False) -> None:
        self.name = name
        self.returns = returns
        self.kind: str | None = None


PASSED = "passed"
"""What links a name that upvar gives: a Variable among the function's arguments, see byname.py."""
BOXED = "boxed"
"""What links a name that is handed on to such a function: a Variable that the unit has made (or found in its frame)."""
EXISTING = "existing"
"""What links a name such as ::x: the global variable, which must be there when the procedure is called."""
NOTHING = Want()
RETURNED = Want(returns=True)

Rule = Callable[["Emitter", Command, Want], "Operand | None"]
RULES: dict[str, Rule] = {}


def rule(*names: str) -> Callable[[Rule], Rule]:
    """Declare how a command becomes Python.

    The rule gives its value as an Operand, or None when it has done with `want` what is to be done.
    """

    def declare(function: Rule) -> Rule:
        for name in names:
            RULES[name] = function
        return function

    return declare


class Loop:
    """The loop that break and continue are for; `following` is emitted before a continue. None: inside a catch."""

    __slots__ = ("following",)

    def __init__(self, following: Callable[[], None] | None = None) -> None:
        self.following = following


class Given(NamedTuple):
    """What a loop finds when it begins: the kinds of the variables that are set, and the arrays."""

    kinds: dict[str, str]
    arrays: frozenset[str]


class Emitter:
    """The lines of one unit, and what is known of its variables."""

    def __init__(
        self, resolver: Resolver, formals: Sequence[str], given: Given, in_procedure: bool, is_loop: bool
    ) -> None:
        self.resolver = resolver
        self.formals = formals
        self.in_procedure = in_procedure
        self.is_loop = is_loop
        self.given = given.kinds
        self.given_arrays = given.arrays
        self.kinds: dict[str, str] = dict(self.given)
        self.arrays: set[str] = set()
        self.growing: set[str] = set()  # targets of lappend and dict set: "" begins an empty list or dict
        self.growing_dicts: set[str] = set()
        self.maybe: set[str] = set()  # may be unset in ways that Python would not notice: None stands for that
        self.ropes: set[str] = set()  # grow by append in a loop: pieces wait in a list until someone looks
        self.reassigned: set[str] = set()  # parameters that the body sets: their first value is kept for errors
        self.links: dict[str, str] = {}  # the namespace that a name is linked to: a Python name
        self.python_names: dict[str, str] = {}
        self.changed = self.facts_changed = True

    # ---- passes --------------------------------------------------------------------------------------

    def settle(self, write: Callable[[], None]) -> None:
        """Write the unit, pass by pass, until nothing new is learned. Raises Open when there is no end to it."""
        for _ in range(_MOST_PASSES):
            self.begin()
            write()
            if not self.changed:
                return
        raise Open("kinds that do not stand still")

    def begin(self) -> None:
        """Start a pass. A new fact about names makes what is known of kinds doubtful."""
        if self.facts_changed:
            self.kinds = dict(self.given)
        self.changed = self.facts_changed = False
        self.written: dict[str, int] = {}  # the line before which a Python variable was last assigned
        self.writer = Writer()
        self.temporaries = 0
        self.sure: set[str] = set(self.given)
        self.begun = False  # a command other than global and variable was met
        self.assigned: set[str] = set()
        self.loops: list[Loop | None] = []
        self.script: Script = Script("", [])
        self.line = 1
        self.base: str | None = None  # the text that lines are counted in
        self.enclosing: tuple[str, Site] | None = None

    def learn(self, known: set[str], name: str) -> None:
        """Note a fact about a name."""
        if name not in known:
            known.add(name)
            self.changed = self.facts_changed = True

    def writes(self, name: str) -> None:
        """A line that follows assigns a variable."""
        self.assigned.add(name)
        if name in self.formals:
            self.learn(self.reassigned, name)
        self.written[self.python(name)] = self.writer.mark

    def becomes(self, name: str, kind: str) -> None:
        """A variable takes a value of that kind somewhere."""
        joined = kinds.join(self.kinds.get(name), kind)
        if joined != self.kinds.get(name):
            self.kinds[name] = joined
            self.changed = True

    # ---- names ---------------------------------------------------------------------------------------

    def python(self, name: str, prefix: str = "v_") -> str:
        """The Python name of a Tcl variable."""
        made = self.python_names.get(prefix + name)
        if made is None:
            tail = name if _NAME.fullmatch(name) else str(len(self.python_names))
            made = self.python_names[prefix + name] = prefix + tail
        return made

    def python_variables(self) -> list[tuple[str, str]]:
        """The Tcl and the Python names of the local variables."""
        return [(name[2:], python) for name, python in self.python_names.items() if name.startswith("v_")]

    def scalars(self) -> list[str]:
        """The local variables that are no arrays."""
        return [name for name, _ in self.python_variables() if name not in self.arrays]

    def call_words(self) -> list[str]:
        """The arguments of the call as they were at its beginning."""
        return [self.python(name, "s_" if name in self.reassigned else "v_") for name in self.formals]

    def temporary(self) -> str:
        """A new Python name."""
        self.temporaries += 1
        return f"_{self.temporaries}"

    def emit(self, code: str) -> None:
        self.writer.emit(code)

    def pinned(self, operand: Operand) -> Operand:
        """The operand as something that may be written twice: in a temporary, unless it is fixed."""
        if operand.fixed:
            return operand
        name = self.temporary()
        self.emit(f"{name} = {operand.code}")
        return Operand(name, operand.kind, safe=True, fixed=True)

    def simple(self, operand: Operand) -> Operand:
        """The operand as a name or constant: for use within this line only."""
        return operand if operand.code.isidentifier() else self.pinned(operand)

    # ---- words ---------------------------------------------------------------------------------------

    def literal(self, text: str) -> Operand:
        """A constant; in canonical form it is a number at once."""
        if _INTEGER.fullmatch(text):
            return Operand(text, INT, safe=True, fixed=True)
        if _FLOAT.fullmatch(text) and float_to_str(float(text)) == text:
            return Operand(repr(float(text)), FLOAT, safe=True, fixed=True)
        return Operand(repr(text), STR, safe=True, fixed=True)

    def word(self, node: Word) -> Operand:
        """A word of a command."""
        if isinstance(node, Literal):
            return self.literal(node.text)
        if isinstance(node, VarSub):
            return self.read(node.name)
        if isinstance(node, ElementSub):
            return self.read_element(node.name, self.key(node.index))
        if isinstance(node, Bracket):
            return self.bracket(node)
        if isinstance(node, Compound):
            return self.compound(node)
        raise Open(f"a word of kind {type(node).__name__}")

    def operands(self, nodes: Sequence[Word]) -> list[Operand]:
        """Words from left to right; those before a bracket are pinned, as it may change what they read."""
        return self.in_order(nodes, self.word)

    def in_order(self, nodes: Sequence[Word], compile_one: Callable[[Any], Operand]) -> list[Operand]:
        """Any nodes from left to right."""
        found: list[Operand] = []
        for node in nodes:
            before = self.writer.mark
            operand = compile_one(node)
            if self.writer.mark != before and not all(self._stays(earlier, before) for earlier in found):
                tail = self.cut(before)
                found = [earlier if self._stays(earlier, before) else self.pinned(earlier) for earlier in found]
                self.paste(tail)
            found.append(operand)
        return self._read_in_order(found)

    def _read_in_order(self, found: list[Operand]) -> list[Operand]:
        """Operands of which some read variables that may not be set: their line may turn the reads round."""
        doubtful = [place for place, operand in enumerate(found) if operand.code.isidentifier() and not operand.safe]
        if len(found) < 2 or not doubtful:
            return found
        last = doubtful[-1]
        return [
            self.pinned(operand) if place <= last and not operand.safe else operand
            for place, operand in enumerate(found)
        ]

    def _stays(self, operand: Operand, since: int) -> bool:
        """Whether the lines written since then leave an operand as it is."""
        if operand.fixed:
            return True
        return operand.safe and operand.code.isidentifier() and self.written.get(operand.code, -1) < since

    def cut(self, place: int) -> tuple[list[str], list[Site | None]]:
        """Take the lines from a place on away, to write something before them."""
        writer = self.writer
        tail = writer.lines[place:], writer.sites[place:]
        del writer.lines[place:], writer.sites[place:]
        return tail

    def paste(self, tail: tuple[list[str], list[Site | None]]) -> None:
        self.writer.lines += tail[0]
        self.writer.sites += tail[1]

    def text(self, operand: Operand) -> str:
        """The code of its string form."""
        if operand.kind == STR:
            return operand.code
        if operand.fixed and operand.kind == INT and not operand.code.startswith("_"):
            return repr(operand.code)
        if operand.kind == BOOL:
            return f"('1' if {operand.code} else '0')"
        if operand.kind == INT:
            return f"DIGITS[{operand.code}]"
        if operand.kind == ANY:
            name = self.simple(operand).code
            return f"({name} if type({name}) is str else to_str({name}))"
        return f"to_str({operand.code})"

    def key(self, node: Word) -> str:
        """The code of an element's name."""
        if isinstance(node, Literal):
            return repr(node.text)
        return self.text(self.word(node))

    def compound(self, node: Compound) -> Operand:
        """Parts joined: an f-string would call format(), which is slower than + for the few parts there are."""
        parts = [
            Operand(repr(part.text), STR, safe=True, fixed=True) if isinstance(part, Literal) else None
            for part in node.parts
        ]
        others = iter(self.operands([part for part in node.parts if not isinstance(part, Literal)]))
        codes = [self.text(part if part is not None else next(others)) for part in parts]
        whole = self.temporary()
        self.emit(f"{whole} = {' + '.join(codes)}")
        self.emit(f"if len({whole}) > LARGEST: joined({whole})")
        return Operand(whole, STR, safe=True, fixed=True)

    def bracket(self, node: Bracket) -> Operand:
        """[script]: the value of its last command, in lines of their own."""
        commands = node.script.commands
        if node.script.fault is not None:
            raise Open("a bracket that does not end")
        if not commands:
            return EMPTY
        outer = self.writer.site
        for command in commands[:-1]:
            self.command(command, NOTHING)
        want = Want(self.temporary())
        operand = self.command(commands[-1], want)
        if operand is not None:
            if not operand.safe:
                operand = self.pinned(operand)
        else:
            operand = Operand(str(want.name), want.kind or ANY, safe=True, fixed=True)
        self.writer.site = outer
        return operand

    # ---- commands ------------------------------------------------------------------------------------

    def command(self, node: Command, want: Want) -> Operand | None:
        """One command. Its value is returned, or None when `want` has it already."""
        name = node.words[0]
        if not isinstance(name, Literal):
            raise Open("a command whose name is not known")
        self.writer.site = self.site(node)
        self.begun = self.begun or name.text not in ("global", "upvar", "variable")
        target = self.resolver.resolve(name.text)
        if isinstance(target, Procedure):
            return self.call(target, name.text, node)
        if node.expands:
            return self.expanding(self.resolver.builtin_name(name.text, target), name.text, node)
        found = RULES.get(self.resolver.builtin_name(name.text, target))
        if found is not None:
            return found(self, node, want)
        return self.builtin(name.text, node)

    def site(self, node: Command) -> Site:
        """Where a command stands."""
        line = self.line + self.script.position(node.start)[0] - 1
        return Site(self.script.text, node.start, node.end, line, self.base, self.enclosing)

    def line_of(self, node: Word) -> int:
        """The line of a word in the unit's own text."""
        return self.line + self.script.position(node.start)[0] - 1

    def deliver(self, operand: Operand, want: Want) -> None:
        """Do with a value what is wanted."""
        if want.returns:
            self.leave(operand)
        elif want.name is not None:
            want.kind = kinds.join(want.kind, operand.stored)
            self.emit(f"{want.name} = {operand.value}")
        elif not operand.safe:
            self.emit(operand.code)

    def leave(self, operand: Operand) -> None:
        """return"""
        if None in self.loops or self.is_loop:
            self.emit(f"raise returned({operand.value})")
        else:
            self.emit(f"return {operand.value}")

    def body(self, script: Script, line: int, want: Want) -> None:
        """The commands of a script that is part of this unit; `line` is where its text begins."""
        outer = self.script, self.line, self.writer.site
        self.script, self.line = script, line
        if script.fault is not None:
            raise Open("a script with an error in it")
        commands = script.commands
        before = self.writer.mark
        for command in commands[:-1]:
            self.plain(command, NOTHING)
        if commands:
            self.plain(commands[-1], want)
        else:
            self.deliver(EMPTY, want)
        self.script, self.line, self.writer.site = outer
        if self.writer.mark == before:
            self.emit("pass")

    def plain(self, command: Command, want: Want) -> None:
        """A command whose value goes where it is wanted, all in lines of its own."""
        operand = self.command(command, want)
        if operand is not None:
            self.deliver(operand, want)

    def literal_body(self, word: Word, want: Want, label: str | None = None) -> None:
        """A body that stands in a word of the command; indented.

        With a label it is a piece of code of its own for errorInfo.
        """
        if not isinstance(word, Literal):
            raise Open("a body that is not literal")
        if self.writer.indent > _DEEPEST:
            raise Open("nested too deeply")
        line = self.line_of(word)
        outer = self.base, self.enclosing
        if label is not None:
            assert self.writer.site is not None
            line, self.base, self.enclosing = 1, word.text, (label, self.writer.site)
        elif self.base is None:
            self.base = word.text
        self.writer.indent += 1
        self.body(self.resolver.interp.parse(word.text), line, want)
        self.writer.indent -= 1
        self.base, self.enclosing = outer

    def spread(self, nodes: Sequence[Word]) -> str:
        """The code of a list of words of which some are {*}."""
        plain = [node.word if isinstance(node, Expand) else node for node in nodes]
        parts = []
        for node, operand in zip(nodes, self.operands(plain), strict=True):
            parts.append(f"*to_list({operand.value})" if isinstance(node, Expand) else operand.value)
        return f"[{', '.join(parts)}]"

    def expanding(self, builtin: str, name: str, node: Command) -> Operand:
        """A built-in, called by that name, with a {*} among its words: their number is known when it runs."""
        if builtin == "list":
            return Operand(self.spread(node.words[1:]), LIST)
        command = self.resolver.constant(pure_command(builtin))
        return Operand(f"counted({command}, {name!r}, interp, {self.spread(node.words[1:])})")

    def call(self, target: Procedure, name: str, node: Command) -> Operand:
        """A call of another closed procedure."""
        self.resolver.callees.add(target)
        linked = linked_parameters(self.resolver.interp, target)
        if linked and (node.expands or max(place for place, _ in linked) + 1 >= len(node.words)):
            raise Open(f"{name} is handed what is not named here")
        handed = [self.boxed(node.words[place + 1]) for place, _ in linked]
        if node.expands:
            procedure = self.resolver.constant(target)
            return Operand(f"called({procedure}, {name!r}, interp, depth + 1, {self.spread(node.words[1:])})")
        words = [operand.value for operand in self.operands(node.words[1:])]
        if len(words) < target.least or len(words) > target.most:
            raise Open(f"{name} is called with the wrong number of words")
        named = target.formals[:-1] if target.rest else target.formals
        for formal in named[len(words) :]:
            default = formal.default
            words.append(self.literal(default).code if isinstance(default, str) else self.resolver.constant(default))
        if target.rest:
            rest = words[len(named) :]
            words[len(named) :] = [f"[{', '.join(rest)}]"]
        arguments = ", ".join(["depth + 1", *words, *handed])
        return Operand(f"{self.resolver.function_name(target)}({arguments})")

    def boxed(self, word: Word) -> str:
        """The code of the Variable of a name that is handed on."""
        if not isinstance(word, Literal) or not is_plain(word.text):
            raise Open("a name that is handed on and not plain")
        name = word.text
        if name not in self.links:
            self.links[name] = BOXED
            self.changed = self.facts_changed = True
        return self.python(name, "g_")

    def builtin(self, name: str, node: Command) -> Operand:
        """A built-in that looks at its words only, or sets variables too: called as the direct engine calls it."""
        texts = [word.text if isinstance(word, Literal) else None for word in node.words]
        first = named_from(last_part(name), texts)
        if first is not None:
            return self._setting(name, node, texts, first)
        return self.pure(name, node, None)

    def pure(self, name: str, node: Command, operands: list[Operand] | None) -> Operand:
        """A built-in that looks at its words only; `operands` are its arguments where they are compiled already."""
        texts = [word.text if isinstance(word, Literal) else None for word in node.words]
        code, skip, kind = self.resolver.pure(name, texts)
        words = [operand.value for operand in (self.operands(node.words[skip:]) if operands is None else operands)]
        return Operand(f"{code}(interp, [{', '.join(words)}])", kind)

    def _setting(self, name: str, node: Command, texts: list[str | None], first: int) -> Operand:
        """A built-in that sets variables: it sets those of a frame made for it, then they are taken over."""
        names = texts[first:]
        if any(target is None or "(" in target or "::" in target for target in names):
            raise Open(f"{name} with variables that are not plain")
        code = self.resolver.constant(setting_call(last_part(name), len(texts) - 1))
        words = [operand.value for operand in self.operands(node.words[1:])]
        whole = self.temporary()
        self.emit(f"{whole} = set_apart({code}, interp, space, [{', '.join(words)}], {names!r})")
        for place, target in enumerate(names, 1):
            assert target is not None
            kept = set(self.sure)
            self.emit(f"if {whole}[{place}] is not None:")
            self.writer.indent += 1
            self.assign(target, Operand(f"{whole}[{place}]"))
            self.writer.indent -= 1
            self.sure = kept
        return Operand(f"{whole}[0]")

    # ---- variables -----------------------------------------------------------------------------------

    def check_name(self, name: str) -> None:
        """A name with :: must be that of a global variable: it is linked when the procedure begins, see engine.py."""
        if name.endswith(")"):
            raise Open(f"the variable {name}")
        if "::" not in name:
            return
        if not name.startswith("::") or "::" in name[2:] or self.is_loop:
            raise Open(f"the variable {name}")
        if name not in self.links:
            self.links[name] = EXISTING
            self.changed = self.facts_changed = True

    def read(self, name: str) -> Operand:
        """$name"""
        self.check_name(name)
        if name in self.links:
            code = self.temporary()
            link = self.python(name, "g_")
            return Operand(f"({code} if ({code} := {link}.value) is not None else linked_read({link}, {name!r}))")
        if name in self.arrays:
            raise Open(f"the array {name} is read as a scalar")
        code = self.python(name)
        if name in self.ropes:
            self.flush(name)
        kind = self.kinds.get(name, INT)
        if name in self.maybe and name not in self.sure:
            missing = f"unset_read({name!r}, {self.in_procedure})"
            return Operand(f"({code} if {code} is not None else {missing})", kind)
        return Operand(code, kind, safe=name in self.sure)

    def flush(self, name: str) -> None:
        """Join the pieces that wait to be appended."""
        code, pieces = self.python(name), self.python(name, "b_")
        self.written[code] = self.writer.mark
        self.emit(f"if {pieces}: {code} = roped({code}, {pieces})")

    def assign(self, name: str, operand: Operand) -> Operand:
        """set; gives the variable's new value."""
        self.check_name(name)
        if name in self.links:
            value = self.pinned(Operand(operand.value, operand.stored, operand.safe, operand.fixed))
            link = self.python(name, "g_")
            self.emit(f"if {link}.elements is None: {link}.value = {value.code}")
            self.emit(f"else: linked_write({link}, {name!r}, {value.code})")
            return value
        if name in self.arrays:
            raise Open(f"the array {name} is set as a scalar")
        self.writes(name)
        code = self.python(name)
        self.becomes(name, operand.stored)
        self.emit(f"{code} = {operand.value}")
        if name in self.ropes:
            self.emit(f"{self.python(name, 'b_')}.clear()")
        self.sure.add(name)
        return Operand(code, self.kinds[name], safe=True)

    def element(self, name: str) -> str:
        """The Python name of a local array."""
        if not name:
            raise Open("an array without a name")
        self.check_name(name)
        if name not in self.links:
            if name in self.formals or name in self.kinds or name in self.given:
                raise Open(f"{name} is both an array and a scalar")
            self.learn(self.arrays, name)
            self.writes(name)
        return self.python(name)

    def read_element(self, name: str, key: str) -> Operand:
        """$name(key)"""
        code = self.element(name)
        if name in self.links:
            return Operand(f"linked_element({self.python(name, 'g_')}, {name!r}, {key})")
        if name in self.given_arrays:
            key = self.pinned(Operand(key, STR)).code if not _is_simple(key) else key
            found = self.temporary()
            return Operand(f"({found} if ({found} := {code}.get({key})) is not None else no_element({name!r}, {key}))")
        return Operand(f"{code}[{key}]")

    def elements(self, name: str, key: str) -> str:
        """The code of the dict that an element is written to."""
        code = self.element(name)
        if name in self.links:
            return f"linked_elements({self.python(name, 'g_')}, {name!r}, {key})"
        return code

    # ---- control -------------------------------------------------------------------------------------

    def branches(self) -> set[str]:
        """The variables that are sure where branches part; each branch goes on from a copy."""
        return set(self.sure)


def _is_simple(code: str) -> bool:
    return code.isidentifier() or (code[0] in "'\"" and code.count(code[0]) == 2)


def constant_text(node: Word) -> str:
    """The text of a word that must be literal."""
    if not isinstance(node, Literal):
        raise Open("a word that must be literal is not")
    return node.text
