"""List commands: list lindex llength lappend lrange linsert lreplace lset lassign lrepeat lreverse split join concat.

A list is a Python list or any string that reads as one. Results of to_list are shared, so a command builds a
new list; only lappend and lset change the variable's own list, through frames.owned_list, when nobody else
holds it. Sorting and searching are in commands/sorting.py. Source: Tcl 8.6, the manual page of each command.
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from alftcl.errors import TclError
from alftcl.frames import Variable, owned_list
from alftcl.memory import LARGE, reserve
from alftcl.table import command
from alftcl.values import Value, to_c_int, to_index, to_list, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp

_BYTES_OF_ELEMENT = 8  # of a list; those of a single character, and empty ones, are shared
_LARGEST_COUNT = (1 << 32) - 1
_BLANKS = " \t\n\v\f\r"


@command("list", "?arg ...?")
def list_(interp: "Interp", args: list[Any]) -> Value:
    """Its words as a list."""
    return args.copy()


@command("llength", "list")
def llength(interp: "Interp", args: list[Any]) -> Value:
    """The number of elements."""
    return len(to_list(args[0]))


def index_path(indices: list[Any]) -> list[Any]:
    """The indices that ``lindex list i j`` or ``lindex list {i j}`` names; one word may hold several."""
    if len(indices) != 1 or type(indices[0]) is int:
        return indices
    try:
        return to_list(indices[0])
    except TclError:
        return indices  # not a list: the word itself is then reported as a bad index


@command("lindex", "list ?index ...?")
def lindex(interp: "Interp", args: list[Any]) -> Value:
    """The element at an index, or at a path of indices into nested lists; empty when there is none."""
    return element_at(args[0], index_path(args[1:]))


def element_at(value: Any, path: list[Any]) -> Value:
    """Follow a path of indices; empty outside of a list, but every index must be well-formed."""
    result: Value = value
    for depth, index in enumerate(path):
        items = to_list(result)
        place = to_index(index, len(items))
        if not 0 <= place < len(items):
            for later in path[depth + 1 :]:
                to_index(later, 0)
            return ""
        result = items[place]
    return result


@command("lrange", "list first last")
def lrange(interp: "Interp", args: list[Any]) -> Value:
    """The elements from first to last."""
    items = to_list(args[0])
    first = max(0, to_index(args[1], len(items)))
    last = to_index(args[2], len(items))
    return items[first : last + 1] if last >= first else []


@command("linsert", "list index ?element ...?")
def linsert(interp: "Interp", args: list[Any]) -> Value:
    """A list with elements put in before the index (``end``: behind the last)."""
    items = to_list(args[0])
    place = min(max(0, to_index(args[1], len(items) + 1)), len(items))
    if len(args) == 2:
        return items
    return items[:place] + args[2:] + items[place:]


@command("lreplace", "list first last ?element ...?")
def lreplace(interp: "Interp", args: list[Any]) -> Value:
    """A list with the elements from first to last replaced."""
    items = to_list(args[0])
    first = max(0, to_index(args[1], len(items)))
    last = to_index(args[2], len(items))
    first = min(first, len(items))
    return items[:first] + args[3:] + items[max(first, last + 1) :]


@command("lrepeat", "count ?value ...?")
def lrepeat(interp: "Interp", args: list[Any]) -> Value:
    """The values, count times over."""
    count = to_c_int(args[0])
    if count < 0:
        raise TclError(f'bad count "{count}": must be integer >= 0', ["TCL", "OPERATION", "LREPEAT", "NEGARG"])
    if count > _LARGEST_COUNT:
        words = "integer value too large to represent"
        raise TclError(words, ["ARITH", "IOVERFLOW", words])
    interp.reserve(count * (len(args) - 1))
    return args[1:] * count


@command("lreverse", "list")
def lreverse(interp: "Interp", args: list[Any]) -> Value:
    """The elements from last to first."""
    return to_list(args[0])[::-1] or to_str(args[0])  # Tcl gives back what has no elements as it is


@command("lassign", "list ?varName ...?")
def lassign(interp: "Interp", args: list[Any]) -> Value:
    """Set variables to the elements in turn (empty when there are too few); the rest of the list."""
    items = to_list(args[0])
    for place, name in enumerate(args[1:]):
        interp.set_var(to_str(name), items[place] if place < len(items) else "")
    return items[len(args) - 1 :]


# ---- lists in variables ----------------------------------------------------------------------------


@command("lappend", "varName ?value ...?")
def lappend(interp: "Interp", args: list[Any]) -> Value:
    """Add elements to the list in a variable, which is made if need be."""
    name = args[0] if type(args[0]) is str else to_str(args[0])
    local = interp.frame.variables.get(name)
    if type(local) is Variable and local.elements is None and len(args) > 1:
        items = owned_list(local)
        items += args[1:]
        return items
    variable = interp.variable_for_update(name, tells_read=len(args) != 2 or not _is_compiled_local(interp, name))
    if len(args) == 1:
        if variable.value is None:
            variable.value = ""
            return variable.updated()
        to_list(variable.value)
        return variable.value
    items = owned_list(variable)
    items += args[1:]
    return variable.updated()


def _is_compiled_local(interp: "Interp", name: str) -> bool:
    """Whether Tcl compiles a lappend of one value to this variable: then read traces are not told."""
    command = interp.called_from
    is_compiled = interp.frame.procedure is not None and interp.unit and command is not None and not command.expands
    return bool(is_compiled) and "::" not in name


class ListItem(Variable):
    """One place of a list in the shape of a variable, so that owned_list works on nested lists."""

    __slots__ = ("items", "place")

    def __init__(self, items: list[Any], place: int) -> None:
        self.items = items
        self.place = place

    @property
    def value(self) -> Value | None:
        item: Value = self.items[self.place]
        return item

    @value.setter
    def value(self, value: Value | None) -> None:
        self.items[self.place] = value


@command("lset", "listVar ?index? ?index ...? value", least=2)
def lset(interp: "Interp", args: list[Any]) -> Value:
    """Change the element at an index, or at a path of indices, in the variable's list; ``end+1`` adds one."""
    name, path = to_str(args[0]), index_path(args[1:-1])
    interp.get_var(name)
    variable = interp.variable_for_update(name, tells_read=False)
    if not path:
        variable.value = args[-1]
        return variable.updated()
    _check_path(variable.value, path)
    place: Variable = variable
    for index in path:
        items = owned_list(place)
        number = to_index(index, len(items))
        if number == len(items):
            items.append("")
        place = ListItem(items, number)
    place.value = args[-1]
    return variable.updated()


def _check_path(value: Any, path: list[Any]) -> None:
    """Raise what lset would raise, before anything is changed."""
    for index in path:
        items = to_list(value)
        number = to_index(index, len(items))
        if not 0 <= number <= len(items):
            raise TclError("list index out of range", ["TCL", "OPERATION", "LSET", "BADINDEX"])
        value = items[number] if number < len(items) else ""


# ---- between lists and strings ---------------------------------------------------------------------


@lru_cache(maxsize=256)
def _splitter(chars: str) -> re.Pattern[str]:
    return re.compile("[" + re.escape(chars) + "]")


@command("split", "string ?splitChars?")
def split(interp: "Interp", args: list[Any]) -> Value:
    """Cut a string at each of the characters (white space without); every character with none at all."""
    text = to_str(args[0])
    chars = to_str(args[1]) if len(args) == 2 else " \n\t\r"
    if not text:
        return []
    if len(text) > LARGE:
        interp.grow(_BYTES_OF_ELEMENT * len(text))
    if not chars:
        return list(text)
    if len(chars) == 1:
        return list(text.split(chars))
    return list(_splitter(chars).split(text))


@command("join", "list ?joinString?")
def join(interp: "Interp", args: list[Any]) -> Value:
    """The elements as one string, with joinString (a blank without) between them."""
    items = to_list(args[0])
    if len(items) == 1:
        only: Value = items[0]
        return only
    between = to_str(args[1]) if len(args) == 2 else " "
    texts = [item if type(item) is str else to_str(item) for item in items]
    interp.reserve(sum(map(len, texts)) + len(between) * len(texts))
    return between.join(texts)


@command("concat", "?arg ...?")
def concat(interp: "Interp", args: list[Any]) -> Value:
    """The elements of all words in one list; words that are strings are joined as strings are."""
    return concatenated(args)


def concatenated(words: list[Any]) -> Value:
    """Tcl_ConcatObj: lists are joined as lists; strings are trimmed, the empty ones dropped, blanks between."""
    if words and all(type(word) is list for word in words):
        reserve(sum(map(len, words)))
        return [item for word in words for item in word]
    texts = [to_str(word) for word in words]
    reserve(sum(map(len, texts)))
    trimmed = [_trimmed(text) for text in texts]
    return " ".join([text for text in trimmed if text])


def _trimmed(text: str) -> str:
    """Without blanks at both ends, except one behind a backslash."""
    text = text.lstrip(_BLANKS)
    bare = text.rstrip(_BLANKS)
    if len(bare) < len(text) and bare.endswith("\\"):
        return text[: len(bare) + 1]
    return bare
