"""What a maitre-d keeps on disk over its restarts (daemons.maitred.kept)."""

from __future__ import annotations

from pathlib import Path

from daemons.maitred.kept import Keeping, Kept
from runtime.maitred.usages import Usages


def test_what_is_kept_is_there_after_a_restart(tmp_path: Path) -> None:
    usages = Usages(1_763_720_000.0, {"anna": 2.5}, {"film": 2.5})
    keeping = Keeping(tmp_path)
    keeping.keep(epoch=5)
    keeping.keep(offline=["s1"])
    keeping.keep(usages=usages)

    again = Keeping(tmp_path)
    again.load()

    assert again.kept == Kept(5, ("s1",), usages)


def test_a_file_of_an_earlier_version_is_understood(tmp_path: Path) -> None:
    (tmp_path / "maitred.json").write_text('{"epoch": 5, "offline": ["s1"]}')
    keeping = Keeping(tmp_path)

    keeping.load()

    assert (keeping.kept, keeping.trouble) == (Kept(5, ("s1",)), "")
