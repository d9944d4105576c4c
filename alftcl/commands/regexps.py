"""regexp and regsub, all options of Tcl 8.6. The expressions themselves: alftcl/regex/."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from alftcl.errors import TclError
from alftcl.memory import LARGE
from alftcl.regex import Options, Regex, Switches, compile_regex
from alftcl.table import choose, command, wrong_args
from alftcl.values import Value, to_index, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp

_COMPILE: dict[str, Switches] = {
    "-expanded": {"expanded": True},
    "-line": {"linestop": True, "lineanchor": True},
    "-linestop": {"linestop": True},
    "-lineanchor": {"lineanchor": True},
    "-nocase": {"nocase": True},
}
_REGEXP_OPTIONS = (
    "-all", "-about", "-indices", "-inline", "-expanded", "-line", "-linestop", "-lineanchor", "-nocase",
    "-start", "--",
)  # fmt: skip
_REGSUB_OPTIONS = ("-all", "-nocase", "-expanded", "-line", "-linestop", "-lineanchor", "-start", "--")
REGEXP_USAGE = "?-option ...? exp string ?matchVar? ?subMatchVar ...?"
REGSUB_USAGE = "?-option ...? exp string subSpec ?varName?"
_ROUNDS_BETWEEN_LOOKS = 256


class _Switches(NamedTuple):
    """The options of one call, and the words after them."""

    given: frozenset[str]
    compiling: Options
    start: Value | None
    rest: list[Any]


def _switches(args: list[Any], table: tuple[str, ...], kind: str) -> _Switches:
    names: list[str] = []
    start: Value | None = None
    index = 0
    while index < len(args):
        word = to_str(args[index])
        if not word.startswith("-"):
            break
        name = choose(word, table, kind, exact=True)
        index += 1
        if name == "--":
            break
        if name == "-start":
            if index >= len(args):
                break
            to_index(args[index], 0)
            start = args[index]
            index += 1
        names.append(name)
    return _Switches(*_meaning(tuple(names)), start, args[index:])


@lru_cache(maxsize=200)
def _meaning(names: tuple[str, ...]) -> tuple[frozenset[str], Options]:
    """The switches as a set, and what they mean for the compiler."""
    options = Options()
    for name in names:
        options = replace(options, **_COMPILE.get(name, {}))
    return frozenset(names), options


def _offset(start: Value | None, length: int) -> int:
    return 0 if start is None else max(0, to_index(start, length + 1))


@command("regexp", REGEXP_USAGE, least=0)
def regexp(interp: Interp, args: list[Any]) -> Value:
    """Match; with variables, -inline and -all as re-matching from the end of the last match."""
    switches = _switches(args, _REGEXP_OPTIONS, "option")
    about = "-about" in switches.given
    if len(switches.rest) < (1 if about else 2):
        raise wrong_args(f"{to_str(interp.command_word) or 'regexp'} {REGEXP_USAGE}")
    variables = [to_str(word) for word in switches.rest[2:]]
    inline = "-inline" in switches.given
    if inline and variables:
        raise TclError(
            "regexp match variables not allowed when using -inline",
            ["TCL", "OPERATION", "REGEXP", "MIX_VAR_INLINE"],
        )
    regex = compile_regex(to_str(switches.rest[0]), switches.compiling)
    if about:
        groups, notes = regex.about()
        return [groups, list(notes)]
    text = to_str(switches.rest[1])
    offset = _offset(switches.start, len(text))
    if not inline and not variables and "-all" not in switches.given:
        return int(regex.matches(text, offset))
    return _regexp_loop(interp, regex, text, offset, switches.given, variables)


def _regexp_loop(
    interp: Interp, regex: Regex, text: str, offset: int, given: frozenset[str], variables: list[str]
) -> Value:
    inline, indices = "-inline" in given, "-indices" in given
    result: list[Value] = []
    count = 0
    while True:
        spans = regex.search(text, offset) if offset <= len(text) or count == 0 else None
        if spans is None:
            break
        count += 1
        if count % _ROUNDS_BETWEEN_LOOKS == 0:
            interp.look_at_limits()
        values = [_share(text, span, indices) for span in spans]
        if inline:
            result.extend(values)
        for number, name in enumerate(variables):
            unused: Value = [-1, -1] if indices else ""
            interp.set_var(name, values[number] if number < len(values) else unused)
        if "-all" not in given:
            break
        start, end = spans[0]
        offset = end + (start == end)
        if offset >= len(text):
            break
    return result if inline else count


def _share(text: str, span: tuple[int, int], indices: bool) -> Value:
    start, end = span
    if indices:
        return [start, end - 1 if start >= 0 else -1]
    return text[start:end] if start >= 0 else ""


@command("regsub", REGSUB_USAGE, least=0)
def regsub(interp: Interp, args: list[Any]) -> Value:
    """Replace the first match or all; the result, or its count when a variable takes the result."""
    switches = _switches(args, _REGSUB_OPTIONS, "option")
    if not 3 <= len(switches.rest) <= 4:
        raise wrong_args(f"{to_str(interp.command_word) or 'regsub'} {REGSUB_USAGE}")
    text = to_str(switches.rest[1])
    template = to_str(switches.rest[2])
    offset = _offset(switches.start, len(text))
    pattern = to_str(switches.rest[0])
    regex = compile_regex(pattern, switches.compiling)
    replaced, count = _replace(interp, regex, text, _template_parts(template), offset, "-all" in switches.given)
    if not pattern and offset == 0 and "-all" in switches.given:
        if "&" not in template and "\\" not in template:
            # Tcl takes this for a string map, which finds nothing behind the last character.
            replaced, count = replaced[: len(replaced) - len(template)], count - 1
    if len(switches.rest) == 4:
        interp.set_var(to_str(switches.rest[3]), replaced)
        return count
    return replaced


def _replace(
    interp: Interp, regex: Regex, text: str, parts: list[str | int], offset: int, every: bool
) -> tuple[str, int]:
    output = [text[:offset]]
    count = length = 0
    allowed = LARGE
    while offset <= len(text):
        spans = regex.search(text, offset)
        if spans is None:
            break
        count += 1
        start, end = spans[0]
        output.append(text[offset:start])
        for part in parts:
            if isinstance(part, str):
                output.append(part)
            elif part < len(spans) and spans[part][0] >= 0:
                output.append(text[spans[part][0] : spans[part][1]])
            length += len(output[-1])
            if length > allowed:
                interp.reserve(length)
                allowed = 2 * length
        if count % _ROUNDS_BETWEEN_LOOKS == 0:
            interp.look_at_limits()
        offset = end
        if start == end:
            output.append(text[offset : offset + 1])
            offset += 1
        if not every:
            break
    output.append(text[offset:])
    return "".join(output), count


def _template_parts(template: str) -> list[str | int]:
    """Literal text and the numbers of groups: & is 0, \\1 to \\9; \\& and \\\\ are themselves."""
    parts: list[str | int] = []
    index = literal = 0
    while index < len(template):
        char = template[index]
        following = template[index + 1 : index + 2] if char == "\\" else ""
        if char == "&":
            parts += [template[literal:index], 0]
        elif following in ("&", "\\"):
            parts += [template[literal:index], following]
        elif following and following in "0123456789":
            parts += [template[literal:index], int(following)]
        else:
            index += 1
            continue
        index += 1 + len(following)
        literal = index
    parts.append(template[literal:])
    return [part for part in parts if part != ""]
