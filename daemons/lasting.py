"""What a dispatcher keeps for all of its life, restarts included, beside its journal: STATE/farm.json.

dispatcher   its name among alfservers and maitre-ds: with it they know it again
epoch        the highest term of a maitre-d that it has seen
scheme       in which order jobs get the machine's slots (runtime.schemes)
excluded     slots and hosts that its user has deselected in the huntgroup; they compare without case
"""

from __future__ import annotations

import uuid
from pathlib import Path

import msgspec

from daemons import whole_file
from daemons.state import StateError
from runtime.schemes import Scheme, UnknownScheme, scheme_named


class _Kept(msgspec.Struct, frozen=True):
    dispatcher: str
    epoch: int = 0
    excluded: tuple[str, ...] = ()
    scheme: str = Scheme.SPILL_OVER.value


class Lasting:
    """The file, read once and written at every change. Raises StateError when it cannot be read, written, or trusted
    to be a dispatcher's: one with a new name would not find its commands on other machines again."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "farm.json"
        try:
            self._kept = msgspec.json.decode(self._path.read_bytes(), type=_Kept)
        except FileNotFoundError:
            self._keep(_Kept(uuid.uuid4().hex))
        except OSError as error:
            raise StateError(f"cannot read {self._path}: {error.strerror}") from error
        except msgspec.DecodeError as error:
            raise StateError(
                f"{self._path} is damaged ({error}): remove it; what this dispatcher runs on other machines then ends"
                " when its leases do, and runs again"
            ) from error

    @property
    def dispatcher(self) -> str:
        return self._kept.dispatcher

    @property
    def epoch(self) -> int:
        return self._kept.epoch

    @property
    def excluded(self) -> tuple[str, ...]:
        return self._kept.excluded

    @property
    def scheme(self) -> Scheme:
        """What the user prefers; the usual one where a file has a name that another version has written."""
        try:
            return scheme_named(self._kept.scheme)
        except UnknownScheme:
            return Scheme.SPILL_OVER

    def prefer(self, scheme: Scheme) -> None:
        """Jobs are served in this order from now on. Raises StateError."""
        if scheme.value != self._kept.scheme:
            self._keep(msgspec.structs.replace(self._kept, scheme=scheme.value))

    def saw(self, epoch: int) -> None:
        """A maitre-d leads in this term. Raises StateError."""
        if epoch > self._kept.epoch:
            self._keep(msgspec.structs.replace(self._kept, epoch=epoch))

    def exclude(self, where: str, excluded: bool) -> bool:
        """Deselect a slot or a host, or take that back; whether that changed anything. Raises StateError."""
        others = tuple(name for name in self._kept.excluded if name.lower() != where.lower())
        if excluded is (len(others) < len(self._kept.excluded)):
            return False
        self._keep(msgspec.structs.replace(self._kept, excluded=(*others, where) if excluded else others))
        return True

    def _keep(self, kept: _Kept) -> None:
        try:
            whole_file.replace(self._path, msgspec.json.encode(kept) + b"\n")
        except OSError as error:
            raise StateError(f"cannot write {self._path}: {error.strerror}") from error
        self._kept = kept
