"""Words and figures as people read them."""

import pytest

from daemons.wording import BadId, count, duration, ending, parse_id, printable


def test_a_title_cannot_move_the_cursor_or_fake_a_line():
    assert printable("frame\x1b[2J 1\r\ndone \u202e") == "frame [2J 1 done"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-1, "0.0 s"), (0.44, "0.4 s"), (12.4, "12 s"), (59.6, "1:00"), (187, "3:07"), (8100, "2:15:00")],
)
def test_durations_read_naturally(seconds, words):
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("status", "words"), [(3, "exit status 3"), (-9, "signal 9 (KILL)"), (-11, "signal 11 (SEGV)"), (-99, "signal 99")]
)
def test_an_ending_names_the_status_or_the_signal(status, words):
    assert ending(status) == words


def test_one_is_singular_and_thousands_are_grouped():
    assert (count(1, "task"), count(12345, "task")) == ("1 task", "12,345 tasks")


def test_an_id_is_a_job_or_a_task_of_a_job():
    assert parse_id("3") == (3, None)
    assert parse_id("3.14") == (3, 14)


@pytest.mark.parametrize("text", ["", "x", "3.", ".4", "3.4.5", "-1", "3 4", "1" * 30])
def test_anything_else_is_refused_with_an_example(text):
    with pytest.raises(BadId, match=r"3\.14"):
        parse_id(text)
