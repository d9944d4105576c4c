"""How long the programs take to start, beside Python itself: `alftcl -c 'puts hi'`, `alfred -help`.

alftcl_ms              the median of ROUNDS starts, in milliseconds
ratio_python           the same over `python -c pass`, started in turn with it
help_ratio_python      alfred -help over it
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROUNDS = 40
BIN = Path(sys.executable).parent


def seconds(*words: str) -> float:
    """One start, from its beginning to its end."""
    began = time.perf_counter()
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    as_json = options.parse_args().json
    programs = {
        "python": (sys.executable, "-c", "pass"),
        "alftcl": (str(BIN / "alftcl"), "-c", "puts hi"),
        "help": (str(BIN / "alfred"), "-help"),
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
    }
    if as_json:
        print(json.dumps(figures))
        return
    for name, found in median.items():
        print(f"{name:<8} {found * 1000:6.1f} ms")
    print(f"ratio_python {figures['ratio_python']}, help_ratio_python {figures['help_ratio_python']}")


if __name__ == "__main__":
    main()
