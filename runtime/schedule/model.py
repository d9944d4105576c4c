"""The master schedule as data: servers, groups, crews, limits, pings, metrics (reference sections 7 and 10.1).

    user group  \\
    server group  >  crew: who may use which servers, when, with which priority
    time group  /

`runtime.schedule.reader` makes one from an alfred.schedule, `runtime.schedule.times` says when a time group is open.
"""

from __future__ import annotations

import msgspec

from runtime.farm_datagrams import MetricSource
from runtime.job.dirmaps import zone_of

EVERYBODY = "*"
"""The predefined user group (everybody), server group (every server) and time group (always)."""

DEFAULT_KEYS = ("pixarNRM", "pixarRender")


class Server(msgspec.Struct, frozen=True, gc=False):
    """A slot: one place for one command on a host. `port` is its alfserver's, 0 for the site's."""

    name: str
    host: str
    keys: tuple[str, ...] = DEFAULT_KEYS
    udi: int = 0
    enabled: bool = True
    port: int = 0

    @property
    def zone(self) -> str:
        """The dirmap zone: what its key zone=NAME says, in the spelling of the schedule."""
        return zone_of(self.keys)


class HostEntry(msgspec.Struct, frozen=True):
    """What a host has that can be reserved: GB of memory, GPUs. None: as its alfserver measures it."""

    name: str
    mem: float | None = None
    gpus: int | None = None


def short_name(host: str) -> str:
    """The first part of a host's name, in lower case."""
    return host.lower().partition(".")[0]


def same_host(one: str, other: str) -> bool:
    """Whether two names in lower case can be one host's: a short name is any full one's that begins with it."""
    return one == other or (short_name(one) == short_name(other) and ("." not in one or "." not in other))


class Span(msgspec.Struct, frozen=True):
    """Minutes of a week, from Monday 00:00, from `start` to before `end`. Past the end of the week it goes on at its
    beginning."""

    start: int
    end: int


class Crew(msgspec.Struct, frozen=True):
    """`users`, `servers` and `times` name groups. Larger priorities win. `preempt`: its requests may eject others."""

    name: str
    users: str = EVERYBODY
    servers: str = EVERYBODY
    times: str = EVERYBODY
    priority: float = 0.0
    enabled: bool = True
    preempt: bool = False


class Ping(msgspec.Struct, frozen=True):
    """The test of a host for slots with a key. `per_slot` (a leading +): each slot is tested, not its host.
    An empty command tests nothing."""

    key: str
    command: str
    per_slot: bool = False


DEFAULT_PING = Ping("default", "Alfping host %h")
"""Whether a host answers on the network: for keys without a ping of their own, where a schedule says nothing else
(document S4; an empty one turns it off)."""


class Schedule(msgspec.Struct, frozen=True):
    """A schedule that was read. `crews` is empty where the file has no crew at all: everyone, every server, always."""

    servers: dict[str, Server] = {}
    hosts: dict[str, HostEntry] = {}
    user_groups: dict[str, tuple[str, ...]] = {}
    server_groups: dict[str, tuple[str, ...]] = {}
    time_groups: dict[str, tuple[Span, ...]] = {}
    crews: dict[str, Crew] = {}
    limits: dict[str, int] = {}
    pings: dict[str, Ping] = {}
    metrics: dict[str, MetricSource] = {}
    shares: dict[str, float] = {}
    """Of users."""
    project_shares: dict[str, float] = {}
    time: float = 0.0
    """The file's modification time."""
    file: str = ""
