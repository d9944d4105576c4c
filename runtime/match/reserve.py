"""-reserve: what a command needs of a machine for itself, on each of its slots. Beside the metrics, which say what is
free at this moment, a reservation says what will be needed: what all of them have together is no more than there is.

    -reserve {mem 8 gpu 1}       8 GB of memory and one GPU

    RESOURCE    counts          in
    mem         GB              steps of 1 MB, rounded up
    gpu         whole pieces    they have numbers: 0, 1, ...

Amounts in steps of 2**-10 add up exactly, in any order: nothing is lost when they are counted up and down for years.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from alftcl.errors import TclError
from alftcl.values import split_list, to_float

Reserve = tuple[tuple[str, float], ...]
"""Resources, in the order of their names, each with an amount above 0."""

MEMORY, GPUS = "mem", "gpu"
RESOURCES = (MEMORY, GPUS)
MOST = float(1 << 30)
"""More of anything is nobody's."""
_STEPS = 1024.0


class ReserveError(ValueError):
    """What a -reserve says cannot be; the words are for its user."""


def read_reserve(text: str) -> dict[str, float]:
    """What a -reserve says of each resource, 0 included. Raises ReserveError."""
    try:
        words = split_list(text)
    except TclError as error:
        raise ReserveError(f"-reserve {{{text}}}: {error.message}") from error
    if len(words) % 2:
        raise ReserveError(f"-reserve {{{text}}}: {words[-1]} has no amount; it is written {{mem 8 gpu 1}}")
    found: dict[str, float] = {}
    for name, amount in zip(words[::2], words[1::2], strict=True):
        if name.lower() not in RESOURCES:
            raise ReserveError(f"-reserve {{{text}}}: there is no {name}; mem (GB) and gpu (pieces) can be reserved")
        found[name.lower()] = _amount(text, name.lower(), amount)
    return found


def combined(texts: Iterable[str]) -> Reserve:
    """What is reserved where several say it, the one that counts most last: each resource as the last one has it that
    names it. Raises ReserveError."""
    found: dict[str, float] = {}
    for text in texts:
        if text:
            found |= read_reserve(text)
    return tuple(sorted((name, amount) for name, amount in found.items() if amount))


def understood(said: Iterable[tuple[str, float]]) -> Reserve:
    """Of what somebody else's program says is reserved, what can be."""
    found = {name: _up(amount) for name, amount in said if name in RESOURCES and 0 < amount <= MOST}
    return tuple(sorted(found.items()))


def reserve_words(reserve: Reserve) -> str:
    """As a script has it: `mem 8 gpu 1`."""
    return " ".join(f"{name} {amount:.10g}" for name, amount in reserve)


def amount_words(name: str, amount: float) -> str:
    """`8 GB of memory`, `2 GPUs`"""
    if name == MEMORY:
        return f"{amount:.6g} GB of memory"
    return f"{amount:.10g} GPU{'s' * (amount != 1)}"


def whole_steps(gigabytes: float) -> float:
    """What there is, in whole steps of what can be reserved of it."""
    return math.floor(gigabytes * _STEPS) / _STEPS


def _amount(text: str, name: str, word: str) -> float:
    try:
        amount = to_float(word)
    except TclError as error:
        raise ReserveError(f"-reserve {{{text}}}: {name}: {error.message}") from error
    if not 0 <= amount <= MOST:
        raise ReserveError(f"-reserve {{{text}}}: {name} cannot be {word}")
    if name == GPUS and not amount.is_integer():
        raise ReserveError(f"-reserve {{{text}}}: GPUs are reserved whole, not {word} of one")
    return _up(amount)


def _up(amount: float) -> float:
    return math.ceil(amount * _STEPS) / _STEPS
