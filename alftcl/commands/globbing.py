r"""glob: file names that match a pattern.

    *  ?  [a-z]  \x     within one part of the path; a leading dot only matches a dot
    {a,b}               either, nested as one likes; may span slashes
    ~  ~user            at the start of the pattern

    pattern -> alternatives (braces) -> one walk per alternative, part by part, down the directories

Names come in the order of the directory, as in Tcl. Source: glob(n) of Tcl 8.6.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from alftcl import paths
from alftcl.errors import TclError
from alftcl.table import choose, command
from alftcl.values import Value, match_glob, to_list, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp

_OPTION_NAMES = ("-directory", "-join", "-nocomplain", "-path", "-tails", "-types", "--")

_ACCESS = {"r": os.R_OK, "w": os.W_OK, "x": os.X_OK}
_MODES = {"b": 0o060000, "c": 0o020000, "d": 0o040000, "f": 0o100000, "p": 0o010000, "s": 0o140000}


@dataclass
class Options:
    """What the words before the patterns ask for."""

    directory: str | None = None
    prefix: str | None = None  # -path: names begin with this text
    joined: bool = False
    complain: bool = True
    tails: bool = False
    kinds: list[str] = field(default_factory=list)  # b c d f l p s: any of them
    access: list[str] = field(default_factory=list)  # r w x: all of them
    hidden: bool = False
    readonly: bool = False
    macintosh: list[str] = field(default_factory=list)


def _bad_combination(message: str) -> TclError:
    return TclError(message, ["TCL", "OPERATION", "GLOB", "BADOPTIONCOMBINATION"])


def read_options(words: list[Any]) -> tuple[Options, list[str]]:
    """The options, and the patterns behind them."""
    options = Options()
    place = 0
    while place < len(words) and to_str(words[place]).startswith("-"):
        option = choose(words[place], _OPTION_NAMES)
        place += 1
        if option == "--":
            break
        if option in ("-directory", "-path", "-types"):
            if place == len(words):
                raise TclError(f'missing argument to "{option}"', ["TCL", "ARGUMENT", "MISSING"])
            _take_value(options, option, words[place])
            place += 1
        elif option == "-join":
            options.joined = True
        elif option == "-nocomplain":
            options.complain = False
        else:
            options.tails = True
    if options.tails and options.directory is None and options.prefix is None:
        raise _bad_combination('"-tails" must be used with either "-directory" or "-path"')
    return options, [to_str(word) for word in words[place:]]


def _take_value(options: Options, option: str, value: Any) -> None:
    if option == "-directory":
        if options.prefix is not None:
            raise _bad_combination('"-directory" cannot be used with "-path"')
        if options.directory is not None:
            raise _bad_combination('"-directory" may only be used once')
        options.directory = to_str(value)
    elif option == "-path":
        if options.directory is not None:
            raise _bad_combination('"-path" cannot be used with "-dictionary"')  # Tcl's own slip
        if options.prefix is not None:
            raise _bad_combination('"-path" may only be used once')
        options.prefix = to_str(value)
    else:
        _take_types(options, [to_str(word) for word in to_list(value)])


def _take_types(options: Options, words: list[str]) -> None:
    for word in reversed(words):  # of two bad ones the last is told
        if word == "l" or word in _MODES:
            options.kinds.append(word)
        elif word in _ACCESS:
            options.access.append(word)
        elif word == "hidden":
            options.hidden = True
        elif word == "readonly":
            options.readonly = True
        elif len(word) == 4 or word.startswith(("macintosh type ", "macintosh creator ")):
            _take_macintosh(options, word)
        else:
            raise TclError(f'bad argument to "-types": {word}', ["TCL", "ARGUMENT", "BAD"])


def _take_macintosh(options: Options, word: str) -> None:
    """A type or creator of the Macintosh, which no file has here: only how many there are is looked at."""
    kind = word.split()[1] if " " in word else "type"
    if kind in options.macintosh:
        problem = 'only one MacOS type or creator argument to "-types" allowed'
        raise TclError(problem, ["TCL", "ARGUMENT", "BAD"])
    options.macintosh.append(kind)


@command("glob", "?-option value ...? ?name ...?", least=0, safe=False)
def glob(interp: "Interp", args: list[Any]) -> Value:
    """The names of the files that match any of the patterns."""
    options, patterns = read_options(args)
    if options.joined:
        patterns = [paths.join(patterns)] if patterns else []
    found = [name for pattern in patterns for name in names_matching(pattern, options)]
    if not found and options.complain:
        raise TclError(
            f'no files matched glob pattern{"" if len(patterns) == 1 else "s"} "{" ".join(patterns)}"',
            ["TCL", "OPERATION", "GLOB", "NOMATCH"],
        )
    return list(found)


def names_matching(pattern: str, options: Options) -> Iterator[str]:
    """The files that match one pattern."""
    for alternative in list(alternatives(pattern)):
        if options.directory is not None:
            base = options.directory
            for name in _walk(base, alternative, options):
                yield _without(name, base) if options.tails else name
        elif options.prefix is not None:
            slash = options.prefix.rfind("/") + 1
            base, start = options.prefix[:slash], options.prefix[slash:]
            for name in _walk(base, _quoted(start) + alternative, options):
                yield name[len(base) :] if options.tails else name
        else:
            root, rest = _root(alternative)
            for name in _walk(root, rest, options):
                yield name[2:] if name.startswith("./~") and not rest.startswith("./") else name


def _without(name: str, base: str) -> str:
    return name[len(base) :].lstrip("/") if base else name


def _quoted(text: str) -> str:
    return re.sub(r"([*?\[\]{}\\])", r"\\\1", text)


def _root(pattern: str) -> tuple[str, str]:
    """Where the walk begins, and the pattern from there."""
    if pattern.startswith("/"):
        return "/", pattern.lstrip("/")
    if pattern.startswith("~"):
        head, _, rest = pattern.partition("/")
        try:
            return paths.native_path(head), rest
        except TclError as error:
            user = head[1:]
            raise TclError(error.value, ["TCL", "LOOKUP", "USER", user] if user else error.errorcode) from None
    return "", pattern


# ---- braces ----------------------------------------------------------------------------------------


def alternatives(pattern: str) -> Iterator[str]:
    """The patterns that braces stand for, in order."""
    opening = _find(pattern, "{", 0)
    closing = _find(pattern, "}", 0)
    if opening < 0 or 0 <= closing < opening:
        if closing >= 0:
            raise _unbalanced("unmatched close-brace in file name")
        yield pattern
        return
    parts, end = _brace_parts(pattern, opening)
    for part in parts:
        yield from alternatives(pattern[:opening] + part + pattern[end:])


def _unbalanced(message: str) -> TclError:
    return TclError(message, ["TCL", "OPERATION", "GLOB", "BALANCE"])


def _find(pattern: str, char: str, start: int) -> int:
    """The first such character that no backslash quotes, or -1."""
    place = start
    while place < len(pattern):
        if pattern[place] == "\\":
            place += 1
        elif pattern[place] == char:
            return place
        place += 1
    return -1


def _brace_parts(pattern: str, opening: int) -> tuple[list[str], int]:
    """What stands between the commas of the braces at ``opening``, and the place behind them."""
    parts: list[str] = []
    depth, start, place = 0, opening + 1, opening
    while place < len(pattern):
        char = pattern[place]
        if char == "\\":
            place += 1
        elif char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if depth == 0:
                return [*parts, pattern[start:place]], place + 1
        elif char == "," and depth == 1:
            parts.append(pattern[start:place])
            start = place + 1
        place += 1
    raise _unbalanced("unmatched open-brace in file name")


# ---- the walk --------------------------------------------------------------------------------------


def _walk(base: str, pattern: str, options: Options) -> Iterator[str]:
    parts = [part for part in pattern.split("/") if part]
    if not parts:
        name = base or "."
        if _exists(name) and _has_type(name, options):
            yield name
        return
    ends_in_slash = pattern.endswith("/")
    for name in _step(base, parts, options, ends_in_slash):
        yield name + "/" if ends_in_slash else name


def _step(base: str, parts: list[str], options: Options, directories_only: bool) -> Iterator[str]:
    part, rest = parts[0], parts[1:]
    for entry in _entries(base, part, options.hidden and not rest):
        name = _below(base, entry)
        if rest:
            if _is_directory(name):
                yield from _step(name, rest, options, directories_only)
        elif _has_type(name, options) and not (directories_only and _MAGIC.search(part) and not _is_directory(name)):
            yield name


def _below(base: str, entry: str) -> str:
    if not base:
        return f"./{entry}" if entry.startswith("~") else entry
    return base + entry if base.endswith("/") else f"{base}/{entry}"


def _exists(name: str) -> bool:
    return os.path.lexists(paths.native_path(name))


def _is_directory(name: str) -> bool:
    return os.path.isdir(paths.native_path(name))


_MAGIC = re.compile(r"(?<!\\)[*?\[]")


def _entries(base: str, part: str, hidden: bool) -> Iterator[str]:
    """The names in a directory that match one part; a part without magic is only looked up."""
    if not _MAGIC.search(part):
        plain = re.sub(r"\\(.)", r"\1", part)
        if _exists(_below(base, plain)) and (not hidden or plain.startswith(".")):
            yield plain
        return
    try:
        listed = os.listdir(paths.native_path(base) or ".")
    except OSError:  # a directory that cannot be read holds nothing for us
        return
    wants_dot = part.startswith((".", "\\."))
    names = [".", "..", *listed] if wants_dot or hidden else listed
    for name in names:
        dotted = name.startswith(".")
        if dotted is not (wants_dot or hidden):
            continue
        if match_glob(part, name):
            yield name


def _has_type(name: str, options: Options) -> bool:
    path = paths.native_path(name)
    if options.access and not all(os.access(path, _ACCESS[letter]) for letter in options.access):
        return False
    if options.readonly and (os.access(path, os.W_OK) or not os.path.exists(path)):
        return False
    if not options.kinds:
        return True
    if "l" in options.kinds and os.path.islink(path):
        return True
    try:
        kind = os.stat(path).st_mode & 0o170000
    except OSError:  # a dangling link is of no kind but l
        return False
    return any(_MODES.get(letter) == kind for letter in options.kinds)
