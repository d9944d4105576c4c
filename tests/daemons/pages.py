"""docs/simulate.md as tests read it: what it shows, compared with what a command prints."""

import re
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples/simulate"
PAGE = (ROOT / "docs/simulate.md").read_text()


def blocks(after: str) -> list[str]:
    """The indented blocks of the page's section with this heading."""
    section = PAGE.partition(f"\n## {after}\n")[2].partition("\n## ")[0]
    assert section, after
    return [dedent(found) for found in re.findall(r"^(?:    .*\n|\n(?=    ))+", section, re.MULTILINE)]


UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
NEAR = 0.35
"""A change of which of two events of one moment comes first shuffles a whole day a little."""


def parts(line: str) -> tuple[tuple[str, ...], list[float]]:
    """The words of a line, and its figures: durations in seconds. `a > b` is two, of which a table writes equal ones
    once."""
    words, figures = [], []
    for cell in re.split(r"\s{2,}|(?<=\d) (?=%)", line.strip()):
        for one in cell.split(" > ") if " > " in cell else (cell, cell):
            if re.fullmatch(r"(\d+(\.\d+)?[smhd])+", one):
                figures.append(sum(float(n) * UNITS[unit] for n, unit in re.findall(r"([\d.]+)([smhd])", one)))
            elif re.fullmatch(r"[\d,.]+", one):
                figures.append(float(one.replace(",", "")))
            else:
                words.append(re.sub(r"[\d.]+", "#", one))
    return tuple(words), figures


def is_near(says: list[float], is_now: list[float]) -> bool:
    return len(says) == len(is_now) and all(
        abs(one - other) <= max(5.0, NEAR * other) for one, other in zip(says, is_now, strict=True)
    )


def not_shown(reports: list[str], shown: str) -> list[str]:
    """Lines of the page that the command does not print, with about these figures."""
    printed: dict[tuple[str, ...], list[list[float]]] = {}
    for line in shown.splitlines():
        words, figures = parts(line)
        printed.setdefault(words, []).append(figures)
    lines = [line for report in reports for line in report.splitlines() if line.strip()]
    return [
        line
        for line in lines
        if not any(is_near(parts(line)[1], figures) for figures in printed.get(parts(line)[0], ()))
    ]
