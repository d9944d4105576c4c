"""How fast the launcher runs commands that do nothing, beside `xargs -n1 -P2 true` in the same run.

Not a figure of the product (benchmarks/local.py is): what dispatcher and journal may add to before they cost too much.
`cpu_us` are microseconds of processor time a command, the command's own not counted: in the launcher, and in us.

    python benchmarks/launcher.py [--json] [--commands N]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
import time
from itertools import islice
from pathlib import Path

import psutil
import trio
from figures import show

from daemons.launch import Launcher, open_launcher
from daemons.launcher_messages import Context, Exited, Quit, Spawn

SLOTS = (2, 8)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--json", action="store_true")
    words.add_argument("--commands", type=int, default=5000)
    given = words.parse_args()
    result: dict[str, float] = {"xargs_per_s": xargs_rate(given.commands)}
    for slots in SLOTS:
        with tempfile.TemporaryDirectory() as directory:
            for name, value in trio.run(launcher_rate, Path(directory), given.commands, slots).items():
                result[f"slots{slots}_{name}"] = value
        result[f"slots{slots}_ratio_xargs"] = result[f"slots{slots}_per_s"] / result["xargs_per_s"]
    show({name: round(value, 2) for name, value in result.items()}, as_json=given.json)


def xargs_rate(commands: int) -> float:
    """Commands a second of `xargs -n1 -P2 true`."""
    started = time.perf_counter()
    subprocess.run(["xargs", "-n1", "-P2", "true"], input=b"x\n" * commands, check=True)
    return commands / (time.perf_counter() - started)


async def launcher_rate(directory: Path, commands: int, slots: int) -> dict[str, float]:
    """Commands a second through a launcher, `slots` at a time, and what they cost."""
    async with open_launcher(directory / "launcher") as launcher:
        process = psutil.Process(launcher.hello.pid)
        cpu_before = sum(process.cpu_times()[:2])
        own_before = time.process_time()
        started = time.perf_counter()
        await run_all(launcher, directory, commands, slots)
        took_s = time.perf_counter() - started
        own_s = time.process_time() - own_before
        cpu_s = sum(process.cpu_times()[:2]) - cpu_before
        launcher.send([Quit()])
        while await launcher.receive():
            pass
    return {
        "per_s": commands / took_s,
        "launcher_cpu_us": 1e6 * cpu_s / commands,
        "daemon_cpu_us": 1e6 * own_s / commands,
    }


async def run_all(launcher: Launcher, directory: Path, commands: int, slots: int) -> None:
    """Run `commands` times `true`, a new one as soon as one ends."""
    launcher.send([Context(1, "/", dict(os.environ))])
    numbers = iter(range(1, commands + 1))

    def start(count: int) -> None:
        spawns = [
            Spawn(number, f"1.{number}.1", 1, ("true",), {}, f"{directory}/{number}.log")
            for number in islice(numbers, count)
        ]
        launcher.send(spawns)

    start(slots)
    ended = 0
    while ended < commands:
        count = sum(type(message) is Exited for message in await launcher.receive())
        ended += count
        start(count)


if __name__ == "__main__":
    main()
