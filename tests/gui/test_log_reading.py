"""A log as it grows."""

from pathlib import Path

from daemons.output import LogFile
from gui.links.log_reading import LONGEST_CHARS, MOST_BYTES, LogReading


def test_lines_come_once_each_and_whole(tmp_path: Path) -> None:
    log = tmp_path / "log"
    reading = LogReading(log)
    assert reading.more() == []
    log.write_bytes(b"one\ntw")
    assert [line.text for line in reading.more()] == ["one"]
    log.write_bytes(b"one\ntwo\nthree")
    assert [line.text for line in reading.more()] == ["two"]
    assert [line.text for line in reading.more(whole=True)] == ["three"]


def test_lines_have_the_time_at_which_they_came(tmp_path: Path) -> None:
    log = LogFile(str(tmp_path / "log"))
    log.write(b"one\n", 1_000_000.0)
    log.write(b"two\n", 1_000_060.0)
    log.close()

    first, second = LogReading(tmp_path / "log").more()
    assert first.stamp[3:] == "46:40"
    assert second.stamp[3:] == "47:40"


def test_of_a_large_log_the_end_is_read(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"x\n" * MOST_BYTES)
    reading = LogReading(log)
    reading.more()

    assert reading.skipped == MOST_BYTES
    assert reading.offset == 2 * MOST_BYTES


def test_what_no_line_can_show_is_left_out_and_a_line_has_an_end(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"\x1b[31mred\x00\n" + b"y" * 3 * LONGEST_CHARS + b"\n  indented\n\xff\n")
    lines = [line.text for line in LogReading(log).more()]

    assert lines[0] == "[31mred"
    assert lines[1] == "y" * LONGEST_CHARS + " ..."
    assert lines[2:] == ["  indented", "\N{REPLACEMENT CHARACTER}"]


def test_a_log_that_was_written_anew_is_read_from_its_beginning(tmp_path):
    log = tmp_path / "log"
    log.write_text("one\ntwo\n")
    reading = LogReading(log)
    reading.more()
    log.write_text("1\n")

    assert [line.text for line in reading.more()] == ["1"]


def test_of_what_came_faster_than_it_is_read_the_end_is_shown(tmp_path):
    log = tmp_path / "log"
    log.write_text("first\n")
    reading = LogReading(log)
    reading.more()
    with log.open("a") as more:
        more.write("x" * 79 + "\n")
        more.writelines("y" * 79 + "\n" for _ in range(3 * MOST_BYTES // 80))
        more.write("last\n")

    assert reading.more(whole=True)[-1].text == "last"
    assert reading.skipped > MOST_BYTES
