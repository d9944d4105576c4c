"""-whendone and -whenerror are programs with their own quotes, redirections and % table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.job.hooks import Hook, HookError, read_hook


def read(command: str, title: str = "shot 1") -> Hook | None:
    return read_hook(command, job_title=title, task_title="frame 3", user="anna", status_file="/tmp/st")


def test_the_usual_mail_hook() -> None:
    assert read("/usr/sbin/Mail -s 'Job done: %j' %u < %f") == Hook(
        ("/usr/sbin/Mail", "-s", "Job done: shot 1", "anna"), stdin="/tmp/st"
    )


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("a 'b c' d", ("a", "b c", "d")),
        ('a "b c"', ("a", "b c")),
        ('a "b \\"c\\" \\$x \\d"', ("a", 'b "c" $x \\d')),
        ("a b\\ c \\'", ("a", "b c", "'")),
        ("a 'b'\"c\"d", ("a", "bcd")),
        ("a '' \"\"", ("a", "", "")),
        ("a '\\'", ("a", "\\")),
        ("a $HOME `x` | ; * & ~", ("a", "$HOME", "`x`", "|", ";", "*", "&", "~")),
        ("a b\\\nc", ("a", "bc")),
        ("  a\n\tb ", ("a", "b")),
        ("a '<' \">\" \\>", ("a", "<", ">", ">")),
    ],
)
def test_words_are_quoted_as_in_a_posix_shell_and_nothing_else_is_special(command: str, words: tuple[str, ...]) -> None:
    assert read(command) == Hook(words)


@pytest.mark.parametrize(
    ("code", "value"), [("%j", "shot 1"), ("%t", "frame 3"), ("%u", "anna"), ("%f", "/tmp/st"), ("%%", "%")]
)
def test_a_code_is_replaced_inside_its_word(code: str, value: str) -> None:
    assert read(f"say x{code}y '{code}'") == Hook(("say", f"x{value}y", value))


def test_other_codes_stay() -> None:
    assert read("say %h %04d %") == Hook(("say", "%h", "%04d", "%"))


def test_a_title_cannot_become_words_or_files() -> None:
    assert read("say %j", title="a b > /etc/x %u") == Hook(("say", "a b > /etc/x %u"))


@pytest.mark.parametrize(
    ("command", "hook"),
    [
        ("say > out", Hook(("say",), stdout="out")),
        ("say >out", Hook(("say",), stdout="out")),
        ("say >> 'o %u'", Hook(("say",), stdout="o anna", append=True)),
        ("say<in>out x", Hook(("say", "x"), stdin="in", stdout="out")),
        ("< in say", Hook(("say",), stdin="in")),
    ],
)
def test_input_and_output_are_redirected(command: str, hook: Hook) -> None:
    assert read(command) == hook


@pytest.mark.parametrize("command", ["", "  \n "])
def test_an_empty_hook_is_none(command: str) -> None:
    assert read(command) is None


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("say 'x", "the quote ' is open at character 5"),
        ('say "x', 'the quote " is open at character 5'),
        ("say \\", "nothing follows the backslash at character 5"),
        ("say >", "a file name is missing after > at character 6"),
        ("say > < x", "a file name is missing after > at character 7"),
        ("< x", "a program is missing at character 1"),
        ("say 2>x", "only <, > and >> are understood (for more: sh -c '...') at character 6"),
        ("say >&2", "only <, > and >> are understood (for more: sh -c '...') at character 5"),
    ],
)
def test_a_broken_hook_says_what_and_where(command: str, problem: str) -> None:
    with pytest.raises(HookError) as caught:
        read(command)

    assert str(caught.value) == f"{problem} of: {command}"


@given(st.lists(st.text(st.characters(exclude_characters="'%\0")), min_size=1))
def test_single_quoted_words_come_back_whole(words: list[str]) -> None:
    assert read(" ".join(f"'{word}'" for word in words)) == Hook(tuple(words))
