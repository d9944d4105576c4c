"""Nimby ("not in my back yard"): when the owner of a desktop lends it to the farm. Pure: no clock, no screen.

    mode          shields
    default       up while the user is active, down when idle for as long as the interval
    auto-eject    the same; and when the user returns, what runs here is ended, and runs again elsewhere
    always        up
    allow         down, whatever the user does

                 idle for the interval
      up  --------------------------------->  down
          <---------------------------------
             a key, the mouse (auto-eject: Eject)

At the start shields are up, but for `allow`: nobody has looked yet. Documents S1 ("a note about desktops") and D-nim.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

IDLE_S = 15 * 60.0
"""How long a user must be idle where no screensaver says."""
LOOK_S = 1.0
"""How often it is looked whether the user has returned."""


class Mode(Enum):
    """What the user wants; the value is its name on the command line."""

    DEFAULT = "default"
    ALWAYS = "always"
    AUTO_EJECT = "auto-eject"
    ALLOW = "allow"


@dataclass(frozen=True)
class Decision:
    """`changed`: the shields were moved, or this is the first look at all, or at what the user wants now. `eject`: end
    what runs here."""

    changed: bool
    eject: bool = False


class Nimby:
    """The shields of one desktop. `up` is how they are."""

    def __init__(self, mode: Mode, idle_s: float) -> None:
        """`idle_s`: how long the user must be idle before the shields go down."""
        self._mode = mode
        self._idle_s = idle_s
        self._idle_for_s: float | None = None
        self.up = mode is not Mode.ALLOW

    @property
    def mode(self) -> Mode:
        """What the user wants."""
        return self._mode

    def want(self, mode: Mode) -> None:
        """The user wants something else; the next look says what comes of it."""
        self._mode = mode
        self._idle_for_s = None
        if not self._watches:
            self.up = mode is Mode.ALWAYS

    def look(self, idle_for_s: float) -> Decision:
        """The user has been idle for so long now; infinite when nobody is there."""
        first, was = self._idle_for_s is None, self.up
        self._idle_for_s = idle_for_s
        if self._watches:
            self.up = idle_for_s < self._idle_s
        returned = self.up and not was
        return Decision(first or self.up != was, eject=returned and self._mode is Mode.AUTO_EJECT)

    def next_look_s(self) -> float:
        """After how long to look again: what cannot have changed before is not asked for."""
        if not self._watches:
            return float("inf")
        if self.up and self._idle_for_s is not None:
            return max(LOOK_S, self._idle_s - self._idle_for_s)
        return LOOK_S

    def words(self) -> str:
        """The shields, and why they are as they are."""
        if self._mode is Mode.ALWAYS:
            return "shields up: no job runs here"
        if self._mode is Mode.ALLOW:
            return "shields down: jobs may run here"
        if self.up:
            return f"shields up until you are idle for {_duration(self._idle_s)}"
        return "shields down while you are idle: jobs may run here"

    @property
    def _watches(self) -> bool:
        return self._mode in (Mode.DEFAULT, Mode.AUTO_EJECT)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min" if minutes and not rest else f"{minutes * 60 + rest} s"
