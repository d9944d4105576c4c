"""Commands that read, write and link variables: set(n), unset(n), incr(n), append(n), global(n), upvar(n),
variable(n)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alftcl.errors import TclError
from alftcl.frames import ElementLink, Frame, Variable, append_text, as_level, split_name
from alftcl.namespaces import find_variable, last_part, make_variable, qualifiers
from alftcl.table import command, wrong_args
from alftcl.values import Value, to_int, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp


@command("set", "varName ?newValue?")
def tcl_set(interp: Interp, args: list[Any]) -> Value:
    name = args[0] if type(args[0]) is str else to_str(args[0])
    if len(args) == 1:
        return interp.get_var(name)
    return interp.set_var(name, args[1])


@command("unset", "?-nocomplain? ?--? ?varName varName ...?", least=0)
def unset(interp: Interp, args: list[Any]) -> Value:
    names = [to_str(arg) for arg in args]
    complain = True
    if names and names[0] == "-nocomplain":
        complain = False
        del names[0]
    if names and names[0] == "--":
        del names[0]
    for name in names:
        try:
            interp.unset_var(name)
        except TclError as error:
            if complain:
                raise
            interp.uncatchable(error)
    return ""


@command("incr", "varName ?increment?")
def incr(interp: Interp, args: list[Any]) -> Value:
    name = args[0] if type(args[0]) is str else to_str(args[0])
    step = args[1] if len(args) == 2 else 1
    variable = interp.frame.variables.get(name)
    if variable is not None and type(variable.value) is int:
        if type(step) is not int:
            step = _increment(step)
        variable.value = value = variable.value + step
        return value
    return _incr_any(interp, name, step)


def _incr_any(interp: Interp, name: str, step: Value) -> Value:
    """incr of what is no integer already: unset, an element, traced, text."""
    number = None if interp.unit else _increment(step)  # compiled, the variable is looked at first
    try:
        variable = interp.variable_for_update(name, verb="read")
    except TclError as error:
        if "can't read" in error.message and not (interp.unit and "::" not in name):
            error.add_info("\n    (reading value of variable to increment)")
        raise
    before = 0 if variable.value is None else to_int(variable.value)
    variable.value = before + (_increment(step) if number is None else number)
    return variable.updated()


def _increment(value: Value) -> int:
    try:
        return to_int(value)
    except TclError as error:
        error.add_info("\n    (reading increment)")
        raise


@command("append", "varName ?value ...?")
def append(interp: Interp, args: list[Any]) -> Value:
    name = to_str(args[0])
    if len(args) == 1:
        return interp.get_var(name)
    variable = interp.variable_for_update(name, tells_read=False)
    texts = [to_str(arg) for arg in args[1:]]
    if interp.is_limited:
        interp.reserve(sum(map(len, texts)))
    interp.joined(append_text(variable, texts[0] if len(texts) == 1 else "".join(texts)))
    return variable.updated()


@command("global", "?varName ...?")
def tcl_global(interp: Interp, args: list[Any]) -> Value:
    frame = interp.frame
    if frame.procedure is None:
        return ""
    for arg in args:
        name = to_str(arg)
        local = last_part(name)
        _refuse_element(local)
        target = make_variable(interp.root_frame, name, "access")
        _link(frame, local, target)
    return ""


@command("variable", "?name value...? name ?value?", least=0)
def variable(interp: Interp, args: list[Any]) -> Value:
    frame = interp.frame
    space = Frame(frame.namespace.variables, frame.namespace, None)
    for place in range(0, len(args), 2):
        name = to_str(args[place])
        if split_name(name)[1] is not None:
            raise TclError(
                f'can\'t define "{name}": name refers to an element in an array', ["TCL", "UPVAR", "LOCAL_ELEMENT"]
            )
        target = frame.namespace.variables.get(name)
        if target is None:
            target = _namespace_variable(space, name, "define" if frame.procedure is None else "access")
        if place + 1 < len(args):
            _in_namespace(interp, space, name, args[place + 1])
        if frame.procedure is not None:
            _link(frame, last_part(name), target)
    return ""


def _namespace_variable(space: Frame, name: str, verb: str) -> Variable:
    """The variable of a namespace, made there even when a global one has the same name."""
    if qualifiers(name) or name.startswith("::"):
        return make_variable(space, name, verb)
    return space.variables.setdefault(name, Variable())


def _in_namespace(interp: Interp, space: Frame, name: str, value: Value) -> None:
    outer, interp.frame = interp.frame, space
    try:
        interp.set_var(name, value)
    finally:
        interp.frame = outer


@command("upvar", "?level? otherVar localVar ?otherVar localVar ...?", least=2)
def upvar(interp: Interp, args: list[Any]) -> Value:
    given, names = _split_level(args)
    if not names or len(names) % 2:
        raise wrong_args("upvar ?level? otherVar localVar ?otherVar localVar ...?")
    level = given if given.startswith("#") or as_level(given) is not None else "1"
    frame = interp.frame_at(level)
    if frame is None or (level != given and given != "-1"):
        level = level if frame is None else given
        raise TclError(f'bad level "{level}"', ["TCL", "LOOKUP", "LEVEL", level])
    for other, local in zip(names[::2], names[1::2], strict=True):
        link_variable(interp, frame, to_str(other), to_str(local))
    return ""


def _split_level(args: list[Any]) -> tuple[str, list[Any]]:
    if len(args) % 2:
        return to_str(args[0]), args[1:]
    return "1", args


def link_variable(interp: Interp, frame: Frame, other: str, local: str) -> None:
    """upvar: `local` in the current frame becomes the variable that `other` is in `frame`."""
    _refuse_element(local)
    base, key = split_name(other)
    target: Variable
    if key is not None and find_variable(frame, other) is None:
        array = make_variable(frame, base, "access", key)
        if array.bare.value is not None:
            raise TclError(f"can't access \"{other}\": variable isn't array", ["TCL", "LOOKUP", "VARNAME", base])
        if array.bare.elements is None:
            array.bare.elements = {}
        target = ElementLink(array, key)
    else:
        target = make_variable(frame, other, "access")
    if "::" in local or interp.frame.procedure is None:
        _refuse_inverted(frame, local, target)
    if "::" in local:
        place = interp.frame.namespace.place_for(local)
        if place is None:
            raise TclError(
                f"can't create \"{local}\": parent namespace doesn't exist", ["TCL", "LOOKUP", "VARNAME", local]
            )
        place[0].variables[place[1]] = target
        return
    if interp.frame.variables.get(local) is target:
        if local not in (interp.frame.links or ()):
            raise TclError("can't upvar from variable to itself", ["TCL", "UPVAR", "SELF"])
        return
    _link(interp.frame, local, target)


def _refuse_inverted(frame: Frame, local: str, target: Variable) -> None:
    """A namespace's variable lives longer than a procedure's, and cannot be one."""
    variable = target.array if isinstance(target, ElementLink) else target
    caller: Frame | None = frame
    while caller is not None:
        if caller.owns(variable):
            raise TclError(
                f'bad variable name "{local}": can\'t create namespace variable that refers to procedure variable',
                ["TCL", "UPVAR", "INVERTED"],
            )
        caller = caller.caller


def _refuse_element(local: str) -> None:
    if split_name(local)[1] is not None:
        raise TclError(
            f'bad variable name "{local}": can\'t create a scalar variable that looks like an array element',
            ["TCL", "UPVAR", "LOCAL_ELEMENT"],
        )


def _link(frame: Frame, local: str, target: Variable) -> None:
    """Give a variable another name. A variable of the frame's own that is set is not replaced; a link is."""
    present = frame.variables.get(local)
    if present is target:
        return
    linked = frame.links is not None and local in frame.links
    if present is not None and present.has_traces and not linked:
        raise TclError(f'variable "{local}" has traces: can\'t use for upvar', ["TCL", "UPVAR", "TRACED"])
    if present is not None and present.is_set and not linked:
        raise TclError(f'variable "{local}" already exists', ["TCL", "UPVAR", "EXISTS"])
    frame.variables[local] = target
    if frame.links is None:
        frame.links = set()
    frame.links.add(local)
