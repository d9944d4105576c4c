"""Looking at the farm, and changing it (`daemons.farm_commands`)."""

from __future__ import annotations

import argparse

from daemons.options.part import Part, Words

HELP = """\
looking at the farm, and changing it (the last three: wranglers, docs/farm.md):
  -slots [-json]   the slots, who has them since when, and who waits
  -offline SLOT ...    give these out no more   -online SLOT ...   and again
  -eject [SLOT|HOST]   end what runs there, or here; it runs again elsewhere
"""


def _add(words: Words) -> None:
    words.add_argument("-offline", nargs="+", metavar="SLOT")
    words.add_argument("-online", nargs="+", metavar="SLOT")
    words.add_argument("-eject", metavar="SLOT|HOST", nargs="?", const=True)


def _run(words: Words, given: argparse.Namespace, asked: str) -> int:
    from daemons import farm_commands

    if asked == "slots":
        return farm_commands.show_slots(as_json=given.json)
    if asked == "eject":
        return farm_commands.eject_here(given.host) if given.eject is True else farm_commands.eject(given.eject)
    return farm_commands.set_offline(getattr(given, asked), offline=asked == "offline")


FARM = Part(HELP, _add, _run, requests=("slots", "offline", "online", "eject"), page="farm")
