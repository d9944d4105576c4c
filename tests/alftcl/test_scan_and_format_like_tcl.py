"""scan and format with templates that Hypothesis makes, compared with real Tcl in all that it tells."""

from differential import Pair
from hypothesis import given, settings
from hypothesis import strategies as st

PAIR = Pair()

FIELDS = st.builds(
    "%{}{}{}{}".format,
    st.sampled_from(["", "", "", "*", "1$", "2$"]),
    st.sampled_from(["", "", "", "1", "3", "8"]),
    st.sampled_from(["", "", "h", "l", "ll", "L"]),
    st.sampled_from([*"dioxXbufegscn", "[a-c]", "[^ ]", "[]x]", "[0-9.]", "q", ""]),
)
TEMPLATES = st.lists(st.one_of(FIELDS, FIELDS, st.sampled_from([" ", "a", "%%", "x", "-"])), max_size=4).map("".join)
PIECES = [
    "1",
    "2",
    "-3",
    "0x1F",
    "077",
    "09",
    "abc",
    "x",
    "a",
    "1.5",
    "-.5e3",
    "Inf",
    "%",
    "+",
    "0b11",
    "]x",
    " ",
    "  ",
]
TEXTS = st.lists(st.sampled_from([*PIECES, "99999999999999999999"]), max_size=4).map(" ".join)

FLAGS = st.text("-+ 0#", max_size=3)
SPECIFIERS = st.builds(
    "%{}{}{}{}{}{}".format,
    st.sampled_from(["", "", "", "1$", "2$"]),
    FLAGS,
    st.sampled_from(["", "", "5", "12", "*"]),
    st.sampled_from(["", "", ".0", ".3", ".9", ".*"]),
    st.sampled_from(["", "", "h", "l", "ll"]),
    st.sampled_from([*"diouxXbcsfeEgG", "q", ""]),
)
INTEGERS = ["0", "1", "-1", "255", "65", "-12345678901", "99999999999999999999", "0x10", "2147483648"]
VALUES = st.sampled_from([*INTEGERS, "1.5", "-0.0", "1e100", "abc", "{}", "08", "Inf"])


def check(script: str) -> None:
    assert PAIR.outcome_here(script) == PAIR.outcome_there(script)


@settings(max_examples=400, deadline=None)
@given(TEXTS, TEMPLATES)
def test_scan_gives_what_tcl_gives(text: str, template: str) -> None:
    check(f"scan {{{text}}} {{{template}}}")


@settings(max_examples=400, deadline=None)
@given(SPECIFIERS, st.lists(VALUES, max_size=4).map(" ".join))
def test_format_gives_what_tcl_gives(template: str, values: str) -> None:
    check(f"format {{{template}}} {values}")
