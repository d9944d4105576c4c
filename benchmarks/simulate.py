"""The simulator: how long a day of a large farm takes, and whether what it says comes true.

    day_s        seconds of one core for a day of 10,000 slots and 1,000,000 commands
    mb           the memory that it took at most
    same_bytes   1 when a smaller day, simulated twice with one seed, gives the same report and picture
    wait_error   200 commands of fixed sleeps on a small farm of real daemons: by how much the waits that were
                 predicted differ from theirs, the mean or p95, whichever differs more (0.1 is 10 %)

The day: hosts of 16 slots, three shows with crews of their own, 60 users whose jobs come at random all day, as many as
fill 85 % of the farm; a command takes about 12 minutes, one of a hundred fails; desktops that are wanted back,
and hosts that die. The real farm is that of `alfred -farm`, with 8 slots. How long a launch takes there is measured
first, by single commands, and given to the simulator, which knows nothing else of it.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Mapping

import trio
from farm import USER, farm, our_starts
from figures import show
from local import DATE, spool, until_done

from daemons import garbage
from daemons.client import connect
from daemons.farm.layout import Layout
from daemons.reading import ScriptReader
from runtime.history.tally import By
from runtime.history.waits import Waits
from runtime.schedule.model import Crew, Schedule, Server
from runtime.schedule.reader import read_schedule
from runtime.settings import DEFAULTS
from runtime.simulate.farm import Farm
from runtime.simulate.language import read_workload
from runtime.simulate.result import Result

SLOTS, COMMANDS = 10_000, 1_000_000
HOST_SLOTS = 16
SHOWS, USERS = ("film", "short", "series"), 60
FRAMES = 250
LOAD = 0.85
DAY_S = 86400.0
SMALL = 20
"""By how much the day that is simulated twice is smaller."""
SMALL_UNTIL = "10h"
"""... and when it ends: an hour after the desktops' users have come."""
LEAST_SLOTS = 4 * HOST_SLOTS
"""So few servers have a host of every kind that the workload speaks of."""
REAL_COMMANDS, REAL_S = 200, 0.3
STARTS = 12


def schedule(slots: int) -> Schedule:
    """Each show has its users; all may use everything, and come first on a third of it."""
    servers: dict[str, Server] = {}
    groups: dict[str, list[str]] = {show: [] for show in SHOWS}
    for number in range(slots):
        host = number // HOST_SLOTS
        name = f"h{host:04}-{number % HOST_SLOTS}"
        servers[name] = Server(name, f"h{host:04}", ("pixarRender", ("linux", "gpu")[host % 4 == 0]), udi=host % 3)
        groups[SHOWS[host % len(SHOWS)]].append(name)
    users = [f"user{number}" for number in range(USERS)]
    crews = [Crew("everybody", priority=1.0)] + [Crew(show, show, show, priority=10.0) for show in SHOWS]
    return Schedule(
        servers=servers,
        server_groups={show: tuple(members) for show, members in groups.items()},
        user_groups={show: tuple(users[place :: len(SHOWS)]) for place, show in enumerate(SHOWS)},
        crews={crew.name: crew for crew in crews},
        file="large.schedule",
    )


def day(slots: int, commands: int, until: str) -> str:
    """The workload: every user queues as many jobs, at random, in the first 20 hours."""
    jobs = max(2, commands // (USERS * (FRAMES + 1)))
    every_s = 20 * 3600 / jobs
    mean_s = LOAD * slots * DAY_S / commands
    lines = [
        f"until {until}",
        *(
            f"arrive {number * every_s / USERS:.0f} -user user{number} -script {('any', 'any', 'gpu')[number % 3]}"
            f" -every {{exponential {every_s:.0f}}} -count {jobs}"
            for number in range(USERS)
        ),
        f"takes * {{lognormal {mean_s / 1.13:.1f} 0.5}}",
        "fails * 0.01 -status 7",
        "nimby h*1 {mon-fri 9:00-18:00} -chance 0.8",
        "dies h*2 -every {exponential 2d} -lasts {uniform 10m 2h}",
    ]
    return "\n".join(lines)


def shot(keys: str) -> bytes:
    """A job of frames, and one command that waits for them."""
    frames = f"Iterate i -from 1 -to {FRAMES} -template {{ Task f$i -cmds {{ RemoteCmd {{prman $i}} -retryrc 7 }} }}"
    film = f"Task film -subtasks {{ {frames} }} -cmds {{ RemoteCmd {{encode}} -retryrc 7 }}"
    return f"Job -title shot -service {{{keys}}} -subtasks {{ {film} }}\n".encode()


def simulated(slots: int, commands: int, until: str = "24h", seed: int = 1) -> Farm:
    """A day that has been simulated, or its first hours."""
    scripts = {"any": shot("pixarRender"), "gpu": shot("pixarRender && gpu || linux")}
    workload = read_workload(day(slots, commands, until).encode(), "day.tcl", scripts.__getitem__)
    made = Farm(schedule(slots), workload, seed, DEFAULTS, ScriptReader())
    garbage.settle()
    made.run()
    return made


def is_repeatable(slots: int, commands: int) -> bool:
    """Whether two runs give the same bytes."""
    workload = read_workload(b"arrive 0:00 -user anna -script any", "day.tcl", lambda file: b"")
    seen = []
    for _ in range(2):
        result = Result.of(simulated(slots, commands, SMALL_UNTIL), schedule(slots), workload, 1)
        seen.append(("\n".join(result.text()), result.svg()))
    return seen[0] == seen[1]


# -- the real farm -----------------------------------------------------------------------------------------------------


def real_script() -> bytes:
    """Commands of fixed sleeps that say when they have begun."""
    command = f"RemoteCmd {{sh -c {{{DATE}; exec sleep {REAL_S}}}}}"
    tasks = "".join(f"Task {{{number}}} -cmds {{ {command} }}\n" for number in range(REAL_COMMANDS))
    return f"Job -title {{sleeps}} -service {{pixarRender}} -subtasks {{\n{tasks}}}\n".encode()


async def measured(layout: Layout) -> tuple[float, Waits]:
    """How long a launch takes when nothing else goes on, and how long each of many commands has waited."""
    starts = sorted(await our_starts(layout, STARTS))
    waits = Waits()
    async with connect(layout.state(USER), start=False) as dispatcher:
        submitted = time.time()
        jid = await spool(dispatcher, real_script())
        await until_done(dispatcher, jid)
    for path in layout.state(USER).job(jid).glob("*.log"):
        waits.add(float(path.read_text()) - submitted)
    if waits.count != REAL_COMMANDS:
        raise SystemExit(f"{waits.count} of {REAL_COMMANDS} times were logged")
    return starts[len(starts) // 2], waits


def predicted(layout: Layout, start_s: float) -> Waits:
    """What the simulator says of the same job under the same schedule."""
    file = layout.etc / "alfred.schedule"
    lines = (f"machine -start {start_s:.4f}", f"takes sh {REAL_S}", f"arrive 9:00 -user {USER} -script sleeps")
    workload = read_workload("\n".join(lines).encode(), "real.tcl", lambda name: real_script())
    made = Farm(read_schedule(file.read_bytes(), str(file)).schedule, workload, 1, DEFAULTS, ScriptReader())
    made.run()
    return made.ledger.waits(By.FARM, "")


def wait_error() -> float:
    """By how much prediction and reality differ."""
    with farm() as layout:
        start_s, real = trio.run(measured, layout)
        said = predicted(layout, start_s)
    pairs = {"mean": (said.mean_s, real.mean_s), "p95": (said.percentile(95), real.percentile(95))}
    for name, (says, was) in pairs.items():
        print(f"  {name}: predicted {says:.3f} s, was {was:.3f} s ({says / was:.3f})", file=sys.stderr)
    return max(abs(says / was - 1) for says, was in pairs.values())


# -- the run -----------------------------------------------------------------------------------------------------------


def measure(slots: int, commands: int, with_farm: bool) -> Mapping[str, float]:
    """All figures."""
    figures: dict[str, float] = {}
    if with_farm:
        figures["wait_error"] = round(wait_error(), 3)
    figures["same_bytes"] = float(is_repeatable(max(LEAST_SLOTS, slots // SMALL), commands // SMALL))
    began, wall = time.process_time(), time.perf_counter()
    made = simulated(slots, commands)
    figures["day_s"] = round(time.process_time() - began, 1)
    ledger = made.ledger
    figures["mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    figures["command_us"] = round(1e6 * figures["day_s"] / max(1, ledger.commands))
    busy = ledger.busy_s / (slots * made.agenda.now)
    print(
        f"  {slots} slots, {100 * busy:.0f} % busy: {ledger.commands:,} commands began, {ledger.ended:,} ended,"
        f" {time.perf_counter() - wall:.0f} s by the clock on the wall",
        file=sys.stderr,
    )
    return figures


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description="A simulated day, and a prediction that is put to the test.")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--slots", type=int, default=SLOTS)
    parser.add_argument("--commands", type=int, default=COMMANDS)
    parser.add_argument("--only-day", action="store_true", help="without the real farm")
    options = parser.parse_args()
    figures = measure(options.slots, options.commands, not options.only_day)
    show(figures, as_json=options.json)


if __name__ == "__main__":
    main()
