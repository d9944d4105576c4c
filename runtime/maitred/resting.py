"""Which rests of tags a maitre-d takes from dispatchers (runtime.farm_messages.TagRests): bounds, and the site's word.

One user's dispatcher makes a tag rest for everybody, so it may do that only with tags of which alfred.ini, as the
maitre-d reads it, says that they mean licences, and never for longer than licenceRestMost at a time.
"""

from __future__ import annotations

import math
from collections import defaultdict

from runtime.farm_messages import TagRests
from runtime.maitred.requests import MOST_TAGS
from runtime.maitred.rules import Rules
from runtime.match.limits import Limits

LONGEST_REASON_CHARS = 300
_LONGEST_TAG_CHARS = 200
MOST_RESTING = 2_000
"""Tags that rest or are tried again at a time, on the whole site: each is looked at whenever something happens."""
MOST_OF_ONE = 500
"""Of them, those that one user was the first to name: where a rule says `*`, others have tags too."""


class Resting:
    """Who has made which tags rest."""

    def __init__(self) -> None:
        self._named: defaultdict[str, set[str]] = defaultdict(set)

    def take(self, user: str, message: TagRests, rules: Rules, limits: Limits) -> str:
        """Why the word of a user's dispatcher does not count, in words; empty when it does, and is to be done."""
        fault = _why_not(message, rules)
        if fault:
            return fault
        known = limits.resting.keys() | limits.trials.keys()
        fresh = {tag.lower() for tag in message.tags} - known
        if len(known) + len(fresh) > MOST_RESTING:
            return f"{len(known)} tags rest or are tried again already"
        own = self._named[user] & known
        if len(own) + len(fresh) > MOST_OF_ONE:
            return f"{len(own)} tags of {user} rest or are tried again already, and {MOST_OF_ONE} of one user may"
        self._named[user] = own | fresh
        return ""


def _why_not(message: TagRests, rules: Rules) -> str:
    if not (math.isfinite(message.seconds) and message.seconds > 0):
        return f"{message.seconds:g} s is no time"
    if len(message.tags) > MOST_TAGS or any(len(tag) > _LONGEST_TAG_CHARS for tag in message.tags):
        return "they are too many, or too long"
    for tag in message.tags:
        if not any(rule.covers((tag,)) for rule in (*rules.licence_codes, *rules.licence_lines)):
            return f"alfred.ini has no rule for {tag} (licenceCodes, licenceLines)"
    return ""
