"""Reading: a script of nested braces, every level evaluated, beside tclsh.

    ratio_tclsh        a tree: tasks of tasks, DEPTH deep, FAN in each            seconds / those of tclsh
    job_ratio_tclsh    a job: sequences of shots of passes of frames, five deep   seconds / those of tclsh

Both sides source the same file with the same procs, which evaluate their bodies and do nothing else; each in a
process of its own, started in turn. Seconds are those of the processor: others may use the machine meanwhile.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from figures import show

MEGABYTES = 100
DEPTH, FAN = 9, 4
FRAMES, PASSES, SHOTS = 46, ("beauty", "shadow"), 10
ROUNDS = 2

Write = Callable[[str], object]

PROCS = """
proc Job {title body} {uplevel 1 $body}
proc Task {title body} {uplevel 1 $body}
proc RemoteCmd {args} {}
proc Last {} {set ::last 1}
set last 0
"""

TCLSH = f"""{PROCS}
proc cpu {{}} {{
    set file [open /proc/self/stat]
    set fields [split [lindex [split [read $file] )] end]]
    close $file
    expr {{([lindex $fields 12] + [lindex $fields 13]) / 100.0}}
}}
set start [cpu]
source [lindex $argv 0]
puts "[expr {{[cpu] - $start}}] $last"
"""


def write_tree(write: Write, megabytes: float) -> None:
    """Trees of tasks, until there is that much."""
    size = number = 0
    write("Job {trees} {\n")
    while size < megabytes * 1e6:
        number += 1
        size += _write_task(write, f"t{number}", DEPTH, 1)
    write("Last\n}\n")


def _write_task(write: Write, name: str, depth: int, indent: int) -> int:
    """One task with what is below it; its characters."""
    pad = "  " * indent
    begin, end = f"{pad}Task {{{name}}} {{\n", f"{pad}}}\n"
    size = len(begin) + len(end)
    write(begin)
    if depth == 1:
        line = f"{pad}  RemoteCmd {{prman -t:4 -progress rib/{name}.rib}} -service {{PixarRender}} -tags {{prman}}\n"
        write(line)
        size += len(line)
    else:
        for number in range(FAN):
            size += _write_task(write, f"{name}/{number}", depth - 1, indent + 1)
    write(end)
    return size


def write_job(write: Write, megabytes: float) -> None:
    """A job as pipelines write them, until there is that much."""
    sequence = size = 0
    write("Job {feature} {\n")
    while size < megabytes * 1e6:
        sequence += 1
        text = _sequence(f"sq{sequence:04d}")
        write(text)
        size += len(text)
    write("Last\n}\n")


def _sequence(sequence: str) -> str:
    shots = [_shot(f"{sequence}/sh{shot:03d}") for shot in range(SHOTS)]
    return f"  Task {{sequence {sequence}}} {{\n{''.join(shots)}  }}\n"


def _shot(shot: str) -> str:
    parts = [f"    Task {{shot {shot}}} {{\n"]
    for name in PASSES:
        parts.append(f"      Task {{{name} {shot}}} {{\n")
        for frame in range(1, FRAMES + 1):
            parts.append(
                f"        Task {{{name} {frame:04d}}} {{\n"
                f"          RemoteCmd {{prman -p:2 -t:4 -progress /show/{shot}/rib/{name}.{frame:04d}.rib}}"
                " -service {PixarRender} -tags {prman}\n        }\n"
            )
        parts.append("      }\n")
    parts.append(f"      RemoteCmd {{denoise /show/{shot}}} -service {{comp}}\n    }}\n")
    return "".join(parts)


def here(script: str) -> None:
    """Evaluate the script in this process; print the seconds and how many commands there were."""
    import time

    from alftcl.interp import Interp

    interp = Interp()
    interp.eval(PROCS)
    start = time.process_time()
    interp.eval(f"source {{{script}}}")
    print(time.process_time() - start, interp.eval("set last"))


def seconds(words: list[str]) -> float:
    """What a process says of itself, when it has come to the end."""
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()
    if said[1] != "1":
        raise SystemExit(f"{words[0]} did not come to the end of the script")
    return float(said[0])


def compare(script: Path, driver: Path) -> tuple[float, float]:
    """The best of ROUNDS, ours and tclsh's."""
    ours, theirs = [], []
    for _ in range(ROUNDS):
        theirs.append(seconds(["tclsh", str(driver), str(script)]))
        ours.append(seconds([sys.executable, __file__, "--here", str(script)]))
    return min(ours), min(theirs)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description="Evaluate nested braces, beside tclsh.")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--megabytes", type=float, default=MEGABYTES)
    parser.add_argument("--here", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        here(options.here)
        return
    figures: dict[str, float] = {"megabytes": options.megabytes}
    with tempfile.TemporaryDirectory() as folder:
        driver = Path(folder) / "driver.tcl"
        driver.write_text(TCLSH)
        for prefix, writer in (("", write_tree), ("job_", write_job)):
            script = Path(folder) / "script.tcl"
            with script.open("w", encoding="ascii") as file:
                writer(file.write, options.megabytes)
            ours, theirs = compare(script, driver)
            figures |= {
                f"{prefix}seconds": round(ours, 2),
                f"{prefix}tclsh_seconds": round(theirs, 2),
                f"{prefix}ratio_tclsh": round(ours / theirs, 3),
            }
    show(figures, as_json=options.json)


if __name__ == "__main__":
    main()
