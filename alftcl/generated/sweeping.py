"""Letting go of what was generated and is not used any more: a program may redefine its procedures for ever.

A function is in use while a procedure or a loop has it, or while it runs: then it is held by more than its unit. Its
code tells the names that it looks up. What no function in use looks up, and no procedure is called by, goes.
"""

from __future__ import annotations

import re
from sys import getrefcount
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alftcl.generated.engine import Engine

_MADE = re.compile(r"p[0-9]+_\w*|K[0-9]+")  # the names that the engine gives to functions and to constants
_HELD_BY_UNITS = 3  # references to a function: its unit's entry, the variable here, getrefcount's own


def sweep(engine: Engine) -> None:
    """Forget what is not in use. Nothing may be half made meanwhile."""
    names = {name for procedure, name in engine.names.items() if procedure.is_generated or procedure.passes}
    for key in list(engine.units):
        function = engine.units[key][1]
        if getrefcount(function) > _HELD_BY_UNITS:
            names.update(function.__code__.co_names)
        else:
            del engine.units[key]
    names.update(f"{name}_any" for name in list(names))
    for name in [name for name in engine.globals if _MADE.fullmatch(name) and name not in names]:
        del engine.globals[name]
    engine.names = {procedure: name for procedure, name in engine.names.items() if name in names}
    engine.constants = {key: known for key, known in engine.constants.items() if known[0] in names}
