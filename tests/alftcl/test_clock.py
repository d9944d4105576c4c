"""The clock: pinned for scripts that must read the same again, and every moment formats as in real Tcl."""

from __future__ import annotations

from differential import Outcome, Pair
from hypothesis import given
from hypothesis import strategies as st

from alftcl.interp import Interp

MOMENTS = st.integers(-62_000_000_000, 4_102_444_799)
ZONES = st.sampled_from([":UTC", ":Europe/Berlin", ":America/New_York", ":Asia/Kolkata", "+0530", "EST5EDT"])
GROUPS = st.lists(st.sampled_from(list("aAbBcCdDeghHIjJklmMNpPrRsSTuUVwWxXyYz%")), min_size=1, max_size=5)
LOCALES = st.sampled_from(["{}", "en", "de", "fr", "ja", "zh", "ru", "nosuch"])
_READ_DATE = {"Y": "1987", "C": "19", "y": "42", "m": "3", "b": "Sep", "d": "17", "j": "200", "J": "2445000"}
_READ_WEEK = {
    "G": "1991",
    "g": "66",
    "V": "14",
    "u": "5",
    "a": "Thu",
    "EE": "B.C.E.",
    "U": "44",
    "Om": "07",
    "Od": "08",
}
_READ_TIME = {"H": "13", "k": "7", "I": "4", "l": "9", "M": "23", "S": "45", "p": "PM", "z": "-0330"}
READ = _READ_DATE | _READ_WEEK | _READ_TIME  # a text that each group reads
NUMBERS = (
    "1",
    "5",
    "12",
    "31",
    "99",
    "1999",
    "1230",
    "990213",
    "20090213",
    "233130",
    "23:31",
    "23:31:30",
    "+0100",
    "-5",
)
DATES = ("2/13", "2/13/09", "2009-02-13", "13-feb-2009", "feb", "march", "june", "mon", "tuesday", "wednes,", "epoch")
TIMES = (
    "am",
    "pm",
    "a.m.",
    "est",
    "edt",
    "dst",
    "z",
    "t",
    "now",
    "today",
    "tomorrow",
    "week",
    "days",
    "months",
    "year",
)
SIGNS = (
    "+",
    "-",
    "/",
    ":",
    ",",
    "(x)",
    "foo",
    "hours",
    "min",
    "fortnight",
    "ago",
    "next",
    "last",
    "stardate",
    "24000.5",
)
WORDS = st.sampled_from(NUMBERS + DATES + TIMES + SIGNS)
_PAIR = Pair()


def _here(script: str) -> Outcome:
    return _PAIR.outcome_here(script)._replace(errorinfo="")


def _there(script: str) -> Outcome:
    """Its errorInfo tells of procedures that are not here: the clock of Tcl is written in Tcl."""
    return _PAIR.outcome_there(script)._replace(errorinfo="")


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

    assert _here(script) == _there(script)


@given(moment=st.integers(0, 4_000_000_000), zone=ZONES)
def test_what_format_writes_scan_reads(moment: int, zone: str) -> None:
    script = (
        f"set f {{%Y-%m-%d %H:%M:%S}}; clock scan [clock format {moment} -timezone {zone} -format $f]"
        f" -format $f -timezone {zone}"
    )

    assert _here(script) == _there(script)


@given(
    moment=MOMENTS, zone=ZONES, locale=LOCALES, form=st.sampled_from(["%x", "%X", "%c", "%Ex", "%EX", "%A %d %B %Y %P"])
)
def test_a_moment_is_told_in_the_words_of_a_locale(moment: int, zone: str, locale: str, form: str) -> None:
    script = f"clock format {moment} -timezone {zone} -locale {locale} -format {{{form}}}"

    assert _here(script) == _there(script)


@given(groups=st.lists(st.sampled_from(sorted(READ)), min_size=1, max_size=7), zone=ZONES, locale=LOCALES)
def test_of_many_groups_the_same_ones_decide(groups: list[str], zone: str, locale: str) -> None:
    text, form = "/".join(READ[group] for group in groups), "/".join(f"%{group}" for group in groups)
    locale = locale if {"a", "b", "p", "Om", "Od"}.isdisjoint(groups) else "{}"
    script = f"clock scan {{{text}}} -format {{{form}}} -base 468086400 -timezone {zone} -locale {locale}"

    assert _here(script) == _there(script)


@given(words=st.lists(WORDS, max_size=6), base=st.sampled_from([0, 951782400, 1130630400, 1234567890]), zone=ZONES)
def test_a_free_text_means_what_tcl_reads_in_it(words: list[str], base: int, zone: str) -> None:
    script = f"clock scan {{{' '.join(words)}}} -base {base} -timezone {zone}"

    assert _here(script) == _there(script)
