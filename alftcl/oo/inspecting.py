"""info object and info class: what is known of an object, and of a class."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from alftcl.errors import TclError
from alftcl.oo.chains import class_chain, class_method_names, method_chain, method_names
from alftcl.oo.model import (
    Definable,
    ForwardMethod,
    Method,
    ProcedureMethod,
    TclClass,
    TclObject,
    Visibility,
    is_instance,
)
from alftcl.oo.world import world_of
from alftcl.table import arity, choose, find_subcommand, wrong_args
from alftcl.values import Value, match_glob, quote_element, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp

Owner = TypeVar("Owner", bound=Definable)
_CATEGORIES = ("class", "metaclass", "mixin", "object", "typeof")


# ---- what is asked about ------------------------------------------------------------------------------------


def _object(interp: Interp, word: Value) -> TclObject:
    return world_of(interp).find(to_str(word), interp.frame.namespace)


def _class(interp: Interp, word: Value) -> TclClass:
    found = _object(interp, word).class_part
    if found is None:
        raise TclError(f'"{to_str(word)}" is not a class', ["TCL", "LOOKUP", "CLASS", to_str(word)])
    return found


def _method(owner: Definable, name: str) -> Method:
    found = owner.methods.get(name)
    if found is None:
        raise TclError(f'unknown method "{name}"', ["TCL", "LOOKUP", "METHOD", name])
    return found


def _described(method: Method | None, code: list[str]) -> Value:
    if not isinstance(method, ProcedureMethod):
        raise TclError("definition not available for this kind of method", code)
    formals = [
        formal.name if formal.default is None else [formal.name, formal.default] for formal in method.procedure.formals
    ]
    return [formals, method.procedure.body]


def _definition(owner: Definable, word: Value) -> Value:
    name = to_str(word)
    return _described(_method(owner, name), ["TCL", "LOOKUP", "METHOD", name])


def _forward(owner: Definable, word: Value) -> Value:
    name = to_str(word)
    method = _method(owner, name)
    if not isinstance(method, ForwardMethod):
        raise TclError("prefix argument list not available for this kind of method", ["TCL", "LOOKUP", "METHOD", name])
    return list(method.words)


def _kind(owner: Definable, word: Value) -> Value:
    name = to_str(word)
    method = owner.methods.get(name)
    if method is None or isinstance(method, Visibility):
        raise TclError(f'unknown method "{name}"', ["TCL", "LOOKUP", "METHOD", name])
    return method.kind


def _own_methods(owner: Definable, exported_only: bool) -> list[Any]:
    return [
        name
        for name, method in owner.methods.items()
        if not isinstance(method, Visibility) and (method.exported or not exported_only)
    ]


def _methods(owner: Owner, words: list[Any], all_names: Callable[[Owner, bool], list[str]]) -> list[Any]:
    """info object methods, info class methods: the names for these options."""
    options = _options(words)
    exported_only = not options & {"-private", "-localprivate"}
    return list(all_names(owner, exported_only)) if "-all" in options else _own_methods(owner, exported_only)


def _options(words: list[Any]) -> set[str]:
    return {choose(word, ("-all", "-localprivate", "-private")) for word in words}


def _class_names(classes: Iterable[TclClass]) -> list[Any]:
    return [cls.object.name for cls in classes]


def _matching(names: list[Any], args: list[Any]) -> Value:
    pattern = to_str(args[0]) if args else "*"
    return [name for name in names if match_glob(pattern, name)]


# ---- info object --------------------------------------------------------------------------------------------


def _object_call(interp: Interp, args: list[Any]) -> Value:
    chain = method_chain(_object(interp, args[0]), to_str(args[1]), True)
    if chain is None:
        raise TclError("cannot construct any call chain", ["TCL", "OO", "BAD_CALL_CHAIN"])
    return chain.described()


def _object_class(interp: Interp, args: list[Any]) -> Value:
    item = _object(interp, args[0])
    if len(args) == 1:
        return item.cls.object.name
    return int(is_instance(item, _class(interp, args[1])))


def _object_isa(interp: Interp, args: list[Any]) -> Value:
    category = choose(args[0], _CATEGORIES, "category")
    if len(args) != (3 if category in ("mixin", "typeof") else 2):
        rest = "objName className" if category in ("mixin", "typeof") else "objName"
        raise wrong_args(f"info object isa {category} {rest}")
    try:
        item = _object(interp, args[1])
        return int(_IS[category](interp, item, args[2:]))
    except TclError:
        return 0


_IS: dict[str, Callable[[Any, TclObject, list[Any]], bool]] = {
    "class": lambda interp, item, args: item.class_part is not None,
    "metaclass": lambda interp, item, args: (
        item.class_part is not None and item.class_part.descends_from(item.world.class_class)
    ),
    "mixin": lambda interp, item, args: _class(interp, args[0]) in item.mixins,
    "object": lambda interp, item, args: True,
    "typeof": lambda interp, item, args: is_instance(item, _class(interp, args[0])),
}


def _object_methods(interp: Interp, args: list[Any]) -> Value:
    return _methods(_object(interp, args[0]), args[1:], method_names)


def _object_vars(interp: Interp, args: list[Any]) -> Value:
    variables = _object(interp, args[0]).namespace.variables
    return _matching([name for name, variable in variables.items() if variable.is_set], args[1:])


_OBJECT: dict[str, tuple[str, Callable[[Any, list[Any]], Value]]] = {
    "call": ("objName methodName", _object_call),
    "class": ("objName ?className?", _object_class),
    "definition": ("objName methodName", lambda interp, args: _definition(_object(interp, args[0]), args[1])),
    "filters": ("objName", lambda interp, args: list(_object(interp, args[0]).filters)),
    "forward": ("objName methodName", lambda interp, args: _forward(_object(interp, args[0]), args[1])),
    "isa": ("category objName ?arg ...?", _object_isa),
    "methods": ("objName ?-option value ...?", _object_methods),
    "methodtype": ("objName methodName", lambda interp, args: _kind(_object(interp, args[0]), args[1])),
    "mixins": ("objName", lambda interp, args: _class_names(_object(interp, args[0]).mixins)),
    "namespace": ("objName", lambda interp, args: _object(interp, args[0]).namespace.name),
    "variables": ("objName", lambda interp, args: list(_object(interp, args[0]).variables)),
    "vars": ("objName ?pattern?", _object_vars),
}


# ---- info class ---------------------------------------------------------------------------------------------


def _class_call(interp: Interp, args: list[Any]) -> Value:
    chain = class_chain(_class(interp, args[0]), to_str(args[1]))
    if chain is None:
        raise TclError("cannot construct any call chain", ["TCL", "OO", "BAD_CALL_CHAIN"])
    return chain.described()


def _class_constructor(interp: Interp, args: list[Any]) -> Value:
    constructor = _class(interp, args[0]).constructor
    return "" if constructor is None else _described(constructor, ["TCL", "OO", "METHOD_TYPE"])


def _class_destructor(interp: Interp, args: list[Any]) -> Value:
    destructor = _class(interp, args[0]).destructor
    return destructor.procedure.body if isinstance(destructor, ProcedureMethod) else ""


def _class_methods(interp: Interp, args: list[Any]) -> Value:
    return _methods(_class(interp, args[0]), args[1:], class_method_names)


def _class_instances(interp: Interp, args: list[Any]) -> Value:
    return _matching([item.name for item in _class(interp, args[0]).instances], args[1:])


def _class_subclasses(interp: Interp, args: list[Any]) -> Value:
    cls = _class(interp, args[0])
    return _matching(_class_names([*cls.subclasses, *cls.users]), args[1:])


_CLASS: dict[str, tuple[str, Callable[[Any, list[Any]], Value]]] = {
    "call": ("className methodName", _class_call),
    "constructor": ("className", _class_constructor),
    "definition": ("className methodName", lambda interp, args: _definition(_class(interp, args[0]), args[1])),
    "destructor": ("className", _class_destructor),
    "filters": ("className", lambda interp, args: list(_class(interp, args[0]).filters)),
    "forward": ("className methodName", lambda interp, args: _forward(_class(interp, args[0]), args[1])),
    "instances": ("className ?pattern?", _class_instances),
    "methods": ("className ?-option value ...?", _class_methods),
    "methodtype": ("className methodName", lambda interp, args: _kind(_class(interp, args[0]), args[1])),
    "mixins": ("className", lambda interp, args: _class_names(_class(interp, args[0]).mixins)),
    "subclasses": ("className ?pattern?", _class_subclasses),
    "superclasses": ("className", lambda interp, args: _class_names(_class(interp, args[0]).superclasses)),
    "variables": ("className", lambda interp, args: list(_class(interp, args[0]).variables)),
}


def info_object(interp: Interp, args: list[Any]) -> Value:
    """info object subcommand ?arg ...?"""
    return _ask(interp, "object", _OBJECT, args)


def info_class(interp: Interp, args: list[Any]) -> Value:
    """info class subcommand ?arg ...?"""
    return _ask(interp, "class", _CLASS, args)


def _ask(
    interp: Interp, kind: str, table: dict[str, tuple[str, Callable[[Any, list[Any]], Value]]], args: list[Any]
) -> Value:
    own = quote_element(to_str(interp.command_word) or "info")
    word = find_subcommand(to_str(args[0]), table)
    usage, answer = table[word]
    least, most = arity(usage)
    if not least <= len(args) - 1 <= most:
        raise wrong_args(f"{own} {kind} {word} {usage}")
    return answer(interp, args[1:])
