"""-k FILE: slots that start nothing for now. What runs on them goes on.

no file       every slot is on
empty         every slot is off
with words    the slots of these names are off
"""

from __future__ import annotations

from pathlib import Path


class KillFile:
    """The file, looked at for every launch: it comes and goes by hand."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def is_off(self, slot: str) -> bool:
        """Whether this slot is switched off. A file that is there and cannot be read switches all off."""
        if self._path is None:
            return False
        try:
            names = self._path.read_text(encoding="utf-8", errors="replace").casefold().split()
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return not names or slot.casefold() in names
