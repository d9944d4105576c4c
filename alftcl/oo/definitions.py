"""Definition scripts: oo::define, oo::objdefine, and the commands they are made of.

    oo::define C {method x {} {...}}   the script runs in ::oo::define, where the commands are; they may be shortened
    oo::define C method x {} {...}     one of them, at once

The frame of a definition has the object in its `words`, which are DefinitionWords.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from alftcl.errors import TclError
from alftcl.frames import Frame
from alftcl.namespaces import Namespace
from alftcl.oo import life
from alftcl.oo.model import Definable, ForwardMethod, Method, ProcedureMethod, TclClass, TclObject, Visibility
from alftcl.procedures import read_formals
from alftcl.table import Command, arity, wrong_args
from alftcl.unwinding import shortened
from alftcl.values import Value, quote_element, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp

_NAME_BYTES = 30  # of an object in errorInfo


class DefinitionWords(list[Any]):
    """The words of oo::define or oo::objdefine, and what is defined."""

    __slots__ = ("target",)

    def __init__(self, words: list[Any], target: Definable) -> None:
        super().__init__(words)
        self.target = target


def target_of(interp: Interp) -> Definable:
    """What the running definition script defines."""
    words = interp.frame.words
    if type(words) is not DefinitionWords:
        raise TclError(
            "this command may only be called from within the context of an ::oo::define or ::oo::objdefine command",
            ["TCL", "OO", "MONKEY_BUSINESS"],
        )
    return words.target


def object_of(target: Definable) -> TclObject:
    """The object that is defined, or that is the class which is defined."""
    if isinstance(target, TclClass):
        return target.object
    assert isinstance(target, TclObject)
    return target


def class_named(interp: Interp, target: Definable, name: str, problem: str) -> TclClass:
    """The class of that name, as seen from where the definition was begun."""
    frame: Frame | None = interp.frame
    while frame is not None and type(frame.words) is DefinitionWords:
        frame = frame.caller
    assert frame is not None
    found = object_of(target).world.find(name, frame.namespace)
    if found.class_part is None:
        raise TclError(problem, ["TCL", "LOOKUP", "CLASS", name])
    return found.class_part


# ---- running a definition -------------------------------------------------------------------------------


def define(interp: Interp, target: Definable, own: str, names: list[Any], args: list[Any], what: str = "") -> Value:
    """Run a definition script, or a single command of it. `own` and `names` are the words before it."""
    world = object_of(target).world
    space = world.define_space if isinstance(target, TclClass) else world.objdefine_space
    frame = Frame(space.variables, space, interp.frame, words=DefinitionWords([own, *names, *args], target))
    frame.links = space.links
    if len(args) > 1:
        return interp.in_frame(frame, lambda: _one(interp, space, [own, *names], args))
    sort = what or ("class" if isinstance(target, TclClass) else "object")
    name = object_of(target).name
    try:
        return interp.in_frame(frame, lambda: interp.eval_body(args[0]))
    except TclError as error:
        shown = shortened(object_of(target).name or name, _NAME_BYTES)
        error.add_info(f'\n    (in definition script for {sort} "{shown}" line {error.line})')
        raise
    finally:
        if type(frame) is not Frame:
            frame.end(interp)


def _one(interp: Interp, space: Namespace, before: list[Any], args: list[Any]) -> Value:
    name = _full_name(space, to_str(args[0]))
    target = interp.find_command(name)
    if target is None:
        return interp.invoke([name, *args[1:]])
    if not target.least <= len(args) - 1 <= target.most:
        shown = " ".join([quote_element(to_str(word)) for word in (*before, args[0])])
        raise wrong_args(f"{shown} {target.usage}".rstrip())
    return interp.invoke_command(target, args)


def _full_name(space: Namespace, word: str) -> str:
    """The definition command that a word is, or that it alone begins."""
    if word in space.commands:
        return word
    matches = [name for name in space.commands if word and name.startswith(word)]
    return matches[0] if len(matches) == 1 else word


def unknown_definition(interp: Interp, args: list[Any]) -> Value:
    """The handler of definition scripts for commands that are not there: they may be shortened."""
    if not args:
        raise TclError("bad call of unknown handler", ["TCL", "OO", "MONKEY_BUSINESS"])
    word = to_str(args[0])
    space = interp.frame.namespace
    name = _full_name(space, word)
    if name not in space.commands or type(interp.frame.words) is not DefinitionWords:
        raise TclError(f'invalid command name "{word}"', ["TCL", "LOOKUP", "COMMAND", word])
    return interp.invoke([name, *args[1:]])


# ---- the commands ---------------------------------------------------------------------------------------

Definition = Callable[["Interp", Definable, list[Any]], None]


def _written(target: Definable, name: str, arguments: Value, body: Value) -> ProcedureMethod:
    space = object_of(target).namespace
    made = ProcedureMethod(name, read_formals(arguments), to_str(body), space)
    made.owner = target
    return made


def _method(interp: Interp, target: Definable, args: list[Any]) -> None:
    target.put(_written(target, to_str(args[0]), args[1], args[2]))


def _forward(interp: Interp, target: Definable, args: list[Any]) -> None:
    target.put(ForwardMethod(to_str(args[0]), args[1:]))


def _constructor(interp: Interp, target: Definable, args: list[Any]) -> None:
    assert isinstance(target, TclClass)
    made = _written(target, "<constructor>", args[0], args[1]) if to_str(args[1]) else None
    target.constructor = made


def _destructor(interp: Interp, target: Definable, args: list[Any]) -> None:
    assert isinstance(target, TclClass)
    target.destructor = _written(target, "<destructor>", "", args[0]) if to_str(args[0]) else None


def _export(interp: Interp, target: Definable, args: list[Any]) -> None:
    _set_exported(target, args, True)


def _unexport(interp: Interp, target: Definable, args: list[Any]) -> None:
    _set_exported(target, args, False)


def _set_exported(target: Definable, args: list[Any], exported: bool) -> None:
    for arg in args:
        name = to_str(arg)
        known = target.methods.get(name)
        if known is None:
            known = target.methods[name] = Visibility(name)
            known.owner = target
        known.exported = exported


def _lookup(target: Definable, name: str) -> Method:
    known = target.methods.get(name)
    if known is None:
        raise TclError(f"method {name} does not exist", ["TCL", "LOOKUP", "METHOD", name])
    return known


def _deletemethod(interp: Interp, target: Definable, args: list[Any]) -> None:
    for arg in args:
        _lookup(target, to_str(arg))
        del target.methods[to_str(arg)]


def _renamemethod(interp: Interp, target: Definable, args: list[Any]) -> None:
    old, new = to_str(args[0]), to_str(args[1])
    method = _lookup(target, old)
    if old == new:
        raise TclError("cannot rename method to itself", ["TCL", "OO", "RENAME_TO_SELF"])
    if new in target.methods and not isinstance(target.methods[new], Visibility):
        raise TclError(f"method called {new} already exists", ["TCL", "OO", "RENAME_OVER"])
    del target.methods[old]
    method.name = new
    target.methods[new] = method


def _class(interp: Interp, target: Definable, args: list[Any]) -> None:
    assert isinstance(target, TclObject)
    world = target.world
    if target is world.object_class.object:
        raise TclError("may not modify the class of the root object class", ["TCL", "OO", "MONKEY_BUSINESS"])
    if target is world.class_class.object:
        raise TclError("may not modify the class of the class of classes", ["TCL", "OO", "MONKEY_BUSINESS"])
    cls = class_named(interp, target, to_str(args[0]), "the class of an object must be a class")
    life.set_class(target, cls)


_COMMON: dict[str, tuple[str, Definition]] = {
    "deletemethod": ("name ?name ...?", _deletemethod),
    "export": ("name ?name ...?", _export),
    "forward": ("name cmdName ?arg ...?", _forward),
    "method": ("name args body", _method),
    "renamemethod": ("oldName newName", _renamemethod),
    "unexport": ("name ?name ...?", _unexport),
}
_OF_CLASSES = _COMMON | {
    "constructor": ("arguments body", _constructor),
    "destructor": ("body", _destructor),
}
_OF_OBJECTS = _COMMON | {"class": ("className", _class)}


def _command(usage: str, action: Definition, of_class: bool) -> Command:
    def run(interp: Interp, args: list[Any]) -> Value:
        target = target_of(interp)
        if of_class and not isinstance(target, TclClass):
            raise TclError("attempt to misuse API", ["TCL", "OO", "MONKEY_BUSINESS"])
        action(interp, target if of_class else _as_object(target), args)
        object_of(target).world.changed()
        return ""

    return Command(run, usage, *arity(usage))


def _as_object(target: Definable) -> Definable:
    return object_of(target)


def _self(interp: Interp, args: list[Any]) -> Value:
    """self arg ?arg ...? in the definition of a class: of the class as an object."""
    item = object_of(target_of(interp))
    outer = list(interp.frame.words or ())
    is_direct = len(outer) > len(args) + 2 and outer[-len(args) :] == args
    before = outer[: -len(args)] if is_direct else [to_str(interp.command_word)]
    return define(interp, item, to_str(before[0]), before[1:], args, "class object")


def install(interp: Interp, of_classes: Namespace, of_objects: Namespace) -> None:
    """Put the definition commands into their namespaces."""
    for name, (usage, action) in _OF_CLASSES.items():
        of_classes.put(interp, name, _command(usage, action, True))
    for name, (usage, action) in _OF_OBJECTS.items():
        of_objects.put(interp, name, _command(usage, action, False))
    of_classes.put(interp, "self", Command(_self, "arg ?arg ...?", *arity("arg ?arg ...?")))
    of_classes.unknown = of_objects.unknown = ["::oo::UnknownDefinition"]
