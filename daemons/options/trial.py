"""A farm on one machine, to try (`daemons.farm`)."""

from __future__ import annotations

import argparse

from daemons.options.part import Part, Words

HELP = """\
  -farm N     to try: all of it here, N machines, two users; Ctrl-C ends it
"""
_MOST = 200


def _machines(text: str) -> str:
    if not text.isdecimal() or not 0 < int(text) <= _MOST:
        raise argparse.ArgumentTypeError(f'"{text}" is no number of machines from 1 to {_MOST}')
    return text


def _add(words: Words) -> None:
    words.add_argument("-farm", type=_machines, metavar="N")


def _run(words: Words, given: argparse.Namespace, asked: str) -> int:
    from daemons.farm.show import run

    return run(int(given.farm))


TRIAL = Part(HELP, _add, _run, requests=("farm",), page="farm")
