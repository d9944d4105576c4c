"""Looking at the queue, and changing it (`daemons.queue_commands`)."""

from __future__ import annotations

import argparse

from daemons.elsewhere import parse
from daemons.options.part import Part, Words, identifier
from daemons.wording import BadId, parse_id

HELP = """\

the queue; ID is a job (3) or one of its tasks (3.14):
  -queue [-json]   list the jobs                -info ID [-json]
  -output ID       what its commands printed    -f  follow   -t  with times
  -pause ID   -resume ID   -delete ID           -priority ID N
  -retry ID        start again what failed      -restart ID   from the beginning
  -skip ID         count it as done             -skiperrors ID  all that failed
  -kill ID         end what runs (an error)    -requeue ID  end it, to run again
  -chaser ID  -preview ID    start a task's viewer
  -h USER@HOST     all of this at that user's dispatcher there (docs/farm.md)
"""

# the names of runtime.messages.Action, which is imported when one of them is asked for
ACTIONS = (
    *("pause", "resume", "retry", "skip", "skiperrors", "restart", "kill", "requeue", "delete"),
    *("chaser", "preview"),
)


def _place(text: str) -> str:
    try:
        parse(text)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(str(wrong)) from None
    return text


def _add(words: Words) -> None:
    for flag in ("queue", "f", "t"):
        words.add_argument(f"-{flag}", action="store_true")
    words.add_argument("-h", type=_place, metavar="USER@HOST")
    words.add_argument("-info", type=identifier, metavar="ID")
    words.add_argument("-output", type=identifier, metavar="ID")
    words.add_argument("-priority", nargs=2, metavar=("ID", "N"))
    for name in ACTIONS:
        words.add_argument(f"-{name}", type=identifier, metavar="ID")


def _run(words: Words, given: argparse.Namespace, asked: str) -> int:
    from daemons import queue_commands
    from runtime.messages import Action

    if asked == "queue":
        return queue_commands.show_queue(as_json=given.json)
    if asked == "info":
        return queue_commands.show_info(*given.info, as_json=given.json)
    if asked == "output":
        return queue_commands.show_output(*given.output, follow=given.f, stamped=given.t)
    if asked == "priority":
        name, number = given.priority
        try:
            float(number)
            jid, tid = parse_id(name)
        except BadId as wrong:
            words.error(f"-priority: {wrong}")
        except ValueError:
            words.error(f'-priority: "{number}" is not a number')
        return queue_commands.act(Action.PRIORITY, jid, tid, number)
    return queue_commands.act(Action(asked), *getattr(given, asked))


QUEUE = Part(HELP, _add, _run, requests=("queue", "info", "output", "priority", *ACTIONS))
