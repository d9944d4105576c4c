"""Job trees in a few words, and a farm without processes: it carries out a dispatcher's orders as a test says."""

from __future__ import annotations

import dataclasses
from typing import Any

from runtime.dispatcher import Dispatcher
from runtime.facts import Fact, JobSpooled
from runtime.job.model import Cmd, CmdKind, Instance, Iterate, Job, JobId, Node, Scope, Task
from runtime.job.numbering import Unreadable
from runtime.machine import Machine, own_slots
from runtime.messages import Act, Action, JobState
from runtime.orders import (
    Announce,
    Began,
    Change,
    Exit,
    Launch,
    Lost,
    Notify,
    Order,
    ReadText,
    Record,
    RunBuiltin,
    RunHook,
    ShowFile,
    Sweep,
    TestResume,
    ToMaitred,
)
from runtime.settings import DEFAULTS, Settings

TestResume.__test__ = False  # type: ignore[attr-defined]  # pytest takes it for a test class by its name


def cmd(launch: str, *, scope: Scope | None = None, **options: str) -> Cmd:
    return Cmd(CmdKind.REMOTE, launch, _named(options), scope=scope)


def local(launch: str, **options: str) -> Cmd:
    return Cmd(CmdKind.CMD, launch, _named(options))


def _named(options: dict[str, str]) -> dict[str, str]:
    return {name.rstrip("_"): value for name, value in options.items()}


def task(
    title: str, *below: Node, cmds: list[Cmd] | str | None = None, cleanup: list[Cmd] | None = None, **options: str
) -> Task:
    """A task; without `cmds` it has one RemoteCmd of its title, with "" none."""
    own = [cmd(title)] if cmds is None else [] if isinstance(cmds, str) else cmds
    return Task(title, _named(options), below, tuple(own), tuple(cleanup or ()))


def job(*tasks: Node, title: str = "job", cleanup: Any = (), postscript: Any = (), **options: str) -> Job:
    return Job(title, _named(options), tasks, tuple(cleanup), tuple(postscript), file="test.alf")


def instance(name: str) -> Instance:
    return Instance(name)


def iterate(count: int, template: str, *below: Node) -> Iterate:
    """Steps 1 to count; each is a task "TEMPLATE n" with one command of that name."""
    return Iterate("i", 1, count, 1, template, below)


class ScriptedReader:
    """Printed scripts are a task title a line; a line `Instance X` waits for X, `wrong` cannot be read."""

    def __init__(self) -> None:
        self.steps_read = 0

    def expand_step(self, step_of: Iterate, step: int) -> tuple[Node, ...]:
        self.steps_read += 1
        if step_of.template == "wrong":
            raise Unreadable("test.alf:1:1: error: no such thing")
        number = step_of.first + step * step_of.by
        below: tuple[Node, ...] = ()
        if step_of.template.startswith("after "):
            below = (Instance(f"{step_of.template.removeprefix('after ')} {number}"),)
        first = step_of.subtasks if step == 0 else tuple(Instance(node.title) for node in step_of.subtasks)
        return (task(f"{step_of.template} {number}", *first, *below),)

    def read_growth(self, text: str, scope: Scope | None, now: float) -> tuple[Node, ...]:
        if "wrong" in text:
            raise Unreadable("1:1: error: wrong")
        return tuple(self._line(line) for line in text.split("\n") if line)

    def _line(self, line: str) -> Node:
        if line.startswith("Instance "):
            return Instance(line.removeprefix("Instance "))
        if line.startswith("Iterate "):
            return iterate(3, line.removeprefix("Iterate "))
        return task(line)


@dataclasses.dataclass
class Running:
    order: Launch | RunBuiltin
    title: str

    @property
    def text(self) -> str:
        return " ".join(self.order.argv)


class Farm:
    """A dispatcher and what it ordered. `running` are the attempts whose end has not been told."""

    def __init__(
        self, slots: int = 2, *, machine: Machine | None = None, settings: Settings = DEFAULTS, **others: Any
    ) -> None:
        self.now = 1000.0
        self.settings = settings
        self.reader = ScriptedReader()
        self.machine = machine or Machine(own_slots("here", slots, address="10.0.0.1"))
        self.core = Dispatcher(self.machine, self.reader, settings, **others)
        self.facts: list[Fact] = []
        self.scripts: dict[int, Job] = {}
        self.running: dict[int, Running] = {}
        self.launched: list[str] = []
        self.sweeps: list[Sweep] = []
        self.hooks: list[RunHook] = []
        self.notices_ordered: list[Notify] = []
        self.tests: list[TestResume] = []
        self.reads: list[ReadText] = []
        self.shown: list[ShowFile] = []
        self.notices: list[str] = []
        self.announced: list[Announce] = []
        self.said: list[Any] = []
        """What was said to the maitre-d."""

    # events

    def submit(self, script: Job, **facts: Any) -> int:
        jid = len(self.scripts) + 1
        self.scripts[jid] = script
        env = {"HOME": "/home/anna"}
        spooled = JobSpooled(JobId(jid), self.now, "test.alf", 0, "anna", "here", "/work", env, **facts)
        self.carry_out(self.core.submit(spooled, script))
        return jid

    def end(self, text: str, status: int = 0, *, run_s: float = 5.0, **more: Any) -> None:
        """The running command with this text ends."""
        self.carry_out(self.core.exited(Exit(self.attempt(text), status, run_s, **more), self.now))

    def finish(self, status: int = 0) -> None:
        """Everything that runs ends, again and again, until nothing runs."""
        while self.running:
            number = next(iter(self.running))
            self.carry_out(self.core.exited(Exit(number, status, 1.0), self.now))

    def swept(self) -> None:
        """What was to be swept ends by TERM."""
        for sweep in self.sweeps:
            for number in sweep.attempts:
                if number in self.running:
                    self.carry_out(self.core.exited(Exit(number, -15, 1.0, swept=True), self.now))

    def act(self, action: Action, jid: int, tid: int | None = None, value: str = "") -> None:
        self.carry_out(self.core.act(Act(action=action, jid=jid, tid=tid, value=value), self.now))

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.carry_out(self.core.tick(self.now))

    def read(self, text: str | None, reason: str = "") -> None:
        """The next script that was to be read has this text."""
        order = self.reads.pop(0)
        self.carry_out(self.core.text_read(order.attempt, order.chunk, text, reason, self.now))

    def resume(self, status: int) -> None:
        order = self.tests.pop(0)
        self.carry_out(self.core.resume_tested(order.attempt, status, self.now))

    def carry_out(self, orders: list[Order]) -> None:
        for order in orders:
            match order:
                case Record(fact=fact):
                    self.facts.append(fact)
                    if type(fact).__name__ == "Ended":
                        self.running.pop(fact.attempt, None)  # type: ignore[attr-defined]  # it is an Ended
                case Launch() | RunBuiltin():
                    title = self.core.jobs[order.jid].graph.tree.node(order.tid).title
                    self.running[order.attempt] = Running(order, title)
                    self.launched.append(" ".join(order.argv))
                    self.carry_out(self.core.started(order.attempt, self.now))
                case Sweep():
                    self.sweeps.append(order)
                case RunHook():
                    self.hooks.append(order)
                case Notify():
                    self.notices_ordered.append(order)
                case TestResume():
                    self.tests.append(order)
                    self.running.pop(order.attempt, None)
                case ReadText():
                    self.reads.append(order)
                    if not order.chunk:
                        self.running.pop(order.attempt, None)
                case ToMaitred():
                    self.said.append(order.message)
                case ShowFile():
                    self.shown.append(order)
                case Announce():
                    self.announced.append(order)
                    if order.change is Change.NOTICE:
                        self.notices.append(order.text)
        for number in [number for number in self.running if number not in self.core.attempts]:
            del self.running[number]

    # what can be seen

    def attempt(self, text: str) -> int:
        return next(number for number, run in self.running.items() if run.text == text)

    def order(self, text: str) -> Launch:
        found = self.running[self.attempt(text)].order
        assert isinstance(found, Launch)
        return found

    @property
    def at_work(self) -> list[str]:
        return [run.text for run in self.running.values()]

    def state(self, title: str, jid: int = 1) -> str:
        graph = self.core.jobs[jid].graph
        return graph.state(self.tid(title, jid)).name.lower()

    def tid(self, title: str, jid: int = 1) -> int:
        tree = self.core.jobs[jid].graph.tree
        return max(tid for tid in range(1, tree.size) if tree.node(tid).title == title)

    def job_state(self, jid: int = 1) -> JobState:
        return self.core.jobs[jid].graph.job_state()

    def reason(self, title: str, jid: int = 1) -> str:
        return self.core.jobs[jid].graph.failures[self.tid(title, jid)].reason

    # restart

    def returned(self, facts: list[Fact] | None = None) -> Farm:
        """A farm whose dispatcher has read the journal; it has settled nothing yet."""
        other = type(self)(self.machine.size, settings=self.settings)
        other.now = self.now
        other.scripts = dict(self.scripts)
        other.facts = list(self.facts if facts is None else facts)
        other.core.replay(other.facts, lambda fact: other.scripts[fact.jid])
        return other

    def adopt(self, log: list[Began | Exit | Lost], running: dict[int, Running]) -> None:
        self.running = dict(running)
        self.carry_out(self.core.adopt(log, set(running), self.now))
