"""Why jobs wait for servers, and which servers a user does not want (`daemons.queue_commands`)."""

from __future__ import annotations

import argparse

from daemons.options.part import Part, Words, identifier

HELP = """\
for your own jobs; ID is a job (3) or one of its tasks (3.14):
  -why ID [-json]       why it waits: what each server of the farm says
  -exclude HOST|SLOT    use it for none of your jobs
  -include HOST|SLOT    use it again
"""


def _add(words: Words) -> None:
    words.add_argument("-why", type=identifier, metavar="ID")
    words.add_argument("-exclude", metavar="WHERE")
    words.add_argument("-include", metavar="WHERE")


def _run(words: Words, given: argparse.Namespace, asked: str) -> int:
    from daemons import queue_commands

    if asked == "why":
        return queue_commands.show_why(*given.why, as_json=given.json)
    return queue_commands.exclude(getattr(given, asked), excluded=asked == "exclude")


WAITING = Part(HELP, _add, _run, requests=("why", "exclude", "include"), page="farm")
