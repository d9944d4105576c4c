"""What the farm has done, from the maitre-d's record (`daemons.report_commands`)."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from daemons.options.part import Part, Words

HELP = """\
  -report [WHEN | FROM TO]   tables of that time: yesterday (also without WHEN)
                   today thisweek lastweek thismonth lastmonth, 2026-11-20
                   2026-11-20T14:30
  -by NAME,...     one for each: crew user project group host job
  -job JID         instead: what happened to a job     -user NAME  of this user
  -busy            instead: which slot had what, when  -on HOST|SLOT   there
  -csv  -json      for programs                  -svg FILE    as a picture
  -history FILE    from a file, without a maitre-d
"""
DIMENSIONS = ("crew", "user", "project", "group", "host", "job")
# the names of runtime.history.tally.By that can be asked for, which is imported when one of them is


YESTERDAY = ["yesterday"]


class _When(argparse.Action):
    """Without words it is yesterday."""

    def __call__(self, parser: Any, given: argparse.Namespace, values: Any, option: Any = None) -> None:
        setattr(given, self.dest, values or YESTERDAY)


def _dimensions(text: str) -> tuple[str, ...]:
    names = tuple(text.replace(",", " ").split())
    wrong = next((name for name in names if name not in DIMENSIONS), None)
    if wrong is not None or not names:
        raise argparse.ArgumentTypeError(f'"{wrong or text}" is none of {", ".join(DIMENSIONS)}')
    return names


def _jid(text: str) -> int:
    if not text.isdecimal() or len(text) > 18:
        raise argparse.ArgumentTypeError(f'"{text}" is no number of a job')
    return int(text)


def _add(words: Words) -> None:
    words.add_argument("-report", nargs="*", action=_When, metavar="WHEN")
    words.add_argument("-by", type=_dimensions, metavar="NAME", default=())
    words.add_argument("-job", type=_jid, metavar="JID")
    words.add_argument("-on", metavar="HOST|SLOT", default="")
    words.add_argument("-user", metavar="NAME", default="")
    for flag in ("busy", "csv"):
        words.add_argument(f"-{flag}", action="store_true")
    words.add_argument("-svg", metavar="FILE")
    words.add_argument("-history", metavar="FILE")


def _run(words: Words, given: argparse.Namespace, asked: str) -> int:
    from daemons.report_commands import Wishes, show_report

    forms = [form for form in ("csv", "json", "svg") if getattr(given, form)]
    if len(forms) > 1:
        words.error(f"-{forms[0]} and -{forms[1]} do not go together")
    if given.svg and (given.job is not None or given.busy):
        words.error("-svg draws a report of a time: -job and -busy do not go with it")
    if (given.on and not given.busy) or (given.user and not given.busy and given.job is None):
        words.error("-on goes with -busy, -user with -busy or -job")
    if given.scripts and given.report != YESTERDAY:
        words.error(f"-report takes one time: {' '.join(given.report)}, or {' '.join(given.scripts)}?")
    return show_report(
        Wishes(
            span=tuple(given.scripts or given.report),
            by=given.by,
            form=forms[0] if forms else "",
            svg=None if given.svg is None else Path(given.svg),
            job=-1 if given.job is None else given.job,
            user=given.user,
            slots=given.busy,
            where=given.on,
            history=None if given.history is None else Path(given.history),
        )
    )


REPORT = Part(HELP, _add, _run, requests=("report",), page="report", takes_files=True)
