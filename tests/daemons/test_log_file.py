"""daemons.log_file: lines arrive in order, in the file that has the name now, and trouble costs lines only."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from daemons import log_file
from daemons.log_file import LogFile


@asynccontextmanager
async def writing(path: Path) -> AsyncIterator[LogFile]:
    """A log that is written, and at the end closed."""
    log = LogFile(path)
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(log.write_forever)
            yield log
            nursery.cancel_scope.cancel()
    finally:
        log.close()


def lines(path: Path) -> list[str]:
    """What is in a log, without its times."""
    return [line.split(" ", 2)[2] for line in path.read_text().splitlines()]


async def test_lines_have_a_time_and_keep_their_order(tmp_path: Path) -> None:
    async with writing(tmp_path / "log") as log:
        for number in range(1000):
            log.line(f"line {number}")

    assert lines(tmp_path / "log") == [f"line {number}" for number in range(1000)]


async def test_what_is_logged_in_other_modules_goes_there_too(tmp_path: Path) -> None:
    async with writing(tmp_path / "log") as log:
        log.handle(logging.makeLogRecord({"msg": "a bad key", "levelno": logging.WARNING, "levelname": "WARNING"}))

    assert lines(tmp_path / "log") == ["WARNING: a bad key"]


async def test_a_strangers_words_stay_on_their_line(tmp_path: Path) -> None:
    async with writing(tmp_path / "log") as log:
        log.line("job \x1b[2J\n2026-01-01 00:00:00.000 granted")

    assert lines(tmp_path / "log") == ["job  [2J 2026-01-01 00:00:00.000 granted"]


async def test_after_reopen_it_goes_on_in_a_file_of_the_same_name(tmp_path: Path) -> None:
    async with writing(tmp_path / "log") as log:
        log.line("before")
        with trio.fail_after(20):
            while not (tmp_path / "log").read_text():
                await trio.sleep(0.01)
        (tmp_path / "log").rename(tmp_path / "log.1")
        log.reopen()
        log.line("after")

    assert (lines(tmp_path / "log.1"), lines(tmp_path / "log")) == (["before"], ["after"])


async def test_a_log_that_cannot_be_reopened_stays_where_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = tmp_path / "logs"
    directory.mkdir()
    async with writing(directory / "log") as log:
        directory.rename(tmp_path / "moved")
        log.reopen()
        log.line("still here")

    assert lines(tmp_path / "moved" / "log") == ["still here"]
    assert "cannot be written" in capsys.readouterr().err


async def test_a_full_disk_is_said_once(capsys: pytest.CaptureFixture[str], autojump_clock: MockClock) -> None:
    async with writing(Path("/dev/full")) as log:
        for _ in range(5):
            log.line("lost")
            await trio.sleep(1)

    assert capsys.readouterr().err.count("No space left") == 1


def test_more_lines_than_it_holds_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_file, "MOST_LINES", 3)
    log = LogFile(tmp_path / "log")
    for number in range(5):
        log.line(str(number))
    log.close()

    assert lines(tmp_path / "log") == ["0", "1", "2", "2 lines are missing here"]


async def test_a_message_of_a_stranger_is_one_line_of_bounded_length(tmp_path: Path) -> None:
    async with writing(tmp_path / "log") as log:
        words = "title\n2026-11-21 10:00:00.000 granted\x85\u2028\x1b[2J" + "x" * 100_000
        log.line(words)
        log.handle(logging.makeLogRecord({"msg": words, "levelno": logging.WARNING, "levelname": "WARNING"}))

    assert len(lines(tmp_path / "log")) == 2
    assert len((tmp_path / "log").read_text()) < 3 * log_file.LONGEST_CHARS
