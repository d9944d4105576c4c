"""How fast alftcl runs eighteen classics, beside tclsh: the scripts in benchmarks/classics.

geomean        the geometric mean of the ratios, our time over tclsh's
worst          the largest of them
first_geomean  the same for the first run of each, which has the generating in it

Each script is sourced and its `main` called (the script without one is evaluated anew), ROUNDS times in one process of
each engine, in turn; the best time counts. What both return must be equal. Bytecode is kept between the runs, as an
installed program has it.
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path

from figures import show

ROUNDS = 12
TURNS = 3
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
CLASSICS = Path(__file__).parent / "classics"
DRIVER = """
set file [lindex $argv 0]
set text [set f [open $file]; set t [read $f]; close $f; set t]
source $file
set script [expr {[llength [info commands main]] ? "main" : $text}]
for {set round 0} {$round < %d} {incr round} {
    set began [clock microseconds]
    set result [uplevel #0 $script]
    lappend times [expr {[clock microseconds] - $began}]
}
puts [list [lindex $times 0] [lindex [lsort -integer $times] 0] $result]
"""


def run(program: str, driver: Path, script: Path) -> tuple[int, int, str]:
    """The first and the best time in microseconds, and the result."""
    words = [program, str(driver), str(script)]
    done = subprocess.run(words, check=True, capture_output=True, text=True, env=ENVIRONMENT)
    first, best, result = done.stdout.strip().split(" ", 2)
    return int(first), int(best), result


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("names", nargs="*", help="only these classics")
    given = options.parse_args()
    tclsh = shutil.which("tclsh")
    if tclsh is None:
        sys.exit("tclsh is missing: apt-get install tcl")
    ours = str(Path(sys.executable).parent / "alftcl")
    driver = CLASSICS / "driver"
    driver.write_text(DRIVER % ROUNDS)
    figures: dict[str, float] = {}
    firsts: list[float] = []
    try:
        for script in sorted(CLASSICS.glob("*.tcl")):
            if given.names and script.stem not in given.names:
                continue
            mine, theirs = [], []
            for _ in range(TURNS):
                mine.append(run(ours, driver, script))
                theirs.append(run(tclsh, driver, script))
            if mine[0][2] != theirs[0][2]:
                sys.exit(f"{script.stem}: {mine[0][2]} is not {theirs[0][2]}")
            best = min(times[1] for times in theirs)
            figures[script.stem] = round(min(times[1] for times in mine) / best, 2)
            firsts.append(min(times[0] for times in mine) / min(times[0] for times in theirs))
            if not given.json:
                print(f"{script.stem:12} {figures[script.stem]:6.2f}   tclsh {best / 1000:.2f} ms")
    finally:
        driver.unlink()
    summary = {
        "geomean": round(math.exp(sum(map(math.log, figures.values())) / len(figures)), 2),
        "worst": max(figures.values()),
        "first_geomean": round(math.exp(sum(map(math.log, firsts)) / len(firsts)), 2),
    }
    show(summary | {"classics": figures} if given.json else summary, as_json=given.json)


if __name__ == "__main__":
    main()
