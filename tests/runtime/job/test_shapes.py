"""Learned shapes only make reading faster: with them and without them every script reads to the same tree."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.job import reader
from runtime.job.model import Reading
from runtime.job.script import read_job
from runtime.job.shapes import Shapes

JOBS = Path(__file__).parents[2] / "jobs"
CORPUS = Path(__file__).parents[4] / "shared" / "corpus"
SCRIPTS = sorted(JOBS.glob("*.alf")) + sorted(CORPUS.glob("*.alf"))

values = st.sampled_from(
    [
        *("{a}", "{a b}", "{}", "{ a }", "word", '"a b"', '""', "{a {b} c}", "{a\n b}", "{$x}", "{[expr 1+1]}"),
        *("{Alfred}", "{TractorBuiltIn File delete x}", "-5", "7", "{7}", "{x\\\n y}", "#", '{"q"}', "{{a} {b}}"),
        r"{\$x}",
    ]
)
options = st.sampled_from(["-service", "-tags", "-msg", "-atleast", "-if", "-expand", "-almost", "-id", "-metrics"])
cmds = st.builds(
    lambda name, launch, given, end: f"{name} {launch}{''.join(f' {o} {v}' for o, v in given)}{end}",
    st.sampled_from(["Cmd", "RemoteCmd", "File", "Comand"]),
    values,
    st.lists(st.tuples(options, values), max_size=3),
    st.sampled_from(["\n", "\n", "\n  ", ";", " ; ", "\n\n", "\n# note\n", "\n# { }\n"]),
)
tasks = st.builds(
    lambda title, body, more, end: f"Task {title} -cmds {{{body}}}{more}{end}",
    values,
    st.lists(cmds, max_size=2).map(lambda found: "\n " + "".join(found) if found else ""),
    st.sampled_from(["", " -chaser {}", " -preview {sho\n x}", " -serialsubtasks 0", " -subtasks {}", "\\\n -id {a}"]),
    st.sampled_from(["\n", "\n  ", ";", "\n\n"]),
)


def read_without_shapes(text: str | bytes, monkeypatch: pytest.MonkeyPatch) -> Reading:
    monkeypatch.setattr(reader, "LEARN_FROM", 1 << 60)
    return read_job(text, "job.alf", now=0.0)


def read_with_shapes(text: str | bytes, monkeypatch: pytest.MonkeyPatch) -> Reading:
    monkeypatch.setattr(reader, "LEARN_FROM", 0)
    return read_job(text, "job.alf", now=0.0)


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Shapes are made of every command, the first time."""
    monkeypatch.setattr("runtime.job.shapes._LEARN_AT", frozenset({1, 2, 3}))
    return monkeypatch


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_real_scripts_read_the_same_with_shapes(script: Path, eager: pytest.MonkeyPatch) -> None:
    text = script.read_bytes()

    assert read_with_shapes(text, eager) == read_without_shapes(text, eager)


@given(st.lists(tasks, min_size=1, max_size=4), st.integers(1, 3))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_generated_scripts_read_the_same_with_shapes(eager: pytest.MonkeyPatch, found: list[str], times: int) -> None:
    text = "Job -title x -init {Assign x 1} -subtasks {\n" + "".join(found) * times + "}\n"

    assert read_with_shapes(text, eager) == read_without_shapes(text, eager)


@given(st.lists(st.tuples(values, values, values), min_size=4, max_size=8))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_shape_takes_only_values_that_mean_nothing_else(
    eager: pytest.MonkeyPatch, found: list[tuple[str, str, str]]
) -> None:
    tasks = "".join(
        f"Task {a} -cmds {{\n Cmd {b} -service {c} -tags {a}\n RemoteCmd {a} {b} -atleast {c}\n}}\n"
        for a, b, c in found
    )
    text = "Job -title x -init {Assign x 1} -subtasks {\n" + tasks + "}\n"

    assert read_with_shapes(text, eager) == read_without_shapes(text, eager)


def test_a_repeating_script_is_read_by_shapes(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = []
    take = Shapes.take

    def counting(self: Shapes, text: str, pos: int, *others: object) -> int:
        after = take(self, text, pos, *others)  # type: ignore[arg-type]  # passed on as they came
        taken.append(after - pos)
        return after

    monkeypatch.setattr(Shapes, "take", counting)
    body = "".join(f"  Task {{frame {n}}} -cmds {{\n    Cmd {{render {n}}} -service {{k}}\n  }}\n" for n in range(1000))

    reading = read_job("Job -title x -subtasks {\n" + body + "}\n", "job.alf", now=0.0)

    assert len(reading.jobs[0].tasks) == 1000
    assert sum(taken) > 0.98 * len(body)


def test_equal_options_of_a_shape_are_one_object() -> None:
    body = "".join(f"  Task {{f {n}}} -cmds {{\n    Cmd {{render {n}}} -service {{k}}\n  }}\n" for n in range(1000))

    tasks = read_job("Job -title x -subtasks {\n" + body + "}\n", "job.alf", now=0.0).jobs[0].tasks

    assert len({id(task.cmds[0].options) for task in tasks[500:]}) == 1  # type: ignore[union-attr]  # all are tasks
