"""What a user likes his windows to be: kept between sessions, and read again wherever it was written by."""

from __future__ import annotations

import re

import msgspec

_PLACE = re.compile(r"\d+x\d+\+(-?\d+)\+(-?\d+)")
_EDGE = 50
"""So much of a window is to be seen, in pixels."""


class PreferencesError(ValueError):
    """Preferences that cannot be read; the text says why."""


class Preferences(msgspec.Struct, kw_only=True, omit_defaults=True):
    """`scheme`: a name, or a file (gui.look.scheme). `scale` 0: as the screen says. `places`: where windows were, by
    their names, as X has it (560x520+20+20). `terminal`: a program in which $EDITOR is run, where it needs one."""

    scheme: str = "classic"
    scale: float = 0.0
    live_output: bool = False
    follow_log: bool = True
    tips: bool = True
    farm_look_s: float = 2.0
    """From one look at the farm to the next, while somebody watches it."""
    terminal: str = "xterm -e"
    places: dict[str, str] = {}


def read(content: bytes) -> Preferences:
    """Out of the content of a file. What is not known any more is left out. Raises PreferencesError."""
    try:
        return msgspec.json.decode(content, type=Preferences)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise PreferencesError(str(error)) from error


def written(preferences: Preferences) -> bytes:
    """As the file has it: what is as it is by default is not in it."""
    return msgspec.json.format(msgspec.json.encode(preferences), indent=4) + b"\n"


def scale_of(preferences: Preferences, dots_per_inch: float) -> float:
    """How many times as large as on a screen of 96 dots per inch everything is, in steps of a quarter."""
    if preferences.scale:
        return preferences.scale
    return max(1.0, round(4 * dots_per_inch / 96) / 4)


def is_on_screen(place: str, width: int, height: int) -> bool:
    """Whether a window's place can be seen on a screen so large: windows come back only where that is so."""
    found = _PLACE.fullmatch(place)
    return found is not None and -_EDGE <= int(found[1]) < width - _EDGE and -_EDGE <= int(found[2]) < height - _EDGE
