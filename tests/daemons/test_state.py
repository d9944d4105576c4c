"""daemons.state: where things are, whatever TMPDIR says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from daemons.state import State, StateError, locate


def test_state_lives_under_xdg_state_home() -> None:
    state = locate({"XDG_STATE_HOME": "/x", "HOME": "/h"})

    assert state == State(Path("/x/alfred"), Path(f"/tmp/.alfdp.{os.getuid()}"))


def test_without_xdg_state_home_it_lives_in_the_home_directory() -> None:
    assert locate({"HOME": "/h"}).directory == Path("/h/.local/state/alfred")


def test_a_relative_xdg_state_home_is_ignored_as_its_specification_wants() -> None:
    assert locate({"XDG_STATE_HOME": "x", "HOME": "/h"}).directory == Path("/h/.local/state/alfred")


def test_tmpdir_does_not_move_the_lock() -> None:
    assert locate({"HOME": "/h", "TMPDIR": "/elsewhere"}).lock == Path(f"/tmp/.alfdp.{os.getuid()}")


def test_alf_state_moves_both() -> None:
    state = locate({"HOME": "/h", "XDG_STATE_HOME": "/x", "ALF_STATE": "/mine"})

    assert state == State(Path("/mine"), Path("/mine/lock"))


def test_the_state_directory_is_for_its_user_alone(tmp_path: Path) -> None:
    state = State(tmp_path / "deep" / "alfred", tmp_path / "lock")

    state.prepare()

    assert state.directory.stat().st_mode & 0o777 == 0o700


def test_a_state_directory_that_others_may_write_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)

    with pytest.raises(StateError, match="others may write"):
        State(tmp_path, tmp_path / "lock").prepare()


def test_a_file_in_place_of_the_state_directory_is_said(tmp_path: Path) -> None:
    (tmp_path / "alfred").write_text("")

    with pytest.raises(StateError, match="cannot make the state directory"):
        State(tmp_path / "alfred", tmp_path / "lock").prepare()


def test_a_directory_whose_name_is_no_text_is_refused(tmp_path: Path) -> None:
    directory = tmp_path / "lat\udcff1"

    with pytest.raises(StateError, match="its name is no UTF-8"):
        State(directory, directory / "lock").prepare()
