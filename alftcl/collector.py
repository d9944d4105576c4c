"""Python's garbage collector while a long script runs: it looks at everything that is new after every 700 objects,
and a tree of commands is many objects that all stay. Seldom is enough; what is no ring goes at once anyway.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_SELDOM = (50_000, 20, 50)


@contextmanager
def seldom() -> Iterator[None]:
    """Collect seldom for a while. The setting is the whole process's; it is put back as it was."""
    before = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
