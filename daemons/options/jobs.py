"""Running job scripts here, in a window or without (`daemons.session`), and reading them only (`daemons.check`)."""

from __future__ import annotations

import argparse
from pathlib import Path

from daemons.options.part import Part, Windows, Words, slot_count

HELP = """\
usage: alfred [options] [script ...]     the job queue window, with these in it
       alfred -nogui [script ...]        here: run them, or carry the queue on
       alfred -check [-json] FILE ...    read scripts, say what is wrong in them

  -nogui           without a window (as where there is no display)
  -paused          queue, but do not start      -after "[MONTH DAY] HOUR:MINUTE"
  -slots N         commands at a time, if a dispatcher must start (one a core)
  -v  -q           more, or less, to read       -log FILE   also write it there
"""


def _add(words: Words) -> None:
    words.add_argument("scripts", nargs="*")
    for flag in ("nogui", "check", "json", "paused", "v", "q"):
        words.add_argument(f"-{flag}", action="store_true")
    words.add_argument("-after", metavar="TIME", default="")
    words.add_argument("-slots", type=slot_count, metavar="N", nargs="?", const=True)  # without N: daemons.options.farm
    words.add_argument("-log", metavar="FILE")


def _check(words: Words, given: argparse.Namespace, asked: str) -> int:
    from daemons.check import check

    if not given.scripts:
        words.error("-check needs a FILE")
    return check([Path(name) for name in given.scripts], as_json=given.json)


def session(words: Words, given: argparse.Namespace, windows: Windows | None) -> int:
    """What is done when nothing else is asked for: run the scripts, or carry the queue on; in a window, where there is
    one, or in the terminal."""
    from daemons.session import Wishes, run

    if windows is None and not given.scripts and not given.nogui:
        words.error("no display for a window (DISPLAY is not set): name a script, or say -nogui to carry the queue on")
    if given.v and given.q:
        words.error("-v and -q do not go together")
    if given.paused and not given.scripts:
        words.error("-paused goes with a script; alfred -pause ID pauses a queued job")
    wishes = Wishes(
        scripts=tuple(Path(name) for name in given.scripts),
        paused=given.paused,
        after=given.after,
        slots=given.slots,
        chatter=1 if given.v else -1 if given.q else 0,
        log=None if given.log is None else Path(given.log),
    )
    return run(wishes) if windows is None or given.nogui else windows.queue(wishes)


JOBS = Part(HELP, _add, _check, requests=("check",), takes_files=True)
