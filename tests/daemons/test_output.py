"""Output of commands: the lines that mean something, the log files, their time stamps."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemons.output import LINE_BYTES, LogFile, Scanner, read_stamps


def scanned(text: bytes, cuts=()):
    scanner = Scanner()
    places = [0, *sorted(cuts), len(text)]
    for start, end in pairwise(places):
        if start != end:
            scanner.feed(text[start:end])
    scanner.finish()
    return scanner


@pytest.mark.parametrize(
    ("line", "percent"),
    [
        (b"ALF_PROGRESS 42%", 42),
        (b"TR_PROGRESS 42%", 42),
        (b"TR_PROGRESS  42 %", 42),
        (b"  ALF_PROGRESS 42", 42),
        (b"00:00:03 12.3MB prman | 42%", 42),
        (b"R90000  42% done", 42),
        (b"42.7% done, 3 to go", 42),
        (b"Frame beauty.0003 (3 of 10)", 30),
        (b"ALF_PROGRESS 250%", 100),
        (b"disk is 42% full", -1),
        (b"progress 42", -1),
        (b"XALF_PROGRESS 42", -1),
    ],
)
def test_percents_of_every_spelling(line, percent):
    assert scanned(b"before\n" + line + b"\nafter\n").percent == percent


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"ALF_EXIT_STATUS 3", 3),
        (b"TR_EXIT_STATUS 0", 0),
        (b"TR_EXIT_STATUS -9", -9),
        (b"say TR_EXIT_STATUS 3", None),
        (b"TR_EXIT_STATUS three", None),
    ],
)
def test_a_reported_status(line, status):
    assert scanned(line + b"\r\n").reported == status


def test_chunk_files_in_order_with_and_without_quotes_and_position():
    assert scanned(b'TR_EXPAND_CHUNK "/a b/c.alf" 3\nTR_EXPAND_CHUNK d.alf\n').chunks == ["/a b/c.alf", "d.alf"]


def test_a_carriage_return_ends_a_line():
    assert scanned(b"\rALF_PROGRESS 10%\rALF_PROGRESS 20%\rALF_").percent == 20


def test_a_line_counts_when_it_is_whole_or_the_output_is_over():
    scanner = Scanner()
    assert not scanner.feed(b"ALF_PROGRESS 4")
    assert scanner.percent == -1
    scanner.feed(b"2%")

    assert scanner.finish()
    assert scanner.percent == 42


def test_a_line_without_end_takes_no_memory_and_is_not_searched():
    scanner = Scanner()
    for _ in range(100):
        scanner.feed(b"x" * LINE_BYTES)
    scanner.feed(b" TR_EXIT_STATUS 3\nTR_EXIT_STATUS 4\n")

    assert scanner.reported == 4


def test_what_counts_is_found_anywhere_in_a_large_chunk():
    noise = b"noise without end\n" * 4000
    scanner = scanned(b"ALF_PROGRESS 7%\nTR_EXIT_STATUS 3\n" + noise)

    assert (scanner.percent, scanner.reported) == (7, 3)


MEANT = [b"ALF_PROGRESS 5%", b"TR_EXIT_STATUS 3", b'TR_EXPAND_CHUNK "f"', b"9% done"]
LINES = st.lists(st.sampled_from([*MEANT, b"", b"noise", b"\xff\x00%", b"TR_"]), max_size=20)


@given(LINES, st.lists(st.integers(0, 200)))
def test_where_chunks_are_cut_makes_no_difference(lines, cuts):
    text = b"\n".join(lines)
    whole, cut = scanned(text), scanned(text, [place for place in cuts if place < len(text)])

    assert (whole.percent, whole.reported, whole.chunks) == (cut.percent, cut.reported, cut.chunks)


@given(st.binary(max_size=3000))
def test_binary_is_taken_as_it_comes(data):
    scanned(data)


def test_a_log_and_its_directory_are_made_at_the_first_byte(tmp_path):
    log = LogFile(str(tmp_path / "jobs" / "1" / "1.1.1.log"))
    assert not (tmp_path / "jobs").exists()

    log.write(b"hello\n", 100.0)

    assert (tmp_path / "jobs" / "1" / "1.1.1.log").read_bytes() == b"hello\n"


def test_stamps_say_when_output_came(tmp_path):
    log = LogFile(str(tmp_path / "log"))
    for text, now in ((b"one\n", 100.0), (b"soon after\n", 100.01), (b"later\n", 160.0)):
        log.write(text, now)

    assert list(read_stamps(tmp_path / "log")) == [(0, 100.0), (15, 160.0)]


def test_a_log_without_stamps_has_none(tmp_path):
    assert list(read_stamps(tmp_path / "log")) == []


def test_a_log_that_cannot_be_written_says_so_once_it_can(tmp_path):
    (tmp_path / "jobs").write_text("in the way")
    log = LogFile(str(tmp_path / "jobs" / "log"))
    log.write(b"lost\n", 100.0)
    (tmp_path / "jobs").unlink()
    log.write(b"lost as well\n", 101.0)
    log.write(b"kept\n", 200.0)

    text = (tmp_path / "jobs" / "log").read_text()

    assert "jobs/log: Not a directory" in log.trouble
    assert "18 bytes of output were dropped here" in text
    assert text.endswith("]\nkept\n")
