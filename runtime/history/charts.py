"""Charts as SVG: what there was over time, spans of waiting, and bars. The same figures give the same bytes.

    Stacks   how many slots each crew had, slice after slice, and a line for those that there were
    Spans    half of the waits, 95 %, the longest: a row for each name, on a scale of seconds, minutes, hours
    Bars     one figure for each name

A page has a heading and charts below each other. Colours are those of Okabe and Ito, which colour-blind people tell
apart. Names are escaped, and cut where they are too long for their place; the whole name is their tooltip.

Drawn by hand: libraries for charts put random ids in their pictures, or weigh more than all of this program.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from textwrap import wrap
from xml.sax import saxutils

import msgspec

from runtime.printable import blanked

WIDTH = 960
_LEFT, _RIGHT = 170, 40
_PLOT = WIDTH - _LEFT - _RIGHT
_ROW, _GAP = 24, 34
_STACK_HEIGHT = 220
_NAME_CHARS = 22
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")
_REST = "#9A9A9A"
_DASHES = 'stroke-dasharray="5 3"'
_LEGEND_CHARS = 21
_NOTE_CHARS = 140
_SEEN = 0.1
"""Where less than this part of what there was is in use, the picture is of what is."""
MOST_NAMES = len(_COLOURS)
"""In one picture of stacks; what is left is added up as one more."""
_TICKS = (0.001, 0.01, 0.1, 1, 10, 60, 600, 3600, 36000, 86400, 864000)
_TICK_WORDS = ("1 ms", "10 ms", "0.1 s", "1 s", "10 s", "1 min", "10 min", "1 h", "10 h", "1 d", "10 d")


_Height = Callable[[float], float]


class Stacks(msgspec.Struct, frozen=True):
    """`labels` has a word for each slice, empty for those without one; `series` a name and a figure for each slice.
    `line` is the most that could have been, None where that is unknown."""

    title: str
    unit: str
    labels: Sequence[str]
    series: Sequence[tuple[str, Sequence[float]]]
    line: Sequence[float] | None = None


class Spans(msgspec.Struct, frozen=True):
    """For each name seconds: of the middle, of 95 %, the longest."""

    title: str
    rows: Sequence[tuple[str, float, float, float]]


class Bars(msgspec.Struct, frozen=True):
    """For each name a figure."""

    title: str
    unit: str
    rows: Sequence[tuple[str, float]]


def page(heading: str, note: str, charts: Sequence[Stacks | Spans | Bars]) -> str:
    """An SVG with these charts."""
    body: list[str] = [_text(20, 34, heading, size=20, weight="bold")]
    y = 38.0
    for line in wrap(note, _NOTE_CHARS):
        y += 18
        body.append(_text(20, y, line, fill="#555"))
    y += _GAP
    for chart in charts:
        body.append(_text(20, y, chart.title, size=15, weight="bold"))
        lines, height = _drawn(chart, y + 16)
        body += lines
        y += 16 + height + _GAP
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{_n(y)}" viewBox="0 0 {WIDTH} {_n(y)}"'
        ' font-family="Helvetica, Arial, sans-serif" font-size="12" fill="#222">\n'
        f"<title>{_escape(heading)}</title>\n"
        f'<rect width="{WIDTH}" height="{_n(y)}" fill="#fff"/>\n'
    )
    return head + "\n".join(body) + "\n</svg>\n"


def _drawn(chart: Stacks | Spans | Bars, top: float) -> tuple[list[str], float]:
    """Its lines, and how high it is."""
    if isinstance(chart, Stacks):
        return _stacks(chart, top)
    return _spans(chart, top) if isinstance(chart, Spans) else _bars(chart, top)


# ---- what there was over time ----------------------------------------------------------------------------------


def _stacks(chart: Stacks, top: float) -> tuple[list[str], float]:
    slices = len(chart.labels)
    series = _with_rest(chart.series, slices)
    sums = [sum(values[at] for _, values in series) for at in range(slices)]
    line = chart.line if chart.line and max(sums) >= _SEEN * max(chart.line) else ()
    highest = max((*sums, *line), default=0.0)
    step = _step(highest)
    most = max(step, math.ceil(highest / step) * step)
    legend = [(name, _colour(place, name)) for place, (name, _) in enumerate(series)]
    body, last = _legend(legend, top + 4, _of_how_many(chart, bool(line)))
    bottom = last + 16 + _STACK_HEIGHT

    def height(value: float) -> float:
        return bottom - value / most * _STACK_HEIGHT

    body += _horizontal_lines(step, most, height, chart.unit)
    width = _PLOT / max(1, slices)
    below = [0.0] * slices
    for (name, values), (_, colour) in zip(series, legend, strict=True):
        above = [before + value for before, value in zip(below, values, strict=True)]
        if any(values):
            outline = [*_steps(above, width, height), *reversed(list(_steps(below, width, height)))]
            points = " ".join(f"{_n(x)},{_n(y)}" for x, y in outline)
            body.append(f'<polygon points="{points}" fill="{colour}"><title>{_escape(name)}</title></polygon>')
        below = above
    if line:
        points = " ".join(f"{_n(x)},{_n(y)}" for x, y in _steps(line, width, height))
        body.append(f'<polyline points="{points}" fill="none" stroke="#222" stroke-width="1.5" {_DASHES}/>')
    for at, label in enumerate(chart.labels):
        if label:
            x = _LEFT + at * width
            body.append(f'<path d="M{_n(x)} {_n(bottom)}v5" stroke="#444"/>')
            body.append(_text(x, bottom + 18, label, anchor="middle", size=11))
    return body, bottom + 18 - top


def _of_how_many(chart: Stacks, drawn: bool) -> str:
    """What the legend says of what could have been."""
    if drawn or not chart.line:
        return f"{chart.unit} that there were" if drawn else ""
    most = max(chart.line)
    return f"of {most:,.0f} {chart.unit}" if most >= 1 else f"of {most:.2g} {chart.unit}"


def _with_rest(series: Sequence[tuple[str, Sequence[float]]], slices: int) -> list[tuple[str, Sequence[float]]]:
    """The first ones, and all others together."""
    if len(series) <= MOST_NAMES:
        return list(series)
    rest = [sum(values[at] for _, values in series[MOST_NAMES - 1 :]) for at in range(slices)]
    return [*series[: MOST_NAMES - 1], (f"{len(series) - MOST_NAMES + 1} others", rest)]


def _colour(place: int, name: str) -> str:
    return _REST if name.endswith(" others") and place == MOST_NAMES - 1 else _COLOURS[place % len(_COLOURS)]


def _steps(values: Sequence[float], width: float, height: _Height) -> Iterator[tuple[float, float]]:
    """The corners of a line that is level within each slice."""
    for at, value in enumerate(values):
        yield _LEFT + at * width, height(value)
        yield _LEFT + (at + 1) * width, height(value)


def _horizontal_lines(step: float, most: float, height: _Height, unit: str) -> Iterator[str]:
    for number in range(round(most / step) + 1):
        y = height(number * step)
        yield f'<path d="M{_LEFT} {_n(y)}h{_PLOT}" stroke="{"#444" if not number else "#ddd"}"/>'
        words = f"{number * step:,.10g}" + (f" {unit}" if number == round(most / step) else "")
        yield _text(_LEFT - 8, y + 4, words, anchor="end", size=11)


def _legend(names: Sequence[tuple[str, str]], y: float, line: str) -> tuple[list[str], float]:
    """The names beside their colours, in as many lines as it takes, and where the last one is."""
    body = []
    x = float(_LEFT)
    dashed = line if not line.startswith("of ") else ""
    for name, colour in (*names, (line, "")) if line else names:
        width = 7.0 * min(_LEGEND_CHARS, len(name)) + 40
        if x + width > WIDTH - _RIGHT:
            x, y = float(_LEFT), y + 18
        if colour:
            body.append(f'<rect x="{_n(x)}" y="{_n(y - 10)}" width="12" height="12" fill="{colour}"/>')
        elif dashed:
            body.append(f'<path d="M{_n(x - 8)} {_n(y - 4)}h20" stroke="#222" stroke-width="1.5" {_DASHES}/>')
        body.append(_name(x + 17, y, name, "start", _LEGEND_CHARS))
        x += width
    return body, y


# ---- spans of waiting ------------------------------------------------------------------------------------------


def _spans(chart: Spans, top: float) -> tuple[list[str], float]:
    longest = max((row[3] for row in chart.rows), default=0.0)
    shortest = min((value for row in chart.rows for value in row[1:] if value > 0), default=1.0)
    low = max((tick for tick in _TICKS if tick <= shortest), default=_TICKS[0])
    low = min(low, 1.0)
    high = min((tick for tick in _TICKS if tick >= longest and tick > low), default=max(longest, _TICKS[-1]))

    def across(seconds: float) -> float:
        return _LEFT + _PLOT * max(0.0, math.log(max(seconds, low) / low) / math.log(high / low))

    first = top + 22
    bottom = first + _ROW * len(chart.rows)
    body = list(_marks_explained(top + 4))
    for tick, words in zip(_TICKS, _TICK_WORDS, strict=True):
        if low <= tick <= high:
            x = across(tick)
            body.append(f'<path d="M{_n(x)} {_n(first)}V{_n(bottom)}" stroke="#ddd"/>')
            words = f"\u2264 {words}" if tick == low else words
            body.append(_text(x, bottom + 16, words, anchor="middle", size=11))
    for at, (name, half, most, longest) in enumerate(chart.rows):
        y = first + _ROW * at + _ROW / 2
        body.append(_name(_LEFT - 10, y + 4, name, "end", _NAME_CHARS))
        x50, x95, x100 = across(half), across(most), across(longest)
        body.append(f'<path d="M{_n(x95)} {_n(y)}H{_n(x100)}" stroke="#D55E00" stroke-width="1.5"/>')
        body.append(f'<path d="M{_n(x100)} {_n(y - 6)}v12" stroke="#D55E00" stroke-width="2"/>')
        body.append(f'<path d="M{_n(x50)} {_n(y)}H{_n(x95)}" stroke="#E69F00" stroke-width="8"/>')
        body.append(f'<circle cx="{_n(x50)}" cy="{_n(y)}" r="6" fill="#0072B2"/>')
    return body, bottom + 16 - top


def _marks_explained(y: float) -> Iterator[str]:
    x = float(_LEFT)
    yield f'<circle cx="{_n(x + 6)}" cy="{_n(y - 4)}" r="6" fill="#0072B2"/>'
    yield _text(x + 18, y, "half wait no longer than this")
    x += 210
    yield f'<path d="M{_n(x)} {_n(y - 4)}h24" stroke="#E69F00" stroke-width="8"/>'
    yield _text(x + 30, y, "... 95 %")
    x += 110
    yield f'<path d="M{_n(x)} {_n(y - 4)}h24m0 -6v12" stroke="#D55E00" stroke-width="2" fill="none"/>'
    yield _text(x + 32, y, "the longest")


# ---- bars ------------------------------------------------------------------------------------------------------


def _bars(chart: Bars, top: float) -> tuple[list[str], float]:
    most = max((value for _, value in chart.rows), default=0.0)
    scale = (_PLOT - 70) / most if most > 0 else 0.0
    body = []
    for at, (name, value) in enumerate(chart.rows):
        y = top + _ROW * at
        body.append(_name(_LEFT - 10, y + 15, name, "end", _NAME_CHARS))
        width = value * scale
        body.append(f'<rect x="{_LEFT}" y="{_n(y + 4)}" width="{_n(width)}" height="{_ROW - 8}" fill="#0072B2"/>')
        body.append(_text(_LEFT + width + 6, y + 15, f"{value:,.1f} {chart.unit}", size=11))
    bottom = top + _ROW * len(chart.rows)
    body.append(f'<path d="M{_LEFT} {_n(top)}V{_n(bottom)}" stroke="#444"/>')
    return body, bottom - top


# ---- pieces ----------------------------------------------------------------------------------------------------


def _step(highest: float) -> float:
    """Of a scale with four to eight lines: 1, 2 or 5 and zeros."""
    if highest <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(highest / 4))
    return next(power * factor for factor in (1, 2, 5, 10) if highest / (power * factor) <= 8)


def _name(x: float, y: float, name: str, anchor: str, most: int) -> str:
    """A name of somebody's; cut, with the whole of it as its tooltip."""
    if len(name) <= most:
        return _text(x, y, name, anchor=anchor)
    short = _text(x, y, name[: most - 1] + "\u2026", anchor=anchor)
    return short.replace("</text>", f"<title>{_escape(name)}</title></text>")


def _escape(words: str) -> str:
    """As words in XML, which has no place for what cannot be printed."""
    return saxutils.escape(blanked(words))


def _text(
    x: float, y: float, words: str, *, anchor: str = "start", size: int = 12, weight: str = "", fill: str = ""
) -> str:
    more = f' text-anchor="{anchor}"' if anchor != "start" else ""
    more += f' font-size="{size}"' if size != 12 else ""
    more += f' font-weight="{weight}"' if weight else ""
    more += f' fill="{fill}"' if fill else ""
    return f'<text x="{_n(x)}" y="{_n(y)}"{more}>{_escape(words)}</text>'


def _n(value: float) -> str:
    """A coordinate, to a tenth: the same on every machine."""
    return f"{value:.1f}".removesuffix(".0")
