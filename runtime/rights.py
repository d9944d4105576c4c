"""Who may do what at a dispatcher: its jobs belong to its user.

                  look      act on jobs      queue jobs, end the dispatcher, its preferences and environment
    owner         yes       yes              yes
    wrangler      yes       yes              no: what is queued runs as the owner
    guest         yes       no               no

Who somebody is has been proven before this is asked (daemons.hello). Wranglers are those of alfConfig(wranglers).
"""

from __future__ import annotations

from enum import Enum

from runtime.messages import Act, Action, AskAbout, AskTasks, Describe, Echo, Follow, List, Message, Watch, Why

_LOOKS = (List, Watch, AskTasks, Describe, Follow, Why, Echo)
_COMMANDS = ("whendone", "whenerror")


class Standing(Enum):
    """What a client is to a dispatcher."""

    OWNER = "owner"
    WRANGLER = "wrangler"
    GUEST = "guest"


def standing(user: str, owner: str, wrangler: bool) -> Standing:
    """What `user` is to the dispatcher of `owner`."""
    if user == owner:
        return Standing.OWNER
    return Standing.WRANGLER if wrangler else Standing.GUEST


def _brings_commands(act: Act) -> bool:
    """Whether it is an edit that gives the job another command to run."""
    return act.action is Action.EDIT and act.value.partition("=")[0].strip().removeprefix("-") in _COMMANDS


def refusal(message: Message, who: Standing, owner: str) -> str:
    """Why this request is not carried out; empty when nothing is against it."""
    if who is Standing.OWNER or isinstance(message, _LOOKS):
        return ""
    if isinstance(message, Act) and not _brings_commands(message):
        if who is Standing.WRANGLER:
            return ""
        return f"these are {owner}'s jobs: you may look at them; who else may act is said by alfConfig(wranglers)"
    if isinstance(message, AskAbout):
        return f"only {owner} may ask {owner}'s dispatcher about itself: its environment may hold secrets"
    return f"only {owner} may do that at {owner}'s dispatcher: what is queued here runs as {owner}"
