"""The methods of oo::object and oo::class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alftcl.commands.procs import script_of
from alftcl.commands.variables import link_variable
from alftcl.errors import Return, TclError
from alftcl.frames import Frame, Variable, split_name
from alftcl.oo import life
from alftcl.oo.calls import Invocation, unknown_method, usage_error
from alftcl.oo.definitions import define
from alftcl.oo.model import CoreMethod, TclClass, TclObject
from alftcl.procedures import complete
from alftcl.values import Value, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp


# ---- oo::object -------------------------------------------------------------------------------------------


def _destroy(interp: Interp, call: Invocation, words: list[Any], args: list[Any]) -> Value:
    if args:
        raise usage_error(words, "")
    return life.destroy(interp, call.object)


def _eval(interp: Interp, call: Invocation, words: list[Any], args: list[Any]) -> Value:
    if not args:
        raise usage_error(words, "arg ?arg ...?")
    space = call.object.namespace
    name = call.object.name if call.chain.exported_only else "my"
    frame = Frame(space.variables, space, interp.frame, words=[*words, *args])
    frame.links = space.links
    try:
        return interp.in_frame(frame, lambda: interp.eval_body(script_of(args)))
    except TclError as error:
        error.add_info(f'\n    (in "{name} eval" script line {error.line})')
        raise
    finally:
        if type(frame) is not Frame:
            frame.end(interp)


def _unknown(interp: Interp, call: Invocation, words: list[Any], args: list[Any]) -> Value:
    if not args:
        raise usage_error(words, "method ?arg ...?")
    raise unknown_method(call.object, to_str(args[0]), call.chain.exported_only)


def _variable(interp: Interp, call: Invocation, words: list[Any], args: list[Any]) -> Value:
    frame = interp.frame
    if frame.procedure is None:
        return ""
    space = call.object.namespace
    theirs = Frame(space.variables, space, None)
    for arg in args:
        name = to_str(arg)
        if "::" in name:
            problem = f'variable name "{name}" illegal: must not contain namespace separator'
            raise TclError(problem, ["TCL", "UPVAR", "INVERTED"])
        if split_name(name)[1] is not None:
            problem = f'can\'t define "{name}": name refers to an element in an array'
            raise TclError(problem, ["TCL", "UPVAR", "LOCAL_ELEMENT"])
        space.variables.setdefault(name, Variable())
        link_variable(interp, theirs, name, name)
    return ""


def _varname(interp: Interp, call: Invocation, words: list[Any], args: list[Any]) -> Value:
    if len(args) != 1:
        raise usage_error(words, "varName")
    name = to_str(args[0])
    space = call.object.namespace
    if name.startswith("::"):
        return name
    if "::" in name and space.place_for(name) is None:
        problem = f"can't refer to \"{space.qualify(name)}\": parent namespace doesn't exist"
        raise TclError(problem, ["TCL", "LOOKUP", "VARIABLE", name])
    base, key = split_name(name)
    if key is not None:
        array = space.variables.setdefault(base, Variable())
        if array.may_be_array and array.bare.elements is None:
            array.elements = {}
    else:
        space.variables.setdefault(name, Variable())
    return space.qualify(name)


def _cloned(interp: Interp, call: Invocation, words: list[Any], args: list[Any]) -> Value:
    if len(args) != 1:
        raise usage_error(words, "originObject")
    life.copy_contents(interp, call.object, call.object.world.find(to_str(args[0]), interp.frame.namespace))
    return ""


OBJECT_METHODS = (
    CoreMethod("destroy", _destroy, True),
    CoreMethod("eval", _eval, False),
    CoreMethod("unknown", _unknown, False),
    CoreMethod("variable", _variable, False),
    CoreMethod("varname", _varname, False),
    CoreMethod("<cloned>", _cloned, False),
)


# ---- oo::class --------------------------------------------------------------------------------------------


def _class_of(item: TclObject) -> TclClass:
    if item.class_part is None:
        raise TclError(f'object "{item.name}" is not a class', ["TCL", "OO", "INSTANTIATE_NONCLASS"])
    return item.class_part


def _required_name(value: Value, what: str) -> str:
    name = to_str(value)
    if not name:
        raise TclError(f"{what} name must not be empty", ["TCL", "OO", "EMPTY_NAME"])
    return name


def _create(interp: Interp, call: Invocation, words: list[Any], args: list[Any]) -> Value:
    cls = _class_of(call.object)
    if not args:
        raise usage_error(words, "objectName ?arg ...?")
    made = life.make(cls.object.world, cls, _required_name(args[0], "object"))
    return life.create(interp, made, [*words, args[0]], args[1:])


def _create_with_namespace(interp: Interp, call: Invocation, words: list[Any], args: list[Any]) -> Value:
    cls = _class_of(call.object)
    if len(args) < 2:
        raise usage_error(words, "objectName namespaceName ?arg ...?")
    name = _required_name(args[0], "object")
    made = life.make(cls.object.world, cls, name, _required_name(args[1], "namespace"))
    return life.create(interp, made, [*words, *args[:2]], args[2:])


def _new(interp: Interp, call: Invocation, words: list[Any], args: list[Any]) -> Value:
    cls = _class_of(call.object)
    return life.create(interp, life.make(cls.object.world, cls, None), words, args)


def _constructor(interp: Interp, call: Invocation, words: list[Any], args: list[Any]) -> Value:
    """Hand the definition script of a new class to oo::define."""
    if len(args) > 1:
        raise usage_error(words, "?definitionScript?")
    if args:
        cls = _class_of(call.object)
        try:
            define(interp, cls, "oo::define", [cls.object.name], [args[0]])
        except Return as completion:
            completion.level -= 1
            if completion.level > 0:
                raise
            complete(completion)
            raise TclError(completion.value) from None
    return ""


CLASS_METHODS = (
    CoreMethod("create", _create, True),
    CoreMethod("createWithNamespace", _create_with_namespace, False),
    CoreMethod("new", _new, True),
)
CLASS_CONSTRUCTOR = CoreMethod("<constructor>", _constructor, True)
