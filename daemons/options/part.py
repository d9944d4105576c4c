"""What a part of the `alfred` command line is, and the words that several parts read alike."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from daemons.wording import BadId, parse_id

if TYPE_CHECKING:
    from daemons.nimby import Desk
    from daemons.session import Wishes
    from runtime.nimby import Mode

DONE, ERRORS, USAGE, INTERRUPTED = 0, 1, 2, 130
"""Exit statuses."""


class Words(argparse.ArgumentParser):
    """Options in the single-dash spelling of the original; `error` says what is wrong with them, and ends."""

    def error(self, message: str) -> NoReturn:
        sys.stderr.write(f"alfred: {message}\nalfred -help shows what there is\n")
        raise SystemExit(USAGE)


@dataclass(frozen=True)
class Windows:
    """Who shows windows, where there is a display; each gives the exit status when it is closed.

    `queue`: the job queue, with what is asked for in it. `nimby`: the shields of this desktop."""

    queue: Callable[[Wishes], int]
    nimby: Callable[[Mode, float | None, Desk], int]


@dataclass(frozen=True)
class Part:
    """A part of the command. `add` declares its options; `run` does what one of its `requests` asks (an option's name
    without its dash), and gives the exit status. What `run` needs it imports then: the others do not wait for it.

    `help` is its piece of a page of help; "alfred -help farm" shows the pieces with the page "farm".
    """

    help: str
    add: Callable[[Words], None]
    run: Callable[[Words, argparse.Namespace, str], int]
    requests: tuple[str, ...] = ()
    page: str = ""
    in_window: Callable[[Words, argparse.Namespace, Windows], int] | None = None
    """The same as `run` in a window, where there is a display and `-nogui` is not said."""
    takes_files: bool = False
    """Whether words without an option are for it: scripts, files to check, the time of a report."""

    def asked(self, given: argparse.Namespace) -> list[str]:
        """Which of its requests were made."""
        return [name for name in self.requests if _is_given(getattr(given, name))]


def _is_given(value: object) -> bool:
    """Whether a value of an option asks for something: a flag that is set, or words. A bare number only sets it."""
    return bool(value) and not (isinstance(value, int) and value is not True)


# ---- types of options ----------------------------------------------------------------------------------------------


def identifier(text: str) -> tuple[int, int | None]:
    """The type of an ID: a job (3) or one of its tasks (3.14)."""
    try:
        return parse_id(text)
    except BadId as wrong:
        raise argparse.ArgumentTypeError(str(wrong)) from None


def tcp_port(text: str) -> int:
    """The type of a TCP port; 0 is any that is free."""
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f'"{text}" is no port')
    return int(text)


def slot_count(text: str) -> int:
    """The type of a number of slots, one at least."""
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f'"{text}" is no number of slots')
    return int(text)


def seconds(text: str) -> float:
    """The type of a duration, 0 included."""
    try:
        duration_s = float(text)
    except ValueError:
        duration_s = -1.0
    if not 0 <= duration_s < float("inf"):
        raise argparse.ArgumentTypeError(f'"{text}" is no number of seconds')
    return duration_s
