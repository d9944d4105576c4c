"""How long the programs take to start, beside Python itself: `alftcl -c 'puts hi'`, `alfred -help`,
`alfred -check`.

alftcl_ms              the median of ROUNDS starts, in milliseconds
ratio_python           the same over `python -c pass`, started in turn with it
help_ratio_python      alfred -help over it
check_ratio_python     alfred -check of examples/bounce over it

Bytecode is kept between the starts, as an installed program has it, even where PYTHONDONTWRITEBYTECODE is set.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROUNDS = 40
BIN = Path(sys.executable).parent
EXAMPLE = Path(__file__).parents[1] / "examples" / "bounce" / "bounce.alf"
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def seconds(*words: str) -> float:
    """One start, from its beginning to its end."""
    began = time.perf_counter()
    subprocess.run(words, check=True, env=ENVIRONMENT, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    as_json = options.parse_args().json
    programs = {
        "python": (sys.executable, "-c", "pass"),
        "alftcl": (str(BIN / "alftcl"), "-c", "puts hi"),
        "help": (str(BIN / "alfred"), "-help"),
        "check": (str(BIN / "alfred"), "-check", str(EXAMPLE)),
    }
    times: dict[str, list[float]] = {name: [] for name in programs}
    for words in programs.values():
        seconds(*words)  # what is read for the first time is read from the disk
    for _ in range(ROUNDS):
        for name, words in programs.items():
            times[name].append(seconds(*words))
    median = {name: statistics.median(found) for name, found in times.items()}
    figures = {
        "alftcl_ms": round(median["alftcl"] * 1000, 1),
        "ratio_python": round(median["alftcl"] / median["python"], 2),
        "help_ratio_python": round(median["help"] / median["python"], 2),
        "check_ratio_python": round(median["check"] / median["python"], 2),
    }
    if as_json:
        print(json.dumps(figures))
        return
    for name, found in median.items():
        print(f"{name:<8} {found * 1000:6.1f} ms")
    print(", ".join(f"{name} {figure}" for name, figure in figures.items()))


if __name__ == "__main__":
    main()
