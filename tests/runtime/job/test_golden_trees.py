"""Job scripts of our own, one for every shape seen in real files, against trees written by hand.

tests/jobs/NAME.alf is a script, NAME.json what `alfred -check -json` has to print for it. Scripts without a tree are
refused; the table below says where and why.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runtime.job.words import split_words

JOBS = Path(__file__).parents[2] / "jobs"
NOW = 1_800_000_000.0

TREES = sorted(path.stem for path in JOBS.glob("*.json"))

REFUSED = {
    "refused_brace_dialect": [(1, "Job")],
    "refused_positional_bodies": [(2, "Job")],
    "refused_missing_value": [(4, "-service"), (6, "-id")],
    "refused_unknown_operator": [(4, "RemoteCommand"), (6, "Tusk")],
    "refused_repeated_option": [(2, "-atmost")],
    "refused_nothing_to_do": [(1, "Job")],
    "refused_cycle": [(4, "b")],
    "refused_iterate_by_zero": [(3, "-by")],
    "refused_failing_bracket": [(4, "many")],
}
"""Script: line of each error, and a word that its text must have."""


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


@pytest.fixture
def json_form() -> Any:
    """Reads a script of tests/jobs and gives its JSON form."""
    report = pytest.importorskip("runtime.job.report", reason="the reader's JSON form is not there")
    script = pytest.importorskip("runtime.job.script", reason="the reader is not there")

    def read(name: str) -> Any:
        file = f"{name}.alf"
        return report.json_form(script.read_job((JOBS / file).read_bytes(), file, now=NOW), file)

    return read


@pytest.mark.parametrize("name", TREES)
def test_a_script_reads_to_its_tree(name: str, json_form: Any) -> None:
    assert json_form(name) == golden(name)


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_script_is_refused_with_every_line_that_is_wrong(name: str, json_form: Any) -> None:
    errors = [found for found in json_form(name)["diagnostics"] if found["severity"] == "error"]

    assert [found["line"] for found in errors] == [line for line, _ in REFUSED[name]]
    for found, (_, word) in zip(errors, REFUSED[name], strict=True):
        assert word in found["text"]
