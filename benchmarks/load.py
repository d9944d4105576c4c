"""Loading: a script of half a million tasks, from file to a ready, journalled queue.

The script has one RemoteCmd for each task, tasks nested five deep, and about 220 characters a task (110 MB). The peer
is tclsh, which evaluates the same file with procs that evaluate their -subtasks, -cmds and -cleanup and do nothing
else.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TASKS = 500_000
FRAMES, PASSES, SHOTS = 46, 2, 10  # frames of a pass, passes of a shot, shots of a sequence

PROCS = """
proc Body {words} {
    foreach {option value} $words {
        if {$option in {-subtasks -cmds -cleanup}} {uplevel #0 $value}
    }
}
proc Job {args} {Body $args}
proc Task {title args} {Body $args}
proc RemoteCmd {launch args} {}
"""


def write_script(path: Path, tasks: int = TASKS) -> int:
    """Write a script of at least so many tasks; returns how many there are."""
    count = sequence = 0
    with path.open("w", encoding="ascii") as file:
        write = file.write
        write("##AlfredToDo 3.0\nJob -title {feature} -service {} -crews {} -subtasks {\n")
        while count < tasks:
            sequence += 1
            count += 1
            write(f"  Task {{sequence {sequence:04d}}} -subtasks {{\n")
            for shot in range(SHOTS):
                count += 1 + _write_shot(write, f"sq{sequence:04d}/sh{shot:03d}")
            write("  } -cmds {\n")
            write(f"    RemoteCmd {{edit -o /show/cut/sq{sequence:04d}.mov}} -service {{edit}}\n  }}\n")
        write("}\n")
    return count


def _write_shot(write, shot: str) -> int:  # type: ignore[no-untyped-def]  # a bound method of the file, for speed
    count = 0
    write(f"    Task {{shot {shot}}} -subtasks {{\n")
    for name in ("beauty", "shadow")[:PASSES]:
        count += 1
        write(f"      Task {{{name} {shot}}} -serialsubtasks 0 -subtasks {{\n")
        for frame in range(1, FRAMES + 1):
            count += 1
            write(
                f"        Task {{{name} {frame:04d}}} -cmds {{\n"
                f"          RemoteCmd {{prman -p:2 -t:4 -progress /show/{shot}/rib/{name}.{frame:04d}.rib}}"
                " -service {PixarRender} -tags {prman}\n"
                f"        }} -preview {{sho /show/{shot}/img/{name}.{frame:04d}.tif}} -chaser {{}}\n"
            )
        write("      } -cmds {\n")
        write(f"        RemoteCmd {{comp -i /show/{shot}/img/{name}.tif}} -service {{comp}}\n      }}\n")
    write("    } -cmds {\n")
    write(f"      RemoteCmd {{denoise /show/{shot}}} -service {{comp}}\n    }} -cleanup {{\n")
    write(f"      RemoteCmd {{rm -rf /tmp/{shot}}} -service {{PixarRender}}\n    }}\n")
    return count


def tclsh_seconds(script: Path) -> float:
    """How long tclsh takes to evaluate the script."""
    timed = f"set t [clock microseconds]\nsource {{{script}}}\nputs [expr {{([clock microseconds] - $t) / 1e6}}]\n"
    driver = f"{PROCS}\n{timed}"
    done = subprocess.run(["tclsh"], input=driver, capture_output=True, text=True, check=True)
    return float(done.stdout)


def reading_seconds(script: Path) -> tuple[float, int]:
    """How long reading takes, and how many bytes of memory each task then takes (in a process of its own)."""
    reader = [sys.executable, __file__, "--reader", str(script)]
    done = subprocess.run(reader, capture_output=True, text=True, check=True)
    seconds, growth = done.stdout.split()
    return float(seconds), int(growth)


def read_here(script: Path) -> None:
    """Read the script and print the seconds and the bytes by which the process has grown."""
    from runtime.job.script import read_job

    before = _resident_bytes()
    start = time.perf_counter()
    reading = read_job(script.read_bytes(), str(script), now=0.0)
    seconds = time.perf_counter() - start
    if reading.failed:
        raise SystemExit(str(reading.diagnostics[:3]))
    sys.stdout.write(f"{seconds} {_resident_bytes() - before}\n")


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description="Load a job script of half a million tasks.")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--read-only", action="store_true", help="reading alone: no dispatcher, no journal")
    parser.add_argument("--tasks", type=int, default=TASKS)
    parser.add_argument("--reader", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.reader:
        read_here(options.reader)
        return
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "feature.alf"
        tasks = write_script(script, options.tasks)
        peer = tclsh_seconds(script)
        seconds, growth = reading_seconds(script)
        figures = {
            "tasks": tasks,
            "megabytes": round(script.stat().st_size / 1e6, 1),
            "tclsh_seconds": round(peer, 2),
            "read_seconds": round(seconds, 2),
            "read_ratio_tclsh": round(seconds / peer, 3),
            "read_bytes_per_task": growth // tasks,
        }
    if options.json:
        print(json.dumps(figures))
    else:
        for name, figure in figures.items():
            print(f"{name:22} {figure}")


if __name__ == "__main__":
    main()
