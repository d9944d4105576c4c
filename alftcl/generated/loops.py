"""A loop as a unit of its own: it takes over from the direct engine while it runs.

The function loads the variables of the frame into Python's, goes on with the loop, and stores them back however it
ends. It is made for the kinds that the variables have when it begins; another time it is made anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alftcl.frames import Frame, Variable
from alftcl.generated.control import emit_groups, emit_rounds
from alftcl.generated.emitter import Emitter, Given
from alftcl.generated.failures import Unit
from alftcl.generated.kinds import ANY, INT, Open, kind_of
from alftcl.generated.writer import Site, compiled
from alftcl.tree import BRACED, Literal, Script

if TYPE_CHECKING:
    from alftcl.generated.engine import Engine, Resolver

_LONG = 1_000_000  # rounds
_MOST_LOOPS = 2000  # known at a time


class Shape:
    """A loop as its words say it. `label` is what errorInfo calls it when its body is code of its own, else None."""

    __slots__ = ("asked", "body", "following", "label", "names")

    def __init__(self, asked: str, body: str, following: str | None, names: str | None, label: str | None) -> None:
        self.asked = asked
        self.body = body
        self.following = following
        self.names = names  # the variables of a foreach
        self.label = label

    @property
    def key(self) -> tuple[Any, ...]:
        """What tells loops apart."""
        return self.asked, self.body, self.following, self.names, self.label


class LoopFunction:
    """The function of a loop, and what it was made for."""

    __slots__ = ("arrays", "boxed", "function", "given_arrays", "kinds", "names", "scalars", "unit")

    def __init__(self, function: Any, unit: Unit, emitter: Emitter) -> None:
        self.function = function
        self.unit = unit
        self.names = set(unit.names)
        self.scalars = emitter.scalars()
        self.arrays = sorted(emitter.arrays)
        self.boxed = list(emitter.links)
        self.given_arrays = {name for name in self.arrays if name in emitter.given_arrays}
        self.kinds = {name: emitter.given.get(name) for name in self.scalars}


def given_in(frame: Frame, scalars: list[str], arrays: list[str]) -> Given | None:
    """What the frame has of these names; None when a loop cannot work on copies of it."""
    kinds: dict[str, str] = {}
    seen: set[int] = set()
    found_arrays: set[str] = set()
    for name in [*scalars, *arrays]:
        variable = frame.variables.get(name)
        if variable is None:
            continue
        if type(variable) is not Variable or id(variable) in seen:
            return None
        seen.add(id(variable))
        if variable.elements is not None:
            if type(variable.elements) is not dict:
                return None
            found_arrays.add(name)
        elif variable.value is not None:
            kinds[name] = kind_of(variable.value)
    return Given(kinds, frozenset(found_arrays))


def emitted(engine: Engine, resolver: Resolver, shape: Shape, frame: Frame, name: str) -> LoopFunction:
    """The function of a loop for the variables as they are now. Raises Open."""
    in_procedure = frame.procedure is not None
    everything = list(frame.variables) if len(frame.variables) < 500 else []
    given = given_in(frame, _used(shape, everything), [])
    if given is None:
        raise Open("variables that a loop cannot take over")
    emitter = Emitter(resolver, (), given, in_procedure, is_loop=True)
    emitter.settle(lambda: _emit(emitter, shape))
    unit = Unit(engine.interp, engine.units, in_procedure, has_frame=True)
    unit.names = resolver.names
    unit.variables = {python: tcl for tcl, python in emitter.python_variables()}
    head = [
        f" def {name}(depth, variables, compiled, given_rounds):",
        "  if depth > interp.recursion_limit: raise too_deep()",
        *_loading(emitter),
        "  try:",
    ]
    writer = emitter.writer
    tail = [
        "  except Exception as problem:",
        "   raise unit.left(problem, compiled) from None",
        "  finally:",
        *_storing(emitter),
    ]
    unit.sites = [None] * (len(head) + 2) + writer.sites + [None] * len(tail)
    lines = [*head, *("  " + line for line in writer.lines), *tail]
    unit.source = "\n".join(["def make(unit, space):", *lines, f" return {name}"])
    function = compiled(unit.source, "loop", engine.globals)(unit, resolver.namespace)
    engine.units[id(function.__code__)] = unit, function
    return LoopFunction(function, unit, emitter)


def _used(shape: Shape, names: list[str]) -> list[str]:
    """The variables of the frame that the loop's text mentions."""
    text = "\n".join(part for part in (shape.asked, shape.body, shape.following, shape.names) if part)
    return [name for name in names if name in text]


def _emit(emitter: Emitter, shape: Shape) -> None:
    body = Literal(shape.body, 0, 0, BRACED)
    emitter.writer.site = Site(None, 0, 0, 1)
    emitter.script = Script("", [])
    label = None if shape.label is None else f'"{shape.label}" body line {{line}}'
    if shape.names is not None:
        emit_groups(emitter, shape.names, body, label)
        return
    following = None if shape.following is None else Literal(shape.following, 0, 0, BRACED)
    step_label = None if shape.label is None else '"for" loop-end command'
    emit_rounds(emitter, Literal(shape.asked, 0, 0, BRACED), body, following, (label, step_label))


def _loading(emitter: Emitter) -> list[str]:
    lines = [
        f"  {emitter.python(name, 'g_')} = variables.get({name!r}) or variables.setdefault({name!r}, Variable())"
        for name in emitter.links
    ]
    for name in emitter.scalars():
        code = emitter.python(name)
        if name in emitter.given:
            kind = emitter.given[name]
            value = f"variables[{name!r}].value"
            if name in emitter.growing or name in emitter.growing_dicts:
                value = f"taken(variables[{name!r}])"
            lines.append(f"  {code} = {value}" if kind != INT else f"  {code} = to_int({value})")
        if name in emitter.ropes:
            lines.append(f"  {emitter.python(name, 'b_')} = []")
        if name not in emitter.given and name in emitter.maybe:
            lines.append(f"  {code} = None")
    for name in sorted(emitter.arrays):
        code = emitter.python(name)
        if name in emitter.given_arrays:
            lines.append(f"  {code} = variables[{name!r}].elements")
        else:
            lines.append(f"  {code} = Elements({name!r}, {emitter.in_procedure})")
    return lines


def _storing(emitter: Emitter) -> list[str]:
    lines = ["   pass"]
    for name in sorted(emitter.assigned - emitter.arrays):
        code = emitter.python(name)
        if name in emitter.ropes:
            pieces = emitter.python(name, "b_")
            lines.append(f"   if {pieces}: {code} = roped({code}, {pieces})")
        store = f"store(variables, {name!r}, {code})"
        lines.append(f"   {store}" if name in emitter.given else f"   try: {store}")
        if name not in emitter.given:
            lines.append("   except NameError: pass")
    for name in sorted(emitter.arrays - emitter.given_arrays):
        lines.append(f"   store_elements(variables, {name!r}, {emitter.python(name)})")
    return lines


class Loops:
    """The loops that one interpreter has generated."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.known: dict[Any, list[LoopFunction] | None] = {}
        self.relying: dict[str, set[Any]] = {}  # the keys of `known` by the names that their functions rely on
        self.refused: set[Any] = set()  # the keys of those that stay with the direct engine, as things are
        self.count = 0

    def run(self, shape: Shape, tree: Script, compiled: int, rounds: Any = None) -> bool:
        """Run what is left of a loop in the current frame.

        False when that cannot be done here; the body's `tree` is then not asked for again before long.
        """
        if self._run(shape, compiled, rounds):
            return True
        tree.rounds = -_LONG
        return False

    def _run(self, shape: Shape, compiled: int, rounds: Any) -> bool:
        interp = self.engine.interp
        frame = interp.frame
        if frame.procedure is None and frame.namespace.parent is not None:
            return False
        key = (shape.key, frame.namespace, frame.procedure is None)
        functions = self.known.get(key, [])
        if functions is None:
            return False
        chosen = next((made for made in functions if _fits(made, frame)), None)
        if chosen is None:
            chosen = self._made(shape, frame, key, functions)
            if chosen is None:
                return False
        interp.depth += 1
        interp.called_from = None  # what looks at it would see an older command
        try:
            chosen.function(interp.depth, frame.variables, compiled, rounds)
        finally:
            interp.depth -= 1
        return True

    def _made(self, shape: Shape, frame: Frame, key: Any, functions: list[LoopFunction]) -> LoopFunction | None:
        self.count += 1
        if len(functions) > 3:
            return None
        if len(self.known) > _MOST_LOOPS:
            self.forget()
            functions = []
        self.engine.tidy()
        resolver = self.engine.resolver(frame.namespace)
        try:
            made = emitted(self.engine, resolver, shape, frame, f"loop{self.count}")
            self.engine.require(resolver.callees)
        except (Open, RecursionError, MemoryError):
            self._refuse(key)
            return None
        if not _fits(made, frame):
            self._refuse(key)
            return None
        self.known[key] = [*functions, made]
        for name in made.names:
            self.relying.setdefault(name, set()).add(key)
        self.engine.watch(resolver.names)
        return made

    def _refuse(self, key: Any) -> None:
        self.known[key] = None
        self.refused.add(key)

    def drop(self, name: str) -> None:
        """Forget the loops that rely on a command name."""
        for key in self.refused | self.relying.pop(name, set()):
            self.known.pop(key, None)
        self.refused.clear()

    def forget(self) -> None:
        """Forget them all."""
        self.known.clear()
        self.relying.clear()
        self.refused.clear()


def _fits(made: LoopFunction, frame: Frame) -> bool:
    given = given_in(frame, [*made.scalars, *made.boxed], made.arrays)
    if given is None:
        return False
    if any(name in given.arrays for name in made.scalars) or any(name in given.kinds for name in made.arrays):
        return False
    for name, kind in made.kinds.items():
        now = given.kinds.get(name)
        if now != kind and not (kind == ANY and now is not None):
            return False
    return made.given_arrays == {name for name in made.arrays if name in given.arrays}
