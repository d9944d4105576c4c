"""oo::class(n), oo::object(n), oo::define(n), oo::objdefine(n), oo::copy(n). What they do is in alftcl/oo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alftcl.errors import TclError
from alftcl.oo import life
from alftcl.oo.definitions import define, unknown_definition
from alftcl.oo.world import World, world_of
from alftcl.table import command
from alftcl.values import Value, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp
    from alftcl.oo.model import TclClass

_METHOD = "method ?arg ...?"


def _instead(interp: Interp, own: Value, root: TclClass, args: list[Any]) -> Value:
    """The first call of a root class: from now on the object itself is the command."""
    return interp.invoke_command(root.object.command, [own, *args])


@command("oo::class", _METHOD)
def oo_class(interp: Interp, args: list[Any]) -> Value:
    own = interp.command_word
    return _instead(interp, own, world_of(interp).class_class, args)


@command("oo::object", _METHOD)
def oo_object(interp: Interp, args: list[Any]) -> Value:
    own = interp.command_word
    return _instead(interp, own, world_of(interp).object_class, args)


@command("oo::define", "className arg ?arg ...?")
def oo_define(interp: Interp, args: list[Any]) -> Value:
    own = to_str(interp.command_word)
    name = to_str(args[0])
    found = world_of(interp).find(name, interp.frame.namespace).class_part
    if found is None:
        raise TclError(f"{name} does not refer to a class", ["TCL", "LOOKUP", "CLASS", name])
    return define(interp, found, own, [name], args[1:])


@command("oo::objdefine", "objectName arg ?arg ...?")
def oo_objdefine(interp: Interp, args: list[Any]) -> Value:
    own = to_str(interp.command_word)
    name = to_str(args[0])
    return define(interp, world_of(interp).find(name, interp.frame.namespace), own, [name], args[1:])


@command("oo::copy", "sourceName ?targetName? ?targetNamespace?")
def oo_copy(interp: Interp, args: list[Any]) -> Value:
    world: World = world_of(interp)
    source = world.find(to_str(args[0]), interp.frame.namespace)
    if source is world.class_class.object:
        raise TclError("may not clone the class of classes", ["TCL", "OO", "CLONING_CLASS"])
    space = life.named(args, 2)
    if space is not None and interp.frame.namespace.find(space) is not None:
        raise TclError(f"{space} refers to an existing namespace")
    return life.copy(interp, source, life.named(args, 1), space)


command("oo::UnknownDefinition", "?arg ...?")(unknown_definition)
