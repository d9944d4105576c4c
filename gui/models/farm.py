"""The farm as those see it who watch: its slots, its users, their jobs, what is measured on its hosts, its limits.

    Farm (the maitre-d's answer) --hear--> slots   a line a slot
                                           users   a line for each who has slots, or wants some
                                           jobs    a line for each job that has slots, or wants some
                                           hosts   a line a host, with a short series of each metric

An answer of a large farm takes a while to be understood: `hear` does it a slice at a time (gui.models.table).
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from daemons.wording import count, printable
from gui.models.table import SLICE, Column, Table, natural
from runtime.farm_messages import Farm, SlotLine, SlotState, WaitLine
from runtime.match.reserve import reserve_words

SAMPLES = 60
"""So many values of a metric are kept of a host: two minutes of them, as a farm is looked at every two seconds."""

_WORDS = {SlotState.FREE: "available", SlotState.BUSY: "active", SlotState.WAITING: "not given yet"}
"""Where watchers have another word for a state than the maitre-d."""
_ORDER = {state: place for place, state in enumerate(SlotState)}


def state_words(state: SlotState) -> str:
    """A state, as watchers call it."""
    return _WORDS.get(state, state.value)


@dataclass(slots=True)
class Share:
    """What a user, or a job, has of the farm. `tasks` are a few titles of what runs."""

    user: str
    jid: str = ""
    title: str = ""
    slots: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    jids: set[str] = field(default_factory=set)
    tasks: list[str] = field(default_factory=list)
    wanted: int = 0
    needs: list[str] = field(default_factory=list)
    waiting_s: float = 0.0
    longest_s: float = 0.0

    def has(self, slot: SlotLine, jid: str, task: str) -> None:
        self.slots.append(slot.name)
        self.hosts.add(slot.host)
        self.jids.add(jid)
        self.longest_s = max(self.longest_s, slot.since_s)
        if len(self.tasks) < _TASKS and task not in self.tasks:
            self.tasks.append(task)

    def wants(self, line: WaitLine) -> None:
        self.wanted += line.wanted
        self.jids.add(str(line.jid))
        self.title = self.title or line.title
        self.waiting_s = max(self.waiting_s, line.waiting_s)
        if line.need not in self.needs:
            self.needs.append(line.need)


_TASKS = 4


@dataclass(slots=True)
class HostState:
    """A host: its slots, and what is measured on it. `series` has the latest values of each metric that is a number,
    the newest last; `values` the latest of all."""

    name: str
    slots: list[str] = field(default_factory=list)
    busy: int = 0
    values: dict[str, str | float] = field(default_factory=dict)
    series: dict[str, array[float]] = field(default_factory=dict)


def _slot_columns() -> list[Column[SlotLine]]:
    return [
        Column("slot", "Slot", 11, lambda line: printable(line.name), lambda line: natural(line.name)),
        Column("host", "Host", 11, lambda line: printable(line.host), lambda line: natural(line.host)),
        Column("state", "State", 12, lambda line: state_words(line.state), lambda line: _ORDER[line.state]),
        Column("user", "User", 8, lambda line: printable(line.user), lambda line: line.user),
        Column("job", "Job", 5, lambda line: job_of(line)[0], lambda line: _number(job_of(line)[0]), right=True),
        Column("task", "Task", 14, lambda line: printable(job_of(line)[1]), lambda line: natural(job_of(line)[1])),
        Column("time", "Time", 7, lambda line: _time(line.since_s), lambda line: line.since_s, right=True),
        Column("note", "Note", 30, slot_note),
    ]


def _user_columns() -> list[Column[Share]]:
    return [
        Column("user", "User", 12, lambda line: printable(line.user)),
        Column("slots", "Slots", 8, lambda line: f"{len(line.slots):,}", lambda line: len(line.slots), right=True),
        Column("hosts", "Hosts", 8, lambda line: f"{len(line.hosts):,}", lambda line: len(line.hosts), right=True),
        Column("jobs", "Jobs", 6, lambda line: f"{len(line.jids):,}", lambda line: len(line.jids), right=True),
        Column("longest", "Longest", 9, lambda line: _time(line.longest_s), lambda line: line.longest_s, right=True),
        Column("wanted", "Wanted", 8, lambda line: _some(line.wanted), lambda line: line.wanted, right=True),
        Column("waiting", "Waiting", 9, lambda line: _time(line.waiting_s), lambda line: line.waiting_s, right=True),
        Column("tasks", "Tasks", 30, lambda line: _listed(line.tasks)),
    ]


def _job_columns() -> list[Column[Share]]:
    return [
        Column("job", "Job", 6, lambda line: line.jid, lambda line: _number(line.jid), right=True),
        Column("user", "User", 10, lambda line: printable(line.user)),
        Column("slots", "Slots", 8, lambda line: f"{len(line.slots):,}", lambda line: len(line.slots), right=True),
        Column("longest", "Longest", 9, lambda line: _time(line.longest_s), lambda line: line.longest_s, right=True),
        Column("wanted", "Wanted", 8, lambda line: _some(line.wanted), lambda line: line.wanted, right=True),
        Column("waiting", "Waiting", 9, lambda line: _time(line.waiting_s), lambda line: line.waiting_s, right=True),
        Column("tasks", "Tasks", 24, lambda line: _listed(line.tasks or [line.title])),
        Column("needs", "Needs", 24, lambda line: _listed([need or "any server" for need in line.needs])),
    ]


def _host_columns() -> list[Column[HostState]]:
    return [
        Column("host", "Host", 14, lambda line: printable(line.name), lambda line: natural(line.name)),
        Column("busy", "Busy", 9, lambda line: f"{line.busy} of {len(line.slots)}", lambda line: line.busy, right=True),
    ]


class FarmModel:
    """`counts`: slots by state. `farm` is the maitre-d's last answer."""

    def __init__(self) -> None:
        self.slots = Table(_slot_columns(), lambda line: line.name, _slot_text)
        self.users = Table(_user_columns(), lambda line: line.user, lambda line: f"{line.user} {line.tasks}".lower())
        self.jobs = Table(
            _job_columns(),
            lambda line: f"{line.user} {line.jid}",
            lambda line: f"{line.jid} {line.user} {line.title} {line.tasks} {line.needs}".lower(),
        )
        self.hosts = Table(_host_columns(), lambda line: line.name, lambda line: line.name.lower())
        self.farm: Farm | None = None
        self.counts: Counter[SlotState] = Counter()
        self.metrics: list[str] = []
        """The names of the metrics that are numbers, those that most hosts have first."""
        self._hosts: dict[str, HostState] = {}
        self._by_name: dict[str, SlotLine] = {}

    def hear(self, farm: Farm) -> Iterator[None]:
        """The farm as it is now, a slice at a time; the tables are to be arranged then."""
        users: dict[str, Share] = {}
        jobs: dict[tuple[str, str], Share] = {}
        hosts: dict[str, HostState] = {}
        counts: Counter[SlotState] = Counter()
        by_name: dict[str, SlotLine] = {}
        for start in range(0, len(farm.slots), SLICE):
            slots = farm.slots[start : start + SLICE]
            counts.update([slot.state for slot in slots])
            by_name.update([(slot.name, slot) for slot in slots])
            _share(slots, users, jobs)
            self._measure(slots, hosts)
            yield
        for start in range(0, len(farm.waiting), SLICE):
            for line in farm.waiting[start : start + SLICE]:
                users.setdefault(line.user, Share(line.user)).wants(line)
                jid = str(line.jid)
                jobs.setdefault((line.user, jid), Share(line.user, jid)).wants(line)
            yield
        known = Counter(name for host in hosts.values() for name in host.series)
        yield
        self.farm, self.counts, self._hosts, self._by_name = farm, counts, hosts, by_name
        self.metrics = [name for name, _ in sorted(known.items(), key=lambda each: (-each[1], each[0]))]
        self.slots.fill(farm.slots)
        self.users.fill(list(users.values()))
        self.jobs.fill(list(jobs.values()))
        self.hosts.fill(list(hosts.values()))

    def _measure(self, slots: Sequence[SlotLine], hosts: dict[str, HostState]) -> None:
        """What is known of hosts goes on; a metric that was not heard of has no more points."""
        for slot in slots:
            host = hosts.get(slot.host)
            if host is None:
                before = self._hosts.get(slot.host)
                series = before.series if before is not None else {}
                host = hosts[slot.host] = HostState(slot.host, values=slot.metrics, series=series)
                _note(slot.metrics, series)
            host.slots.append(slot.name)
            host.busy += slot.state is SlotState.BUSY

    # ---- what is said --------------------------------------------------------------------------------

    def slot(self, name: str) -> SlotLine | None:
        return self._by_name.get(name)

    def summary(self) -> str:
        """How much there is, and what it does."""
        farm = self.farm
        if farm is None:
            return ""
        states = ", ".join(f"{self.counts[state]:,} {state_words(state)}" for state in SlotState if self.counts[state])
        waiting = sum(line.wanted for line in farm.waiting)
        said = [f"{count(len(farm.slots), 'slot')}{f': {states}' if states else ''}"]
        said += [f"waiting: {waiting:,}"] if waiting else []
        said += [f"{count(len(farm.dispatchers), 'dispatcher')}"]
        return "   ".join(said)

    def limits(self) -> str:
        """How the limits stand, and which tags rest."""
        farm = self.farm
        if farm is None:
            return ""
        said = [f"{printable(tag)} {now} of {most}" for tag, now, most in farm.limits]
        said += [f"{printable(tag)} rests {seconds:.0f} s: {printable(reason)}" for tag, seconds, reason in farm.rests]
        return f"limits: {'   '.join(said)}" if said else "no limits"


def slot_note(line: SlotLine) -> str:
    """What is to be said of a slot: why it is not given out, what is reserved with it."""
    said = [line.note] if line.note else []
    if line.reserve:
        gpus = f" (GPU {', '.join(map(str, line.gpus))})" if line.gpus else ""
        said.append(f"reserves {reserve_words(tuple(sorted(line.reserve.items())))}{gpus}")
    return printable("; ".join(said))


def why_not_given(line: SlotLine) -> str:
    """Why a slot is not given to anybody now, in words."""
    name = printable(line.name)
    if line.state is SlotState.BUSY:
        jid, task = job_of(line)
        return f"{name} runs {printable(task)} of {printable(line.user)}'s job {jid}" + _more(line.note)
    if line.state is SlotState.FREE:
        return f"{name} is available: nobody wants it, or those who wait may not have it (alfred -why)"
    if line.state is SlotState.RESERVED and line.user:
        return f"{name} is held by {printable(line.user)}, and nothing runs on it now" + _more(line.note)
    return f"{name} is not given out: {printable(line.note) or state_words(line.state)}"


def job_of(line: SlotLine) -> tuple[str, str]:
    """The number of the job that has a slot, and the title of what runs there."""
    jid, _, title = line.job.partition(" ")
    return jid, title


def _more(note: str) -> str:
    return f"; {printable(note)}" if note else ""


def _note(values: dict[str, str | float], series: dict[str, array[float]]) -> None:
    """The values of another look, without what is too old; a metric that is not known any more has no series."""
    if not series.keys() <= values.keys():
        for gone in series.keys() - values.keys():
            del series[gone]
    for name, value in values.items():
        if isinstance(value, str):
            continue
        points = series.get(name)
        if points is None:
            series[name] = array("d", (value,))
            continue
        points.append(value)
        if len(points) > SAMPLES:
            del points[0]


def _share(slots: Iterable[SlotLine], users: dict[str, Share], jobs: dict[tuple[str, str], Share]) -> None:
    for slot in slots:
        if not slot.user:
            continue
        jid, task = job_of(slot)
        user, job = users.get(slot.user), jobs.get((slot.user, jid))
        if user is None:
            user = users[slot.user] = Share(slot.user)
        if job is None:
            job = jobs[slot.user, jid] = Share(slot.user, jid)
        user.has(slot, jid, task)
        job.has(slot, jid, task)


def _slot_text(line: SlotLine) -> str:
    return f"{line.name} {line.host} {state_words(line.state)} {line.user} {line.job} {line.note}".lower()


def _time(seconds: float) -> str:
    """0:38, 2:15:00; nothing where nothing is."""
    if not seconds:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _some(number: int) -> str:
    return f"{number:,}" if number else ""


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _listed(names: Sequence[str]) -> str:
    return ", ".join(printable(name) for name in names)
