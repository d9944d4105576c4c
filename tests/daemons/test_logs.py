"""The last lines of a command's log, as they are shown with an error."""

from pathlib import Path

from daemons.logs import tail


def test_the_last_lines_are_shown(tmp_path: Path) -> None:
    log = tmp_path / "1.1.1.log"
    log.write_text("".join(f"line {number}\n" for number in range(10_000)))

    assert tail(str(log), 2) == ("line 9998", "line 9999")


def test_a_line_without_end_is_cut_short(tmp_path: Path) -> None:
    log = tmp_path / "1.1.1.log"
    log.write_bytes(b"x" * 5_000_000)

    assert [len(line) for line in tail(str(log))] == [303]


def test_without_a_log_there_is_nothing(tmp_path: Path) -> None:
    assert tail(str(tmp_path / "none.log")) == ()
