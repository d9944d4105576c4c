"""lsort and lsearch, and the orders of strings that both know.

    option          order of two elements
    -ascii          by character number
    -dictionary     letters regardless of case, runs of digits as numbers: a1 < A1 < a2 < a10 < B
    -integer        as integers
    -real           as doubles
    -command        as a script says (lsort only)

An order is a key function, so Python's own sort does the work: stable, as Tcl's merge sort is. Source: lsort(n),
lsearch(n) of Tcl 8.6.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from alftcl.errors import TclError
from alftcl.table import choose, command
from alftcl.values import Value, match_glob, to_float, to_index, to_int, to_list, to_str, to_wide

if TYPE_CHECKING:
    from alftcl.interp import Interp

Key = Callable[[Any], Any]

_ROUNDS_BETWEEN_LOOKS = 256
_MISSING = ["TCL", "ARGUMENT", "MISSING"]


# ---- orders ----------------------------------------------------------------------------------------


def lowered(text: str) -> str:
    """Lower case character by character: the length stays (Python's İ would become two)."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _nocase_key(value: Any) -> str:
    return lowered(to_str(value))


def dictionary_key(value: Any) -> tuple[tuple[Any, ...], tuple[int, ...]]:
    """The place of a string in a dictionary.

    First the characters without case, each run of digits as its first digit's number, its length and itself
    without leading zeros; equal so far, fewer leading zeros and upper case come first.
    """
    text = to_str(value)
    primary: list[Any] = []
    secondary: list[int] = []
    place = 0
    while place < len(text):
        char = text[place]
        if "0" <= char <= "9":
            end = place
            while end < len(text) and "0" <= text[end] <= "9":
                end += 1
            digits = text[place:end].lstrip("0") or "0"
            primary += (ord("0"), len(digits), digits)
            secondary.append(end - place - len(digits))
            place = end
        else:
            primary.append(ord(lowered(char)))
            secondary.append(0 if char.isupper() else 1)
            place += 1
    return tuple(primary), tuple(secondary)


def _order_key(mode: str, nocase: bool) -> Key:
    match mode:
        case "-dictionary":
            return dictionary_key
        case "-integer":
            return to_wide
        case "-real":
            return to_float
    return _nocase_key if nocase else to_str


def _looked_after(interp: "Interp", key: Key) -> Key:
    """The same key; an interpreter with limits looks at them now and then while elements are compared."""
    if not interp.is_limited:
        return key
    rounds = 0

    def count(value: Any) -> Any:
        nonlocal rounds
        rounds += 1
        if rounds % _ROUNDS_BETWEEN_LOOKS == 0:
            interp.look_at_limits()
        return key(value)

    return count


# ---- -index ----------------------------------------------------------------------------------------


def _index_option(value: Any) -> list[Any]:
    """The indices of -index, each checked: well-formed, and such that some list has them."""
    indices = to_list(value)
    for number, index in enumerate(indices):
        try:
            _check_reachable(index)
        except TclError as error:
            error.add_info(f"\n    (-index option item number {number})")
            raise
    return indices


def _check_reachable(index: Any) -> None:
    place = to_index(index, 0)
    from_end = place != to_index(index, 1)
    if place >= 0 if from_end else place < 0:
        raise TclError(
            f'index "{to_str(index)}" cannot select an element from any list', ["TCL", "VALUE", "INDEXOUTOFRANGE"]
        )


def _selected(value: Any, indices: list[Any]) -> Any:
    """The part of an element that -index names; it must exist."""
    for index in indices:
        items = to_list(value)
        place = to_index(index, len(items))
        if not 0 <= place < len(items):
            raise TclError(
                f'element {place} missing from sublist "{to_str(value)}"',
                ["TCL", "OPERATION", "LSORT", "INDEXFAILED"],
            )
        value = items[place]
    return value


# ---- lsort -----------------------------------------------------------------------------------------

_SORT_OPTIONS = (
    "-ascii", "-command", "-decreasing", "-dictionary", "-increasing", "-index", "-indices", "-integer", "-nocase",
    "-real", "-stride", "-unique",
)  # fmt: skip


class _SortOptions:
    """What the words before the list ask for."""

    def __init__(self) -> None:
        self.mode = "-ascii"
        self.script: Any = None
        self.decreasing = self.indices = self.nocase = self.unique = False
        self.index: list[Any] = []
        self.stride = 1

    def take(self, words: list[Any]) -> None:
        place = 0
        while place < len(words):
            option = choose(words[place], _SORT_OPTIONS)
            place += 1
            match option:
                case "-ascii" | "-dictionary" | "-integer" | "-real":
                    self.mode = option
                case "-command" | "-index" | "-stride":
                    if place == len(words):
                        raise TclError(f'"{option}" option must be followed by {_FOLLOWED[option]}', _MISSING)
                    self._take_value(option, words[place])
                    place += 1
                case "-decreasing" | "-increasing":
                    self.decreasing = option == "-decreasing"
                case _:
                    setattr(self, option[1:], True)

    def _take_value(self, option: str, value: Any) -> None:
        if option == "-command":
            self.mode, self.script = option, value
        elif option == "-index":
            self.index = _index_option(value)
        else:
            self.stride = to_int(value)
            if self.stride < 2:
                raise TclError("stride length must be at least 2", ["TCL", "OPERATION", "LSORT", "BADSTRIDE"])

    @property
    def reversed(self) -> bool:
        """Whether Python is to sort the other way round; a script's answers are turned instead."""
        return self.decreasing and self.mode != "-command"


_FOLLOWED = {"-command": "comparison command", "-index": "list index", "-stride": "stride length"}


@command("lsort", "?-option value ...? list", least=1)
def lsort(interp: "Interp", args: list[Any]) -> Value:
    """The elements in order."""
    options = _SortOptions()
    options.take(args[:-1])
    items = to_list(args[-1])
    if not items:
        return []
    if options.stride == 1 and not options.index and not options.indices and not options.unique:
        return sorted(items, key=_looked_after(interp, _sort_key(interp, options)), reverse=options.reversed)
    return _sorted_groups(interp, items, options)


def _sorted_groups(interp: "Interp", items: list[Any], options: _SortOptions) -> list[Any]:
    size = options.stride
    leading = 0
    index = options.index
    if size > 1:
        if len(items) % size:
            raise TclError(
                "list size must be a multiple of the stride length", ["TCL", "OPERATION", "LSORT", "BADSTRIDE"]
            )
        if index:
            leading = to_index(index[0], size)
            if not 0 <= leading < size:
                raise TclError(
                    'when used with "-stride", the leading "-index" value must be within the group',
                    ["TCL", "OPERATION", "LSORT", "BADINDEX"],
                )
            index = index[1:]
    starts = range(0, len(items), size)
    parts = [_selected(items[start + leading], index) for start in starts]
    key = _looked_after(interp, _sort_key(interp, options))
    keys = [key(part) for part in parts]
    order = sorted(range(len(keys)), key=keys.__getitem__, reverse=options.reversed)
    if options.unique:
        order = [place for n, place in enumerate(order) if n + 1 == len(order) or keys[place] != keys[order[n + 1]]]
    if options.indices:
        return [number for place in order for number in range(place * size, (place + 1) * size)]
    return [item for place in order for item in items[place * size : (place + 1) * size]]


class _Scripted:
    """An element whose order a script knows; the script sees the earlier element first, as in Tcl."""

    __slots__ = ("decreasing", "interp", "prefix", "value")

    def __init__(self, interp: "Interp", prefix: list[Any], decreasing: bool, value: Any) -> None:
        self.interp = interp
        self.prefix = prefix
        self.decreasing = decreasing
        self.value = value

    def compare(self, right: "_Scripted") -> int:
        try:
            answer = self.interp.invoke_logged([*self.prefix, self.value, right.value])
        except TclError as error:
            error.add_info("\n    (-compare command)")
            raise
        try:
            order = to_int(answer)
        except TclError:
            raise TclError(
                "-compare command returned non-integer result", ["TCL", "OPERATION", "LSORT", "COMPARISONFAILED"]
            ) from None
        return -order if self.decreasing else order

    def __lt__(self, earlier: "_Scripted") -> bool:
        return earlier.compare(self) > 0  # Python's sort asks whether a later element goes before an earlier

    def __eq__(self, later: object) -> bool:
        return isinstance(later, _Scripted) and self.compare(later) == 0

    def __hash__(self) -> int:
        return id(self)


def _sort_key(interp: "Interp", options: _SortOptions) -> Key:
    if options.mode != "-command":
        return _order_key(options.mode, options.nocase)
    prefix = list(to_list(options.script))
    return lambda value: _Scripted(interp, prefix, options.decreasing, value)


# ---- lsearch ---------------------------------------------------------------------------------------

_SEARCH_OPTIONS = (
    "-all", "-ascii", "-bisect", "-decreasing", "-dictionary", "-exact", "-glob", "-increasing", "-index", "-inline",
    "-integer", "-nocase", "-not", "-real", "-regexp", "-sorted", "-start", "-subindices",
)  # fmt: skip


class _SearchOptions:
    """What the words before the list ask for."""

    def __init__(self) -> None:
        self.match = "-glob"  # -exact, -glob, -regexp or -sorted
        self.order = "-ascii"
        self.all = self.bisect = self.decreasing = self.inline = self.nocase = self.subindices = False
        self.negated = False
        self.index: list[Any] = []
        self.start: Any = None

    def take(self, words: list[Any]) -> None:
        place = 0
        while place < len(words):
            option = choose(words[place], _SEARCH_OPTIONS)
            place += 1
            if option in ("-start", "-index"):
                if place == len(words):
                    missing = "missing starting index"
                    if option == "-index":
                        missing = '"-index" option must be followed by list index'
                    raise TclError(missing, _MISSING)
                self._take_value(option, words[place])
                place += 1
            else:
                self._take_flag(option)
        self._check()

    def _take_value(self, option: str, value: Any) -> None:
        if option == "-start":
            self.start = value
        else:
            self.index = _index_option(value)

    def _take_flag(self, option: str) -> None:
        match option:
            case "-exact" | "-glob" | "-regexp" | "-sorted":
                self.match = option
            case "-ascii" | "-dictionary" | "-integer" | "-real":
                self.order = option
            case "-bisect":
                self.match, self.bisect = "-sorted", True
            case "-decreasing" | "-increasing":
                self.decreasing = option == "-decreasing"
            case "-not":
                self.negated = True
            case _:
                setattr(self, option[1:], True)

    def _check(self) -> None:
        code = ["TCL", "OPERATION", "LSEARCH", "BAD_OPTION_MIX"]
        if self.subindices and not self.index:
            raise TclError("-subindices cannot be used without -index option", code)
        if self.bisect and (self.all or self.negated):
            raise TclError("-bisect is not compatible with -all or -not", code)


@command("lsearch", "?-option value ...? list pattern", least=2)
def lsearch(interp: "Interp", args: list[Any]) -> Value:
    """The place of the first element that matches, or -1; options ask for all, the element itself, or its path."""
    options = _SearchOptions()
    options.take(args[:-2])
    matches = _regexp_test(args[-1], options) if options.match == "-regexp" else None
    items = to_list(args[-2])
    first = 0
    if options.start is not None:
        first = max(0, to_index(options.start, len(items)))
        if first >= len(items):
            return [] if options.all or options.inline else -1
    if options.match == "-sorted" and not options.all and not options.negated:
        return _one_result(items, _search_sorted(items, first, args[-1], options), options)
    matches = matches or _plain_test(args[-1], options)
    found = _matching_places(items, first, _looked_after(interp, matches), options)
    if options.all:
        return _all_results(items, found, options)
    return _one_result(items, next(found, -1), options)


def _matching_places(items: list[Any], first: int, matches: Key, options: _SearchOptions) -> Any:
    for place in range(first, len(items)):
        item = _selected(items[place], options.index) if options.index else items[place]
        if matches(item) is not options.negated:
            yield place


def _plain_test(pattern: Any, options: _SearchOptions) -> Key:
    if options.match == "-glob":
        glob = to_str(pattern)
        return lambda item: match_glob(glob, to_str(item), options.nocase)
    nocase = options.nocase and options.order == "-ascii"
    key = _order_key(options.order, nocase)
    wanted = key(pattern)
    return lambda item: key(item) == wanted


def _regexp_test(pattern: Any, options: _SearchOptions) -> Key:
    """A bad expression is reported now."""
    from alftcl.regex import Options, compile_regex  # a program that searches none need not wait for it

    regex = compile_regex(to_str(pattern), Options(nocase=options.nocase))
    return lambda item: regex.matches(to_str(item))


def _search_sorted(items: list[Any], first: int, pattern: Any, options: _SearchOptions) -> int:
    """The first equal element of a sorted list; with -bisect the last that is not beyond the pattern.

    It halves as Tcl does: what becomes of a list that is not sorted, or an element that cannot be compared,
    depends on which elements are looked at.
    """
    key = _order_key(options.order, options.nocase and options.order == "-ascii")
    wanted = key(pattern)
    lower, upper, found = first - 1, len(items), -1
    while lower + 1 != upper:
        middle = (lower + upper) // 2
        item = items[middle]
        part = key(_selected(item, options.index) if options.index else item)
        if part == wanted:
            found = middle
            is_after = options.bisect
        else:
            is_after = (part < wanted) is not options.decreasing
        if is_after:
            lower = middle
        else:
            upper = middle
    return lower if options.bisect and found < 0 else found


def _one_result(items: list[Any], place: int, options: _SearchOptions) -> Value:
    if options.inline:
        if place < 0:
            return ""
        found: Value = items[place]  # Tcl heeds -subindices here only with -all
        return found
    return _path(place, options, len(items)) if options.subindices else place


def _all_results(items: list[Any], places: Any, options: _SearchOptions) -> Value:
    if options.inline:
        return [_inline(items[place], options) for place in places]
    if options.subindices:
        return [_path(place, options, len(items)) for place in places]
    return list(places)


def _inline(item: Any, options: _SearchOptions) -> Any:
    return _selected(item, options.index) if options.subindices else item


def _path(place: int, options: _SearchOptions, length: int) -> list[Any]:
    # Tcl counts "end" from the length of the searched list here, not from the sublist's
    return [place, *(to_index(index, length + 1) for index in options.index)]
