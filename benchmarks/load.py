"""Loading: a script of half a million tasks, from file to a ready, journalled queue.

    ratio_tclsh      from the file to "accepted" by the installed dispatcher (journal and all)  /  tclsh
    bytes_per_task   growth of the dispatcher's memory  /  tasks
    iterate_s        seconds until an Iterate of 1,000,000 steps is accepted

The script has one RemoteCmd for each task, tasks nested five deep, and about 220 characters a task (110 MB). The peer
is tclsh, which evaluates the same file with procs that evaluate their -subtasks, -cmds and -cleanup and do nothing
else.
"""

from __future__ import annotations

import argparse
import getpass
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import trio
from figures import show

from daemons.client import connect
from daemons.state import State
from runtime.messages import Spooled

TASKS = 500_000
FRAMES, PASSES, SHOTS = 46, 2, 10  # frames of a pass, passes of a shot, shots of a sequence

ITERATE = """##AlfredToDo 3.0
Job -title {a million} -subtasks {
    Iterate frame -from 1 -to 1000000 -by 1 -template {
        Task {frame $frame} -cmds { RemoteCmd {prman [format rib/%07d.rib $frame]} -service {PixarRender} }
    }
}
"""

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


def _resident_bytes(pid: int | str = "self") -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()


async def accepted(script: Path, state: State) -> tuple[float, int]:
    """Seconds from the file to "accepted" by a dispatcher that runs, and the bytes by which that has grown."""
    async with connect(state) as dispatcher:
        before = _resident_bytes(dispatcher.pid)
        start = time.perf_counter()
        answer = await dispatcher.spool(
            file=str(script),
            text=script.read_bytes(),
            cwd=os.getcwd(),
            env=dict(os.environ),
            user=getpass.getuser(),
            host=socket.gethostname(),
            paused=True,
        )
        seconds = time.perf_counter() - start
        if not isinstance(answer, Spooled):
            raise SystemExit(f"the job was refused: {answer.text} {answer.diagnostics[:3]}")
        growth = _resident_bytes(dispatcher.pid) - before
        await dispatcher.shutdown()
    return seconds, growth


def through_the_dispatcher(script: Path, tasks: int, peer: float, folder: Path) -> dict[str, float]:
    """The figures that take a dispatcher."""
    seconds, growth = trio.run(accepted, script, State(folder / "a", folder / "a" / "lock"))
    steps = folder / "steps.alf"
    steps.write_text(ITERATE)
    iterate, _ = trio.run(accepted, steps, State(folder / "b", folder / "b" / "lock"))
    return {
        "accepted_seconds": round(seconds, 2),
        "ratio_tclsh": round(seconds / peer, 3),
        "bytes_per_task": growth // tasks,
        "iterate_s": round(iterate, 3),
    }


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
        figures: dict[str, float] = {
            "tasks": tasks,
            "megabytes": round(script.stat().st_size / 1e6, 1),
            "tclsh_seconds": round(peer, 2),
            "read_seconds": round(seconds, 2),
            "read_ratio_tclsh": round(seconds / peer, 3),
            "read_bytes_per_task": growth // tasks,
        }
        if not options.read_only:
            figures |= through_the_dispatcher(script, tasks, peer, Path(folder))
    show(figures, as_json=options.json)


if __name__ == "__main__":
    main()
