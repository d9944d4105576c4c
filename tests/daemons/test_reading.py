"""Reading a script beside everything else that a dispatcher does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import trio

from alftcl.safe import Limits
from daemons.reading import limits_of, read_bytes, read_script
from runtime.job.model import Reading, Task
from runtime.job.session import LIMITS
from runtime.settings import DEFAULTS

_FOR_EVER = b"while 1 {}\n"


async def _turns_of_others(text: bytes, limits: Limits) -> tuple[int, Reading]:
    """How often another task had its turn while a script was read."""
    readings: list[Reading] = []

    async def read() -> None:
        readings.append(await read_script(text, "x.alf", 0.0, limits))

    turns = 0
    async with trio.open_nursery() as nursery:
        nursery.start_soon(read)
        while not readings:
            await trio.lowlevel.checkpoint()
            turns += 1
    return turns, readings[0]


async def test_a_small_script_that_does_not_end_holds_nobody_up() -> None:
    turns, reading = await _turns_of_others(_FOR_EVER, Limits(commands=100_000))

    assert [found.text for found in reading.diagnostics] == ["command count limit exceeded"]
    assert turns > 10


async def test_a_small_script_that_computes_for_long_is_read_all_the_same() -> None:
    turns, reading = await _turns_of_others(b"set n 0\nwhile {$n < 30000} {incr n}\nTask $n\n", Limits(commands=10**6))

    (task,) = reading.jobs[0].tasks
    assert isinstance(task, Task)
    assert task.title == "30000"
    assert turns > 10


async def test_a_small_script_is_read_within_one_turn() -> None:
    turns, reading = await _turns_of_others(b"Task a\n", Limits(commands=10**6, seconds=10.0))

    assert reading.jobs
    assert turns <= 2


async def test_a_site_may_allow_less_than_a_moment() -> None:
    reading = await read_script(b"set n 0\nwhile {$n < 500} {incr n}\nTask a\n", "x.alf", 0.0, Limits(commands=100))

    assert [(found.line, found.text) for found in reading.diagnostics][:1] == [(2, "command count limit exceeded")]


def test_a_site_without_settings_allows_what_the_check_allows() -> None:
    assert limits_of(DEFAULTS) == LIMITS


@pytest.mark.parametrize("name", ["fifo", "/dev/zero", "/dev/tty"])
def test_a_pipe_or_a_device_is_no_script_and_nobody_waits_for_it(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "fifo")

    text, trouble = read_bytes(str(tmp_path / name), 1000)

    assert text is None
    assert "cannot be read" in trouble
