"""The operators of job scripts as data: which options each takes and what an option's value is (reference, section 2).

The reader, the diagnostics and the documentation all follow this table. Options of Alfred and of Tractor stand side
by side; both spellings of an option that has two (-pause and -paused, -project and -projects, -dirmap and -dirmaps)
are options of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType


class Body(Enum):
    """A place where operators stand; its value names it in messages."""

    FILE = "file level"
    SUBTASKS = "-subtasks"
    CMDS = "-cmds"
    CLEANUP = "-cleanup"
    POSTSCRIPT = "-postscript"
    INIT = "-init"


class Value(Enum):
    """What the value of an option is."""

    TEXT = "text"
    NUMBER = "number"
    SILENCE = "silence"  # seconds without a sign of life (runtime.verdict.quiet_s_of)
    EXPRESSION = "expression"  # kept as it is: evaluated when the command becomes ready (-if, -metrics)
    AMOUNTS = "amounts"  # resources and how much of each (runtime.match.reserve)
    TARGETS = "targets"  # who hears of a job's end (runtime.notices)
    TEMPLATE = "template"  # operators, read anew for every step of an Iterate


Meaning = Value | Body


@dataclass(frozen=True)
class Operator:
    """One operator: its options by name without the dash, and where it may stand."""

    name: str
    options: Mapping[str, Meaning]
    places: frozenset[Body]


_COMMANDS = frozenset({Body.CMDS, Body.CLEANUP, Body.POSTSCRIPT})
_TREE = frozenset({Body.FILE, Body.SUBTASKS})


def _options(text: str = "", numbers: str = "", **others: Meaning) -> Mapping[str, Meaning]:
    table: dict[str, Meaning] = dict.fromkeys(text.split(), Value.TEXT)
    table |= dict.fromkeys(numbers.split(), Value.NUMBER)
    return MappingProxyType(table | others)


_CMD = _options(
    text="service tags id refersto expand msg envkey retryrc resumewhile when metadata",
    numbers="atleast atmost samehost priority minrunsecs maxrunsecs resumepin",
    noprogresssecs=Value.SILENCE,
    reserve=Value.AMOUNTS,
    **{"if": Value.EXPRESSION, "metrics": Value.EXPRESSION},
)

OPERATORS: Mapping[str, Operator] = MappingProxyType(
    {
        operator.name: operator
        for operator in (
            Operator(
                "Job",
                _options(
                    text="title after afterjids service tags crews envkey dirmaps dirmap comment whendone whenerror"
                    " tier projects project metadata editpolicy spoolcwd spooladdr",
                    numbers="atleast atmost pbias priority etalevel elapsed samehost maxactive serialsubtasks"
                    " paused pause",
                    noprogresssecs=Value.SILENCE,
                    notify=Value.TARGETS,
                    reserve=Value.AMOUNTS,
                    init=Body.INIT,
                    subtasks=Body.SUBTASKS,
                    cleanup=Body.CLEANUP,
                    postscript=Body.POSTSCRIPT,
                ),
                frozenset({Body.FILE}),
            ),
            Operator(
                "Task",
                _options(
                    text="title id service tags chaser preview metadata",
                    numbers="atleast atmost serialsubtasks resumeblock",
                    reserve=Value.AMOUNTS,
                    subtasks=Body.SUBTASKS,
                    cmds=Body.CMDS,
                    cleanup=Body.CLEANUP,
                ),
                _TREE,
            ),
            Operator("Instance", _options(text="title"), _TREE),
            Operator(
                "Iterate",
                _options(text="from to by", template=Value.TEMPLATE, subtasks=Body.SUBTASKS),
                _TREE,
            ),
            Operator("Cmd", _CMD, _COMMANDS),
            Operator("RemoteCmd", _CMD, _COMMANDS),
            Operator("File", _options(), _COMMANDS),
            Operator("Assign", _options(), frozenset({Body.INIT})),
        )
    }
)


def nearest(word: str, words: Iterable[str]) -> str:
    """The one of `words` that `word` is most likely meant to be, or "" when none is near enough.

    Near enough are two slips (a letter added, lost, changed, or two neighbours swapped) in a word of five letters or
    more, one in a shorter one; and a word written out of which ours is the short form (Command: Cmd).
    """
    allowed = 2 if len(word) >= 5 else 1
    ranked = sorted((slips(word.lower(), other.lower()), other) for other in words)
    if ranked and ranked[0][0] <= allowed:
        return ranked[0][1]
    return next((other for _, other in ranked if _is_short_form(other.lower(), word.lower())), "")


def _is_short_form(short: str, word: str) -> bool:
    letters = iter(word)
    return word[:1] == short[:1] and len(short) >= 3 and all(letter in letters for letter in short)


def slips(one: str, other: str) -> int:
    """How many letters must be added, taken away, changed or swapped with a neighbour to make one word the other."""
    before: list[int] = []
    above = list(range(len(other) + 1))
    for i, letter in enumerate(one):
        row = [i + 1]
        for j, mine in enumerate(other):
            cost = min(row[j] + 1, above[j + 1] + 1, above[j] + (letter != mine))
            if i and j and letter == other[j - 1] and one[i - 1] == mine:
                cost = min(cost, before[j - 1] + 1)
            row.append(cost)
        before, above = above, row
    return above[-1]
