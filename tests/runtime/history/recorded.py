"""Records for tests: who had what, when."""

from __future__ import annotations

from typing import Any

from runtime.farm_messages import How
from runtime.history.records import Granted, Place, Ran, Whose

ECLAIR = Place("eclair1", "eclair", frozenset({"fast"}))
DOUGHNUT = Place("doughnut1", "doughnut")


def whose(user: str = "anna", crew: str = "tds", jid: int = 1, **more: Any) -> Whose:
    return Whose(user, crew, more.get("project", "toy"), "ws1", jid, more.get("title", "shot"))


def granted(at: float, waited_s: float = 0.0, *places: Place, of: Whose | None = None) -> Granted:
    return Granted(at, of or whose(), places or (ECLAIR,), waited_s)


def ran(
    at: float, run_s: float, *places: Place, how: How | None = How.DONE, of: Whose | None = None, **more: Any
) -> Ran:
    return Ran(at, of or whose(), places or (ECLAIR,), run_s, more.pop("idle_s", 0.0), how, **more)
