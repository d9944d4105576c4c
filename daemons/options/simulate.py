"""Trying a schedule before one lives with it (`daemons.simulating`)."""

from __future__ import annotations

import argparse

from daemons.options.part import Part, Words

HELP = """\
a workload under a schedule, on a virtual clock:
  -simulate FILE.schedule WORKLOAD [-seed N] [-plot FILE.svg]
  -simulate OLD.schedule NEW.schedule WORKLOAD ...     what a change would do
  ... history.sqlite [WHEN | FROM TO]    instead of WORKLOAD: what was asked for
                   then, by a maitre-d's record; WHEN as for -report
"""


def _add(words: Words) -> None:
    words.add_argument("-simulate", nargs="+", metavar="FILE")
    words.add_argument("-seed", type=int, metavar="N", default=None)
    words.add_argument("-plot", metavar="FILE")


def _run(words: Words, given: argparse.Namespace, asked: str) -> int:
    from daemons.simulating import Wishes, record_in, run

    files = [*given.simulate, *given.scripts]
    last = next((place for place, name in enumerate(files) if place and record_in(name) is not None), len(files) - 1)
    schedules, workload, span = files[:last], files[last], files[last + 1 :]
    if not 1 <= len(schedules) <= 2:
        words.error(
            "-simulate wants FILE.schedule WORKLOAD, or two schedules to compare and a WORKLOAD; a WORKLOAD is a file,"
            " or a record (history.sqlite) and a time: yesterday, lastweek, FROM TO"
        )
    return run(Wishes(tuple(schedules), workload, tuple(span), 1 if given.seed is None else given.seed, given.plot))


SIMULATE = Part(HELP, _add, _run, requests=("simulate",), page="plan", takes_files=True)
