"""Whether the model can fail: each of these mistakes, put into the cores, is found by the runs of the gate.

A mistake is one method replaced by a worse one. `python -m pytest tests/model/test_the_model_notices.py` with FUZZ=1
tries them all (minutes); the gate tries those that are marked quick. What its runs are too few to find: a maitre-d that
gives out slots at once after its start, one that forgets over it which are offline, a time group that opens unseen.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from runtime.alfserver.core import Alfserver
from runtime.dispatcher import Dispatcher
from runtime.leasing import Leasing
from runtime.maitred.books import Books
from runtime.maitred.core import Maitred
from runtime.maitred.roll import Roll
from runtime.maitred.slots import Host
from runtime.outbox import Outbox
from runtime.remote import Remote
from tests.model.test_farm_model import FarmModel

Original = Callable[..., Any]


def nothing(_original: Original) -> Original:
    """It does nothing, and orders nothing."""
    return lambda *args, **kwargs: []


def always(answer: Any) -> Callable[[Original], Original]:
    return lambda original: lambda *args, **kwargs: answer


def without_barriers(original: Original) -> Original:
    return lambda self, job, fact, **kwargs: original(self, job, fact)


def at_once(_original: Original) -> Original:
    return lambda self, now: now


def as_soon_as_lost(_original: Original) -> Original:
    return lambda self, dispatcher: dispatcher.lost_at or 0.0


def for_ever(_original: Original) -> Original:
    return lambda self, name, now: self.metrics.get(name, (None, 0.0))[0]


def believed(_original: Original) -> Original:
    """A lease that comes back counts, whoever has its slot."""

    def take_back(self: Roll, dispatcher: Any, held: Any, now: float) -> tuple[Any, ...]:
        return ()

    return take_back


MISTAKES: dict[str, tuple[type, str, Callable[[Original], Original], bool]] = {
    "an alfserver lets two commands onto a slot": (Alfserver, "_busy", always(None), False),
    "an alfserver forgets what its launcher runs": (Alfserver, "adopt", nothing, True),
    "an alfserver does not end what it is told to": (Alfserver, "_sweep", nothing, False),
    "a maitre-d forgets its limits": (Books, "set_limits", nothing, True),
    "a maitre-d does not hear what is returned": (Maitred, "returned", nothing, True),
    "a maitre-d gives away the leases of who is lost": (Roll, "_over_at", as_soon_as_lost, False),
    "a maitre-d does not take leases back": (Roll, "take_back", believed, True),
    "a maitre-d believes metrics for ever": (Host, "metric", for_ever, False),
    "a dispatcher launches before its journal knows": (Outbox, "record", without_barriers, False),
    "a dispatcher forgets what runs on alfservers": (Dispatcher, "remote_attempts", always({}), True),
    "a dispatcher does not wait for a lease to be over": (Remote, "_over", at_once, False),
    "a dispatcher does not say what it holds": (Leasing, "held", always(()), True),
    "a dispatcher gives nothing back": (Leasing, "_put_back", nothing, True),
}
"""The class and its method, what is made of it, and whether the first few runs find it."""

ALL = bool(os.environ.get("FUZZ"))
GATE = settings(
    max_examples=500 if ALL else 60,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),
)


@pytest.mark.parametrize("mistake", [name for name, (*_, quick) in MISTAKES.items() if quick or ALL])
def test_a_mistake_is_noticed(mistake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place, name, worse, _ = MISTAKES[mistake]
    monkeypatch.setattr(place, name, worse(getattr(place, name)))

    with pytest.raises(Exception):  # noqa: B017  whatever a mistake leads to is noticed
        run_state_machine_as_test(FarmModel, settings=GATE)
