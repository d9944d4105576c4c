"""Naming the site's files (`daemons.site`): what any command of the product may be told."""

from __future__ import annotations

import argparse
import os

from daemons.options.part import Words

HELP = """\
the site's files, otherwise looked for in $RATTREE, $RMANTREE and /etc/alfred:
  -ini FILE        alfred.ini                   -schedule FILE  alfred.schedule
"""


def add(words: Words) -> None:
    words.add_argument("-ini", metavar="FILE")
    words.add_argument("-schedule", metavar="FILE")


def take(words: Words, given: argparse.Namespace) -> None:
    """Hold on to the files that were named, for this process and those that it starts."""
    if given.ini is None and given.schedule is None:
        return
    from daemons.site import NoSuchFileError, name_files

    try:
        name_files(os.environ, ini=given.ini, schedule=given.schedule)
    except NoSuchFileError as missing:
        words.error(str(missing))
