"""How quick the windows are with a job of 100,000 tasks: real ones, on an X server, with a dispatcher that has the job.

open_s          from the start of the process to the painted tree of all tasks
repaint_*_ms    2,000 tasks anywhere in the job change their state: from the dispatcher's bytes to what the X server
                has drawn; at the median and at the 95th percentile
mb              what the process of the windows has in memory then (resident)
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import msgspec
import psutil
import trio

from daemons.client import connect
from daemons.wire import decode, pack
from runtime.messages import Refusal, TasksAre

TASKS, FRAMES = 100_000, 5_000
BURST, BURSTS = 2_000, 100
_OPENED_AT = "ALF_OPENED_AT"


def script(tasks: int) -> bytes:
    """Frames of equally many tasks each."""
    each = max(1, tasks // FRAMES - 1)
    frames = min(FRAMES, max(1, tasks // (each + 1)))
    lines = ["##AlfredToDo 3.0", "Job -title {a hundred thousand} -subtasks {"]
    for frame in range(frames):
        below = "\n".join(f"Task {{layer {number}}} -cmds {{Cmd {{true}}}}" for number in range(each))
        lines.append(f"Task {{frame {frame:04}}} -subtasks {{\n{below}\n}} -cmds {{Cmd {{true}}}}")
    return "\n".join([*lines, "}"]).encode()


# ---- the process of the windows ----------------------------------------------------------------------------------


def be_window() -> None:
    """Show the first job's detail, tell how long that took, then repaint it again and again."""
    import tkinter as tk

    from gui import host
    from gui.app import Application
    from gui.links.dispatcher import DispatcherLink

    root = tk.Tk(className="Alfred")
    app = Application(root, DispatcherLink(starts=False))

    async def use() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(app.run)
            while app.queue_window is None or not app.queue_window.jobs.jobs:
                await trio.sleep(0)
            window = app.queue_window
            job = window.jobs.jobs[0]
            window.toggle_detail(job.jid)
            detail = window.details[job.jid]
            while len(detail.tree) < job.tasks or not detail.shown.layout_is.row_count:
                await trio.sleep(0)
            root.update()
            opened_s = time.time() - float(os.environ[_OPENED_AT])
            detail.folded.clear()
            detail._fold_all(False)
            root.update()
            took = [_repaint(root, detail) for _ in range(BURSTS)]
            mb = psutil.Process().memory_info().rss / 1e6
            print(json.dumps({"open_s": opened_s, "took": took, "mb": mb}))
            window.close()

    host.run(root, partial(use))


def _repaint(root: object, detail: object) -> float:
    """Milliseconds from the dispatcher's bytes to the painted window."""
    tree = detail.tree  # type: ignore[attr-defined]
    states = bytearray(tree.states)
    for _ in range(BURST):
        tid = random.randrange(1, len(states))
        states[tid] = (states[tid] + 1 + random.randrange(5)) % 7
    pieces = tuple(
        (first, bytes(states[first : first + 256]))
        for first in range(0, len(states), 256)
        if states[first : first + 256] != tree.states[first : first + 256]
    )
    body = pack(TasksAre(jid=1, first=len(states), states=pieces))[4:]
    began = time.perf_counter()
    tree.hear(decode(body))
    detail.changed()  # type: ignore[attr-defined]
    root.update()  # type: ignore[attr-defined]
    return 1000 * (time.perf_counter() - began)


# ---- the other end -------------------------------------------------------------------------------------------------


def measure(tasks: int) -> dict[str, float]:
    """All figures."""
    reads, writes = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writes), "-screen", "0", "1280x960x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=[writes], stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(writes)
    with os.fdopen(reads) as numbers:
        os.environ["DISPLAY"] = f":{numbers.readline().strip()}"
    try:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
            os.environ["ALF_STATE"] = str(Path(directory) / "state")
            os.environ["XDG_CONFIG_HOME"] = str(Path(directory) / "config")
            return trio.run(_measure, tasks)
    finally:
        server.terminate()
        server.wait()


async def _measure(tasks: int) -> dict[str, float]:
    async with connect() as client:
        answer = await client.spool(
            file="large.alf", text=script(tasks), cwd=os.getcwd(), env={}, user="ann", host="here", paused=True
        )
        if isinstance(answer, Refusal):
            raise SystemExit(answer.text)
        os.environ[_OPENED_AT] = repr(time.time())
        child = await trio.run_process([sys.executable, "-P", __file__, "--window"], capture_stdout=True)
        await client.shutdown()
    said = msgspec.json.decode(child.stdout)
    took = sorted(said["took"])
    return {
        "open_s": round(said["open_s"], 2),
        "repaint_p50_ms": round(statistics.median(took), 1),
        "repaint_p95_ms": round(took[int(0.95 * len(took))], 1),
        "mb": round(said["mb"]),
    }


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description="The job's detail, with many tasks.")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--tasks", type=int, default=TASKS)
    parser.add_argument("--window", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.window:
        be_window()
    else:
        from figures import show  # not in the windows' process: beside it this file would stand for the package gui

        show(measure(options.tasks), as_json=options.json)


if __name__ == "__main__":
    main()
