"""What a maitre-d keeps on disk over its restarts: its term, which slots are offline, who has used how much lately.

    DIRECTORY/maitred.json    {"epoch": 1763720000123, "offline": ["eclair1"], "usages": {"at": ..., "users": {...}}}
    DIRECTORY/lock            held while a maitre-d works with this directory (daemons.lock)

The file is replaced as a whole and is on the disk before `keep` returns: after a power cut it is the old or the new.
A file that cannot be read is said and set aside; the term is then one that the clock gives, later than any before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from daemons import whole_file
from runtime.maitred.usages import NO_USAGES, Usages


class Kept(msgspec.Struct, frozen=True):
    """`epoch` is the highest under which this maitre-d, or one that it has heard of, gave leases."""

    epoch: int = 0
    offline: tuple[str, ...] = ()
    usages: Usages = NO_USAGES


class Keeping:
    """The state directory of one maitre-d."""

    def __init__(self, directory: Path) -> None:
        self._file = directory / "maitred.json"
        self.kept = Kept()
        self.trouble = ""
        """Why the file could not be read, or was not written last, in words."""

    def load(self) -> None:
        """Read what is kept."""
        try:
            self.kept = msgspec.json.decode(self._file.read_bytes(), type=Kept)
        except FileNotFoundError:
            return
        except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
            self.trouble = f"{self._file} cannot be read ({error}): slots that were offline are given out again"

    def next_epoch(self, wall: float) -> int:
        """The term that begins now: later than any that was kept, and than the clock's milliseconds before now."""
        return max(int(wall * 1000), self.kept.epoch + 1)

    def keep(
        self, *, epoch: int | None = None, offline: Iterable[str] | None = None, usages: Usages | None = None
    ) -> None:
        """Write down what has changed. What cannot be written is in `trouble`, and is tried again with the next."""
        fresh = Kept(
            self.kept.epoch if epoch is None else epoch,
            self.kept.offline if offline is None else tuple(offline),
            self.kept.usages if usages is None else usages,
        )
        if fresh == self.kept and not self.trouble:
            return
        self.kept = fresh
        try:
            whole_file.replace(self._file, msgspec.json.encode(fresh) + b"\n")
        except OSError as error:
            self.trouble = f"{self._file} cannot be written ({error.strerror}): a restart will not know of what changed"
        else:
            self.trouble = ""
