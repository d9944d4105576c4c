"""daemons.lasting: what a dispatcher keeps for all of its life."""

from __future__ import annotations

from pathlib import Path

import pytest

from daemons.lasting import Lasting
from daemons.state import StateError
from runtime.schemes import Scheme


def test_a_dispatcher_has_its_name_for_all_of_its_life(tmp_path: Path) -> None:
    name = Lasting(tmp_path).dispatcher

    assert len(name) == 32
    assert Lasting(tmp_path).dispatcher == name


def test_the_highest_epoch_stays(tmp_path: Path) -> None:
    lasting = Lasting(tmp_path)
    lasting.saw(7)
    lasting.saw(3)

    assert Lasting(tmp_path).epoch == 7


def test_the_huntgroup_stays_and_hosts_compare_without_case(tmp_path: Path) -> None:
    lasting = Lasting(tmp_path)

    assert lasting.exclude("Janus", True)
    assert not lasting.exclude("janus", True)
    assert Lasting(tmp_path).excluded == ("Janus",)
    assert lasting.exclude("JANUS", False)
    assert Lasting(tmp_path).excluded == ()


def test_the_scheme_stays_and_one_that_nobody_knows_is_the_usual_one(tmp_path: Path) -> None:
    Lasting(tmp_path).prefer(Scheme.JOB_PARALLEL)
    assert Lasting(tmp_path).scheme is Scheme.JOB_PARALLEL

    file = tmp_path / "farm.json"
    file.write_text(file.read_text().replace("job-parallel", "lottery"))
    assert Lasting(tmp_path).scheme is Scheme.SPILL_OVER


def test_a_damaged_file_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "farm.json").write_text('{"dispatcher": 3}')

    with pytest.raises(StateError, match="is damaged"):
        Lasting(tmp_path)
    assert (tmp_path / "farm.json").read_text() == '{"dispatcher": 3}'


def test_a_place_that_cannot_be_written_is_an_error_with_words(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="cannot write"):
        Lasting(tmp_path / "nowhere")
