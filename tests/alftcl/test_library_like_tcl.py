"""The procedures of Tcl's own library find the words of a text where the real ones do."""

import tkinter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alftcl import Interp

INDEXES = st.sampled_from(["end", "0", "1", "2", "5", "9"]) | st.integers(-2, 9).map(str)
HERE, THERE = Interp(), tkinter.Tcl()


@pytest.mark.parametrize(
    "name", ["tcl_wordBreakAfter", "tcl_wordBreakBefore", "tcl_endOfWord", "tcl_startOfNextWord"]
)  # fmt: skip
@given(text=st.text("ab_ .,\n", max_size=8), index=INDEXES)
def test_words_are_found_where_tcl_finds_them(name: str, text: str, index: str) -> None:
    assert str(HERE.call(name, text, index)) == str(THERE.tk.call(name, text, index))


@given(text=st.text("ab_ .,\n", max_size=8), index=st.integers(0, 9))
def test_the_word_before_starts_where_tcl_says(text: str, index: int) -> None:
    name = "tcl_startOfPreviousWord"

    assert str(HERE.call(name, text, str(index))) == str(THERE.tk.call(name, text, str(index)))


@pytest.mark.parametrize("name", ["foo", "::foo", "foo::bar", "::foo::bar", ""])
@pytest.mark.parametrize("space", ["::", "::bar", "bar"])
def test_a_name_is_qualified_as_tcl_does(name: str, space: str) -> None:
    assert HERE.eval(f"auto_qualify {{{name}}} {space}", as_=str) == THERE.tk.eval(f"auto_qualify {{{name}}} {space}")
