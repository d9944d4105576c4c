"""array.

An array is a variable with elements, a Python dict in the order of its making (Tcl's own order is that of a
hash table and promises nothing). Commands that only look treat a scalar and a missing variable as an empty
array, as Tcl does. Searches (startsearch, nextelement) live with the interpreter until they are done or the
array has changed its elements. Source: array(n) of Tcl 8.6.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from alftcl.errors import TclError
from alftcl.frames import NOT_ARRAY, Variable, split_name, variable_error
from alftcl.namespaces import find_variable, make_variable
from alftcl.table import choose, subcommand
from alftcl.values import Value, match_glob, to_list, to_str
from alftcl.variable_traces import Traced

if TYPE_CHECKING:
    from alftcl.interp import Interp


def _accessed(interp: "Interp", name: str) -> Variable | None:
    """The variable of that name, bare, after its array traces were told (a scalar's are not)."""
    variable = find_variable(interp.frame, name)
    if variable is None:
        base, key = split_name(name)
        array = None if key is None else find_variable(interp.frame, base)
        if isinstance(array, Traced) and key in array.told.elements and key not in (array.bare.elements or ()):
            array.tell(interp, base, key, "array")
        return None
    if isinstance(variable, Traced) and variable.bare.value is None:
        variable.tell(interp, name, None, "array")
        variable = find_variable(interp.frame, name)
    return None if variable is None else variable.bare


def _elements(interp: "Interp", name: Any) -> dict[str, Any]:
    """The elements of an array; empty for anything that is none."""
    variable = _accessed(interp, to_str(name))
    return variable.elements or {} if variable is not None else {}


def _existing(interp: "Interp", name: Any) -> Variable:
    text = to_str(name)
    variable = _accessed(interp, text)
    if variable is None or variable.elements is None:
        raise TclError(f'"{text}" isn\'t an array', ["TCL", "LOOKUP", "ARRAY", text])
    return variable


def _matching(elements: dict[str, Any], mode: str, pattern: Any) -> Iterator[str]:
    """The names that match; a plain name is looked up rather than searched."""
    text = to_str(pattern)
    if mode == "-regexp":
        from alftcl.regex import Options, compile_regex  # a program that asks for none need not wait for it

        return (name for name in elements if compile_regex(text, Options()).matches(name))
    if mode == "-exact" or not re.search(r"[*?\[\\]", text):
        return iter([text] if text in elements else [])
    return (name for name in elements if match_glob(text, name))


@subcommand("array", "exists", "arrayName")
def array_exists(interp: "Interp", args: list[Any]) -> Value:
    """1 for an array, even an empty one."""
    variable = _accessed(interp, to_str(args[0]))
    return int(variable is not None and variable.elements is not None)


@subcommand("array", "size", "arrayName")
def array_size(interp: "Interp", args: list[Any]) -> Value:
    """The number of elements."""
    return len(_elements(interp, args[0]))


@subcommand("array", "get", "arrayName ?pattern?")
def array_get(interp: "Interp", args: list[Any]) -> Value:
    """Names and values in turn."""
    elements = _elements(interp, args[0])
    names = elements if len(args) == 1 else _matching(elements, "-glob", args[1])
    array = to_str(args[0])
    if not isinstance(find_variable(interp.frame, array), Traced):
        return [part for name in names for part in (name, elements[name])]
    return [part for name in list(names) for part in _pair_read(interp, array, name)]


def _pair_read(interp: "Interp", array: str, key: str) -> list[Any]:
    """The name and value of an element that is traced; nothing when its traces did not leave it readable."""
    try:
        return [key, interp.get_element(array, key)]
    except TclError as error:
        interp.uncatchable(error)
        return []


@subcommand("array", "names", "arrayName ?mode? ?pattern?")
def array_names(interp: "Interp", args: list[Any]) -> Value:
    """The names that match a pattern: -exact, -glob (the default) or -regexp."""
    elements = _elements(interp, args[0])
    if len(args) == 1:
        return list(elements)
    mode = "-glob" if len(args) == 2 else choose(args[1], ("-exact", "-glob", "-regexp"))
    return list(_matching(elements, mode, args[-1]))


@subcommand("array", "set", "arrayName list")
def array_set(interp: "Interp", args: list[Any]) -> Value:
    """Set elements from names and values in turn; makes the array if need be."""
    name, items = to_str(args[0]), to_list(args[1])
    if len(items) % 2:
        raise TclError("list must have an even number of elements", ["TCL", "ARGUMENT", "FORMAT"])
    base, key = split_name(name)
    if key is not None:
        _accessed(interp, name)
        bare = make_variable(interp.frame, base, key=key).bare
        is_scalar = bare.value is not None
        if not bare.is_set:
            bare.elements = {}
        raise variable_error("set", name, None, NOT_ARRAY, ["LOOKUP", "VARNAME", base if is_scalar else name])
    _accessed(interp, name)
    variable = make_variable(interp.frame, name)
    bare = variable.bare
    if not bare.may_be_array:
        if not items or (interp.unit and interp.frame.procedure is not None):  # compiled, it looks at that first
            raise variable_error("array set", name, None, NOT_ARRAY, ["WRITE", "ARRAY"])
        raise variable_error("set", name, to_str(items[0]), NOT_ARRAY, ["LOOKUP", "VARNAME", name])
    if bare.elements is None:
        bare.elements = {}
    if variable is not bare:
        for place in range(0, len(items), 2):
            interp.set_element(name, to_str(items[place]), items[place + 1])
        return ""
    for place in range(0, len(items), 2):
        bare.elements[to_str(items[place])] = items[place + 1]
    return ""


@subcommand("array", "unset", "arrayName ?pattern?")
def array_unset(interp: "Interp", args: list[Any]) -> Value:
    """Unset the elements that match, or the whole array."""
    name = to_str(args[0])
    elements = _elements(interp, name)
    if len(args) == 1:
        variable = find_variable(interp.frame, name)
        if variable is not None and variable.bare.elements is not None:
            interp.unset_var(name)
        return ""
    for key in list(_matching(elements, "-glob", args[1])):
        if key in elements:
            interp.unset_element(name, key)
    return ""


@subcommand("array", "statistics", "arrayName")
def array_statistics(interp: "Interp", args: list[Any]) -> Value:
    """About the hash table, in Tcl's form; Python's has no chains, so every bucket holds at most one."""
    return hash_statistics(len(_existing(interp, args[0]).elements or {}))


def hash_statistics(entries: int) -> str:
    """What ``array statistics`` and ``dict info`` print for a table of so many entries."""
    buckets = 4
    while entries >= 3 * buckets:
        buckets *= 4
    lines = [f"{entries} entries in table, {buckets} buckets"]
    share, more = divmod(entries, buckets)
    counts = {share: buckets - more, share + 1: more}
    lines += [f"number of buckets with {size} entries: {counts.get(size, 0)}" for size in range(10)]
    lines.append("number of buckets with 10 or more entries: 0")
    distance = sum(count * size * (size + 1) / 2 for size, count in counts.items()) / entries if entries else 0.0
    return "\n".join([*lines, f"average search distance for entry: {distance:.1f}"])


# ---- searches --------------------------------------------------------------------------------------


class Search:
    """One walk over an array's names; over as soon as names come or go."""

    def __init__(self, variable: Variable) -> None:
        self.variable = variable
        self.names = list(variable.elements or {})
        self.place = 0

    def is_stale(self) -> bool:
        return list(self.variable.elements or {}) != self.names


_SEARCHES: "WeakKeyDictionary[Interp, dict[str, Search]]" = WeakKeyDictionary()


def _searches(interp: "Interp") -> dict[str, Search]:
    return _SEARCHES.setdefault(interp, {})


def _search(interp: "Interp", args: list[Any]) -> tuple[str, Search]:
    variable, name, identifier = _existing(interp, args[0]), to_str(args[0]), to_str(args[1])
    code = ["TCL", "LOOKUP", "ARRAYSEARCH", identifier]
    parts = re.fullmatch(r"s-(\d+)-(.*)", identifier, re.S)
    if parts is None:
        raise TclError(f'illegal search identifier "{identifier}"', code)
    if parts.group(2) != name:
        raise TclError(f'search identifier "{identifier}" isn\'t for variable "{name}"', code)
    searches = _searches(interp)
    found = searches.get(identifier)
    if found is None or found.variable is not variable or found.is_stale():
        searches.pop(identifier, None)
        raise TclError(f'couldn\'t find search "{identifier}"', code)
    return identifier, found


@subcommand("array", "startsearch", "arrayName")
def array_startsearch(interp: "Interp", args: list[Any]) -> Value:
    """Begin to walk over the names; the identifier of the walk."""
    variable, searches = _existing(interp, args[0]), _searches(interp)
    number = 1
    while f"s-{number}-{to_str(args[0])}" in searches:
        number += 1
    identifier = f"s-{number}-{to_str(args[0])}"
    searches[identifier] = Search(variable)
    return identifier


@subcommand("array", "anymore", "arrayName searchId")
def array_anymore(interp: "Interp", args: list[Any]) -> Value:
    """1 while names are left."""
    _, search = _search(interp, args)
    return int(search.place < len(search.names))


@subcommand("array", "nextelement", "arrayName searchId")
def array_nextelement(interp: "Interp", args: list[Any]) -> Value:
    """The next name; empty at the end."""
    _, search = _search(interp, args)
    search.place += 1
    return search.names[search.place - 1] if search.place <= len(search.names) else ""


@subcommand("array", "donesearch", "arrayName searchId")
def array_donesearch(interp: "Interp", args: list[Any]) -> Value:
    """Forget a walk."""
    identifier, _ = _search(interp, args)
    del _searches(interp)[identifier]
    return ""
