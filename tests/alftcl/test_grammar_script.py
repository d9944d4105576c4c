"""Scripts as trees: words, their kinds and places, and faults."""

import tkinter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alftcl import Interp, TclError
from alftcl.grammar_script import parse
from alftcl.tree import Bracket, Compound, ElementSub, Expand, Literal, VarSub, Word
from alftcl.values import to_list, to_str


def shape(word: Word) -> object:
    """A word as nested lists that read as its tree."""
    if isinstance(word, Literal):
        return word.text
    if isinstance(word, VarSub):
        return ["$", word.name]
    if isinstance(word, ElementSub):
        return ["$", word.name, shape(word.index)]
    if isinstance(word, Bracket):
        return ["[]", *[[shape(part) for part in command.words] for command in word.script.commands]]
    if isinstance(word, Expand):
        return ["*", shape(word.word)]
    assert isinstance(word, Compound)
    return ["+", *[shape(part) for part in word.parts]]


def shapes(text: str) -> list[list[object]]:
    return [[shape(word) for word in command.words] for command in parse(text).commands]


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("set a b", [["set", "a", "b"]]),
        ("a;b\nc", [["a"], ["b"], ["c"]]),
        ('a {b c} "d e"', [["a", "b c", "d e"]]),
        ("a $b $c(d) ${e f}", [["a", ["$", "b"], ["$", "c", "d"], ["$", "e f"]]]),
        ("a $b($c)x", [["a", ["+", ["$", "b", ["$", "c"]], "x"]]]),
        ("a [b [c]; d]", [["a", ["[]", ["b", ["[]", ["c"]]], ["d"]]]]),
        ("a {*}$b {*} {*}{c d}", [["a", ["*", ["$", "b"]], "*", ["*", "c d"]]]),
        ("# comment \\\n goes on\na # not one", [["a", "#", "not", "one"]]),
        ("a \\\n  b", [["a", "b"]]),
        ('a "x\\\n   y" {x\\\n   y}', [["a", "x y", "x y"]]),
        ("a \\x41\\u00e9\\101\\n\\{", [["a", "A\u00e9A\n{"]]),
        ('a b{c}d"e', [["a", 'b{c}d"e']]),
    ],
)
def test_tree(text: str, tree: list[object]) -> None:
    assert shapes(text) == tree


def test_words_know_their_place_and_kind() -> None:
    script = parse('set a\n  foo {b c} "d" e$f')
    command = script.commands[1]
    assert [(script.source(word), word.kind) for word in command.words] == [
        ("foo", "bare"),
        ("{b c}", "braced"),
        ('"d"', "quoted"),
        ("e$f", "bare"),
    ]
    assert script.position(command.words[1].start) == (2, 7)


@pytest.mark.parametrize(
    ("text", "message", "offset", "incomplete"),
    [
        ("a {b", "missing close-brace", 2, True),
        ('a "b', 'missing "', 2, True),
        ("a [b", "missing close-bracket", 2, True),
        ("a $b(c", "missing )", 4, True),
        ("a ${b", "missing close-brace for variable name", 3, True),
        ("a {b}c", "extra characters after close-brace", 5, False),
        ('a "b"c', "extra characters after close-quote", 5, False),
    ],
)
def test_fault(text: str, message: str, offset: int, incomplete: bool) -> None:
    fault = parse(f"ok; {text}").fault
    assert fault is not None
    assert (fault.message, fault.offset - 4, fault.incomplete) == (message, offset, incomplete)


def test_commands_before_a_fault_are_run(interp: Interp) -> None:
    with pytest.raises(TclError, match="missing close-brace"):
        interp.eval("set x 1; set y {")
    assert interp.get_var("x") == "1"


def words_of_real(tcl: tkinter.Tk, text: str) -> object:
    tcl.tk.eval("proc collect args {lappend ::seen $args}; set ::seen {}")
    try:
        tcl.tk.eval(text)
    except tkinter.TclError as error:
        return str(error)
    return tcl.tk.eval("set ::seen")


def words_of_ours(text: str) -> object:
    interp = Interp()
    interp.eval("proc collect args {lappend ::seen $args}; set ::seen {}")
    try:
        interp.eval(text)
    except TclError as error:
        return error.message
    return to_str(interp.get_var("::seen"))


PIECES = st.sampled_from(
    [
        "a",
        "b c",
        " ",
        "\t",
        "\n",
        ";",
        "{",
        "}",
        '"',
        "\\",
        "\\\n ",
        "[collect x]",
        "[",
        "]",
        "$tcl_version",
        "$",
        "{*}",
        "#",
        "(",
    ]
)


@settings(max_examples=500, deadline=None)
@given(st.lists(PIECES, max_size=9))
def test_words_are_split_as_tcl_splits_them(pieces: list[str]) -> None:
    text = "collect " + "".join(pieces)
    ours, real = words_of_ours(text), words_of_real(tkinter.Tcl(), text)
    assert ours == real


def test_a_deep_nest_of_brackets_is_an_error_of_the_script(interp: Interp) -> None:
    with pytest.raises(TclError, match="too many nested evaluations"):
        interp.eval("set x " + "[" * 50000 + "]" * 50000)


def test_empty_list_is_no_argument(interp: Interp) -> None:
    assert to_list(interp.eval("list {*}{} a")) == ["a"]
