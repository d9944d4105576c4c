"""What users and projects have held lately, as it is kept over a restart (runtime.maitred.accounts)."""

from __future__ import annotations

import msgspec


class Usages(msgspec.Struct, frozen=True):
    """What users and projects have held lately, to be kept over a restart. `at`: seconds since 1970."""

    at: float = 0.0
    users: dict[str, float] = {}
    projects: dict[str, float] = {}


NO_USAGES = Usages()
