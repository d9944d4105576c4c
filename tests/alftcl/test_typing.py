"""What the shell makes of a text that is being typed: its colours, and how a word could go on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alftcl import Interp
from alftcl.interactive.completing import completions
from alftcl.interactive.highlighting import coloured_lines

INTERP = Interp()

# ---- completion ------------------------------------------------------------------------------------------

COMPLETED = {
    "str": "string",
    "string le": "length",
    "set x [lindex $al": "alpha",
    "puts ${al": "alpha}",
    "puts $arr(k": "k1)",
    "incr al": "alpha",
    "shape dr": "draw",
    "shape::d": "shape::draw",
    "namespace eval sh": "shape",
    "lsort -uni": "-unique",
    "string is alpha -st": "-strict",
    "string is alnu": "alnum",
    "expr {sqr": "sqrt(",
    "if {1} {\n  string rev": "reverse",
    "switch x {\n a {\n  string rev": "reverse",
    "proc f {long {other 1}} {\n  puts $lon": "long",
    "proc f {a} {\n  set result 1\n  incr resu": "result",
    "info body greet": "greet",
    "puts stder": "stderr",
    "open /etc/passw": "/etc/passwd",
    "python3": "python3",
}


@pytest.mark.parametrize(("text", "expected"), COMPLETED.items(), ids=list(COMPLETED))
def test_completes(text: str, expected: str) -> None:
    interp = Interp()
    interp.eval("set alpha 1; array set arr {k1 1}; proc greet {} {}")
    interp.eval("namespace eval shape {namespace export draw; proc draw {} {}; namespace ensemble create}")
    assert expected in [candidate.text for candidate in completions(interp, text)]


def test_names_are_offered_once_and_sorted() -> None:
    names = [candidate.text for candidate in completions(INTERP, "ls")]
    assert names == sorted(set(names)) and "lsort" in names


def test_nothing_is_offered_where_nothing_fits() -> None:
    assert completions(INTERP, "set x $nothing_like_it") == []


# ---- colours ---------------------------------------------------------------------------------------------


def painted(text: str) -> list[tuple[str, str]]:
    """The pieces that have a colour, and which."""
    lines = coloured_lines(text, lambda name: "builtin" if name in ("set", "puts", "if", "expr", "switch") else None)
    return [(piece, style.removeprefix("class:tcl.")) for line in lines for style, piece in line if style]


COLOURED = {
    "set x 5": [("set", "builtin"), ("5", "number")],
    "mine -all $x": [("-all", "option"), ("$x", "variable")],
    'puts "a $b [set c]d"': [
        *[("puts", "builtin"), ('"a ', "string"), ("$b", "variable"), (" ", "string"), ("[", "bracket")],
        *[("set", "builtin"), ("]", "bracket"), ('d"', "string")],
    ],
    "# note\nset a # ;# other": [("# note", "comment"), ("set", "builtin"), ("# other", "comment")],
    "if {$x > 1} {set a": [("if", "builtin"), ("$x", "variable"), ("1", "number"), ("set", "builtin")],
    'expr {[set a] eq "b"}': [
        *[("expr", "builtin"), ("[", "bracket"), ("set", "builtin"), ("]", "bracket"), ('"b"', "string")],
    ],
    "switch a {set {puts 1}}": [("switch", "builtin"), ("puts", "builtin"), ("1", "number")],
    "set list {puts 1}": [("set", "builtin")],
    'set a "b': [("set", "builtin"), ('"b', "string")],
    "set a [set": [("set", "builtin"), ("[", "bracket"), ("set", "builtin")],
}


@pytest.mark.parametrize(("text", "expected"), COLOURED.items(), ids=list(COLOURED))
def test_colours(text: str, expected: list[tuple[str, str]]) -> None:
    assert painted(text) == expected


# ---- any text --------------------------------------------------------------------------------------------


@given(st.text(alphabet='ab1 $[]{}"\\\n;#(:', max_size=40))
def test_any_text_can_be_coloured_and_completed(text: str) -> None:
    lines = coloured_lines(text, lambda name: None)
    assert "\n".join("".join(piece for _, piece in line) for line in lines) == text
    completions(INTERP, text)


def test_deep_nesting_is_no_matter() -> None:
    for text in ("if 1 {" * 3000, "[" * 3000, "expr {[" * 1000, "puts $a(" * 1000):
        assert coloured_lines(text, lambda name: None)
        completions(INTERP, text)
