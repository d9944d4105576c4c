"""Variables by their names: what get_var, set_var, unset_var ... of an interpreter do. They are bound in interp.py.

    x          a local of the frame, or a global at the top     get_var  set_var  scalar
    ::a::x     one of a namespace                               unset_var  has_var
    x(key)     an element: the name is split only when          get_element  set_element  array
               no variable has all of it as its name            unset_element

All of them raise TclError with Tcl's words when there is no such variable, or when it is an array and should be
none. What is not here: the variables themselves (frames.py), and where a name leads (namespaces.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from alftcl.errors import TclError
from alftcl.frames import (
    IS_ARRAY,
    NO_ELEMENT,
    NO_SUCH,
    NOT_ARRAY,
    Variable,
    not_found,
    split_name,
    variable_error,
)
from alftcl.namespaces import find_variable, forget, make_variable
from alftcl.values import Value

if TYPE_CHECKING:
    from alftcl.interp import Interp


def get_var(interp: Interp, name: str) -> Value:
    """The value of a variable; the name may be qualified and may be an element, a(b)."""
    variable = find_variable(interp.frame, name)
    if variable is not None and variable.value is not None:
        return variable.value
    base, key = split_name(name)
    if key is not None:
        return interp.get_element(base, key)
    if variable is None:
        raise not_found("read", interp.in_body, name, None)
    value = variable.read(interp, name)
    if value is not None:
        return value
    reason = NO_SUCH if variable.bare.elements is None else IS_ARRAY
    raise variable_error("read", name, None, reason, ["READ", "VARNAME"])


def get_element(interp: Interp, name: str, key: str) -> Value:
    """The value of one element of an array."""
    variable = find_variable(interp.frame, name)
    if variable is None:
        raise not_found("read", interp.in_body, name, key)
    elements = variable.elements
    if elements is None:
        bare = variable.bare
        if bare.elements is None:
            if bare.value is None:
                raise not_found("read", interp.in_body, name, key)
            raise variable_error("read", name, key, NOT_ARRAY, _lookup_code(interp, name))
        value = variable.read(interp, name, key)
    else:
        value = elements.get(key)
    if value is None:
        raise variable_error("read", name, key, NO_ELEMENT, ["READ", "VARNAME"])
    return value


def _lookup_code(interp: Interp, name: str) -> list[str]:
    return ["LOOKUP", "VARNAME"] if interp.in_body else ["LOOKUP", "VARNAME", name]


def set_var(interp: Interp, name: str, value: Value) -> Value:
    """Set a variable (or element) of the current frame and return the value it then has."""
    variable = interp.frame.variables.get(name)
    if type(variable) is Variable and variable.elements is None:
        variable.value = value
        return value
    base, key = split_name(name)
    if key is not None and variable is None:
        return interp.set_element(base, key, value)
    return interp.scalar(name).write(interp, name, None, value)


def set_element(interp: Interp, name: str, key: str, value: Value) -> Value:
    """Set one element of an array, which is made if need be."""
    array = interp.array(name, key)
    elements = array.elements
    if elements is None:
        return array.write(interp, name, key, value)
    elements[key] = value
    return value


def scalar(interp: Interp, name: str) -> Variable:
    """The variable of that plain name, to be written: made if need be, an error when it is an array."""
    variable = make_variable(interp.frame, name)
    if variable.bare.elements is not None:
        raise variable_error("set", name, None, IS_ARRAY, ["WRITE", "VARNAME"])
    return variable


def array(interp: Interp, name: str, key: str | None = None, verb: str = "set") -> Variable:
    """The array of that name, to be written: made if need be; `key` is for the error's words."""
    variable = make_variable(interp.frame, name, verb, key)
    if variable.elements is None:
        bare = variable.bare
        if not bare.may_be_array:
            raise variable_error(verb, name, key, NOT_ARRAY, _lookup_code(interp, name))
        if bare.elements is None:
            bare.elements = {}
    return variable


def variable_for_update(interp: Interp, name: str, tells_read: bool = True, verb: str = "set") -> Variable:
    """The variable or element of that name, for a command that reads and writes it and then calls `updated`.

    Traces that are to be told that it is read (`tells_read`) cannot make the command fail. `verb` is what
    the command cannot do when there is no such variable.
    """
    base, key = split_name(name)
    if key is not None:
        return interp.array(base, key, verb).updating(interp, base, key, tells_read)
    variable = make_variable(interp.frame, name, verb)
    if variable.bare.elements is not None:
        if tells_read:
            interp.tell_read(name)
            return interp.variable_for_update(name, False, verb)  # a trace may have unset the array
        raise variable_error("set", name, None, IS_ARRAY, ["WRITE", "VARNAME"])
    if type(variable) is Variable:
        return variable
    return variable.updating(interp, base, key, tells_read)


def unset_var(interp: Interp, name: str) -> None:
    """Unset a variable or element; an error when there is none."""
    base, key = split_name(name)
    variable = find_variable(interp.frame, name)
    if key is not None and variable is None:
        interp.unset_element(base, key)
        return
    if variable is None:
        raise not_found("unset", interp.in_body, name, None)
    was_set = variable.is_set
    variable.unset(interp, name)
    if not was_set:
        raise variable_error("unset", name, None, NO_SUCH, ["UNSET", "VARNAME"])
    is_gone = type(variable) is Variable and not variable.is_set
    del variable
    if is_gone:
        _forget(interp, name)


def _forget(interp: Interp, name: str) -> None:
    """Drop a variable that is unset from the table it is in."""
    if name in interp.frame.variables:
        forget(interp.frame.variables, name)
    elif "::" not in name:
        forget(interp.root.variables, name)
    elif (place := interp.frame.namespace.place_for(name)) is not None:
        forget(place[0].variables, place[1])


def unset_element(interp: Interp, name: str, key: str) -> None:
    """Unset one element of an array; an error when there is none."""
    variable = find_variable(interp.frame, name)
    if variable is None or not variable.is_set:
        raise not_found("unset", interp.in_body, name, key)
    elements = variable.bare.elements
    if elements is None:
        raise variable_error("unset", name, key, NOT_ARRAY, _lookup_code(interp, name))
    was_set = key in elements
    variable.unset(interp, name, key)
    if not was_set:
        raise variable_error("unset", name, key, NO_ELEMENT, ["LOOKUP", "ELEMENT", key])


def has_var(interp: Interp, name: str) -> bool:
    """Whether a variable or element is set; traces are not told."""
    variable = find_variable(interp.frame, name)
    if variable is not None:
        return variable.is_set
    base, key = split_name(name)
    if key is None:
        return False
    variable = find_variable(interp.frame, base)
    return variable is not None and key in (variable.bare.elements or ())


def tell_read(interp: Interp, name: str) -> None:
    """Tell the traces of a variable or element that it is read, though nobody takes its value."""
    base, key = split_name(name)
    variable = find_variable(interp.frame, name)
    if variable is not None:
        key = None
    elif key is not None:
        name, variable = base, find_variable(interp.frame, base)
    if variable is None or type(variable) is Variable or (key is not None and variable.bare.elements is None):
        return
    try:
        variable.read(interp, name, key)
    except TclError as error:
        interp.uncatchable(error)


def set_array(interp: Interp, name: str, pairs: Iterable[tuple[str, Value]]) -> None:
    """Fill a global array, for the interpreter's own variables (env, tcl_platform)."""
    variable = interp.root.variables.setdefault(name, Variable())
    variable.elements = dict(pairs)
