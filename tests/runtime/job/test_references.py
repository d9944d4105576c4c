"""What an Instance means, what a -refersto finds, and cycles (reference section 10)."""

from __future__ import annotations

import time
from typing import Any

import pytest

from runtime.job.report import diagnostic_lines, json_form
from runtime.job.script import read_job


def read(body: str) -> dict[str, Any]:
    text = "Job -title x -subtasks {\n" + body + "\n}"
    return json_form(read_job(text, "x.alf", now=0.0), "x.alf")


def binds(body: str) -> list[str | None]:
    """What the Instances of a job bind to, in document order."""
    found: list[str | None] = []

    def walk(nodes: list[dict[str, Any]]) -> None:
        for node in nodes:
            if node["kind"] == "instance":
                found.append(node["binds"])
            else:
                walk(node["subtasks"])

    form = read(body)
    assert form["jobs"], form["diagnostics"]
    walk(form["jobs"][0]["tasks"])
    return found


def said(body: str) -> list[tuple[int, str, str]]:
    return [(item["line"], item["severity"], item["text"]) for item in read(body)["diagnostics"]]


def test_the_nearest_task_above_is_meant() -> None:
    assert binds("Task a\nTask a\nTask b -subtasks {Instance a}\nTask a") == ["1"]


def test_without_one_above_the_first_below_is_meant() -> None:
    assert binds("Task b -subtasks {Instance a}\nTask a\nTask a") == ["1"]


def test_an_ancestor_is_never_meant() -> None:
    assert binds("Task a\nTask a -subtasks {Task b -subtasks {Instance a}}") == ["0"]


def test_a_title_comes_before_an_id() -> None:
    assert binds("Task a\nTask x -id a\nTask b -subtasks {Instance a}") == ["0"]
    assert binds("Task x -id a\nTask b -subtasks {Instance a}") == ["0"]


def test_a_nested_task_and_a_container_can_be_meant() -> None:
    assert binds("Task a -subtasks {Task b -subtasks {Task c}}\nTask d -subtasks {Instance c\nInstance b}") == [
        "0/0/0",
        "0/0",
    ]


def test_blanks_in_a_title_count() -> None:
    assert binds("Task {a }\nTask { a}\nTask b -subtasks {Instance { a}}") == ["1"]


def test_an_instance_without_a_task_waits_with_a_warning() -> None:
    assert said("Task b -subtasks {\nInstance a\n}") == [
        (3, "warning", 'no task has the title or id "a": it waits until one appears')
    ]


def test_a_cycle_is_named_whole_at_one_of_its_instances() -> None:
    body = "Task a -subtasks {Instance b}\nTask b -subtasks {Task c -subtasks {\nInstance a\n}}"

    assert said(body) == [(2, "error", 'a cycle: "a" waits for "b" waits for "c" waits for "a"')]


def test_a_series_can_close_a_cycle() -> None:
    body = "Task s -serialsubtasks 1 -subtasks {\nTask a -subtasks {Instance b}\nTask b\n}"

    assert said(body) == [(3, "error", 'a cycle: "a" waits for "b" waits for "a"')]
    assert said(body.replace("-serialsubtasks 1", "")) == []


def test_a_diamond_is_no_cycle() -> None:
    sides = "Task b -subtasks {Instance a}\nTask c -subtasks {Instance a}\n"
    body = f"Task a\n{sides}Task d -subtasks {{Instance b; Instance c}}"

    assert said(body) == []


def test_a_step_that_waits_for_what_waits_for_its_iterate_is_a_cycle() -> None:
    body = "Task a -subtasks {\nIterate n -from 1 -to 9 -template {\nTask {f$n} -subtasks {Instance b}\n}}\n"

    assert said(body + "Task b -subtasks {Instance a}") == [(4, "error", 'a cycle: "a" waits for "b" waits for "a"')]


@pytest.mark.parametrize("title", ["f$n", "f${n}", "[list f$n]", "f[expr {$n*2-4}]", "$n f", "f4 of [list $n]"])
def test_titles_of_an_iterate_are_found_without_expanding_it(title: str) -> None:
    name = {"$n f": "4 f", "f4 of [list $n]": "f4 of 4"}.get(title, "f4")
    loop = f"Iterate n -from 1 -to 500000 -template {{Task {{{title}}}}}\n"

    start = time.perf_counter()
    reading = read_job(f"{loop}Task b -subtasks {{Instance {{{name}}}}}", "x", now=0.0)

    assert [item.text for item in reading.diagnostics] == []
    assert time.perf_counter() - start < 5


def test_a_title_that_no_step_has_is_missed() -> None:
    assert said("Iterate n -from 1 -to 5 -template {Task {f$n}}\nTask b -subtasks {Instance f6}") == [
        (3, "warning", 'no task has the title or id "f6": it waits until one appears')
    ]


def test_the_gate_of_an_iterate_binds_to_its_first_step() -> None:
    body = "Iterate n -from 1 -to 3 -subtasks {Task same} -template {Task same}"

    assert binds(body) == ["0/0", "0/0"]


@pytest.mark.parametrize(
    ("body", "line", "why"),
    [
        ("Task a -cmds {\nCmd x -refersto nobody\n}", 3, "names no id"),
        ("Task a -id t -cmds {\nCmd x -refersto t\n}", 3, "names a task without a -service"),
    ],
)
def test_a_reference_that_finds_nothing_to_share_is_a_warning(body: str, line: int, why: str) -> None:
    assert [(at, severity) for at, severity, _ in said(body)] == [(line, "warning")]
    assert why in said(body)[0][2]


def test_metrics_that_are_no_expression_are_a_warning() -> None:
    assert said("Task a -cmds {\nCmd x -metrics {two words}\n}") == [
        (3, "warning", '-metrics is no expression and is left out: invalid bareword "two"')
    ]


def test_a_reference_may_be_quoted() -> None:
    assert said('Task a -id t -service s -cmds {Cmd x -refersto {"t"}}') == []


def test_a_finding_is_one_line_and_its_hint_another() -> None:
    reading = read_job("Tusk a", "dir/x.alf", now=0.0)

    assert list(diagnostic_lines(reading.diagnostics, "dir/x.alf")) == [
        "dir/x.alf:1:1: error: unknown operator Tusk",
        "    did you mean Task?",
    ]


def test_a_hundred_thousand_instances_take_seconds() -> None:
    body = "".join(f"Task a{n}\nTask b{n} -subtasks {{Instance a{n}}}\n" for n in range(100_000))

    start = time.perf_counter()
    assert not read_job(body, "x", now=0.0).failed
    assert time.perf_counter() - start < 20
