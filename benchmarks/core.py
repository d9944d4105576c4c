"""How fast the maitre-d decides: its core alone, without sockets, at 100,000 slots.

    farm        hosts of 16 slots in 40 kinds, three server groups, two limits, metrics from every host
    who waits   1,000 dispatchers of 250 users in four crews, one request each, of 50 distinct needs: keys, names of
                hosts, @.mem and -metrics (some that no host has now), tags with limits, -atleast, -samehost.
                Each wants 1,000 leases, so 1,000,000 commands wait
    a grant     a lease comes back, and its slot is given to who is next: events through the core's methods, with
                proofs, and with Python's garbage collector as the daemon sets it

    changes     once it is full, each worked off to its end: the schedule is read again, as it was and with every
                hundredth server another; a crew is disabled and comes back; a time group opens; slots go offline; a
                dispatcher is lost and comes back with its leases; somebody looks at the farm; one who waits for each
                need asks why; a user of a crew above all others takes a tenth of all slots from those who have them,
                and his dispatcher ends

`grants_per_s` are grants by the time that all events took on one core, those for metrics and for the clock as well;
`max_event_ms` is the longest event from the first Want on; `growth` is what a grant costs at 100,000 slots over what it
costs at 1,000. Time is that of the thread, so a machine that is busy elsewhere does not count.

`--compiled` measures the core that `make compiled` has built.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from time import perf_counter, thread_time

import msgspec
from figures import show

from daemons import garbage
from daemons.version import core_is_compiled
from runtime.farm_messages import Attach, Explain, Granted, HeldLease, Lease, LeaseId, Recall, Returned, Running, Want
from runtime.maitred.core import Maitred
from runtime.maitred.orders import Order, PeerId, Send
from runtime.maitred.rules import Rules
from runtime.match.limits import launch_tags
from runtime.match.metrics import compile_metrics
from runtime.needs import Need
from runtime.schedule.model import Crew, Schedule, Server, Span

SLOTS, FEW_SLOTS = 100_000, 1_000
REQUESTS, USERS, WANTED = 1_000, 250, 1_000
GRANTS = 100_000
HOST_SLOTS = 16
WALL = 1_767_614_400.0
"""Monday, noon."""
STEP_S = 1 / 20_000
"""From one lease that comes back to the next, on the core's clock: the rate that is wanted. What is done from time to
time (looks at those who wait, ranks taken anew) is so charged as often as it would happen then."""
MEASURED_S = 10.0
"""How often each host says its metrics, on that clock."""

SYSTEMS = ("linux", "irix", "osx", "solaris", "tru64")
GEAR = ("", "bigmem", "gpu", "maya")
SHOWS = ("film", "short")

RUSHED = "rushed"
"""A user of whom nothing is seen until all others have what they can have."""

SCHEDULE_LIMITS = {"prman": 400, "maya": 100}


def schedule(slots: int) -> Schedule:
    """Hosts by turns of each system and gear; each show has half of them."""
    servers: dict[str, Server] = {}
    groups: dict[str, list[str]] = {show: [] for show in SHOWS}
    groups["gpus"] = []
    for number in range(slots):
        host = number // HOST_SLOTS
        system, gear, show = SYSTEMS[host % 5], GEAR[host // 5 % 4], SHOWS[host // 20 % 2]
        name = f"h{host:05}-{number % HOST_SLOTS}"
        keys = tuple(key for key in ("pixarRender", "pixarNRM", system, gear) if key)
        servers[name] = Server(name, f"h{host:05}", keys, udi=host % 3)
        groups[show].append(name)
        if gear == "gpu":
            groups["gpus"].append(name)
    crews = (
        Crew("everybody", priority=1.0),
        Crew("film", "film", "film", priority=10.0),
        Crew("short", "short", "short", priority=10.0),
        Crew("fx", "fx", "gpus", priority=20.0),
        Crew("rush", "rush", priority=100.0),
    )
    users = [f"user{number}" for number in range(USERS)]
    return Schedule(
        servers=servers,
        server_groups={name: tuple(members) for name, members in groups.items()},
        user_groups={
            "film": tuple(users[::2]),
            "short": tuple(users[1::2]),
            "fx": tuple(users[::10]),
            "rush": (RUSHED,),
        },
        crews={crew.name: crew for crew in crews},
        limits=SCHEDULE_LIMITS,
        pings={},
        shares=dict.fromkeys(users[::7], 2.0),
    )


def needs(hosts: int) -> list[Need]:
    """Fifty of them; a fifth can be met by no host as it is measured."""
    keys = [f"pixarRender && {system}" for system in SYSTEMS]
    keys += [f"pixarNRM && {gear}" for gear in GEAR if gear]
    keys += [f"pixarRender && {one} && {gear}" for one in SYSTEMS for gear in GEAR if gear]
    keys += ["pixarRender", "pixarNRM && !osx", "linux || irix", "!h00003 && linux", f"h{hosts - 1:05} || gpu && osx"]
    found = [_need(service) for service in keys]
    found += [_need(f"pixarRender && {system} && @.mem > {gb}") for system in SYSTEMS[:2] for gb in (4, 900)]
    found += [_need(f"{system}", metrics="[Mget loadavg] < 1.25") for system in SYSTEMS[:3]]
    found += [_need(f"{system}", metrics="[Mget tokens] > 0 && [Mget disk] > 100") for system in SYSTEMS]
    found += [_need("pixarRender", tags="prman"), _need("linux", tags="prman"), _need("maya", tags="maya")]
    found += [_need("pixarRender", atleast=2, atmost=4), _need("linux", atleast=4, atmost=4)]
    found += [_need("pixarRender", atleast=4, atmost=4, samehost=True)]
    found += [_need("irix && bigmem", atleast=2, atmost=2, samehost=True), _need("solaris && gpu", tags="prman")]
    found += [_need("tru64 || osx && gpu"), _need("pixarNRM && irix && gpu && @.nCPUs >= 64")]
    if len({*found}) != 50:
        raise SystemExit(f"{len({*found})} distinct needs")
    return found


def _need(service: str, tags: str = "", atleast: int = 1, atmost: int = 1, **parts: object) -> Need:
    return Need(service, tags=launch_tags((), service, tags), atleast=atleast, atmost=atmost, **parts)  # type: ignore[arg-type]  # its own fields


class Farm:
    """A core, and the far ends of its dispatchers: what they hold. Every event is timed."""

    def __init__(self, slots: int) -> None:
        self.now = 0.0
        self.hosts = [f"h{number:05}" for number in range(-(-slots // HOST_SLOTS))]
        self.plan = schedule(slots)
        began = thread_time()
        self.core = Maitred(
            self.plan, Rules(time_zone="UTC"), epoch=1, now=0.0, wall=WALL, wait=False, grant_key=b"k" * 32
        )
        self.read_s = thread_time() - began
        compile_metrics("[Mget loadavg] < 1").why_not({"loadavg": 0.5}.get)  # a daemon has read its settings in Tcl
        garbage.settle()
        self.random = random.Random(5)
        self.held: list[tuple[PeerId, LeaseId]] = []
        self.gone: set[LeaseId] = set()
        """Those of `held` that were given back as they were asked for."""
        self.recalled: deque[tuple[PeerId, LeaseId]] = deque()
        self.fresh: list[tuple[PeerId, Lease]] = []
        self.leases: dict[LeaseId, Lease] = {}
        self.granted = 0
        self.spent_s: defaultdict[str, float] = defaultdict(float)
        """In events, by their names."""
        self.longest_s: dict[str, float] = {}

    def event(self, name: str, happens: Callable[[], Iterable[Order] | None]) -> None:
        began = thread_time()
        orders = happens()
        garbage.look()
        took_s = thread_time() - began
        self.spent_s[name] += took_s
        self.longest_s[name] = max(took_s, self.longest_s.get(name, 0.0))
        for order in orders or ():
            if isinstance(order, Send):
                self._hear(order)

    def _hear(self, order: Send) -> None:
        if isinstance(order.message, Granted):
            self.granted += 1
            self.fresh.append((order.peer, order.message.lease))
            self.leases[order.message.lease.id] = order.message.lease
            self.held.append((order.peer, order.message.lease.id))
        elif isinstance(order.message, Recall):
            self.recalled.append((order.peer, order.message.lease))

    def until_quiet(self, name: str = "tick") -> None:
        """The clock's events that are due; whatever was granted runs."""
        while self.core.next_deadline() <= self.now:
            self.event(name, lambda: self.core.tick(self.now))
        fresh, self.fresh = self.fresh, []
        for peer, lease in fresh:
            message = Running(lease.id, 1, 1, 1, 1, "frame")
            self.event("running", lambda peer=peer, message=message: self.core.said(peer, message, self.now))  # type: ignore[misc]

    def measured(self, host: str) -> None:
        values = {"loadavg": self.random.uniform(0.2, 2.0), "memory": 8192.0, "disk": 50_000.0, "tokens": 0.0}
        self.event("measured", lambda: self.core.measured(host, values, self.now))

    def fill(self) -> None:
        """All hosts are measured, the dispatchers come and want; every slot that can be given is."""
        for number in range(REQUESTS):
            peer = PeerId(number + 1)
            message = Attach(f"d{number}", f"ws{number}", 9001, 0)
            self.core.attach(peer, f"user{number % USERS}", message, self.now)
        for host in self.hosts:
            self.measured(host)
        wanted = needs(len(self.hosts))
        self.longest_s.clear()
        for number in range(REQUESTS):
            want = Want(1, number, 1, f"job {number}", wanted[number % 50], WANTED, priority=float(number % 3))
            self.event("want", lambda number=number, want=want: self.core.said(PeerId(number + 1), want, self.now))  # type: ignore[misc]
            self.until_quiet()

    def changes(self) -> None:
        """What happens seldom, and concerns much."""
        crews = self.plan.crews
        film = msgspec.structs.replace(crews["film"], enabled=False)
        night = Crew("night", "short", "film", "night", priority=5.0)
        other = {
            name: msgspec.structs.replace(server, udi=server.udi + 1)
            for name, server in list(self.plan.servers.items())[::100]
        }
        self._reads("the same schedule", servers={**self.plan.servers})
        self._reads("other servers", servers=self.plan.servers | other)
        self._reads("the first servers", servers=self.plan.servers)
        self._reads("a crew disabled", crews=crews | {"film": film})
        self._reads("a crew enabled", crews=crews)
        opens = (Span(12 * 60 + 10, 13 * 60),)
        self._reads("a crew of the night", crews=crews | {"night": night}, time_groups={"night": opens})
        self.now = 600.0
        self._happens("a time group opens", lambda: self.core.tick(self.now))
        names = list(self.plan.servers)[::100]
        for on in (True, False):
            self._happens("offline", lambda on=on: self.core.offline(names[:20], on, "wanda", self.now))  # type: ignore[misc]
        for number in range(50):
            self._happens("explain", lambda number=number: self.core.said(PeerId(number + 1), Explain(1, 1), self.now))  # type: ignore[misc]
        parts = self.core.farm_in_parts(self.now)
        while self._has_seen(parts):
            pass
        self._comes_back(PeerId(1))
        self._rush(PeerId(REQUESTS + 2), len(self.plan.servers) // 10)

    def _reads(self, name: str, **parts: object) -> None:
        plan = msgspec.structs.replace(self.plan, **parts)
        self._happens(f"read: {name}", lambda: self.core.read(plan, self.now, WALL + self.now))

    def _happens(self, name: str, happens: Callable[[], Iterable[Order] | None]) -> None:
        self.event(name, happens)
        self.until_quiet(name)

    def _has_seen(self, parts: Iterator[object]) -> bool:
        found: list[object] = []
        self.event("farm", lambda: found.extend(islice(parts, 1)))
        return bool(found)

    def _comes_back(self, peer: PeerId) -> None:
        """A dispatcher is lost, and comes back with all that it holds."""
        there = {lease for of, lease in self.held if of == peer and lease not in self.gone}
        held = tuple(HeldLease(self.leases[lease], 1, 0, "job 0") for lease in there)
        self._happens("detach", lambda: self.core.detach(peer, self.now))
        back = Attach("d0", "ws0", 9001, 1, held)
        self._happens("attach", lambda: self.core.attach(PeerId(REQUESTS + 1), "user0", back, self.now))

    def _rush(self, peer: PeerId, slots: int) -> None:
        """Somebody of the highest standing takes so many slots from others, and is gone."""
        self.recalled.clear()
        self.core.attach(peer, RUSHED, Attach("rush", "ws", 9001, 0), self.now)
        want = Want(1, 1, 1, "rush", _need("pixarRender"), slots)
        self._happens("a rush", lambda: self.core.said(peer, want, self.now))
        while self.recalled:
            self.grant()
        self.until_quiet("a rush")
        self._happens("its end", lambda: self.core.leave(peer, self.now))

    def grant(self) -> None:
        """A lease comes back: one that was asked back, or any."""
        self.now += STEP_S
        self.until_quiet()
        peer, lease = self._asked_back() if self.recalled else self._any()
        self.event("returned", lambda: self.core.said(peer, Returned(lease), self.now))

    def _asked_back(self) -> tuple[PeerId, LeaseId]:
        peer, lease = self.recalled.popleft()
        self.gone.add(lease)
        return peer, lease

    def _any(self) -> tuple[PeerId, LeaseId]:
        while True:
            place = self.random.randrange(len(self.held))
            self.held[place], self.held[-1] = self.held[-1], self.held[place]
            peer, lease = self.held.pop()
            if lease not in self.gone:
                return peer, lease


def run(slots: int, grants: int) -> dict[str, float]:
    """Seconds for a grant, grants, the longest event, seconds to read the schedule and to fill the farm."""
    began = perf_counter()
    farm = Farm(slots)
    farm.fill()
    filled = farm.granted
    filling_s = sum(farm.spent_s.values())
    farm.spent_s.clear()
    farm.granted = 0
    each = max(1, int(MEASURED_S / STEP_S / len(farm.hosts)))
    for number in range(grants):
        if number % each == 0:
            farm.measured(farm.hosts[number // each % len(farm.hosts)])
        farm.grant()
    spent_s, granted = sum(farm.spent_s.values()), farm.granted
    names = tuple(farm.spent_s)
    farm.changes()
    told = ", ".join(
        f"{name} {1e6 * spent / grants:.1f} us, at most {1000 * farm.longest_s[name]:.2f} ms"
        for name in names
        for spent in (farm.spent_s[name],)
    )
    changes = ", ".join(
        f"{name} {1000 * longest:.2f} ms ({1000 * farm.spent_s[name]:.0f} in all)"
        for name, longest in farm.longest_s.items()
        if name not in names and name != "want"
    )
    print(
        f"  {slots} slots: read in {farm.read_s:.2f} s, {filled} grants to fill it in {filling_s:.2f} s; a Want took at"
        f" most {1000 * farm.longest_s['want']:.2f} ms; then {granted} for {grants} returned; for each {told};"
        f" {perf_counter() - began:.0f} s in all;"
        f" changes: {changes}",
        file=sys.stderr,
    )
    return {"grant_s": spent_s / max(1, granted), "longest_s": max(farm.longest_s.values())}


def measure(slots: int, grants: int) -> dict[str, float]:
    """All figures."""
    few = run(min(slots, FEW_SLOTS), grants)
    many = run(slots, grants)
    return {
        "grants_per_s": round(1 / many["grant_s"]),
        "max_event_ms": round(1000 * max(few["longest_s"], many["longest_s"]), 2),
        "growth": round(many["grant_s"] / few["grant_s"], 2),
        "grant_us": round(1e6 * many["grant_s"], 1),
    }


COMPILED = Path(__file__).resolve().parent.parent / "build" / "compiled"


def begin_again_compiled() -> None:
    """This program once more, with the compiled core before all others. Raises SystemExit where there is none."""
    if not (COMPILED / ".built").exists():
        raise SystemExit("there is no compiled core: make compiled builds it")
    os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | {"PYTHONPATH": str(COMPILED)})


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description="Grants of the maitre-d's core, without any socket.")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--slots", type=int, default=SLOTS)
    parser.add_argument("--grants", type=int, default=GRANTS)
    parser.add_argument("--compiled", action="store_true", help="the core that `make compiled` has built")
    options = parser.parse_args()
    if options.compiled and not core_is_compiled():
        begin_again_compiled()
    print(f"  the core is {'compiled' if core_is_compiled() else 'Python'}", file=sys.stderr)
    figures = measure(options.slots, options.grants)
    show(figures, as_json=options.json)


if __name__ == "__main__":
    main()
