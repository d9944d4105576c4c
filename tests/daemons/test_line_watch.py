"""Lines that are looked for in output, however it comes in pieces."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from daemons.line_watch import LINE_BYTES, LineWatch

OUTPUT = b"starting\nFLEXnet: No License (-4,132)\rgoing on\nno license again"


@given(st.lists(st.integers(0, len(OUTPUT)), max_size=8))
def test_the_first_line_is_found_wherever_the_output_is_cut(cuts: list[int]) -> None:
    watch = LineWatch(("no license", "flexnet"))
    places = [0, *sorted(cuts), len(OUTPUT)]

    found = [watch.feed(OUTPUT[start:end]) for start, end in itertools.pairwise(places)]
    found.append(watch.finish())

    assert next(line for line in found if line) == "FLEXnet: No License (-4,132)"


def test_a_last_line_without_its_newline_counts() -> None:
    watch = LineWatch(("no license",))

    assert watch.feed(b"no license") == ""
    assert watch.finish() == "no license"


def test_a_pattern_keeps_to_one_line() -> None:
    watch = LineWatch(("^license.*denied$",))

    assert watch.feed(b"license server\ndenied\n") == ""
    assert watch.feed(b"license denied\n") == "license denied"


def test_a_line_without_end_costs_no_memory() -> None:
    watch = LineWatch(("license",))

    for _ in range(100):
        assert watch.feed(b"x" * LINE_BYTES) == ""

    assert watch.feed(b"\nlicense\n") == "license"


def test_what_cannot_be_shown_is_blank_in_the_line() -> None:
    assert LineWatch(("license",)).feed(b"\x1b[31mno license\x07\xff\n") == " [31mno license \ufffd"
