"""The scheme: every colour, font and padding of the windows, by name. Nothing else in gui/ has any.

    classic      as Alfred looked with the Tk of its day: grey, Motif borders, maroon marks
    dark         the same shapes on black
    FILE         lines "NAME VALUE" over the classic one; "#" begins a comment

    scheme classic | dark       what the others are laid over
    active  #5fb85f
    font    Helvetica 14        points of a screen of 72 dpi: multiplied by `scale`
    scale   1.5

A colour is never all that says something: what is in error, shut or offline has a mark of another shape, too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

from runtime.messages import TaskState


class SchemeError(ValueError):
    """A scheme that cannot be used; the text says which line of which file, and what is wanted there."""


@dataclass(frozen=True)
class Scheme:
    """Colours as #rrggbb; sizes in pixels at `scale` 1."""

    # surfaces
    background: str = "#d9d9d9"
    foreground: str = "#000000"
    lit: str = "#ececec"
    """Under the pointer."""
    chosen: str = "#c3c3c3"
    """Selected; also what is below a trough or an empty field."""
    field: str = "#d9d9d9"
    faint: str = "#808080"
    """Text of what cannot be used now."""
    indicator: str = "#b03060"
    amber: str = "#ffb000"
    light_edge: str = "#ffffff"
    dark_edge: str = "#6a6a6a"
    line: str = "#404040"
    warning: str = "#b03060"
    tip: str = "#ffffe0"
    tip_text: str = "#000000"

    # states of tasks, and their text
    waiting: str = "#d9d9d9"
    ready: str = "#f0f0c0"
    active: str = "#5fb85f"
    error: str = "#cc3344"
    held: str = "#d9b3b3"
    done: str = "#9a9a9a"
    skipped: str = "#b0b0b0"
    state_text: str = "#000000"
    percent: str = "#204080"
    """The bar of an active task."""
    found: str = "#ffb000"
    """The border of what a search has found."""

    # bars of jobs
    progress: str = "#3c8f3c"
    progress_error: str = "#b03060"

    # slots
    enabled: str = "#202080"
    outline: str = "#202060"
    in_use: str = "#3c8f3c"
    nimby: str = "#e0b050"

    # words
    font: str = "Helvetica"
    fixed_font: str = "Courier"
    size: int = 12
    scale: float = 1.0

    def state(self, state: TaskState) -> str:
        """The colour of a task's state."""
        colour: str = getattr(self, state.value)
        return colour

    def px(self, pixels: float) -> int:
        """A size on this screen; never nothing."""
        return max(1, round(pixels * self.scale))


CLASSIC = Scheme()

DARK = Scheme(
    background="#2b2b2b", foreground="#e6e6e6", lit="#3a3a3a", chosen="#4a4a55", field="#1f1f1f", faint="#808080",
    indicator="#d0608c", light_edge="#4d4d4d", dark_edge="#101010", line="#909090", warning="#ff7f9f",
    tip="#44443a", tip_text="#f0f0e0",
    waiting="#3d3d3d", ready="#6b6a3c", active="#2f7d32", error="#b3273c", held="#5b3a3f", done="#5f5f5f",
    skipped="#4d4d55", state_text="#f4f4f4", percent="#8fb8ff",
    progress="#3f9f44", progress_error="#d0405c",
    enabled="#7f9fff", outline="#8fa0d0", in_use="#4fbf54", nimby="#a07a20",
)  # fmt: skip

SCHEMES: Mapping[str, Scheme] = {"classic": CLASSIC, "dark": DARK}

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_LEAST_SCALE, _MOST_SCALE = 0.5, 6.0
_SIZES = range(6, 73)


def named(name: str) -> Scheme:
    """A scheme by its name, or that of a file. Raises SchemeError."""
    if name in SCHEMES:
        return SCHEMES[name]
    path = Path(name).expanduser()
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        words = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        known = ", ".join(SCHEMES)
        raise SchemeError(f'scheme "{name}": {words}; there are {known}, or the name of a file') from error
    return read(text, str(path))


def read(text: str, file: str) -> Scheme:
    """A scheme out of the text of a file. Raises SchemeError."""
    scheme = CLASSIC
    changes: dict[str, object] = {}
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        try:
            name, values = words[0], words[1:]
            if name == "scheme":
                scheme = _known(values)
            else:
                changes |= _change(name, values)
        except SchemeError as error:
            raise SchemeError(f"{file}, line {number}: {error}") from error
    return replace(scheme, **changes)  # type: ignore[arg-type]  # each was read as what its field is


def _known(values: list[str]) -> Scheme:
    if len(values) != 1 or values[0] not in SCHEMES:
        raise SchemeError(f"scheme {' '.join(values)}: there are {', '.join(SCHEMES)}")
    return SCHEMES[values[0]]


def _change(name: str, values: list[str]) -> dict[str, object]:
    """What a line changes, by the names of fields."""
    if name in ("font", "fixed_font"):
        return _font(name, values)
    if len(values) != 1:
        raise SchemeError(f"{name}: one value is wanted")
    if name == "scale":
        return {name: _number(name, values[0], _LEAST_SCALE, _MOST_SCALE)}
    if name not in _COLOURS:
        raise SchemeError(f'there is no "{name}"; there are: scheme font fixed_font scale {" ".join(_COLOURS)}')
    if not _COLOUR.fullmatch(values[0]):
        raise SchemeError(f'{name}: "{values[0]}" is no colour; write it as #rrggbb')
    return {name: values[0].lower()}


def _font(name: str, values: list[str]) -> dict[str, object]:
    """A family of one or more words, and for the first font perhaps a size."""
    change: dict[str, object] = {}
    if values and values[-1].lstrip("-").isdecimal():
        change["size"] = int(_number("size", values[-1], _SIZES[0], _SIZES[-1]))
        values = values[:-1]
    if not values:
        raise SchemeError(f"{name}: the name of a font is wanted")
    return change | {name: " ".join(values)}


def _number(name: str, text: str, least: float, most: float) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not least <= number <= most:
        raise SchemeError(f'{name}: "{text}" is no number from {least:g} to {most:g}')
    return number


_COLOURS = tuple(field.name for field in fields(Scheme) if str(field.default).startswith("#"))
