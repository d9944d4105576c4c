"""Slots: the lists that a definition is made of (superclass, mixin, filter, variable), as objects of oo::Slot.

    -set -append -clear    what can be done to the list; a plain list of members goes to the default operation
    Get, Set               read it and write it: each slot has its own
    --default-operation    a forward to -set or -append

Scripts can make slots of their own, by subclasses that have Get and Set. Source: oo::define(n), "Slot implementation".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from alftcl.errors import TclError
from alftcl.oo import life
from alftcl.oo.calls import Invocation, unknown_method, usage_error
from alftcl.oo.definitions import class_named, object_of, target_of
from alftcl.oo.model import CoreMethod, Definable, ForwardMethod, TclClass, TclObject, Visibility
from alftcl.values import Value, to_list, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp
    from alftcl.oo.world import World


# ---- the class oo::Slot -----------------------------------------------------------------------------------


def _my(interp: Interp, call: Invocation, *words: Any) -> Value:
    """Call another method of the slot."""
    return interp.invoke_logged([f"{call.object.namespace.name}::my", *words])


def _set(interp: Interp, call: Invocation, words: list[Any], args: list[Any]) -> Value:
    return _my(interp, call, "Set", args)


def _append(interp: Interp, call: Invocation, words: list[Any], args: list[Any]) -> Value:
    return _my(interp, call, "Set", [*to_list(_my(interp, call, "Get")), *args])


def _clear(interp: Interp, call: Invocation, words: list[Any], args: list[Any]) -> Value:
    if args:
        raise usage_error(words, "")
    return _my(interp, call, "Set", [])


def _unknown(interp: Interp, call: Invocation, words: list[Any], args: list[Any]) -> Value:
    if args and to_str(args[0]).startswith("-"):
        raise unknown_method(call.object, to_str(args[0]), call.chain.exported_only)
    return _my(interp, call, "--default-operation", *args)


def _unimplemented(interp: Interp, call: Invocation, words: list[Any], args: list[Any]) -> Value:
    raise TclError("unimplemented")


def _slot_methods() -> list[Any]:
    return [
        CoreMethod("-set", _set, True),
        CoreMethod("-append", _append, True),
        CoreMethod("-clear", _clear, True),
        CoreMethod("unknown", _unknown, False),
        CoreMethod("Get", _unimplemented, False),
        CoreMethod("Set", _unimplemented, False),
        ForwardMethod("--default-operation", ["my", "-append"]),
        Visibility("destroy", False),
    ]


# ---- the slots of definitions -----------------------------------------------------------------------------


class _Slot(NamedTuple):
    """How one slot is read and written. `default` is its default operation."""

    read: Callable[[Definable], list[Any]]
    write: Callable[[Interp, Definable, list[Any]], None]
    default: str


def _names(classes: list[TclClass]) -> list[Any]:
    return [cls.object.name for cls in classes]


def _write_mixins(interp: Interp, target: Definable, members: list[Any]) -> None:
    classes = [class_named(interp, target, to_str(name), "may only mix in classes") for name in members]
    if isinstance(target, TclClass) and any(cls.descends_from(target) for cls in classes):
        raise TclError("may not mix a class into itself", ["TCL", "OO", "SELF_MIXIN"])
    life.set_mixins(target, classes, object_of(target).world)


def _write_filters(interp: Interp, target: Definable, members: list[Any]) -> None:
    target.filters = [to_str(name) for name in members]


def _write_variables(interp: Interp, target: Definable, members: list[Any]) -> None:
    names = [to_str(name) for name in members]
    for name in names:
        reason = "contain namespace separators" if "::" in name else "refer to an array element"
        if "::" in name or (name.endswith(")") and "(" in name):
            problem = f'invalid declared variable name "{name}": must not {reason}'
            raise TclError(problem, ["TCL", "OO", "BAD_DECLVAR"])
    target.variables = list(dict.fromkeys(names))


def _write_superclasses(interp: Interp, target: Definable, members: list[Any]) -> None:
    assert isinstance(target, TclClass)
    world = target.object.world
    if target is world.object_class:
        raise TclError("may not modify the superclass of the root object", ["TCL", "OO", "MONKEY_BUSINESS"])
    classes: list[TclClass] = []
    for member in members:
        cls = class_named(interp, target, to_str(member), "only a class can be a superclass")
        if cls in classes:
            raise TclError("class should only be a direct superclass once", ["TCL", "OO", "REPETITIOUS"])
        if cls.descends_from(target):
            raise TclError("attempt to form circular dependency graph", ["TCL", "OO", "CIRCULARITY"])
        classes.append(cls)
    if not classes:
        is_metaclass = target.object.cls.descends_from(world.class_class) and target.descends_from(world.class_class)
        classes = [world.class_class if is_metaclass else world.object_class]
    life.set_superclasses(target, classes)


_SLOTS = {
    "filter": _Slot(lambda target: list(target.filters), _write_filters, "-append"),
    "mixin": _Slot(lambda target: _names(target.mixins), _write_mixins, "-set"),
    "superclass": _Slot(
        lambda target: _names(target.superclasses) if isinstance(target, TclClass) else [], _write_superclasses, "-set"
    ),
    "variable": _Slot(lambda target: list(target.variables), _write_variables, "-append"),
}
_OF_CLASSES = ("filter", "mixin", "superclass", "variable")
_OF_OBJECTS = ("filter", "mixin", "variable")


def _slot_method(name: str, slot: _Slot, of_class: bool) -> CoreMethod:
    def target_for(interp: Interp) -> Definable:
        target = target_of(interp)
        if not of_class:
            return object_of(target)
        if not isinstance(target, TclClass):
            raise TclError("attempt to misuse API", ["TCL", "OO", "MONKEY_BUSINESS"])
        return target

    def read(interp: Interp, call: Invocation, words: list[Any], args: list[Any]) -> Value:
        if args:
            raise usage_error(words, "")
        return slot.read(target_for(interp))

    def write(interp: Interp, call: Invocation, words: list[Any], args: list[Any]) -> Value:
        if len(args) != 1:
            raise usage_error(words, "filterList" if slot.default == "-append" else "mixinList")
        target = target_for(interp)
        slot.write(interp, target, list(to_list(args[0])))
        object_of(target).world.changed()
        return ""

    return CoreMethod(name, read if name == "Get" else write, False)


def install(world: World) -> None:
    """Make oo::Slot and its objects."""
    made = life.make(world, world.class_class, "::oo::Slot")
    cls = made.class_part
    assert cls is not None
    for method in _slot_methods():
        cls.put(method)
    for space, names, of_class in (("define", _OF_CLASSES, True), ("objdefine", _OF_OBJECTS, False)):
        for name in names:
            _make_slot(world, cls, f"::oo::{space}::{name}", _SLOTS[name], of_class)


def _make_slot(world: World, cls: TclClass, name: str, slot: _Slot, of_class: bool) -> None:
    item: TclObject = life.make(world, cls, name)
    for method in ("Get", "Set"):
        item.put(_slot_method(method, slot, of_class))
    item.put(ForwardMethod("--default-operation", ["my", slot.default]))
