"""A desktop that is lent to the farm while its user is away (`daemons.nimby`)."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from daemons.options.part import USAGE, Part, Windows, Words, seconds

if TYPE_CHECKING:
    from daemons.nimby import Desk
    from runtime.nimby import Mode

HELP = """\
nimby, on a desktop: no job of the farm runs here while you are active
  -nimby           a window; -nogui: until Ctrl-C     -mode MODE  what you want:
      default      shields up until you are idle, down until you return
      auto-eject   the same; what runs when you return goes elsewhere at once
      always       shields up                   allow         shields down
  -idle SECONDS    how long is idle (the screensaver's time, else 15 minutes)
  -host NAME       this machine's name in the schedule (its own)
"""
MODES = ("default", "always", "auto-eject", "allow")


def _add(words: Words) -> None:
    words.add_argument("-nimby", action="store_true")
    words.add_argument("-mode", choices=MODES)
    words.add_argument("-idle", type=seconds, metavar="SECONDS")
    words.add_argument("-host", metavar="NAME")


def _run(words: Words, given: argparse.Namespace, asked: str) -> int:
    from daemons.nimby import serve

    return _at_desk(given, serve)


def _in_window(words: Words, given: argparse.Namespace, windows: Windows) -> int:
    return _at_desk(given, windows.nimby)


def _at_desk(given: argparse.Namespace, serve: Callable[[Mode, float | None, Desk], int]) -> int:
    from daemons.nimby import own_desk
    from runtime.nimby import Mode

    desk = own_desk(given.host)
    if desk is None:
        return USAGE
    settings = desk.settings()
    return serve(Mode(given.mode or settings.nimby_mode), given.idle or settings.nimby_idle_s or None, desk)


NIMBY = Part(HELP, _add, _run, requests=("nimby",), page="farm", in_window=_in_window)
