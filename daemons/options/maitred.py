"""Being the maitre-d (`daemons.maitred`)."""

from __future__ import annotations

import argparse
from pathlib import Path

from daemons.options.part import Part, Words, seconds, tcp_port

HELP = """\
the maitre-d, which gives out the slots of alfred.schedule:
  -maitre_d [-v] [-log FILE]  run one           -wait SECONDS   before it begins
  -port N  -bind ADDRESS      where (9000)      -state DIR  what a restart knows
"""


def _add(words: Words) -> None:
    words.add_argument("-maitre_d", action="store_true")
    words.add_argument("-port", type=tcp_port, metavar="N")
    words.add_argument("-bind", metavar="ADDRESS", default="")
    words.add_argument("-state", metavar="DIR")
    words.add_argument("-wait", type=seconds, metavar="SECONDS")


def _run(words: Words, given: argparse.Namespace, asked: str) -> int:
    from daemons.maitred.process import Wishes, run

    return run(
        Wishes(
            log=None if given.log is None else Path(given.log),
            port=given.port,
            bind=given.bind,
            state=None if given.state is None else Path(given.state),
            wait_s=given.wait,
            chatty=given.v,
        )
    )


MAITRED = Part(HELP, _add, _run, requests=("maitre_d",), page="farm")
