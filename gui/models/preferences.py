"""What a user likes his windows to be: kept between sessions, and read again wherever it was written by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

import msgspec

_PLACE = re.compile(r"([1-9]\d{1,4})x([1-9]\d{1,4})\+(-?\d{1,5})\+(-?\d{1,5})")
_SMALLEST, _LARGEST = 0.5, 6.0
"""Scales with which a window can be read, and is not larger than X has windows."""
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
    farm_look_s: Annotated[float, msgspec.Meta(ge=0.1, le=3600)] = 2.0
    """From one look at the farm to the next, while somebody watches it."""
    terminal: str = "xterm -e"
    places: dict[str, str] = {}


SCALES = ("as the screen says", "0.75", "1", "1.25", "1.5", "2", "2.5", "3")
"""The sizes that a user may choose from."""
_LOOK_S = (0.2, 3600.0)


def fields_of(preferences: Preferences) -> dict[str, str | bool]:
    """What a user can change in a dialog, as its fields have it."""
    return {
        "scheme": preferences.scheme,
        "scale": f"{preferences.scale:g}" if preferences.scale else SCALES[0],
        "live_output": preferences.live_output,
        "follow_log": preferences.follow_log,
        "tips": preferences.tips,
        "farm_look_s": f"{preferences.farm_look_s:g}",
        "terminal": preferences.terminal,
    }


def changed(preferences: Preferences, fields: Mapping[str, str | bool]) -> Preferences:
    """The preferences that these fields mean. Raises PreferencesError."""
    scale = str(fields["scale"]).strip()
    return msgspec.structs.replace(
        preferences,
        scheme=str(fields["scheme"]).strip(),
        scale=0.0 if scale == SCALES[0] else _number("scale", scale, _SMALLEST, _LARGEST),
        live_output=bool(fields["live_output"]),
        follow_log=bool(fields["follow_log"]),
        tips=bool(fields["tips"]),
        farm_look_s=_number("look at the farm every", str(fields["farm_look_s"]), *_LOOK_S),
        terminal=str(fields["terminal"]).strip(),
    )


def _number(what: str, text: str, least: float, most: float) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not least <= number <= most:
        raise PreferencesError(f'{what}: "{text}" is no number from {least:g} to {most:g}')
    return number


def read(content: bytes) -> Preferences:
    """Out of the content of a file. What is not known any more is left out. Raises PreferencesError."""
    try:
        return msgspec.json.decode(content, type=Preferences)
    except RecursionError as error:
        raise PreferencesError("it is nested too deeply") from error
    except (msgspec.DecodeError, UnicodeError) as error:
        raise PreferencesError(str(error)) from error


def written(preferences: Preferences) -> bytes:
    """As the file has it: what is as it is by default is not in it."""
    return msgspec.json.format(msgspec.json.encode(preferences), indent=4) + b"\n"


def scale_of(preferences: Preferences, dots_per_inch: float) -> float:
    """How many times as large as on a screen of 96 dots per inch everything is, in steps of a quarter."""
    if preferences.scale:
        return min(max(preferences.scale, _SMALLEST), _LARGEST)
    return max(1.0, round(4 * dots_per_inch / 96) / 4)


def scaled(place: str, scale: float, screen: tuple[int, int]) -> str:
    """A usual place, for windows in which everything is so many times as large; all of it on a screen of this size. A
    window that is as large as what is in it has a place without a size."""
    size, left, top = place.split("+")
    if not size:
        return place
    numbers = [min(round(int(number) * scale), most) for number, most in zip(size.split("x"), screen, strict=True)]
    wide, high = numbers
    return f"{wide}x{high}+{min(int(left), screen[0] - wide)}+{min(int(top), screen[1] - high)}"


def is_on_screen(place: str, width: int, height: int) -> bool:
    """Whether a window's place can be seen on a screen so large: windows come back only where that is so."""
    found = _PLACE.fullmatch(place)
    if found is None:
        return False
    wide, high, left, top = map(int, found.groups())
    return (
        _EDGE <= wide <= 2 * width
        and _EDGE <= high <= 2 * height
        and -_EDGE <= left < width - _EDGE
        and -_EDGE <= top < height - _EDGE
    )
