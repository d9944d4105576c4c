"""Job scripts of our own, one for every shape seen in real files, against trees written by hand.

tests/jobs/NAME.alf is a script, NAME.json what `alfred -check -json` has to print for it. A script that is refused has
a NAME.txt instead: every line that is said of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runtime.job.report import diagnostic_lines, json_form
from runtime.job.script import read_job
from runtime.job.words import split_words

JOBS = Path(__file__).parents[2] / "jobs"
NOW = 1_800_000_000.0

TREES = sorted(path.stem for path in JOBS.glob("*.json"))

REFUSED = sorted(path.stem for path in JOBS.glob("*.txt"))


def golden(name: str) -> dict[str, Any]:
    tree: dict[str, Any] = json.loads((JOBS / f"{name}.json").read_text())
    return tree


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of a tree that has a kind."""
    if isinstance(value, list):
        for item in value:
            yield from nodes(item)
    elif isinstance(value, dict):
        if "kind" in value:
            yield value
        for item in value.values():
            yield from nodes(item)


def test_every_script_has_a_tree_or_is_refused() -> None:
    assert {path.stem for path in JOBS.glob("*.alf")} == {*TREES, *REFUSED}


@pytest.mark.parametrize("name", TREES)
def test_the_words_of_every_launch_are_its_text_split(name: str) -> None:
    for node in nodes(golden(name)):
        if "launch" in node:
            assert list(split_words(node["launch"])) == node["argv"]


@pytest.mark.parametrize("name", TREES)
def test_every_instance_binds_to_a_task_of_its_name(name: str) -> None:
    for job in golden(name)["jobs"]:
        for node in nodes(job):
            if node["kind"] == "instance":
                bound: dict[str, Any] = {"subtasks": job["tasks"]}
                for place in node["binds"].split("/"):
                    bound = bound["subtasks"][int(place)]
                assert node["name"] in (bound["title"], bound.get("id"))


@pytest.mark.parametrize("name", TREES)
def test_a_script_reads_to_its_tree(name: str) -> None:
    file = f"{name}.alf"

    assert json_form(read_job((JOBS / file).read_bytes(), file, now=NOW), file) == golden(name)


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_script_is_refused_with_everything_that_is_wrong(name: str) -> None:
    file = f"{name}.alf"
    reading = read_job((JOBS / file).read_bytes(), file, now=NOW)

    assert reading.failed
    assert list(diagnostic_lines(reading.diagnostics, file)) == (JOBS / f"{name}.txt").read_text().splitlines()
