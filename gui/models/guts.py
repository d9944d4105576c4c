"""Everything about a task and its commands, as lines to be read: what the script says, and what became of it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from daemons.wording import duration, ending, printable

About = Mapping[str, Any]
_NAME = 12


def task_lines(about: About) -> Iterator[str]:
    """A task, as `alfred -info ID -json` has it (docs/queue-json.md)."""
    yield _line("task", f"{about['jid']}.{about['tid']} {about['title']}")
    yield _line("state", about["state"])
    if about["error"]:
        yield _line("error", about["error"])
    if about.get("line"):
        yield _line("script line", about["line"])
    for name, value in about["options"].items():
        yield _line(f"-{name}", value)
    attempts = about.get("attempts", ())
    for kind in ("cmds", "cleanup"):
        for place, cmd in enumerate(about[kind], 1):
            yield ""
            yield f"{'command' if kind == 'cmds' else 'cleanup'} {place}"
            yield from _cmd_lines(cmd, [one for one in attempts if one["cid"] == cmd["cid"]])
    if about["logs"]:
        yield ""
        yield from (_line("log", name) for name in about["logs"])


def _cmd_lines(cmd: About, attempts: list[About]) -> Iterator[str]:
    yield _line("kind", cmd["kind"])
    yield _line("script", cmd["launch"])
    for name, value in cmd["options"].items():
        yield _line(f"-{name}", value)
    if cmd["retries"]:
        yield _line("retries", cmd["retries"])
    for attempt in attempts:
        yield ""
        yield from (f"  {line}" for line in _attempt_lines(attempt))


def _attempt_lines(attempt: About) -> Iterator[str]:
    """A time that a command was launched, after all substitutions."""
    yield _line("attempt", attempt["attempt"])
    for place, word in enumerate(attempt["argv"]):
        yield _line("launched" if not place else "", _quoted(word))
    if attempt["slots"]:
        yield _line("slots", " ".join(attempt["slots"]))
    if attempt["hosts"]:
        yield _line("hosts", " ".join(dict.fromkeys(attempt["hosts"])))
    yield _line("started", _moment(attempt["started"]))
    if attempt["ended"] is None:
        yield _line("ended", "it runs")
        return
    yield _line("ended", f"{_moment(attempt['ended'])} ({duration(attempt['ended'] - attempt['started'])})")
    status = "" if attempt["status"] is None else f": {ending(attempt['status'])}"
    yield _line("outcome", f"{attempt['outcome']}{status}")
    if attempt["reason"]:
        yield _line("reason", attempt["reason"])


def _line(name: str, value: object) -> str:
    return f"{name:<{_NAME}} {printable(str(value))}"


def _quoted(word: str) -> str:
    return f"{{{word}}}" if not word or any(letter.isspace() for letter in word) else word


def _moment(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))
