"""In which order the steps of an Iterate begin (alfConfig(stepOrder)): in a row, or some first, to be looked at.

    inorder   0 1 2 3 4 5 6 7 8 9 ...              as the original has it
    ends      0 9 4   1 2 3 5 6 7 8                first, last, middle, then the rest in order
    halves    0 9 4   2 7   1 3 6 8   5            ... with the quarters, eighths and sixteenths before the rest

Steps are read in this order, and so numbered; where a step belongs in the document does not change with it. What runs
in series does so as it is written.
"""

from __future__ import annotations

from enum import Enum

_FINEST = 16


class StepOrder(Enum):
    """Its value is the word in alfred.ini."""

    IN_ORDER = "inorder"
    ENDS = "ends"
    HALVES = "halves"


def previews(order: StepOrder, steps: int) -> tuple[int, ...]:
    """The steps, counted from 0, that begin before all others, in their order; the first step is always the first."""
    if order is StepOrder.IN_ORDER or steps < 1:
        return ()
    last = steps - 1
    chosen = [0, last]
    parts = 2
    while parts <= (2 if order is StepOrder.ENDS else _FINEST):
        chosen += [last * part // parts for part in range(1, parts, 2)]
        parts *= 2
    return tuple(dict.fromkeys(chosen))


def run_at(early: tuple[int, ...], position: int, upto: int) -> range:
    """The steps at `position`, `position` + 1 ... of the order, before `upto`, as far as they follow each other in the
    document. `early`: the previews of all steps."""
    if position < len(early):
        return range(early[position], early[position] + 1)
    step = position - len(early)
    stop = step + upto - position
    for other in sorted(early):
        if other <= step:
            step += 1
            stop += 1
        else:
            stop = min(stop, other)
            break
    return range(step, stop)
