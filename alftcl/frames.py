"""Variables: scalars, arrays and links; the frames that hold them.

    Variable      value (scalar) or elements (array); neither: it is known but not set
    ElementLink   a variable that stands for one element of an array (upvar 0 a(x) y)

A link (upvar, global, variable) is the same Variable under another name in another frame: no indirection.
A trace swaps the class of the Variable it watches for Traced (variable_traces.py), which hides what it holds:
`value` and `elements` of a traced variable are always None. So whatever reads them directly comes to where
unset variables are dealt with, and there `read` and `write` tell the traces; untraced variables pay nothing.
`bare` is the variable behind the traces.

    Frame         a procedure's variables, or those of the namespace it runs in; `level` as uplevel counts it

What is not here: how names with :: find their namespace (namespaces.py).
"""

from __future__ import annotations

from sys import getrefcount
from typing import TYPE_CHECKING, Any

from alftcl.errors import TclError
from alftcl.values import Value, as_number, to_dict, to_list, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp
    from alftcl.namespaces import Namespace
    from alftcl.procedures import Procedure


class Variable:
    """One variable. `value` is None when it is an array or is not set.

    `type(variable) is Variable` says that it is neither traced nor a link to an element.
    """

    __slots__ = ("elements", "value")

    value: Value | None
    elements: dict[str, Value] | None

    def __init__(self, value: Value | None = None) -> None:
        self.value = value
        self.elements = None

    @property
    def is_set(self) -> bool:
        """Whether `info exists` says so."""
        return self.value is not None or self.elements is not None

    @property
    def bare(self) -> Variable:
        """The variable without its traces."""
        return self

    @property
    def may_be_array(self) -> bool:
        """Whether it is an array, or could become one."""
        return self.bare.value is None

    @property
    def has_traces(self) -> bool:
        """Whether it is traced, and not only an element of it."""
        return False

    # How commands that know the variable's name reach what it holds. `key` is an element of an array; `link`
    # says that the element is called by a name of its own (upvar), so that the array's traces are not told.

    def read(self, interp: Interp, name: str, key: str | None = None, link: bool = False) -> Value | None:
        """What it holds, or None when that is not set."""
        return self.value if key is None else (self.elements or {}).get(key)

    def write(self, interp: Interp, name: str, key: str | None, value: Value, link: bool = False) -> Value:
        """Give it a value; returns the one that it then has."""
        if key is None:
            self.value = value
        elif self.elements is None:
            self.elements = {key: value}
        else:
            self.elements[key] = value
        return value

    def unset(self, interp: Interp, name: str, key: str | None = None, link: bool = False) -> None:
        """Unset it."""
        if key is None:
            self.clear()
        elif self.elements is not None:
            self.elements.pop(key, None)

    def updating(
        self, interp: Interp, name: str, key: str | None, tells_read: bool = True, link: bool = False
    ) -> Variable:
        """What one command reads and writes the value of; the command ends with `updated` on it."""
        return self if key is None else ElementLink(self, key)

    def updated(self) -> Value:
        """Called once by a command that has written to what `updating` gave: the value of the variable now."""
        return "" if self.value is None else self.value

    def clear(self) -> None:
        """Unset, without a word to traces."""
        self.value = None
        self.elements = None


class ElementLink(Variable):
    """One element of an array under a name of its own; it follows the element through unset and set.

    When the array is unset it is dead, for ever: it has no value and takes none.
    """

    __slots__ = ("array", "home", "key")

    def __init__(self, array: Variable, key: str) -> None:
        self.array = array
        self.key = key
        self.elements = None
        self.home = array.bare.elements  # the very dict, which unset replaces

    @property
    def is_dead(self) -> bool:
        """Whether its array was unset."""
        return self.home is None or self.array.bare.elements is not self.home

    @property
    def value(self) -> Value | None:
        elements = self.array.elements
        return None if elements is None or elements is not self.home else elements.get(self.key)

    @value.setter
    def value(self, value: Value | None) -> None:
        if self.home is None or self.is_dead:
            raise TclError(f'can\'t set "{self.key}": {DELETED}', ["TCL", "WRITE", "VARNAME"])
        if value is None:
            self.home.pop(self.key, None)
        else:
            self.home[self.key] = value

    @property
    def may_be_array(self) -> bool:
        return False

    @property
    def is_set(self) -> bool:
        return not self.is_dead and self.key in (self.home or ())

    @property
    def bare(self) -> Variable:
        found = ElementLink(self.array.bare, self.key)
        found.home = self.home
        return found

    def read(self, interp: Interp, name: str, key: str | None = None, link: bool = False) -> Value | None:
        return None if self.is_dead else self.array.read(interp, name, self.key, True)

    def write(self, interp: Interp, name: str, key: str | None, value: Value, link: bool = False) -> Value:
        self._refuse_dead(name)
        return self.array.write(interp, name, self.key, value, True)

    def unset(self, interp: Interp, name: str, key: str | None = None, link: bool = False) -> None:
        if not self.is_dead:
            self.array.unset(interp, name, self.key, True)

    def updating(
        self, interp: Interp, name: str, key: str | None, tells_read: bool = True, link: bool = False
    ) -> Variable:
        self._refuse_dead(name)
        return self.array.updating(interp, name, self.key, tells_read, True)

    def _refuse_dead(self, name: str) -> None:
        if self.is_dead:
            raise variable_error("set", name, None, DELETED, ["WRITE", "VARNAME"])


class Frame:
    """The variables a script sees, where it runs and who called it.

    `words` are those of the procedure call (for info level), None in a namespace eval. `unit` is the compiled unit
    (interp.py) of its body, to which its variables are locals.
    """

    __slots__ = ("caller", "level", "links", "namespace", "procedure", "unit", "variables", "words")

    def __init__(
        self,
        variables: dict[str, Variable],
        namespace: Namespace,
        caller: Frame | None,
        procedure: Procedure | None = None,
        words: list[Any] | None = None,
    ) -> None:
        self.variables = variables
        self.namespace = namespace
        self.caller = caller
        self.level: int = 0 if caller is None else caller.level + 1
        self.procedure = procedure
        self.words = words
        self.unit = -1
        self.links: set[str] | None = None  # names that upvar, global or variable gave

    def owns(self, variable: Variable) -> bool:
        """Whether it is a variable of this procedure's own."""
        links = self.links or ()
        return self.procedure is not None and any(
            found is variable and name not in links for name, found in self.variables.items()
        )

    def end(self, interp: Interp) -> None:
        """The procedure is left: tell the traces of its own variables. Only a TracedFrame has any."""


class TracedFrame(Frame):
    """A frame of which a variable is traced, or whose namespace was deleted: there is something to do at its end.

    Such a frame's class is swapped, as that of the variable is.
    """

    __slots__ = ()

    def end(self, interp: Interp) -> None:
        links = self.links or ()
        if self.procedure is not None:
            for name, variable in list(self.variables.items()):
                if type(variable) is not Variable and name not in links:
                    variable.unset(interp, name)
        if not self.namespace.alive:
            self.namespace.tear_down(interp)


def as_level(text: str) -> int | None:
    """The number of a level as upvar and uplevel take it, or None."""
    number = as_number(text)
    return number if type(number) is int and number >= 0 else None


# ---- names ------------------------------------------------------------------------------------------


def split_name(name: str) -> tuple[str, str | None]:
    """a(b) as a and b; a plain name and None."""
    if name.endswith(")"):
        base, paren, key = name.partition("(")
        if paren:
            return base, key[:-1]
    return name, None


def full_name(name: str, key: str | None) -> str:
    return name if key is None else f"{name}({key})"


# ---- errors -----------------------------------------------------------------------------------------

NO_SUCH = "no such variable"
NO_ELEMENT = "no such element in array"
IS_ARRAY = "variable is array"
NOT_ARRAY = "variable isn't array"
DELETED = "upvar refers to element in deleted array"


def variable_error(verb: str, name: str, key: str | None, reason: str, code: list[str]) -> TclError:
    """can't read "a(b)": no such variable"""
    return TclError(f'can\'t {verb} "{full_name(name, key)}": {reason}', ["TCL", *code])


def not_found(verb: str, in_body: bool, name: str, key: str | None) -> TclError:
    """The variable does not exist; Tcl's code tells what the body of a procedure knows as its own from others."""
    if not in_body or "::" in name:
        code = ["LOOKUP", "VARNAME", name]
    elif key is None:
        code = ["UNSET" if verb == "unset" else "READ", "VARNAME"]
    else:
        code = ["LOOKUP", "VARNAME"]
    return variable_error(verb, name, key, NO_SUCH, code)


# ---- values that may change in place ---------------------------------------------------------------

# How often getrefcount sees a value that only its variable holds, measured in the very shape used below.
# Where it cannot be trusted (another Python) nothing matches and every change copies.


def _calibrate() -> int:
    variable = Variable([])
    value = variable.value
    return getrefcount(value)


_ALONE = _calibrate()


def owned_list(variable: Variable) -> list[Any]:
    """The variable's list, which the caller may change in place: the same object when nobody else holds it.

    A caller that already keeps the value in a name of its own will get a copy.
    """
    value = variable.value
    if type(value) is list and getrefcount(value) <= _ALONE:
        return value
    items = [] if value is None else list(to_list(value))
    variable.value = items
    return items


def owned_dict(variable: Variable) -> dict[str, Any]:
    """The variable's dict, as owned_list."""
    value = variable.value
    if type(value) is dict and getrefcount(value) <= _ALONE:
        return value
    items = {} if value is None else dict(to_dict(value))
    variable.value = items
    return items


def append_text(variable: Variable, text: str) -> str:
    """Append to a variable in time that does not grow with it.

    CPython extends a str in place when one local name alone holds it; so the variable lets go meanwhile.
    """
    value = variable.value
    whole = "" if value is None else value if type(value) is str else to_str(value)
    variable.value = value = None
    whole += text
    variable.value = whole
    return whole
