"""The checker of the fault tests can fail: every invariant is broken on purpose, and it says so."""

from __future__ import annotations

import os
import random
import signal
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from crowd import Crowd

COMMANDS = 9


@pytest.fixture
def crowd(tmp_path: Path) -> Crowd:
    return Crowd(tmp_path, random.Random(1), ("ann",), COMMANDS)


def well(crowd: Crowd) -> list[str]:
    """A testimony with which all is well: the commands one after the other, each once."""
    lines = []
    for pid, name in enumerate(crowd.needs):
        lines += [f"0 start {name} {pid} h2-1 1 127.0.0.2", f"0 end {name} {pid} 0"]
    return lines


def verdict(crowd: Crowd, lines: Iterable[str]) -> str:
    """What the checker has to say of such a testimony; empty: nothing."""
    crowd.file.write_text("".join(f"{line}\n" for line in lines))
    try:
        crowd.check({})
    except AssertionError as error:
        return str(error)
    return ""


def test_nothing_is_said_when_all_is_well(crowd: Crowd) -> None:
    assert verdict(crowd, well(crowd)) == ""


def test_a_command_that_is_lost(crowd: Crowd) -> None:
    assert "I2, it never ended well: ann.g0\n" in verdict(crowd, well(crowd)[:-1])


def test_a_command_that_had_ended_well_and_runs_again(crowd: Crowd) -> None:
    assert "although it had ended well: ann.g0\n" in verdict(crowd, [*well(crowd), *well(crowd)[-2:]])


def test_a_command_that_nothing_had_ended_and_that_runs_again(crowd: Crowd) -> None:
    again = [*well(crowd)[:-1], "0 havoc 127.0.0.3 - launcher of another host", *well(crowd)[-2:]]

    assert "although nothing had ended it: ann.g0\n" in verdict(crowd, again)


def test_a_command_whose_launcher_died_may_run_again(crowd: Crowd) -> None:
    assert verdict(crowd, [*well(crowd)[:-1], "0 havoc 127.0.0.2 - launcher", *well(crowd)[-2:]]) == ""


def test_a_command_that_begins_before_what_it_depends_on_has_ended(crowd: Crowd) -> None:
    lines = well(crowd)

    assert "I4, it began before" in verdict(crowd, [*lines[-2:], *lines[:-2]])


@pytest.mark.parametrize(
    ("first", "second", "word"),
    [
        (("one", "h2-1", 1, "h2"), ("one", "h3-1", 1, "h3"), "twice one"),
        (("one", "h2-1", 1, "h2"), ("two", "h2-1", 1, "h2"), "crowded two"),
        (("one", "h2-1", 2, "h2"), ("two", "h2-3", 2, "h2"), "crowded two"),
    ],
)
def test_a_witness_sees_who_runs_beside_it(
    crowd: Crowd, first: tuple[object, ...], second: tuple[object, ...], word: str
) -> None:
    assert word in "\n".join(beside(crowd, [first, second]))


def test_a_witness_sees_more_of_a_tag_than_the_limit(crowd: Crowd) -> None:
    assert "over c-scarce" in "\n".join(beside(crowd, [(f"{n}-scarce", f"h{n}-1", 1, f"h{n}") for n in "abc"]))


def test_witnesses_beside_each_other_say_nothing_when_each_has_its_slot(crowd: Crowd) -> None:
    said = beside(crowd, [("one", "h2-1", 2, "h2"), ("two", "h2-3", 1, "h2"), ("three", "h3-1", 1, "h3")])

    assert {line.split()[1] for line in said} == {"start", "end"}


def beside(crowd: Crowd, witnesses: Iterable[tuple[object, ...]]) -> list[str]:
    """What the last of these witnesses says while the others run."""
    *others, last = [(str(name), *map(str, where)) for name, *where in witnesses]
    running = []
    try:
        for name, *where in others:
            running.append(begin(crowd, name, "1000", where))
            while f" start {name} " not in crowd.file.read_text():
                assert running[-1].poll() is None
        begin(crowd, last[0], "0", last[1:]).wait()
    finally:
        for process in running:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return [line for line in crowd.file.read_text().splitlines() if last[0] in line]


def begin(crowd: Crowd, name: str, seconds: str, where: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([crowd.program, name, crowd.file, seconds, "0", *where], start_new_session=True)
