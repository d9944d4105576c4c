"""A site's own Tcl file: what it leaves behind, and where each piece of it was written."""

from __future__ import annotations

from pathlib import Path

from alftcl.safe import Limits
from runtime.site_script import SiteRun, run_site_file


def run(text: str) -> SiteRun:
    return run_site_file(text, "site.tcl", ("a", "b"))


def places(text: str, key: str = "x") -> list[tuple[int, int]]:
    return [written.place for written in run(text).writes["a", key]]


def test_arrays_and_scalars_are_told_apart() -> None:
    found = run("set a(x) 1\nset b 2\nset c 3")

    assert found.arrays == {"a": {"x": "1"}}
    assert found.scalars == {"b": "2"}
    assert found.failure is None


def test_what_was_done_before_a_failure_counts() -> None:
    found = run("set a(x) 1\n  nonsense\nset a(y) 2")

    assert found.arrays == {"a": {"x": "1"}}
    assert found.failure == ((2, 3), 'invalid command name "nonsense"')


def test_a_command_is_placed_in_bodies_and_brackets() -> None:
    assert places("set a(x) 1; set a(x) 2") == [(1, 1), (1, 13)]
    assert places("if 1 {\n  if 1 {\n    set a(x) 1\n  }\n}") == [(3, 5)]
    assert places("foreach n {1 2} {\n  set a(x) $n\n}") == [(2, 3), (2, 3)]
    assert places("set c [set a(x) 1]") == [(1, 8)]


def test_a_body_of_a_procedure_is_placed_where_it_was_defined() -> None:
    assert places("proc p {} {\n  global a\n\n  set a(x) 1\n}\n\np") == [(4, 3)]


def test_the_same_body_twice_is_told_apart() -> None:
    assert places("if 1 {\n  set a(x) 1\n}\nif 1 {\n  set a(x) 1\n}") == [(2, 3), (5, 3)]


def test_continued_lines_are_counted() -> None:
    text = "foreach n {1} \\\n{\n  set c \\\n    d\n  set a(x) \\\n    $n\n}"

    assert places(text) == [(5, 3)]


def test_what_was_put_together_is_placed_where_that_was_done() -> None:
    assert places("set c 1\neval set a(x) \\\n  2") == [(2, 1)]
    assert places("set c {set a(x)}\n\nappend c { 1}\neval $c") == [(4, 1)]


def test_words_are_known_where_nothing_was_substituted() -> None:
    text = "set a(x) {1 2}\nset a(y) $tcl_version\narray set a {z 3}"
    writes = run(text).writes

    assert [writes["a", key][-1].words for key in "xyz"] == [
        ("set", "a(x)", "1 2"),
        (),
        ("array", "set", "a", "z 3"),
    ]
    assert text[writes["a", "x"][0].start : writes["a", "x"][0].end] == "set a(x) {1 2}"


def test_another_file_has_places_of_its_own(tmp_path: Path) -> None:
    other = tmp_path / "other.tcl"
    other.write_text("\nif 1 {\n  set a(x) 1\n}\n")

    written = run(f"set c 1; source {other}; set a(y) 1").writes

    assert (written["a", "x"][0].file, written["a", "x"][0].place) == (str(other), (3, 3))
    assert written["a", "x"][0].start == -1
    assert written["a", "y"][0].file == "site.tcl"


def test_a_program_of_the_site_does_not_outlast_the_time_limit() -> None:
    found = run_site_file("set a(x) 1\nset a(y) [exec sleep 60]", "site.tcl", ("a",), Limits(seconds=0.2))

    assert found.failure == ((2, 1), "time limit exceeded")
    assert found.arrays == {"a": {"x": "1"}}


def test_a_trace_of_ours_is_nothing_that_the_file_could_see() -> None:
    assert run("set a(x) 1\nset a(y) [trace info variable a]").arrays["a"]["y"] == []
