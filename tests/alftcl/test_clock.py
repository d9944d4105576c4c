"""The clock: pinned for scripts that must read the same again, and every moment formats as in real Tcl."""

from __future__ import annotations

from differential import Pair
from hypothesis import given
from hypothesis import strategies as st

from alftcl.interp import Interp

MOMENTS = st.integers(-62_000_000_000, 4_102_444_799)
ZONES = st.sampled_from([":UTC", ":Europe/Berlin", ":America/New_York", ":Asia/Kolkata", "+0530", "EST5EDT"])
GROUPS = st.lists(st.sampled_from(list("aAbBcCdDeghHIjJklmMNpPrRsSTuUVwWxXyYz%")), min_size=1, max_size=5)
_PAIR = Pair()


def test_a_pinned_clock_says_the_same_time_in_all_units() -> None:
    interp = Interp()
    interp.now = 1234567890.25

    told = interp.eval("list [clock seconds] [clock milliseconds] [clock microseconds] [clock clicks -milliseconds]")

    assert told == [1234567890, 1234567890250, 1234567890250000, 1234567890250]


def test_relative_times_count_from_the_pinned_clock() -> None:
    interp = Interp()
    interp.now = 1000000.0

    assert interp.eval("clock scan tomorrow -gmt 1") == 1036800


@given(moment=MOMENTS, zone=ZONES, groups=GROUPS)
def test_any_moment_formats_as_in_tcl(moment: int, zone: str, groups: list[str]) -> None:
    text = " ".join(f"%{group}" for group in groups)
    script = f"clock format {moment} -timezone {zone} -format {{{text}}}"

    assert _PAIR.outcome_here(script) == _PAIR.outcome_there(script)


@given(moment=st.integers(0, 4_000_000_000), zone=ZONES)
def test_what_format_writes_scan_reads(moment: int, zone: str) -> None:
    script = (
        f"set f {{%Y-%m-%d %H:%M:%S}}; clock scan [clock format {moment} -timezone {zone} -format $f]"
        f" -format $f -timezone {zone}"
    )

    assert _PAIR.outcome_here(script) == _PAIR.outcome_there(script)
