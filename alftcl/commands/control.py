"""Control structures: if(n), while(n), for(n), foreach(n), lmap(n), switch(n), case, break, continue, return,
eval, catch, error, throw, try, time.

When its body is literal and it stands in compiled code, a control command is part of that code: its body
belongs to the same unit (interp.inline_unit) and errorInfo says nothing of it. Else it adds a line such as
`("while" body line 2)`.
"""

from __future__ import annotations

import time as clock
from typing import TYPE_CHECKING, Any

from alftcl.errors import Break, Continue, TclError
from alftcl.table import choose, command, wrong_args
from alftcl.unwinding import shortened
from alftcl.values import Value, match_glob, to_bool, to_int, to_list, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp
    from alftcl.tree import Script


def run_body(interp: Interp, body: Value, unit: int, label: str) -> Value:
    """Run a body; when it is a unit of its own, its errors say where: ("label" body line N)."""
    try:
        return interp.eval_body(body, unit)
    except TclError as error:
        if not unit:
            error.add_info(f'\n    ("{label}" body line {error.line})')
        raise


def truth(interp: Interp, condition: Value, unit: int) -> bool:
    """The boolean value of an expression."""
    value = interp.eval_expr(condition) if unit else interp.eval_condition(condition, unit)
    if type(value) is int:
        return value != 0
    return to_bool(value)


# ---- if --------------------------------------------------------------------------------------------


@command("if", "?arg ...?")
def tcl_if(interp: Interp, args: list[Any]) -> Value:
    unit = interp.inline_unit()
    chosen: Value | None = None
    place = 0
    word = "if"
    while True:
        if place >= len(args):
            raise _if_error(f'no expression after "{word}" argument')
        condition = args[place]
        holds = chosen is None and truth(interp, condition, unit)
        place += 1
        if place < len(args) and args[place] == "then":
            place += 1
        if place >= len(args):
            raise _if_error(f'no script following "{to_str(args[place - 1])}" argument')
        if holds:
            chosen = args[place]
        place += 1
        if place >= len(args):
            return "" if chosen is None else interp.eval_body(chosen, unit)
        if args[place] != "elseif":
            break
        word = "elseif"
        place += 1
    last = _else_script(args, place)
    return interp.eval_body(last if chosen is None else chosen, unit)


def _else_script(args: list[Any], place: int) -> Value:
    if args[place] == "else":
        place += 1
        if place >= len(args):
            raise _if_error('no script following "else" argument')
    if place < len(args) - 1:
        raise _if_error('extra words after "else" clause in "if" command')
    return args[place]  # type: ignore[no-any-return]  # words are Tcl values


def _if_error(problem: str) -> TclError:
    return TclError(f"wrong # args: {problem}", ["TCL", "WRONGARGS"])


# ---- loops -----------------------------------------------------------------------------------------


@command("while", "test command")
def tcl_while(interp: Interp, args: list[Any]) -> Value:
    condition, body = args
    unit = interp.inline_unit()
    tree = interp.parse(to_str(body))
    while True:
        if _is_hot(interp, tree) and _generated(interp, tree, unit, "while", condition, body):
            break
        if not truth(interp, condition, unit):
            break
        try:
            run_body(interp, body, unit, "while")
        except Break:
            break
        except Continue:
            continue
    return ""


def _is_hot(interp: Interp, body: Script) -> bool:
    """Count a round of a loop: whether it is worth generating code for it."""
    body.rounds += 1
    return body.rounds > interp.rounds_until_generated


def _generated(
    interp: Interp,
    tree: Script,
    unit: int,
    label: str,
    condition: Value,
    body: Value,
    following: Value | None = None,
) -> bool:
    """Let the generated engine run what is left of a loop; False when it cannot, and need not be asked again."""
    from alftcl.generated.loops import Shape

    step = None if following is None else to_str(following)
    shape = Shape(to_str(condition), to_str(body), step, None, None if unit else label)
    return interp.engine.loops.run(shape, tree, unit)


@command("for", "start test next command")
def tcl_for(interp: Interp, args: list[Any]) -> Value:
    start, condition, following, body = args
    unit = interp.inline_unit()
    _for_part(interp, start, unit, "initial command")
    tree = interp.parse(to_str(body))
    while True:
        if _is_hot(interp, tree) and _generated(interp, tree, unit, "for", condition, body, following):
            break
        if not truth(interp, condition, unit):
            break
        try:
            run_body(interp, body, unit, "for")
        except Break:
            break
        except Continue:
            pass
        try:
            _for_part(interp, following, unit, "loop-end command")
        except Break:
            break
    return ""


def _for_part(interp: Interp, script: Value, unit: int, label: str) -> None:
    try:
        interp.eval_body(script, unit)
    except TclError as error:
        if not unit:
            error.add_info(f'\n    ("for" {label})')
        raise


@command("foreach", "varList list ?varList list ...? command", least=3)
def foreach(interp: Interp, args: list[Any]) -> Value:
    _rounds(interp, args, "foreach", None)
    return ""


@command("lmap", "varList list ?varList list ...? command", least=3)
def lmap(interp: Interp, args: list[Any]) -> Value:
    results: list[Value] = []
    _rounds(interp, args, "lmap", results)
    return results


def _rounds(interp: Interp, args: list[Any], label: str, results: list[Value] | None) -> None:
    """Run the body of foreach or lmap for each group of elements; `results` takes what the rounds give.

    foreach keeps none: a list that lappend has just returned must be the variable's alone in the next round.
    """
    if len(args) % 2 == 0:
        raise wrong_args(f"{label} varList list ?varList list ...? command")
    unit = interp.inline_unit(-1, *range(0, len(args) - 1, 2), locals_only=True)
    body = args[-1]
    groups = []
    rounds = 0
    for names, items in zip(args[:-1:2], args[1:-1:2], strict=True):
        variables = [to_str(name) for name in to_list(names)]
        if not variables:
            raise TclError(f"{label} varlist is empty", ["TCL", "OPERATION", label.upper(), "NEEDVARS"])
        values = to_list(items)
        groups.append((variables, values))
        rounds = max(rounds, -(-len(values) // len(variables)))
        if unit and any("(" in name or "::" in name for name in variables):
            unit = 0  # Tcl compiles those with local variables only
    tree = interp.parse(to_str(body))
    for turn in range(rounds):
        if _is_hot(interp, tree) and results is None and len(groups) == 1:
            variables, values = groups[0]
            left = values[turn * len(variables) :]
            if _generated_foreach(interp, tree, unit, args[0], left, len(variables), body):
                break
        for variables, values in groups:
            _assign(interp, variables, values, turn * len(variables), "" if unit else label)
        try:
            if results is None:
                run_body(interp, body, unit, label)
            else:
                results.append(run_body(interp, body, unit, label))
        except Break:
            break
        except Continue:
            continue


def _generated_foreach(
    interp: Interp, tree: Script, unit: int, names: Value, left: list[Value], width: int, body: Value
) -> bool:
    """Let the generated engine run the rounds that are left of a foreach; False when it cannot."""
    from alftcl.generated.loops import Shape
    from alftcl.generated.operations import groups

    shape = Shape("", to_str(body), None, to_str(names), None if unit else "foreach")
    return interp.engine.loops.run(shape, tree, unit, left if width == 1 else groups(left, width))


def _assign(interp: Interp, variables: list[str], values: list[Value], place: int, label: str) -> None:
    """Set the variables of one group; `label` says what errorInfo tells of, nothing when that is compiled."""
    for name in variables:
        try:
            interp.set_var(name, values[place] if place < len(values) else "")
        except TclError as error:
            if label:
                error.add_info(f'\n    (setting {label} loop variable "{name}")')
            raise
        place += 1


@command("break", "")
def tcl_break(interp: Interp, args: list[Any]) -> Value:
    raise Break


@command("continue", "")
def tcl_continue(interp: Interp, args: list[Any]) -> Value:
    raise Continue


# ---- switch and case -------------------------------------------------------------------------------

_SWITCH_OPTIONS = ("-exact", "-glob", "-indexvar", "-matchvar", "-nocase", "-regexp", "--")
SWITCH_USAGE = "switch ?-option ...? string ?pattern body ...? ?default body?"


class _Switch:
    """The options of one switch command."""

    def __init__(self) -> None:
        self.mode = ""
        self.nocase = False
        self.match_name: str | None = None
        self.index_name: str | None = None


@command("switch", "?-option ...? string ?pattern body ...? ?default body?", least=0)
def switch(interp: Interp, args: list[Any]) -> Value:
    options, place = _switch_options(args)
    rest = args[place:]
    if len(rest) < 2:
        raise wrong_args(SWITCH_USAGE)
    split = len(rest) == 2
    unit = _switch_unit(interp, options, args, place)
    arms = to_list(rest[1]) if split else rest[1:]
    if split and not arms:
        raise wrong_args("switch ?-option ...? string {?pattern body ...? ?default body?}")
    if len(arms) % 2:
        raise _odd_arms(arms, split)
    if arms[-1] == "-":
        raise TclError(
            f'no body specified for pattern "{to_str(arms[-2])}"',
            ["TCL", "OPERATION", "SWITCH", "BADARM", "FALLTHROUGH"],
        )
    text = to_str(rest[0])
    for index in range(0, len(arms), 2):
        pattern = to_str(arms[index])
        if not (pattern == "default" and index == len(arms) - 2) and not _matches(interp, options, pattern, text):
            continue
        if pattern == "default" and index == len(arms) - 2 and options.mode == "-regexp":
            _store_default(interp, options)
        return _run_arm(interp, pattern, arms, index, unit)
    return ""


def _switch_unit(interp: Interp, options: _Switch, args: list[Any], place: int) -> int:
    """Tcl compiles a switch without variables or -nocase -exact; one with its arms as words only when it has a --."""
    if (options.nocase and options.mode != "-glob") or options.match_name is not None or options.index_name is not None:
        return 0
    if len(args) - place > 2 and (not place or args[place - 1] != "--"):
        return 0
    return interp.inline_unit(*range(place + 1, len(args)))


def _switch_options(args: list[Any]) -> tuple[_Switch, int]:
    options = _Switch()
    place = 0
    while place < len(args) - 2 and to_str(args[place]).startswith("-"):
        name = choose(args[place], _SWITCH_OPTIONS, "option")
        place += 1
        if name == "--":
            break
        if name == "-nocase":
            options.nocase = True
        elif name in ("-matchvar", "-indexvar"):
            if place >= len(args) - 2:
                raise TclError(
                    f"missing variable name argument to {name} option", ["TCL", "OPERATION", "SWITCH", "NOVAR"]
                )
            if name == "-matchvar":
                options.match_name = to_str(args[place])
            else:
                options.index_name = to_str(args[place])
            place += 1
        elif options.mode:
            raise TclError(
                f'bad option "{to_str(args[place - 1])}": {options.mode} option already found',
                ["TCL", "OPERATION", "SWITCH", "DOUBLEOPT"],
            )
        else:
            options.mode = name
    for name, given in (("-indexvar", options.index_name), ("-matchvar", options.match_name)):
        if given is not None and options.mode != "-regexp":
            raise TclError(f"{name} option requires -regexp option", ["TCL", "OPERATION", "SWITCH", "MODERESTRICTION"])
    return options, place


def _odd_arms(arms: list[Any], split: bool) -> TclError:
    hint = ""
    if split and any(to_str(pattern).startswith("#") for pattern in arms[::2]):
        hint = (
            ", this may be due to a comment incorrectly placed outside of a switch body"
            ' - see the "switch" documentation'
        )
    return TclError(
        f"extra switch pattern with no body{hint}",
        ["TCL", "OPERATION", "SWITCH", "BADARM", *(["COMMENT?"] if hint else [])],
    )


def _matches(interp: Interp, options: _Switch, pattern: str, text: str) -> bool:
    if options.mode == "-glob":
        return match_glob(pattern, text, options.nocase)
    if options.mode == "-regexp":
        return _matches_regexp(interp, options, pattern, text)
    if options.nocase:
        return pattern.lower() == text.lower()
    return pattern == text


def _matches_regexp(interp: Interp, options: _Switch, pattern: str, text: str) -> bool:
    from alftcl.regex import Options, compile_regex  # a program that has no such switch need not wait for it

    spans = compile_regex(pattern, Options(nocase=options.nocase)).search(text)
    if spans is None:
        return False
    if options.index_name is not None:
        interp.set_var(options.index_name, [[first, end - 1 if first >= 0 else -1] for first, end in spans])
    if options.match_name is not None:
        interp.set_var(options.match_name, [text[first:end] if first >= 0 else "" for first, end in spans])
    return True


def _store_default(interp: Interp, options: _Switch) -> None:
    for name in (options.index_name, options.match_name):
        if name is not None:
            interp.set_var(name, [])


def _run_arm(interp: Interp, pattern: str, arms: list[Any], index: int, unit: int) -> Value:
    index += 1
    while arms[index] == "-":
        index += 2
    try:
        return interp.eval_body(arms[index], unit)
    except TclError as error:
        if not unit:
            error.add_info(f'\n    ("{shortened(pattern, 50)}" arm line {error.line})')
        raise


@command("case", "string ?in? ?pattern body ...? ?default body?", least=1)
def case(interp: Interp, args: list[Any]) -> Value:
    text = to_str(args[0])
    arms = args[2:] if len(args) > 1 and args[1] == "in" else args[1:]
    if len(arms) == 1:
        arms = to_list(arms[0])
    if not arms and len(args) < 2:
        raise wrong_args("case string ?in? ?pattern body ...? ?default body?")
    if len(arms) % 2:
        raise TclError("extra case pattern with no body")
    body: Value | None = None
    for patterns, candidate in zip(arms[::2], arms[1::2], strict=True):
        if to_str(patterns) == "default":
            body = candidate if body is None else body
        elif any(match_glob(to_str(pattern), text) for pattern in to_list(patterns)):
            return _run_case(interp, patterns, candidate)
    return "" if body is None else _run_case(interp, "default", body)


def _run_case(interp: Interp, patterns: Value, body: Value) -> Value:
    try:
        return interp.eval_body(body)
    except TclError as error:
        error.add_info(f'\n    ("{to_str(patterns)[:50]}" arm line {error.line})')
        raise


# ---- time ------------------------------------------------------------------------------------------


@command("time", "command ?count?")
def tcl_time(interp: Interp, args: list[Any]) -> Value:
    count = to_int(args[1]) if len(args) == 2 else 1
    began = clock.perf_counter()
    for _ in range(count):
        interp.eval_body(args[0])
    if count <= 0:
        return "0 microseconds per iteration"
    micros = (clock.perf_counter() - began) * 1e6 / count
    shown = str(int(micros)) if count == 1 else f"{micros:.6g}"
    return f"{shown} microseconds per iteration"
