"""What is generated, when, and when it is dropped.

    a procedure's second call     it and the procedures it calls are emitted; the closed ones get a function as their
                                  `run`, which the direct engine calls as it calls any command
    a loop's round ROUNDS         the loop alone, on the variables of the frame it runs in (loops.py)

**Guards.** A function relies on the commands whose names it uses. The tables of commands (namespaces.CommandTable) tell
of every change to such a name, and what relies on it is dropped, callers included: their next call is the direct
engine's, and counting begins anew. What is running goes on to its end with the commands it was made for, as compiled
code does in Tcl. A variable that is traced when a procedure links it is left to the direct engine (`begin`).

An interpreter with limits generates nothing: limits count commands.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from alftcl.frames import Frame, Variable
from alftcl.generated import control, dicts, lists, texts, variables  # noqa: F401  # they declare their rules
from alftcl.generated.byname import handed, linked_parameters
from alftcl.generated.emitter import BOXED, EXISTING, PASSED, RETURNED, Emitter, Given
from alftcl.generated.failures import Unit
from alftcl.generated.kinds import ANY, FLOAT, INT, LIST, STR, Open, native
from alftcl.generated.loops import Loops
from alftcl.generated.operations import vocabulary
from alftcl.generated.passing import passing
from alftcl.generated.pure import pure_call
from alftcl.generated.sweeping import sweep
from alftcl.generated.writer import compiled
from alftcl.namespaces import Namespace, last_part
from alftcl.procedures import Procedure
from alftcl.table import COMMANDS, Command
from alftcl.values import Value, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp

_UNITS_UNSWEPT = 500
_LONGEST_BODY = 20_000  # characters: what is longer than that was hardly written for its speed


class Resolver:
    """What the emitter asks about names: it notes what it was told."""

    def __init__(self, engine: Engine, namespace: Namespace) -> None:
        self.engine = engine
        self.interp = engine.interp
        self.namespace = namespace
        self.callees: set[Procedure] = set()
        self.names: set[str] = set()

    def depend(self, name: str) -> None:
        """The unit relies on what a name means."""
        self.names.add(last_part(name))

    def resolve(self, name: str) -> Command:
        """The command of that name."""
        self.depend(name)
        found = self.namespace.find_command(name)
        if found is None:
            raise Open(f"there is no {name}")
        return found[2]

    def builtin_name(self, name: str, target: Command) -> str:
        """The name under which Tcl has a built-in command."""
        tail = last_part(name)
        if COMMANDS.get(tail) is not target:
            raise Open(f"{name} is not Tcl's own")
        return tail

    def pure(self, name: str, words: list[str | None]) -> tuple[str, int, str]:
        """How a built-in is called: its function, the place of its first argument, the kind of its value."""
        run, skip, kind = pure_call(last_part(name), words)
        return self.engine.constant(run), skip, kind

    def constant(self, value: Any) -> str:
        """The code of a value."""
        return repr(value) if type(value) in (str, int) else self.engine.constant(value)

    def function_name(self, procedure: Procedure) -> str:
        """The Python name of a procedure's function."""
        return self.engine.function_name(procedure)


class Engine:
    """What one interpreter has generated."""

    def __init__(self, interp: Interp) -> None:
        self.interp = interp
        self.relying: dict[str, set[Procedure]] = {}  # by the name of a command
        self.relied: dict[Procedure, set[str]] = {}  # the same the other way round
        self.globals = vocabulary()
        self.globals |= {"interp": interp, "LARGEST": interp.largest_value, "joined": interp.joined}
        self.globals["roped"] = self._roped
        self.names: dict[Procedure, str] = {}
        self.constants: dict[int, tuple[str, Any]] = {}
        self.units: dict[int, tuple[Unit, Any]] = {}  # by the id of the code of their functions, which are held
        self.loops = Loops(self)
        self._named = 0  # names given so far
        self._sweep_at = _UNITS_UNSWEPT

    def resolver(self, namespace: Namespace) -> Resolver:
        """What resolves the names in a unit."""
        return Resolver(self, namespace)

    def _roped(self, text: str, pieces: list[str]) -> str:
        """A text with the pieces that were appended to it."""
        whole = self.interp.joined("".join([text, *pieces]))
        pieces.clear()
        return whole

    # ---- names in the generated code -----------------------------------------------------------------

    def _number(self) -> int:
        self._named += 1
        return self._named

    def tidy(self) -> None:
        """Called before something is generated: now and then, let go of what is not used any more."""
        if len(self.units) > self._sweep_at:
            sweep(self)
            self._sweep_at = 2 * len(self.units) + _UNITS_UNSWEPT

    def constant(self, value: Any) -> str:
        """A name for an object."""
        known = self.constants.get(id(value))
        if known is None:
            known = self.constants[id(value)] = f"K{self._number()}", value
            self.globals[known[0]] = value
        return known[0]

    def function_name(self, procedure: Procedure) -> str:
        """The name that calls of a procedure are written with; it has a meaning as long as they may run."""
        name = self.names.get(procedure)
        if name is None:
            tail = re.sub(r"\W", "_", procedure.name, flags=re.ASCII)
            name = self.names[procedure] = f"p{self._number()}_{tail}"
            self.globals[name] = self._stub(procedure)
        return name

    def _stub(self, procedure: Procedure) -> Any:
        """What stands for a function that is no more (or not yet) there: the command, called by its name."""
        interp = self.interp

        def by_name(depth: int, *args: Value) -> Value:
            outer, interp.depth = interp.depth, depth - 1
            words, shared = _as_called(interp, procedure, args)
            frame, interp.frame = interp.frame, Frame(shared, procedure.namespace, interp.frame)
            try:
                return interp.call(procedure.name, *words)
            finally:
                interp.depth, interp.frame = outer, frame

        return by_name

    # ---- procedures ----------------------------------------------------------------------------------

    def generate(self, procedure: Procedure) -> None:
        """Give a procedure, and those it calls, their functions, if they are closed."""
        self.tidy()
        made: dict[Procedure, tuple[Any, Unit, set[Procedure]]] = {}
        waiting = [procedure]
        while waiting:
            found = waiting.pop()
            if found in made or found.is_generated or found.is_open:
                continue
            if found.traces is not None:
                found.is_open = True
                continue
            try:
                made[found] = self._emitted(found)
            except (Open, RecursionError, MemoryError):
                self._leave_open(found)
                continue
            waiting.extend(made[found][2])
        self._without_open(made)
        self._mark_touching(made)
        for found, (function, unit, _) in made.items():
            self._install(found, function, unit)

    def require(self, callees: set[Procedure]) -> None:
        """Generate what a loop calls. Raises Open when that cannot be, or works on variables that a loop may hold."""
        for callee in callees:
            self.generate(callee)
            if callee.unit is None or callee.unit.touches:
                raise Open(f"{callee.name} is open")

    def _mark_touching(self, made: dict[Procedure, tuple[Any, Unit, set[Procedure]]]) -> None:
        changed = True
        while changed:
            changed = False
            for _, unit, callees in made.values():
                units = [made[callee][1] if callee in made else callee.unit for callee in callees]
                if not unit.touches and any(found is not None and found.touches for found in units):
                    unit.touches = changed = True

    def _without_open(self, made: dict[Procedure, tuple[Any, Unit, set[Procedure]]]) -> None:
        """Who calls an open procedure is open too."""
        while True:
            opened = [found for found, (_, _, callees) in made.items() if any(callee.is_open for callee in callees)]
            if not opened:
                return
            for found in opened:
                self._leave_open(found)
                del made[found]

    def _leave_open(self, procedure: Procedure) -> None:
        """A procedure that is not closed; it may still have a function of the other sort (passing.py)."""
        procedure.is_open = True
        resolver = Resolver(self, procedure.namespace)
        try:
            procedure.run = passing(procedure, resolver)
        except Open:
            return
        procedure.passes = True
        self._rely(procedure, resolver.names)

    def _emitted(self, procedure: Procedure, is_generic: bool = False) -> tuple[Any, Unit, set[Procedure]]:
        """The function of a procedure: for the kinds of its first call's arguments, or for any (`is_generic`)."""
        if len(procedure.body) > _LONGEST_BODY:
            raise Open("a very long body")
        interp = self.interp
        resolver = Resolver(self, procedure.namespace)
        names = [formal.name for formal in procedure.formals]
        if len(set(names)) != len(names):
            raise Open("a parameter that is there twice")
        linked = linked_parameters(interp, procedure)
        expected = {} if is_generic or linked else procedure.first_kinds
        kinds = {name: kind if kind in _TYPES else ANY for name, kind in expected.items()}
        given = Given({name: kinds.get(name, ANY) for name in names}, frozenset())
        emitter = Emitter(resolver, names, given, in_procedure=True, is_loop=False)
        script = interp.parse(procedure.body)
        emitter.settle(lambda: emitter.body(script, 1, RETURNED))
        unit = Unit(interp, self.units, in_procedure=True, has_frame=False)
        unit.names = resolver.names
        unit.touches = any(where not in (PASSED, BOXED) for where in emitter.links.values())
        if len({place for place, _ in linked}) != len(linked):
            raise Open("a parameter that is linked twice")
        name = self.function_name(procedure) + "_any" * is_generic
        if not is_generic:
            self.globals[f"{name}_any"] = self._generic(procedure)
        tail = [
            "  except Exception as problem:",
            f"   raise unit.failed({', '.join(['problem', *emitter.call_words()])}) from None",
        ]
        head = self._head(name, emitter, [local for _, local in linked])
        writer = emitter.writer
        lines = [*head, "  try:", *("  " + line for line in writer.lines), *tail]
        unit.sites = [None] * (len(head) + 3) + writer.sites + [None] * len(tail)
        unit.variables = {python: tcl for tcl, python in emitter.python_variables()}
        unit.source = "\n".join(["def make(unit, space, direct):", *lines, f" return {name}"])
        function = compiled(unit.source, name, self.globals)(unit, procedure.namespace, self._direct(procedure))
        self.units[id(function.__code__)] = unit, function
        return function, unit, resolver.callees

    def _generic(self, procedure: Procedure) -> Any:
        """What stands for the function for any kinds, until it is called."""

        def generic(*args: Value) -> Value:
            name = f"{self.function_name(procedure)}_any"
            if self.globals[name] is generic:
                try:
                    self.globals[name] = self._emitted(procedure, is_generic=True)[0]
                except (Open, RecursionError, MemoryError):
                    self.globals[name] = self._direct(procedure)
            return self.globals[name](*args)  # type: ignore[no-any-return]  # generated code gives Tcl values

        return generic

    def _head(self, name: str, emitter: Emitter, linked: list[str]) -> list[str]:
        """Up to where the commands begin: the depth, links, and variables that Python must know of."""
        arguments = [emitter.python(name) for name in emitter.formals]
        arguments += [emitter.python(local, "g_") for local in linked]
        lines = [
            f" def {name}({', '.join(['depth', *arguments])}):",
            *_guards(name, emitter),
            "  if depth > interp.recursion_limit: raise too_deep()",
        ]
        for tcl_name, where in emitter.links.items():
            link = emitter.python(tcl_name, "g_")
            if where == PASSED:
                continue
            if where == BOXED:
                value = emitter.python(tcl_name) if tcl_name in emitter.formals else ""
                lines.append(f"  {link} = Variable({value})")
                continue
            if where == EXISTING:
                lines.append(f"  {link} = interp.root.variables.get({tcl_name[2:]!r})")
            else:
                lines.append(f"  {link} = {where}.variables.get({tcl_name!r}) or link_to({where}, {tcl_name!r})")
            lines.append(f"  if type({link}) is not Variable: return direct({', '.join(['depth', *arguments])})")
        for formal in emitter.formals:
            if formal in emitter.reassigned:
                lines.append(f"  {emitter.python(formal, 's_')} = {emitter.python(formal)}")
        lines += [f"  {emitter.python(name, 'b_')} = []" for name in sorted(emitter.ropes)]
        for unset in sorted(emitter.maybe - set(emitter.formals)):
            lines.append(f"  {emitter.python(unset)} = None")
        for array in sorted(emitter.arrays):
            lines.append(f"  {emitter.python(array)} = Elements({array!r})")
        return lines

    def _direct(self, procedure: Procedure) -> Any:
        """The procedure as the direct engine runs it, with the arguments of its function."""
        interp = self.interp

        def run(depth: int, *args: Value) -> Value:
            outer, interp.depth = interp.depth, depth - 1
            words, shared = _as_called(interp, procedure, args)
            frame = interp.frame
            if shared:
                interp.frame = Frame(shared, procedure.namespace, frame)
            interp.command_word = procedure.name
            try:
                return procedure.call_directly(interp, words)
            finally:
                interp.depth, interp.frame = outer, frame

        return run

    def _install(self, procedure: Procedure, function: Any, unit: Unit) -> None:
        self.globals[self.function_name(procedure)] = function
        procedure.is_generated = True
        procedure.unit = unit
        linked = linked_parameters(self.interp, procedure)
        is_empty = not self.interp.parse(procedure.body).commands
        procedure.run = _nothing if is_empty else _entry(procedure, function, linked)
        self._rely(procedure, unit.names)

    def _rely(self, procedure: Procedure, names: set[str]) -> None:
        """A procedure's function is good as long as these names, and its own, mean what they mean."""
        names = names | {last_part(procedure.name)}
        for name in names:
            self.relying.setdefault(name, set()).add(procedure)
        self.relied[procedure] = names
        self.watch(names)

    def watch(self, names: set[str]) -> None:
        """Be told when a command of one of these names changes."""
        self.interp.root.watched.names |= names

    # ---- dropping ------------------------------------------------------------------------------------

    def changed(self, name: str) -> None:
        """A command of that name came, went or changed."""
        waiting = [name]
        while waiting:
            changed = waiting.pop()
            self.loops.drop(changed)
            for procedure in self.relying.pop(changed, ()):
                if procedure.is_generated or procedure.passes:
                    self._drop(procedure)
                    waiting.append(last_part(procedure.name))
            self.interp.root.watched.names.discard(changed)

    def begin_again(self, is_over: bool) -> None:
        """Take over a changed limit on the size of values; when it `is_over`, use nothing generated any more."""
        self.globals["LARGEST"] = self.interp.largest_value
        if is_over:
            for name in list(self.relying):
                self.changed(name)
            self.loops.forget()

    def _drop(self, procedure: Procedure) -> None:
        name = self.function_name(procedure)
        self.globals[name] = self.globals[f"{name}_any"] = self._stub(procedure)
        for relied in self.relied.pop(procedure, ()):
            if relied in self.relying:
                self.relying[relied].discard(procedure)
        procedure.forget_function()


def _nothing(interp: Interp, args: list[Any]) -> Value:
    """A procedure without commands."""
    return ""


def _as_called(interp: Interp, procedure: Procedure, args: tuple[Any, ...]) -> tuple[list[Any], dict[str, Variable]]:
    """The words of a call from the arguments of a function, and the variables that it is handed, by name.

    The last argument may be the list of the rest.
    """
    linked = linked_parameters(interp, procedure)
    count = len(procedure.formals)
    words = [*args[: count - 1], *args[count - 1]] if procedure.rest else list(args[:count])
    shared = {to_str(args[place]): variable for (place, _), variable in zip(linked, args[count:], strict=True)}
    return words, shared


_TYPES = {INT: "int", FLOAT: "float", LIST: "list", STR: "str"}


def _guards(name: str, emitter: Emitter) -> list[str]:
    """The line that leaves a call with arguments of other kinds to the function for any."""
    checks = [
        f"type({emitter.python(formal)}) is not {_TYPES[emitter.given[formal]]}"
        for formal in emitter.formals
        if emitter.given[formal] in _TYPES
    ]
    if not checks:
        return []
    arguments = ", ".join(["depth", *(emitter.python(formal) for formal in emitter.formals)])
    return [f"  if {' or '.join(checks)}: return {name}_any({arguments})"]


def _filled_up(procedure: Procedure, args: list[Any]) -> list[Any]:
    """The arguments of a function from the words of a call: with defaults, the further words in one list."""
    named = procedure.formals[:-1] if procedure.rest else procedure.formals
    words = args[: len(named)]
    words += [formal.default for formal in named[len(words) :]]
    if procedure.rest:
        words.append(args[len(named) :])
    return words


def _make_native(words: list[Any]) -> None:
    """Digits among the words become ints."""
    for place, word in enumerate(words):
        if type(word) is str and word.isdigit():
            words[place] = native(word)


def _entry(procedure: Procedure, function: Any, linked: list[tuple[int, str]]) -> Any:
    """The function in the shape of a command."""
    count = len(procedure.formals)
    plain = not procedure.rest and procedure.least == count
    if linked:
        return _entry_by_name(procedure, function, linked)

    def run_plain(interp: Interp, args: list[Any]) -> Value:
        depth = interp.depth + 1
        if depth == 1:
            interp.enter()
            interp.depth = 0
        interp.called_from = None  # what looks at it would see an older command
        _make_native(args)
        return function(depth, *args)  # type: ignore[no-any-return]  # generated code gives Tcl values

    def run(interp: Interp, args: list[Any]) -> Value:
        return run_plain(interp, _filled_up(procedure, args))

    return run_plain if plain else run


def _entry_by_name(procedure: Procedure, function: Any, linked: list[tuple[int, str]]) -> Any:
    """The same for a procedure that is handed variables: those of the frame it is called from."""
    last = max(place for place, _ in linked)

    def run(interp: Interp, args: list[Any]) -> Value:
        shared = handed(interp, linked, args) if last < len(args) else None
        if shared is None or interp.depth == 0:
            return procedure.call_directly(interp, args)
        interp.called_from = None
        words = _filled_up(procedure, args)
        _make_native(words)
        return function(interp.depth + 1, *words, *shared)  # type: ignore[no-any-return]  # a Tcl value

    return run
