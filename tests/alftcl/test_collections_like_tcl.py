"""Every line of the hand-made collections for lists, dicts and arrays gives what real Tcl gives."""

from collections.abc import Iterator

import pytest
from differential import Pair, collection, without_objects

FAMILIES = (
    "binary",
    "clock",
    "clock_free",
    "clock_locales",
    "clock_options",
    "clock_scan",
    "clock_zones",
    "control",
    "coroutines",
    "lists",
    "mathops",
    "msgcat",
    "msgcat_packages",
    "oo",
    "dicts",
    "ensembles",
    "errorinfo",
    "expr",
    "arrays",
    "autoload",
    "formatting",
    "history",
    "packages",
    "prefix",
    "regexps",
    "scanning",
    "strings",
    "zlib",
)
# In real Tcl: errorInfo tells of procedures that are not here.
WRITTEN_IN_TCL = {"autoload", "clock", "history", "msgcat"}
PART_WRITTEN_IN_TCL = '(class "::oo::Slot" method '


@pytest.fixture(scope="module")
def pairs() -> Iterator[dict[str, Pair]]:
    yield {family: Pair() for family in FAMILIES}


@pytest.mark.parametrize(("family", "script"), [(family, line) for family in FAMILIES for line in collection(family)])
def test_gives_what_tcl_gives(pairs: dict[str, Pair], family: str, script: str) -> None:
    pair = pairs[family]

    there = pair.outcome_there(script)

    here = pair.outcome_here(script)
    if family == "oo":
        there, here = without_objects(there), without_objects(here)
    if family.partition("_")[0] in WRITTEN_IN_TCL or PART_WRITTEN_IN_TCL in there.errorinfo:
        there, here = there._replace(errorinfo=""), here._replace(errorinfo="")
    assert here == there
