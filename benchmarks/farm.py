"""The farm: how soon a slot is given out, and how many RemoteCmds a second go through maitre-d and alfserver.

    grant_rtt_ratio         Want to Granted, free slots            /  an echo over TCP between two trio processes
    ratio_hyperqueue        5,000 RemoteCmds `true` on 8 slots     /  HyperQueue's LocalCluster with 8 slots
    start_ratio_hyperqueue  submit to start of a RemoteCmd's job   /  HyperQueue's, through its Python client

Real daemons on the loopback with what they ship with: keys, journal, logs, leases; pings are off in the schedule. The
peer, and how starts and ends are timed, are those of local.py. Each figure is a ratio within one run; the rounds of
both sides come in turns, and the best of each counts (of starts and round trips: its best median).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import trio
from figures import show
from local import DATE, GAP_S, LOOK_S, hyperqueue, is_timed, said_by, spool, times, until_done

from daemons.client import NoDispatcher, connect
from daemons.farm.keeper import kept
from daemons.farm.layout import Layout
from daemons.hello import Identity
from daemons.keys import user_keyring
from daemons.link import Link
from daemons.link import connect as connect_link
from daemons.site import find_settings
from daemons.streams import tune
from runtime.farm_messages import Attach, Granted, Lease, Returned, Want
from runtime.needs import Need

SLOTS = 8
COMMANDS = 5_000
STARTS = 12
GRANTS = 3_000
ROUNDS = 3
USER = "anna"
_NEED = Need(service="(pixarRender)", tags=("true", "pixarRender"))


@contextmanager
def farm() -> Iterator[Layout]:
    """A maitre-d, an alfserver of 8 slots and dispatchers, at work."""
    layout = Layout(Path(tempfile.mkdtemp(prefix="alfred-benchmark-")), 1, SLOTS)
    layout.write()
    with kept(layout):
        trio.run(until_ready, layout)
        yield layout


async def until_ready(layout: Layout) -> None:
    """Until a RemoteCmd has run."""
    while True:
        try:
            async with connect(layout.state(USER), start=False) as dispatcher:
                jid = await spool(dispatcher, script(1))
                return await until_done(dispatcher, jid)
        except NoDispatcher:
            await trio.sleep(0.1)


# -- check-outs --------------------------------------------------------------------------------------------------------


async def round_trips(layout: Layout, count: int) -> tuple[float, float]:
    """Seconds that a grant takes, and an echo: medians, measured in turns."""
    environ = layout.env(USER)
    port = find_settings(environ, sys.stderr.write).maitred_port
    identity = Identity("dispatcher", USER, "benchmark", user_keyring(environ))
    link = await connect_link("127.0.0.1", port, identity, "maitre-d")
    with echo_server() as echo_port:
        echo = await trio.open_tcp_stream("127.0.0.1", echo_port)
        tune(echo)
        grants, echoes = [], []
        async with echo, link.stream:
            link.post(Attach("benchmark", "benchmark", 0, 0))
            await link.receive()
            for number in range(1, count + 1):
                grants.append(await grant(link, number))
                echoes.append(await echo_once(echo))
    return median(grants), median(echoes)


async def grant(link: Link, request: int) -> float:
    """Seconds from a Want to its Granted; the lease goes back."""
    want = Want(request, 1, 1, "benchmark", _NEED, 1)
    start = time.perf_counter()
    link.post(want)
    lease = await granted(link)
    took_s = time.perf_counter() - start
    link.post(Want(request, 1, 1, "benchmark", _NEED, 0), Returned(lease.id))
    return took_s


async def granted(link: Link) -> Lease:
    while messages := await link.receive_batch():
        for message in messages:
            if isinstance(message, Granted):
                return message.lease
    raise SystemExit("the maitre-d has closed the link")


async def echo_once(echo: trio.SocketStream) -> float:
    start = time.perf_counter()
    await echo.send_all(b"x" * 64)
    await echo.receive_some()
    return time.perf_counter() - start


@contextmanager
def echo_server() -> Iterator[int]:
    """A process that sends back what comes, with trio and nothing else; its port."""
    words = [sys.executable, __file__, "--echo"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


async def serve_echo() -> None:
    async def send_back(stream: trio.SocketStream) -> None:
        tune(stream)
        while data := await stream.receive_some():
            await stream.send_all(data)

    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    print(listeners[0].socket.getsockname()[1], flush=True)
    await trio.serve_listeners(send_back, listeners)


# -- commands ----------------------------------------------------------------------------------------------------------


def script(commands: int) -> bytes:
    """A job of so many commands that do nothing, on the farm."""
    lines = ["##AlfredToDo 3.0", "Job -title {no-ops} -service {pixarRender} -subtasks {"]
    for number in range(commands):
        launch = DATE if is_timed(number, commands, SLOTS) else "true"
        lines.append(f"  Task {{{number}}} -cmds {{ RemoteCmd {{{launch}}} }}")
    return "\n".join([*lines, "}", ""]).encode()


async def our_rate(layout: Layout, commands: int) -> float:
    """Commands a second, first start to last end."""
    async with connect(layout.state(USER), start=False) as dispatcher:
        jid = await spool(dispatcher, script(commands))
        await until_done(dispatcher, jid)
    said = times(layout.state(USER), jid)
    if len(said) != SLOTS + 1:
        raise SystemExit(f"{len(said)} of {SLOTS + 1} times were logged")
    return commands / (said[-1] - said[0])


async def our_starts(layout: Layout, count: int) -> list[float]:
    """Seconds from submit to start of one-command jobs, by a client that is connected."""
    waits = []
    async with connect(layout.state(USER), start=False) as dispatcher:
        for _ in range(count):
            submitted = time.time()
            jid = await spool(dispatcher, script(1))
            await trio.sleep(LOOK_S)
            while not (said := said_by(layout.state(USER).job(jid))):
                await trio.sleep(0.002)
            waits.append(said - submitted)
            await trio.sleep(GAP_S)
    return waits


# -- the run -----------------------------------------------------------------------------------------------------------


def measure(commands: int, starts: int, grants: int, rounds: int) -> dict[str, float]:
    """All figures; rates are commands a second, starts milliseconds, round trips microseconds."""
    rates: dict[str, list[float]] = {"alfred": [], "hyperqueue": []}
    waits: dict[str, list[float]] = {"alfred": [], "hyperqueue": []}
    trips: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory(prefix="alfred-benchmark-") as folder:
        for number in range(rounds):
            with farm() as layout:
                waits["alfred"].append(median(trio.run(our_starts, layout, starts)) * 1000)
                trips.append(trio.run(round_trips, layout, grants))
                rates["alfred"].append(trio.run(our_rate, layout, commands))
            peer = Path(folder, f"{number}")
            waits["hyperqueue"].append(median(hyperqueue("starts", Path(f"{peer}-starts"), starts)) * 1000)
            rates["hyperqueue"].append(hyperqueue("rate", peer, commands)[0])
            _tell(
                trips[-1],
                {name: values[-1] for name, values in rates.items()},
                {name: values[-1] for name, values in waits.items()},
            )
    ours, theirs = min(waits["alfred"]), min(waits["hyperqueue"])
    best = {name: max(values) for name, values in rates.items()}
    grant_s, echo_s = min(trip[0] for trip in trips), min(trip[1] for trip in trips)
    return {
        "grant_rtt_ratio": round(grant_s / echo_s, 3),
        "ratio_hyperqueue": round(best["alfred"] / best["hyperqueue"], 3),
        "start_ratio_hyperqueue": round(ours / theirs, 3),
        "grant_us": round(grant_s * 1e6, 1),
        "echo_us": round(echo_s * 1e6, 1),
        **{f"{name}_per_s": round(rate) for name, rate in best.items()},
        "alfred_start_ms": round(ours, 2),
        "hyperqueue_start_ms": round(theirs, 2),
    }


def _tell(trip: tuple[float, float], rates: dict[str, float], waits: dict[str, float]) -> None:
    """What a round has found."""
    print(f"  grant, echo: {trip[0] * 1e6:.0f}, {trip[1] * 1e6:.0f} us", file=sys.stderr)
    for name, rate in rates.items():
        print(f"  {name:12} {rate:6.0f} a second, {waits[name]:.2f} ms to start", file=sys.stderr)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description="Run commands that do nothing on a farm, and compare.")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--commands", type=int, default=COMMANDS)
    parser.add_argument("--starts", type=int, default=STARTS)
    parser.add_argument("--grants", type=int, default=GRANTS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--echo", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.echo:
        trio.run(serve_echo)
        return
    figures = measure(options.commands, options.starts, options.grants, options.rounds)
    show(figures, as_json=options.json)


if __name__ == "__main__":
    main()
