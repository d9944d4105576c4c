"""Running job scripts here (`daemons.session`), and reading them only (`daemons.check`)."""

from __future__ import annotations

import argparse
from pathlib import Path

from daemons.options.part import Part, Words, slot_count

HELP = """\
usage: alfred [options] script ...       queue job scripts (.alf), run them here
       alfred -nogui                     carry the queue on until it is done
       alfred -check [-json] FILE ...    read scripts, say what is wrong in them

  -nogui           in this terminal, without a window
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


def session(words: Words, given: argparse.Namespace) -> int:
    """What is done when nothing else is asked for: run the scripts, or carry the queue on."""
    from daemons.session import Wishes, run

    if not given.scripts and not given.nogui:
        words.error("no window in this version yet: name a script, or say -nogui to carry the queue on")
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
    return run(wishes)


JOBS = Part(HELP, _add, _check, requests=("check",), takes_files=True)
