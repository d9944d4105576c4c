"""Which rests of tags a maitre-d takes from dispatchers (runtime.farm_messages.TagRests): bounds, and the site's word.

One user's dispatcher makes a tag rest for everybody, so it may do that only with tags of which alfred.ini, as the
maitre-d reads it, says that they mean licences, and never for longer than licenceRestMost at a time.
"""

from __future__ import annotations

import math

from runtime.farm_messages import TagRests
from runtime.maitred.requests import MOST_TAGS
from runtime.maitred.rules import Rules
from runtime.match.limits import Limits

LONGEST_REASON_CHARS = 300
_LONGEST_TAG_CHARS = 200
MOST_RESTING = 2_000
"""Tags that rest or are tried again at a time, on the whole site: each is looked at whenever something happens."""


def why_no_rest(message: TagRests, rules: Rules, limits: Limits) -> str:
    """Why a dispatcher's word does not count, in words; empty when it does."""
    if not (math.isfinite(message.seconds) and message.seconds > 0):
        return f"{message.seconds:g} s is no time"
    if len(message.tags) > MOST_TAGS or any(len(tag) > _LONGEST_TAG_CHARS for tag in message.tags):
        return "they are too many, or too long"
    for tag in message.tags:
        if not any(rule.covers((tag,)) for rule in (*rules.licence_codes, *rules.licence_lines)):
            return f"alfred.ini has no rule for {tag} (licenceCodes, licenceLines)"
    known = limits.resting.keys() | limits.trials.keys()
    fresh = {tag.lower() for tag in message.tags} - known
    return f"{len(known)} tags rest or are tried again already" if len(known) + len(fresh) > MOST_RESTING else ""
