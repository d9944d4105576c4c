"""Python functions as commands: what words a signature asks for, and what errors come of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alftcl import Exit, Interp, TclError


def usage(interp: Interp, function: Callable[..., Any]) -> str:
    """What the command says when it is called with words that are surely wrong."""
    interp.command("cmd")(function)
    for words in ("cmd", "cmd a b c d e f g h"):
        try:
            interp.eval(words)
        except TclError as error:
            assert error.errorcode == ["TCL", "WRONGARGS"]
            return error.message
    raise AssertionError("no call was wrong")


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda: 0, "cmd"),
        (lambda a, b: 0, "cmd a b"),
        (lambda a, b=1, c=2: 0, "cmd a ?b? ?c?"),
        (lambda a, *args: 0, "cmd a ?arg ...?"),
        (lambda a, *files: 0, "cmd a ?files ...?"),
        (lambda a, *, size=1, name: 0, "cmd a ?-size size? -name name"),
        (lambda a, **options: 0, "cmd a ?-option value ...?"),
    ],
)
def test_a_wrong_number_of_words_is_told_from_the_signature(interp: Interp, function: Any, words: str) -> None:
    assert usage(interp, function) == f'wrong # args: should be "{words}"'


def test_the_name_is_the_functions_or_the_one_given(interp: Interp) -> None:
    @interp.command
    def one() -> int:
        return 1

    @interp.command("ns::two")
    def two() -> int:
        return 2

    assert interp.eval("list [one] [ns::two] [namespace eval ns two]") == [1, 2, 2]
    assert (one(), two()) == (1, 2)


def test_annotated_parameters_are_converted(interp: Interp) -> None:
    @interp.command
    def kinds(a: int, b: float, c: bool, d: list[int], e: dict[str, float], f: Path, g: int | None = 3) -> str:
        return repr((a, b, c, d, e, f, g))

    said = interp.eval("kinds 0x10 1 off {1 2} {k 2} a/b {}")

    assert said == repr((16, 1.0, False, [1, 2], {"k": 2.0}, Path("a/b"), None))


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("kinds x 1 1", 'expected integer but got "x"'),
        ("kinds 1 x 1", 'expected floating-point number but got "x"'),
        ("kinds 1 1 x", 'expected boolean value but got "x"'),
        ("kinds 1 1 1 \\{", "unmatched open brace in list"),
        ("kinds 1 1 1 {} a", "missing value to go with key"),
    ],
)
def test_what_cannot_be_converted_is_tcls_error(interp: Interp, script: str, message: str) -> None:
    @interp.command
    def kinds(a: int, b: float, c: bool, d: list[int] = [], e: dict[str, float] = {}) -> None:  # noqa: B006  # not changed
        """Never called."""

    with pytest.raises(TclError) as caught:
        interp.eval(script)
    assert caught.value.message == message


def test_options_follow_the_words_and_may_be_shortened(interp: Interp) -> None:
    @interp.command
    def render(scene: str, frames: int = 1, *, size: int = 640, quiet: bool = False) -> list[object]:
        return [scene, frames, size, quiet]

    assert interp.eval("render s") == ["s", 1, 640, 0]
    assert interp.eval("render s -size 10 -q yes") == ["s", 1, 10, 1]
    assert interp.eval("render -s -5 -size 10") == ["-s", -5, 10, 0]


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("render s -speed 1", 'bad option "-speed": must be -quiet, -scale, or -size'),
        ("render s -s 1", 'ambiguous option "-s": must be -quiet, -scale, or -size'),
        ("render s -size", 'value for "-size" missing'),
        ("render s -size x", 'expected integer but got "x"'),
        ("render s t", 'wrong # args: should be "render scene ?-size size? ?-scale scale? ?-quiet quiet?"'),
    ],
)
def test_an_option_that_is_wrong_is_told_in_tcls_words(interp: Interp, script: str, message: str) -> None:
    @interp.command
    def render(scene: str, *, size: int = 640, scale: float = 1, quiet: bool = False) -> None:
        """Never called."""

    with pytest.raises(TclError) as caught:
        interp.eval(script)
    assert caught.value.message == message


def test_any_option_goes_to_those_of_two_stars(interp: Interp) -> None:
    @interp.command
    def task(title: str, *, samehost: bool = False, **options: str) -> dict[str, object]:
        return {"title": title, "samehost": samehost, **options}

    assert interp.eval("task {a b} -cmds {x y} -samehost 1 -tags {}") == {
        "title": "a b",
        "samehost": 1,
        "cmds": "x y",
        "tags": "",
    }


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda *args, size=1: 0, r"\*args and options"),
        (lambda *args, **options: 0, r"\*args and options"),
    ],
)
def test_a_signature_that_words_cannot_fill_is_refused_at_once(interp: Interp, function: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        interp.command("cmd")(function)


def test_an_annotation_that_no_value_can_become_is_refused_at_once(interp: Interp) -> None:
    def cmd(when: complex) -> None:
        """Never called."""

    with pytest.raises(TypeError, match="cmd: parameter when: no Tcl value can become <class 'complex'>"):
        interp.command(cmd)


def test_an_async_function_is_refused(interp: Interp) -> None:
    async def cmd() -> None:
        """Never called."""

    with pytest.raises(TypeError, match="async"):
        interp.command(cmd)


def test_an_exception_is_a_tcl_error_with_its_name(interp: Interp) -> None:
    @interp.command
    def fail(text: str) -> None:
        raise ValueError(text)

    assert interp.eval("list [catch {fail {no good}} message options] $message [dict get $options -errorcode]") == [
        1,
        "no good",
        ["PYTHON", "ValueError"],
    ]
    with pytest.raises(TclError) as caught:
        interp.eval("proc f {} {\n  fail x\n}\nf")
    assert isinstance(caught.value.__cause__, ValueError)
    assert caught.value.info == (
        'x\n    while executing\n"fail x"\n    (procedure "f" line 2)\n    invoked from within\n"f"'
    )


def test_an_exception_without_words_is_told_by_its_name(interp: Interp) -> None:
    @interp.command
    def fail() -> None:
        raise StopIteration

    with pytest.raises(TclError, match="StopIteration"):
        interp.eval("fail")


def test_a_tcl_error_passes_as_it_is(interp: Interp) -> None:
    @interp.command
    def fail() -> None:
        raise TclError("mine", ["MY", "CODE"])

    assert interp.eval("catch fail m o; list $m [dict get $o -errorcode]") == ["mine", ["MY", "CODE"]]


def test_exit_goes_to_the_program(interp: Interp) -> None:
    with pytest.raises(Exit):
        interp.eval("catch {exit 3}")


def test_a_result_without_a_tcl_value_is_an_error(interp: Interp) -> None:
    @interp.command
    def numbers() -> Any:
        return (number for number in range(3))

    with pytest.raises(TclError, match="a generator is no Tcl value"):
        interp.eval("numbers")


def test_a_function_may_change_the_list_it_is_given(interp: Interp) -> None:
    @interp.command
    def add(items: list, more: Any) -> Any:  # type: ignore[type-arg]  # plain lists are annotated so
        items.append("x")
        more.append("y")
        return items + more

    assert interp.eval("set l [list 1 2]; list [add $l [list 3]] $l") == [["1", "2", "x", "3", "y"], ["1", "2"]]
