"""The site of the model: its servers, crews, limits, and what its users ask for."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import strategies as st

from runtime.job.model import Cmd, Job, Task
from runtime.maitred.rules import Rules
from runtime.schedule.model import Crew, Ping, Schedule, Server, Span
from tests.runtime.farm import cmd, instance, job, local, task

USERS = ("anna", "ben", "cleo")
HOSTS = ("janus", "mars", "venus")
SLOTS_PER_HOST = 2
LEASE_S, GRACE_S, WAIT_S, REST_S = 120.0, 10.0, 30.0, 60.0
RULES = Rules(
    lease_s=LEASE_S,
    grace_s=GRACE_S,
    maitred_initial_wait_s=WAIT_S,
    problem_slot_rest_s=REST_S,
    reserve_s=100.0,
    ping_rest_s=15.0,
    time_zone="UTC",
)
KEYS = {"janus": ("pixarRender",), "mars": ("pixarRender", "linux"), "venus": ("pixarRender", "linux", "fast")}
SERVERS = tuple(
    Server(f"{host}-{number}", host, KEYS[host], udi=5 if host == "janus" else 0)
    for host in HOSTS
    for number in range(1, SLOTS_PER_HOST + 1)
)
NIGHTS = tuple(Span(hour * 60 + 4, hour * 60 + 14) for hour in range(7 * 24))
"""They are short here: ten minutes of each hour; the first one is four minutes away."""
CREWS = {
    crew.name: crew
    for crew in (
        Crew("everyone", servers="most", priority=1),
        Crew("production", users="produce", priority=20, preempt=True),
        Crew("nights", times="nights", priority=5),
    )
}


class Plan(NamedTuple):
    """What a schedule can be: without the first so many servers, the last so many of the others disabled; `limit` is on
    the tag few."""

    without: int = 0
    limit: int = 2
    crews: bool = False
    pings: bool = False
    disabled: int = 0

    def schedule(self) -> Schedule:
        listed = SERVERS[self.without :]
        servers = [
            Server(one.name, one.host, one.keys, one.udi, enabled=at < len(listed) - self.disabled)
            for at, one in enumerate(listed)
        ]
        return Schedule(
            servers={one.name: one for one in servers},
            limits={"few": self.limit, "fast": 1},
            crews=CREWS if self.crews else {},
            user_groups={"produce": ("anna",)},
            server_groups={"most": tuple(one.name for one in SERVERS[1:])},
            time_groups={"nights": NIGHTS},
            pings={key: Ping(key, f"ping {key} %h") for key in ("linux", "default")} if self.pings else {},
        )


PLANS = st.builds(
    Plan,
    without=st.sampled_from([0, 0, 1, 2, 5]),
    limit=st.integers(0, 3),
    crews=st.booleans(),
    pings=st.booleans(),
    disabled=st.sampled_from([0, 0, 1]),
)
OPEN_PLAN = Plan()

NEEDS: dict[str, dict[str, str]] = {
    "any": {},
    "linux": {"service": "linux"},
    "few": {"tags": "few"},
    "fast": {"service": "fast"},
    "two": {"atleast": "2"},
    "pair": {"atleast": "2", "samehost": "1", "service": "pixarRender"},
    "grows": {"atleast": "1", "atmost": "3"},
    "not here": {"service": "!janus && pixarRender"},
    "quiet": {"service": "pixarRender", "metrics": "[Mget loadavg] < 1"},
}
"""Options of commands, by a name; `plain` tells what the model itself makes of them."""


def words(seconds: int, statuses: str, stubborn: bool) -> str:
    return f"work {seconds} {statuses}{' stubborn' if stubborn else ''}"


@st.composite
def commands(draw: st.DrawFn, shared: bool) -> Cmd:
    text = words(
        draw(st.sampled_from([20, 20, 300, 0, 1, 100])),
        draw(st.sampled_from(["0", "0", "0", "0", "1", "7,0", "1,0"])),
        draw(st.sampled_from([False, False, False, True])),
    )
    options = {"refersto": "srv"} if shared else dict(NEEDS[draw(st.sampled_from(sorted(NEEDS)))])
    if "7" in text:
        options["retryrc"] = "7"
    where = draw(st.sampled_from(["away", "away", "away", "away", "here", "leased"]))
    if where == "away" or shared:
        return cmd(text, **options)
    if where == "leased":
        return local(text, service="linux")
    return local(text)


@st.composite
def tasks(draw: st.DrawFn, title: str, before: list[Task]) -> Task:
    shared = draw(st.sampled_from([False, False, False, True]))
    own = draw(st.lists(commands(shared), min_size=0, max_size=2))
    options = {"id": "srv", "service": "pixarRender"} if shared else {}
    below = [before.pop()] if before and draw(st.booleans()) else []
    waits = [instance(before[0].title)] if before and draw(st.booleans()) else []
    cleanup = [local("work 1 0")] if draw(st.sampled_from([False, False, True])) else []
    return task(title, *below, *waits, cmds=own or "", cleanup=cleanup, **options)


@st.composite
def crowds(draw: st.DrawFn) -> Task:
    """Several tasks of one kind side by side."""
    each = draw(commands(False))
    title = draw(st.sampled_from(["p", "q", "r"]))
    return task(title, *(task(f"{title}{at}", cmds=[each]) for at in range(draw(st.sampled_from([3, 2, 6])))), cmds="")


@st.composite
def scripts(draw: st.DrawFn) -> Job:
    made: list[Task] = []
    for at in range(draw(st.integers(0, 3))):
        made.append(draw(tasks(f"t{at}", made)))
    made += draw(st.lists(crowds(), min_size=1, max_size=3))
    options = draw(st.sampled_from([{}, {}, {}, {"maxactive": "1"}, {"maxactive": "2"}, {"serialsubtasks": "1"}]))
    return job(*made, **options)
