"""Everything about a task, as lines."""

from typing import Any

from gui.models.guts import task_lines

TASK: dict[str, Any] = {
    "jid": 3, "tid": 14, "title": "frame\n7", "state": "error", "error": "exit status 1", "line": 12,
    "options": {"title": "frame 7", "service": "pixarRender"},
    "cmds": [
        {"cid": 5, "kind": "RemoteCmd", "launch": "prman %H", "options": {"tags": "prman"}, "attempt": 0, "retries": 1}
    ],
    "cleanup": [],
    "attempts": [
        {
            "attempt": 8, "cid": 5, "argv": ["prman", "-h", "two words"], "slots": ["janus1"], "hosts": ["janus"],
            "started": 1000.0, "ended": 1012.0, "status": 1, "outcome": "error", "reason": "",
        }
    ],
    "logs": ["/state/jobs/3/14.5.8.log"],
}  # fmt: skip


def words(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines()]


def test_a_task_shows_its_command_as_written_and_as_it_was_launched() -> None:
    lines = words("\n".join(task_lines(TASK)))

    assert "task 3.14 frame 7" in lines
    assert "script prman %H" in lines
    assert "launched prman" in lines
    assert "{two words}" in lines
    assert "-tags prman" in lines
    assert "slots janus1" in lines


def test_an_attempt_that_is_over_says_how_long_it_took_and_how_it_ended() -> None:
    text = "\n".join(task_lines(TASK))

    assert "(12 s)" in text
    assert "error: exit status 1" in text


def test_an_attempt_that_runs_has_no_end() -> None:
    running = TASK["attempts"][0] | {"ended": None, "status": None, "outcome": ""}

    assert "ended it runs" in words("\n".join(task_lines(TASK | {"attempts": [running]})))
