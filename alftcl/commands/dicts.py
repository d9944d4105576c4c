"""The dict ensemble.

    of a value       create get replace remove merge keys values size exists info filter
    in a variable    set unset append incr lappend update with
    loops            for map

A dict is a Python dict or any string or list that reads as one. The commands that change a variable change its
own dict in place when nobody else holds it (frames.owned_dict), on every level of a path of keys, so that a
loop of ``dict set`` takes time in proportion to its rounds. Source: dict(n) of Tcl 8.6.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from alftcl.commands.arrays import hash_statistics
from alftcl.commands.control import run_body
from alftcl.errors import Break, Continue, TclError
from alftcl.frames import Variable, append_text, owned_dict, owned_list, split_name
from alftcl.namespaces import find_variable
from alftcl.table import choose, subcommand, wrong_args
from alftcl.values import Value, match_glob, to_bool, to_dict, to_int, to_list, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp


def _unknown_key(key: str) -> TclError:
    return TclError(f'key "{key}" not known in dictionary', ["TCL", "LOOKUP", "DICT", key])


def _value_at(value: Any, keys: list[Any]) -> Any:
    """What stands at a path of keys."""
    for key in keys:
        text = to_str(key)
        found = to_dict(value).get(text)
        if found is None:
            raise _unknown_key(text)
        value = found
    return value


# ---- of a value ------------------------------------------------------------------------------------


@subcommand("dict", "create", "?key value ...?")
def dict_create(interp: "Interp", args: list[Any]) -> Value:
    """A dict of these keys and values."""
    if len(args) % 2:
        raise wrong_args(f"{to_str(interp.command_word)} create ?key value ...?")
    return {to_str(args[place]): args[place + 1] for place in range(0, len(args), 2)}


@subcommand("dict", "get", "dictionary ?key ...?")
def dict_get(interp: "Interp", args: list[Any]) -> Value:
    """The value of a key, or of a path of keys in nested dicts; all without a key."""
    if len(args) == 1:
        return to_dict(args[0])
    found: Value = _value_at(args[0], args[1:])
    return found


@subcommand("dict", "replace", "dictionary ?key value ...?")
def dict_replace(interp: "Interp", args: list[Any]) -> Value:
    """A dict with some keys set."""
    if len(args) % 2 == 0:
        raise wrong_args(f"{to_str(interp.command_word)} replace dictionary ?key value ...?")
    items = dict(to_dict(args[0]))
    for place in range(1, len(args), 2):
        items[to_str(args[place])] = args[place + 1]
    return items


@subcommand("dict", "remove", "dictionary ?key ...?")
def dict_remove(interp: "Interp", args: list[Any]) -> Value:
    """A dict without some keys."""
    items = dict(to_dict(args[0]))
    for key in args[1:]:
        items.pop(to_str(key), None)
    return items


@subcommand("dict", "merge", "?dictionary ...?")
def dict_merge(interp: "Interp", args: list[Any]) -> Value:
    """All dicts in one; later ones win."""
    parts = [to_dict(arg) for arg in args]
    if len(parts) == 1:
        value: Value = args[0]
        return value
    return {key: item for part in parts for key, item in part.items()}


@subcommand("dict", "keys", "dictionary ?pattern?")
def dict_keys(interp: "Interp", args: list[Any]) -> Value:
    """The keys, or those that match a glob pattern."""
    items = to_dict(args[0])
    if len(args) == 1:
        return list(items)
    pattern = to_str(args[1])
    return [key for key in items if match_glob(pattern, key)]


@subcommand("dict", "values", "dictionary ?pattern?")
def dict_values(interp: "Interp", args: list[Any]) -> Value:
    """The values, or those that match a glob pattern."""
    items = to_dict(args[0])
    if len(args) == 1:
        return list(items.values())
    pattern = to_str(args[1])
    return [item for item in items.values() if match_glob(pattern, to_str(item))]


@subcommand("dict", "size", "dictionary")
def dict_size(interp: "Interp", args: list[Any]) -> Value:
    """The number of keys."""
    return len(to_dict(args[0]))


@subcommand("dict", "exists", "dictionary key ?key ...?")
def dict_exists(interp: "Interp", args: list[Any]) -> Value:
    """1 when the path of keys leads to something."""
    try:
        _value_at(args[0], args[1:])
    except TclError:
        return 0
    return 1


@subcommand("dict", "info", "dictionary")
def dict_info(interp: "Interp", args: list[Any]) -> Value:
    """About the hash table, for people."""
    return hash_statistics(len(to_dict(args[0])))


# ---- in a variable ---------------------------------------------------------------------------------


class DictEntry(Variable):
    """The value of one key in the shape of a variable, so that owned_dict and owned_list work on nested values."""

    __slots__ = ("holder", "key")

    def __init__(self, holder: dict[str, Any], key: str) -> None:
        self.holder = holder
        self.key = key

    @property
    def value(self) -> Value | None:
        return self.holder.get(self.key)

    @value.setter
    def value(self, value: Value | None) -> None:
        self.holder[self.key] = value


def _entry(variable: Variable, keys: list[str]) -> DictEntry:
    """The entry at a path of keys, every dict on the way owned (and made where it is missing)."""
    place: Variable = variable
    for key in keys[:-1]:
        place = DictEntry(owned_dict(place), key)
    return DictEntry(owned_dict(place), keys[-1])


def _check_path(value: Any, keys: list[str]) -> None:
    """Raise what is wrong on the way to the last key, before anything is changed."""
    for key in keys:
        if value is None:
            return
        value = to_dict(value).get(key)


def _updated_variable(interp: "Interp", name: Any) -> Variable:
    """The variable that a command changes; read traces are told, but not before there is an array for an element."""
    text = to_str(name)
    base, key = split_name(text)
    array = None if key is None else find_variable(interp.frame, base)
    return interp.variable_for_update(text, tells_read=array is None or array.bare.elements is not None)


@subcommand("dict", "set", "dictVarName key ?key ...? value")
def dict_set(interp: "Interp", args: list[Any]) -> Value:
    """Set the value at a path of keys."""
    variable = _updated_variable(interp, args[0])
    keys = [to_str(key) for key in args[1:-1]]
    if len(keys) > 1:
        _check_path(variable.value, keys)
    _entry(variable, keys).value = args[-1]
    return variable.updated()


@subcommand("dict", "unset", "dictVarName key ?key ...?")
def dict_unset(interp: "Interp", args: list[Any]) -> Value:
    """Remove the key at the end of a path; the dicts on the way must exist."""
    variable = _updated_variable(interp, args[0])
    keys = [to_str(key) for key in args[1:]]
    if len(keys) > 1:
        to_dict(_value_at({} if variable.value is None else variable.value, keys[:-1]))
    entry = _entry(variable, keys)
    entry.holder.pop(entry.key, None)
    return variable.updated()


@subcommand("dict", "append", "dictVarName key ?value ...?")
def dict_append(interp: "Interp", args: list[Any]) -> Value:
    """Append strings to the value of a key."""
    variable = _updated_variable(interp, args[0])
    append_text(_entry(variable, [to_str(args[1])]), "".join([to_str(arg) for arg in args[2:]]))
    return variable.updated()


@subcommand("dict", "lappend", "dictVarName key ?value ...?")
def dict_lappend(interp: "Interp", args: list[Any]) -> Value:
    """Add elements to the list that a key has."""
    variable = _updated_variable(interp, args[0])
    items = owned_list(_entry(variable, [to_str(args[1])]))
    items += args[2:]
    return variable.updated()


@subcommand("dict", "incr", "dictVarName key ?increment?")
def dict_incr(interp: "Interp", args: list[Any]) -> Value:
    """Add to the integer that a key has; a missing one counts as 0."""
    variable = _updated_variable(interp, args[0])
    entry = _entry(variable, [to_str(args[1])])
    if entry.value is None:
        entry.value = _integer_as_written(args[2]) if len(args) == 3 else 1
    else:
        entry.value = to_int(entry.value) + (_increment(args[2]) if len(args) == 3 else 1)
    return variable.updated()


def _integer_as_written(value: Any) -> Any:
    try:
        to_int(value)
    except TclError as error:
        failure = TclError(error.message, ["TCL", "VALUE", "NUMBER"])
        failure.add_info("\n    (reading increment)")
        raise failure from None
    return value


def _increment(value: Any) -> int:
    try:
        return to_int(value)
    except TclError as error:
        error.add_info("\n    (reading increment)")
        raise


# ---- loops -----------------------------------------------------------------------------------------


def _two_names(value: Any, words: str) -> tuple[str, str]:
    names = to_list(value)
    if len(names) != 2:
        raise TclError("must have exactly two variable names", ["TCL", "SYNTAX", "dict", words])
    return to_str(names[0]), to_str(names[1])


def _rounds(interp: "Interp", names: Any, dictionary: Any, words: str) -> Iterator[str]:
    """Set the two variables to each key and value in turn; yields the key."""
    key_name, value_name = _two_names(names, words)
    for key, item in list(to_dict(dictionary).items()):
        interp.set_var(key_name, key)
        interp.set_var(value_name, item)
        yield key


@subcommand("dict", "for", "{keyVarName valueVarName} dictionary script", least=3, most=3)
def dict_for(interp: "Interp", args: list[Any]) -> Value:
    """Run a script for each key and value."""
    unit = interp.inline_unit(0, 1, -1, locals_only=True)
    for _ in _rounds(interp, args[0], args[1], "for"):
        try:
            run_body(interp, args[2], unit, "dict for")
        except Break:
            break
        except Continue:
            continue
    return ""


@subcommand("dict", "map", "{keyVarName valueVarName} dictionary script", least=3, most=3)
def dict_map(interp: "Interp", args: list[Any]) -> Value:
    """A dict of the script's results for each key and value; ``continue`` leaves the key out."""
    unit = interp.inline_unit(0, 1, -1, locals_only=True)
    result: dict[str, Any] = {}
    for key in _rounds(interp, args[0], args[1], "map"):
        try:
            result[key] = run_body(interp, args[2], unit, "dict map")
        except Break:
            return {}
        except Continue:
            continue
    return result


@subcommand("dict", "filter", "dictionary filterType ?arg ...?")
def dict_filter(interp: "Interp", args: list[Any]) -> Value:
    """The part of a dict whose keys or values match one of the patterns, or for which a script says so."""
    kind = choose(args[1], ("key", "script", "value"), "filterType")
    if kind == "script":
        if len(args) != 4:
            raise wrong_args(
                f"{to_str(interp.command_word)} filter dictionary script {{keyVarName valueVarName}} filterScript"
            )
        return _filtered_by_script(interp, args[0], args[2], args[3])
    patterns = [to_str(pattern) for pattern in args[2:]]
    return {
        key: item
        for key, item in to_dict(args[0]).items()
        if any(match_glob(pattern, key if kind == "key" else to_str(item)) for pattern in patterns)
    }


def _filtered_by_script(interp: "Interp", dictionary: Any, names: Any, script: Any) -> Value:
    _two_names(names, "filter")
    items = to_dict(dictionary)
    result: dict[str, Any] = {}
    for key in _rounds(interp, names, items, "filter"):
        try:
            kept = interp.eval_body(script)
        except Break:
            break
        except Continue:
            continue
        except TclError as error:
            error.add_info(f'\n    ("dict filter" script line {error.line})')
            raise
        if to_bool(kept):
            result[key] = items[key]
    return result


# ---- update and with -------------------------------------------------------------------------------


@subcommand("dict", "update", "dictVarName key varName ?key varName ...? script", least=4)
def dict_update(interp: "Interp", args: list[Any]) -> Value:
    """Run a script with keys as variables; what has become of the variables goes back into the dict."""
    if len(args) % 2:
        raise wrong_args(f"{to_str(interp.command_word)} update dictVarName key varName ?key varName ...? script")
    name = to_str(args[0])
    items = to_dict(interp.get_var(name))
    links = [(to_str(args[place]), to_str(args[place + 1])) for place in range(1, len(args) - 1, 2)]
    for key, variable in links:
        if key in items:
            interp.set_var(variable, items[key])
        elif interp.has_var(variable):
            interp.unset_var(variable)
    unit = interp.inline_unit(locals_only=True)
    try:
        return _run_noting(interp, args[-1], "update", unit)
    finally:
        _put_back(interp, name, [], links)


def _run_noting(interp: "Interp", script: Any, words: str, unit: int) -> Value:
    try:
        return interp.eval_body(script, unit)
    except TclError as error:
        if not unit:
            error.add_info(f'\n    (body of "dict {words}")')
        raise


def _put_back(interp: "Interp", name: str, path: list[str], links: list[tuple[str, str]]) -> None:
    """Write variables back to their keys, unless the dict or the way to it has gone meanwhile."""
    if not interp.has_var(name):
        return
    holder: Any = interp.get_var(name)
    for key in path:
        holder = to_dict(holder).get(key)
        if holder is None:
            return
    to_dict(holder)
    del holder
    variable = interp.variable_for_update(name, tells_read=False)
    place: Variable = variable
    for key in path:
        place = DictEntry(owned_dict(place), key)
    items = owned_dict(place)
    for key, source in links:
        if interp.has_var(source):
            items[key] = interp.get_var(source)
        else:
            items.pop(key, None)
    variable.updated()


@subcommand("dict", "with", "dictVarName ?key ...? script")
def dict_with(interp: "Interp", args: list[Any]) -> Value:
    """Run a script with all keys as variables of the same names; what has become of them goes back."""
    name, path = to_str(args[0]), [to_str(key) for key in args[1:-1]]
    items = to_dict(_value_at(interp.get_var(name), args[1:-1]))
    keys = list(items)
    for key in keys:
        interp.set_var(key, items[key])
    unit = interp.inline_unit(0, -1, locals_only=True)
    del items
    try:
        return _run_noting(interp, args[-1], "with", unit)
    finally:
        _put_back(interp, name, path, [(key, key) for key in keys])
