"""Running: how many commands a second, and how soon after its submit a command starts, on this machine alone.

    ratio_xargs             5,000 commands `true` on 2 slots       /  `xargs -n1 -P2 true`
    ratio_hyperqueue        the same on 8 slots                    /  HyperQueue's LocalCluster with 8 slots
    start_ratio_hyperqueue  submit to start of a one-command job   /  HyperQueue's, through its Python client

The dispatcher is the installed one with what it ships with: journal, logs, durable accept. HyperQueue has no journal
here and its stdout is off. In both, the first command and the last ones are `date`, so "first start to last
end" is what the commands themselves saw. Each figure is a ratio within one run; every pair is run several times, in
turns, and the best of each side counts; of starts, its best median.
"""

from __future__ import annotations

import argparse
import getpass
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import trio
from figures import show

from daemons.client import DispatcherClient, connect
from daemons.state import State
from runtime.messages import Spooled

COMMANDS = 5_000
STARTS = 12
GAP_S = 0.3  # between two jobs: HyperQueue is at its best when it has rested
LOOK_S = 0.025  # before the first look at what a command said: looking takes time from what is measured
DONE_LOOK_S = 0.1  # between two looks at whether a job is done
ROUNDS = 3
DATE = "date +%s.%N"


def xargs_rate(commands: int) -> float:
    """Commands a second of `xargs -n1 -P2 true`."""
    words = "\n".join(map(str, range(commands)))
    start = time.perf_counter()
    subprocess.run(["xargs", "-n1", "-P2", "true"], input=words, text=True, check=True)
    return commands / (time.perf_counter() - start)


def is_timed(number: int, commands: int, slots: int) -> bool:
    """The first command and the last ones say when they ran."""
    return number == 0 or number >= commands - slots


# -- ours --------------------------------------------------------------------------------------------------------------


def script(commands: int, slots: int) -> bytes:
    """A job of so many commands that do nothing."""
    lines = ["##AlfredToDo 3.0", "Job -title {no-ops} -subtasks {"]
    for number in range(commands):
        launch = DATE if is_timed(number, commands, slots) else "true"
        lines.append(f"  Task {{{number}}} -cmds {{ Cmd {{{launch}}} }}")
    return "\n".join([*lines, "}", ""]).encode()


async def spool(dispatcher: DispatcherClient, text: bytes) -> int:
    answer = await dispatcher.spool(
        file="no-ops.alf",
        text=text,
        cwd=os.getcwd(),
        env=dict(os.environ),
        user=getpass.getuser(),
        host=socket.gethostname(),
    )
    if not isinstance(answer, Spooled):
        raise SystemExit(f"the job was refused: {answer.text}")
    return answer.jids[0]


async def until_done(dispatcher: DispatcherClient, jid: int) -> None:
    while True:
        queue = await dispatcher.list()
        if any(job.jid == jid and job.state.value in ("done", "stopped") for job in queue.jobs):
            return
        await trio.sleep(DONE_LOOK_S)


def times(state: State, jid: int) -> list[float]:
    """What the `date` commands of a job said."""
    return sorted(float(path.read_text()) for path in state.job(jid).glob("*.log"))


async def our_rate(state: State, commands: int, slots: int) -> float:
    """Commands a second, first start to last end."""
    async with connect(state, slots=slots) as dispatcher:
        jid = await spool(dispatcher, script(commands, slots))
    async with connect(state, slots=slots) as dispatcher:
        await until_done(dispatcher, jid)
    async with connect(state, start=False) as dispatcher:
        await dispatcher.shutdown()
    said = times(state, jid)
    if len(said) != slots + 1:
        raise SystemExit(f"{len(said)} of {slots + 1} times were logged")
    return commands / (said[-1] - said[0])


async def our_starts(state: State, count: int) -> list[float]:
    """Seconds from submit to start of one-command jobs, by a client that is connected."""
    text = f"Job -title {{one}} -subtasks {{ Task {{one}} -cmds {{ Cmd {{{DATE}}} }} }}\n".encode()
    waits = []
    async with connect(state, slots=8) as dispatcher:
        for _ in range(count):
            submitted = time.time()
            jid = await spool(dispatcher, text)
            await trio.sleep(LOOK_S)
            while not (said := said_by(state.job(jid))):
                await trio.sleep(0.002)
            waits.append(said - submitted)
            await trio.sleep(GAP_S)
    async with connect(state, start=False) as dispatcher:
        await dispatcher.shutdown()
    return waits


def said_by(directory: Path) -> float:
    """What the one command of a job said; 0 while it has not."""
    text = "".join(path.read_text() for path in directory.glob("*.log"))
    return float(text) if text.endswith("\n") else 0.0


# -- HyperQueue --------------------------------------------------------------------------------------------------------


def _hyperqueue_rates(folder: Path, commands: int) -> list[float]:
    return [hyperqueue_rate(folder, commands, 8)]


def hyperqueue_rate(folder: Path, commands: int, slots: int) -> float:
    """Commands a second, first start to last end."""
    from hyperqueue import Job, LocalCluster
    from hyperqueue.cluster import WorkerConfig

    with LocalCluster(str(folder / "server"), WorkerConfig(cores=slots)) as cluster:
        client = cluster.client()
        job = Job()
        for number in range(commands):
            timed = is_timed(number, commands, slots)
            output = str(folder / f"{number}.out") if timed else None
            job.program(DATE.split() if timed else ["true"], stdout=output, stderr=None)
        client.wait_for_jobs([client.submit(job)])
    said = sorted(float(path.read_text()) for path in folder.glob("*.out"))
    return commands / (said[-1] - said[0])


def hyperqueue_starts(folder: Path, count: int) -> list[float]:
    """Seconds from submit to start of one-command jobs."""
    from hyperqueue import Job, LocalCluster
    from hyperqueue.cluster import WorkerConfig

    waits = []
    with LocalCluster(str(folder / "server"), WorkerConfig(cores=8)) as cluster:
        client = cluster.client()
        for number in range(count):
            output = folder / f"{number}.out"
            submitted = time.time()
            job = Job()
            job.program(DATE.split(), stdout=str(output), stderr=None)
            client.submit(job)
            time.sleep(LOOK_S)
            while not (output.exists() and output.read_text().endswith("\n")):
                time.sleep(0.002)
            waits.append(float(output.read_text()) - submitted)
            time.sleep(GAP_S)
    return waits


def hyperqueue(what: str, folder: Path, count: int) -> list[float]:
    """Run one of the two above in a process of its own: it prints to stdout what is not ours."""
    folder.mkdir()
    words = [sys.executable, __file__, "--peer", what, str(folder), str(count)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    figures: list[float] = json.loads(done.stdout.splitlines()[-1])
    return figures


# -- the run -----------------------------------------------------------------------------------------------------------


def measure(commands: int, starts: int, rounds: int) -> dict[str, float]:
    """All figures; rates are commands a second, starts milliseconds."""
    best: dict[str, float] = {}
    waits: dict[str, list[float]] = {"alfred": [], "hyperqueue": []}

    def note(name: str, rate: float) -> None:
        best[name] = max(rate, best.get(name, 0.0))
        print(f"  {name:22} {rate:8.0f} a second", file=sys.stderr)

    with tempfile.TemporaryDirectory(prefix="alfred-benchmark-") as folder:
        for number in range(rounds):
            places = [Path(folder, f"{number}-{name}") for name in ("two", "eight", "peer", "start", "peer-start")]
            note("xargs_2", xargs_rate(commands))
            note("alfred_2", trio.run(our_rate, _state(places[0]), commands, 2))
            note("alfred_8", trio.run(our_rate, _state(places[1]), commands, 8))
            note("hyperqueue_8", hyperqueue("rate", places[2], commands)[0])
            waits["alfred"].append(median(trio.run(our_starts, _state(places[3]), starts)) * 1000)
            waits["hyperqueue"].append(median(hyperqueue("starts", places[4], starts)) * 1000)
            print(
                f"  {'submit to start':22} {waits['alfred'][-1]:.2f}, {waits['hyperqueue'][-1]:.2f} ms", file=sys.stderr
            )
    ours, theirs = min(waits["alfred"]), min(waits["hyperqueue"])
    return {
        "ratio_xargs": round(best["alfred_2"] / best["xargs_2"], 3),
        "ratio_hyperqueue": round(best["alfred_8"] / best["hyperqueue_8"], 3),
        "start_ratio_hyperqueue": round(ours / theirs, 3),
        **{f"{name}_per_s": round(rate) for name, rate in best.items()},
        "alfred_start_ms": round(ours, 2),
        "hyperqueue_start_ms": round(theirs, 2),
    }


def _state(directory: Path) -> State:
    return State(directory, directory / "lock")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description="Run commands that do nothing, and compare.")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--commands", type=int, default=COMMANDS)
    parser.add_argument("--starts", type=int, default=STARTS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--peer", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        what, folder, count = options.peer
        run = hyperqueue_starts if what == "starts" else _hyperqueue_rates
        print(json.dumps(run(Path(folder), int(count))))
        return
    figures = measure(options.commands, options.starts, options.rounds)
    show(figures, as_json=options.json)


if __name__ == "__main__":
    main()
