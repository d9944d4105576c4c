"""Every line of the hand-made collections for files, globs, channels and processes gives what real Tcl gives.

Each script runs in a directory of its own, made anew for either interpreter:

    d/a.txt  d/b.c  d/.hid  d/sub/x.txt  d/lnk -> a.txt  d/dangle -> nowhere
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from differential import Pair, collection, without_numbers

FAMILIES = ("files", "globs", "channels", "processes")
KEEPS_FILES = ("channels", "processes")  # these collections read what an earlier line wrote


def make_tree(top: Path) -> None:
    shutil.rmtree(top / "d", ignore_errors=True)
    (top / "d" / "sub").mkdir(parents=True)
    (top / "d" / "a.txt").write_text("hello\n")
    for name in ("b.c", ".hid", "sub/x.txt"):
        (top / "d" / name).touch()
    (top / "d" / "lnk").symlink_to("a.txt")
    (top / "d" / "dangle").symlink_to("nowhere")


@pytest.fixture(scope="module")
def pairs() -> Iterator[dict[str, Pair]]:
    yield {family: Pair() for family in FAMILIES}


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    before = Path.cwd()
    yield {family: tmp_path_factory.mktemp(family) for family in FAMILIES}
    os.chdir(before)


@pytest.mark.parametrize(("family", "script"), [(family, line) for family in FAMILIES for line in collection(family)])
def test_gives_what_tcl_gives(pairs: dict[str, Pair], places: dict[str, Path], family: str, script: str) -> None:
    outcomes = []
    for kind in ("there", "here"):
        place = places[family] / kind if family in KEEPS_FILES else places[family]
        place.mkdir(exist_ok=True)
        os.chdir(place)
        if family not in KEEPS_FILES:
            make_tree(place)
        outcome = getattr(pairs[family], f"outcome_{kind}")(script)
        outcomes.append(without_numbers(outcome))

    assert outcomes[1] == outcomes[0]
