"""Making the keys of a site and of its users (`daemons.newkey`)."""

from __future__ import annotations

import argparse

from daemons.options.part import Part, Words

HELP = """\
keys: who may talk to whom (docs/farm.md):
  -newkey          make the site's master key   -newkey USER  derive a user's
"""


def _add(words: Words) -> None:
    words.add_argument("-newkey", nargs="?", const=True, metavar="USER")


def _run(words: Words, given: argparse.Namespace, asked: str) -> int:
    from daemons.newkey import new_key

    return new_key("" if given.newkey is True else given.newkey)


KEYS = Part(HELP, _add, _run, requests=("newkey",), page="farm")
