"""Plain scripts are read without the grammar, and give the very tree that the grammar gives."""

import subprocess
import sys
import time
import tkinter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alftcl import Interp, plain
from alftcl.grammar_script import parse
from alftcl.tree import Script
from alftcl.values import to_str

PIECES = [
    *("Task", "a", "-x", "#", "{", "}", '"', "[", "$", "\\", ";", " ", "\n", "\t", "é", "\\\n ", "{*}"),
    *("{a b}", "{}", '"a b"', '""', "{a {b} c}", "{\n a {b}\n c d {e {f}}\n}", "# x\n", "{#a\n}", "{b \\\n {c}}"),
]
texts = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


def tree(script: Script) -> Any:
    """All that a script is, as lists."""
    commands = [
        (command.literals, command.start, command.end, [(word.start, word.end, word.kind) for word in command.words])
        for command in script.commands
    ]
    return commands, None if script.fault is None else script.fault.message


@given(texts)
def test_a_plain_script_is_read_as_the_grammar_reads_it(text: str) -> None:
    script = plain.parse(text)
    if script is not None:
        assert tree(script) == tree(parse(text))


@given(texts)
def test_a_body_that_was_read_ahead_is_as_the_grammar_reads_it(text: str) -> None:
    script = plain.parse("a {" + text + "\n{b}}")
    ahead = None if script is None else plain.read_ahead(last_word(script))
    if ahead is not None:
        assert tree(ahead) == tree(parse(text + "\n{b}"))


LINES = [
    *(
        "Cmd {a} -x {b c}\n",
        "Cmd a b ;",
        "Task {a} {\n  Cmd {b} -x {c}\n}\n",
        "Task b {\n Cmd c d\n Cmd e f\n}\n",
        "# {a}\n",
    ),
    *(
        "Task {a} {Cmd {b}\n}\n",
        "Task a {\n Task b {\n  Cmd {c} -x {d}\n }\n}\n",
        "Task {a} {\n  Cmd {b} -x $c\n}\n",
        "\n",
    ),
    *(
        "Task {} {\n Cmd {b} -x {\n} ; \n}\n",
        "Task {a} {\n  Cmd {b} -x {c} \n\n} \n",
        "Task {a} {\n  #md {b} -x {c}\n}\n",
    ),
]


@given(st.lists(st.sampled_from(LINES), max_size=12).map("".join))
def test_shapes_that_were_learned_are_read_as_the_grammar_reads_them(text: str) -> None:
    plain.kept.clear()
    script = plain.parse(text)
    if script is not None:
        assert tree(script) == tree(parse(text))
    for ahead in plain.kept.values():
        assert tree(ahead) == tree(parse(ahead.text))


def test_bodies_are_read_ahead_at_every_depth() -> None:
    job = plain.parse("Job {\n Task {a b} {\n  Cmd {c} -x {d e}\n }\n}\n")

    assert job is not None
    outer = last_word(job)
    task = plain.read_ahead(outer)
    assert task is not None
    inner = last_word(task)
    command = plain.read_ahead(inner)
    assert command is not None

    assert task.commands[0].literals == ["Task", "a b", "\n  Cmd {c} -x {d e}\n "]
    assert command.commands[0].literals == ["Cmd", "c", "-x", "d e"]
    assert plain.read_ahead(outer) is None, "handed out once"


def last_word(script: Script) -> str:
    """The last word of the first command: this very text is what was read ahead."""
    literals = script.commands[0].literals
    assert literals is not None
    return to_str(literals[-1])


@pytest.mark.parametrize("text", ["a $b", "a [b]", "a b\\n", "a {b", 'a "b', "a }b{", "{*}{a b}", 'a "b"c', "a {b}c"])
def test_what_is_not_plain_is_left_to_the_grammar(text: str) -> None:
    assert plain.parse(text) is None


def test_series_of_one_shape_are_told_apart_from_others() -> None:
    text = "c {1} -a {x}\nc {2} -a {y}\nc {3} -a\nc {4} {-a} {x}\nc {5} -a {x {y}}\n#c {6} -a {z}\nc {7} -a {z}"
    script = plain.parse(text)
    assert script is not None
    assert tree(script) == tree(parse(text))


@pytest.mark.parametrize("text", ["{" * 20_000, "a {" * 5_000 + "}" * 5_000, "a {b $c " * 2_000 + "}" * 2_000])
def test_braces_that_nest_deep_take_no_long_time(text: str) -> None:
    began = time.process_time()
    plain.parse(text)
    assert time.process_time() - began < 5


def test_a_long_script_is_evaluated_as_a_short_one(interp: Interp, monkeypatch: pytest.MonkeyPatch) -> None:
    interp.eval("proc Task {title body} {uplevel 1 $body}; proc Cmd args {lappend ::seen $args}")
    leaf = "Task {t} {\n Cmd {a} -x {b c}\n}\n"
    script = f"Task u {{\n{leaf * 3}Cmd {{ {{}} }}\n# {{}} {{ }}\nTask w {{\n Task x {{\n{leaf * 2}}}\n}}\n}}\nCmd end"
    interp.eval(script)
    expected = interp.eval("set seen")
    for longest in (20, 60, 100, 200):
        monkeypatch.setattr(plain, "LONGEST", longest)
        monkeypatch.setattr(plain, "_LONG_CHARS", longest // 3)
        interp.eval("unset seen")
        interp.eval(script)
        assert interp.eval("set seen") == expected


def test_what_nobody_evaluates_is_not_kept_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "_KEPT_CHARS", 1000)
    for number in range(100):
        plain.parse(f"set x {{\n a{number} {{b}} {'c' * 100}\n}}")
    assert len(plain.kept) < 20


def test_an_error_in_a_body_read_ahead_has_tcls_lines(interp: Interp, real_tcl: tkinter.Tk) -> None:
    script = """
        proc Task {title body} {eval $body}
        catch {
            Task a {
                Task b {
                    list 1
                    nosuch {x}
                }
            }
        }
        set errorInfo
    """
    assert to_str(interp.eval(script)) == real_tcl.eval(script)


def test_a_plain_script_starts_without_the_lexer_and_the_grammar() -> None:
    program = "import sys; from alftcl.interp import Interp; Interp().eval('set x 1'); print('ply' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
