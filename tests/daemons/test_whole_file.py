"""daemons.whole_file: a small file is the old one or the new one."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from daemons.whole_file import replace


def test_a_file_is_replaced_and_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    file.write_text("old")
    replace(file, b"new")

    assert file.read_text() == "new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_what_cannot_be_written_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    file.write_text("old")
    (tmp_path / "state.json.new").mkdir()

    with pytest.raises(OSError, match="directory"):
        replace(file, b"new")

    assert file.read_text() == "old"
