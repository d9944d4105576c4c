"""Random jobs with random fates: what must hold whatever happens.

no command runs twice at once, and none starts before what it waits for is done
slots are never in two hands, limits never exceeded
nothing that is ready waits while there is room
every prefix of the facts replays to the state that was
"""

from __future__ import annotations

from typing import Any

from farm import Farm, cmd, instance, iterate, task
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from runtime.dispatcher import ActionError
from runtime.job.graph import JobGraph
from runtime.job.model import Job, Node, Task
from runtime.job.states import FINISHED, State
from runtime.messages import Action, JobState
from runtime.settings import Settings

LIMIT = 2


def commands(names: list[str]) -> list[Any]:
    return [cmd(name, tags="limited") if name.startswith("l") else cmd(name) for name in names]


@st.composite
def tasks(draw: st.DrawFn, depth: int, counter: list[int]) -> Task:
    counter[0] += 1
    title = f"t{counter[0]}"
    kinds = draw(st.lists(st.sampled_from(["task", "task", "instance", "iterate"]), max_size=3 if depth else 0))
    below: list[Node] = []
    for kind in kinds:
        if kind == "task":
            below.append(draw(tasks(depth - 1, counter)))
        elif kind == "instance" and counter[0] > 1:
            below.append(instance(f"t{draw(st.integers(1, counter[0]))}"))
        elif kind == "iterate":
            counter[0] += 1
            below.append(iterate(draw(st.integers(0, 3)), f"i{counter[0]}"))
    names = [f"{draw(st.sampled_from('cl'))}{title}.{at}" for at in range(draw(st.integers(0, 2)))]
    cleanup = [cmd(f"clean{title}")] if draw(st.booleans()) else []
    options = {"serialsubtasks": "1"} if draw(st.booleans()) else {}
    return task(title, *below, cmds=commands(names) or "", cleanup=cleanup, **options)


@st.composite
def jobs(draw: st.DrawFn) -> Job:
    counter = [0]
    top = tuple(draw(tasks(2, counter)) for _ in range(draw(st.integers(1, 3))))
    serial = {"serialsubtasks": "1"} if draw(st.booleans()) else {}
    return Job("job", serial, top, cleanup=(cmd("rm"),) if draw(st.booleans()) else ())


def picture(graph: JobGraph) -> Any:
    """Everything of a graph that facts decide."""
    loops = [(loop.next, loop.unfinished) for loop in graph.tree.loops]
    return (bytes(graph._state), list(graph._cursor), list(graph._pending), graph._bad, graph._tally, loops)


class Life(RuleBasedStateMachine):
    """A job on three slots; every step is an event that a shell could bring."""

    @initialize(script=jobs())
    def begin(self, script: Job) -> None:
        self.farm = Farm(3, settings=Settings(limits_local={"limited": LIMIT}))
        self.farm.submit(script)
        self.deleted = False

    @property
    def graph(self) -> JobGraph | None:
        found = self.farm.core.jobs.get(1)
        return found.graph if found else None

    @precondition(lambda self: self.farm.running)
    @rule(which=st.integers(0, 10), status=st.sampled_from([0, 0, 0, 0, 1]))
    def a_command_ends(self, which: int, status: int) -> None:
        texts = self.farm.at_work
        self.farm.end(texts[which % len(texts)], status)

    @precondition(lambda self: self.farm.running and self.graph is not None)
    @rule(which=st.integers(0, 10))
    def a_command_prints_a_chunk(self, which: int) -> None:
        numbers = list(self.farm.running)
        number = numbers[which % len(numbers)]
        self.farm.carry_out(self.farm.core.chunk(number, "chunk.alf", self.farm.now))
        if self.farm.reads:
            self.farm.read(f"grown {number} a\ngrown {number} b\nIterate grown {number} s")

    @precondition(lambda self: self.farm.running)
    @rule(which=st.integers(0, 10))
    def a_launch_fails_for_now(self, which: int) -> None:
        numbers = list(self.farm.running)
        number = numbers[which % len(numbers)]
        self.farm.carry_out(self.farm.core.never_started(number, "no", True, self.farm.now))
        self.farm.pass_time(120)

    @precondition(lambda self: self.graph is not None)
    @rule(
        action=st.sampled_from([Action.RETRY, Action.SKIP, Action.RESTART, Action.SKIP_ERRORS, Action.KILL]),
        which=st.integers(0, 40),
    )
    def a_user_acts(self, action: Action, which: int) -> None:
        assert self.graph is not None
        tid = which % self.graph.tree.size
        try:
            self.farm.act(action, 1, tid or None)
        except ActionError:
            return
        self.farm.swept()

    @rule()
    def a_user_deletes(self) -> None:
        if self.graph is not None and len(self.farm.facts) > 25:
            self.farm.act(Action.DELETE, 1)

    @rule(pause=st.booleans())
    def a_user_pauses_or_resumes(self, pause: bool) -> None:
        if self.graph is not None:
            self.farm.act(Action.PAUSE if pause else Action.RESUME, 1)

    @precondition(lambda self: self.graph is not None)
    @rule()
    def the_dispatcher_dies_and_comes_back(self) -> None:
        running = dict(self.farm.running)
        other = Farm(3, settings=Settings(limits_local={"limited": LIMIT}))
        other.now, other.scripts, other.facts = self.farm.now, self.farm.scripts, self.farm.facts
        other.core.replay(other.facts, lambda fact: other.scripts[fact.jid])
        other.adopt([], running)
        other.swept()
        self.farm = other

    @invariant()
    def no_command_runs_twice_at_once(self) -> None:
        if not hasattr(self, "farm"):
            return
        cids = [attempt.cid for attempt in self.farm.core.attempts.values()]
        assert len(cids) == len(set(cids))

    @invariant()
    def slots_and_limits_hold(self) -> None:
        if not hasattr(self, "farm"):
            return
        slots = [slot for attempt in self.farm.core.attempts.values() for slot in attempt.slots]
        assert len(slots) == len(set(slots)) == len(self.farm.running)
        assert sum(text.startswith("l") for text in self.farm.at_work) <= LIMIT

    @invariant()
    def order_is_respected(self) -> None:
        graph = getattr(self, "farm", None) and self.graph
        if not graph:
            return
        for tid in range(graph.tree.size):
            if graph.state(tid) in (State.READY, State.DONE):
                for child in graph.tree.child_tasks(tid):
                    assert graph.state(child) in FINISHED
            if graph.state(tid) is State.DONE:
                for child in graph.tree.children(tid):
                    target = getattr(child, "target", None)
                    assert target is None or graph.state(target) in FINISHED

    @invariant()
    def nothing_ready_waits_for_ever(self) -> None:
        graph = getattr(self, "farm", None) and self.graph
        if not graph or self.farm.running or graph.paused:
            return
        assert State.READY not in {graph.state(tid) for tid in range(graph.tree.size)}
        assert graph.settled or graph.job_state() is JobState.STOPPED or graph.gone

    @invariant()
    def counts_are_true(self) -> None:
        graph = getattr(self, "farm", None) and self.graph
        if not graph:
            return
        for state in State:
            assert graph._tally[state] == sum(graph.state(tid) is state for tid in range(graph.tree.size))
        held = {tid for tid in range(graph.tree.size) if graph.state(tid) is State.HELD}
        assert all(graph._bad.get(tid, 0) > 0 for tid in held)

    @invariant()
    def facts_replay_to_the_state_that_is(self) -> None:
        graph = getattr(self, "farm", None) and self.graph
        if not graph:
            return
        again = JobGraph(self.farm.scripts[1], graph.jid, self.farm.reader)
        for fact in self.farm.facts:
            again.apply(fact)
        assert picture(again) == picture(graph)

    def teardown(self) -> None:
        if self.graph is None:
            return
        if self.graph.paused:
            self.farm.act(Action.RESUME, 1)
        self.farm.finish()
        graph = self.graph
        assert graph is None or graph.settled
        assert graph is None or graph.complete or graph.failures or graph.tree.waits


Life.TestCase.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestLife = Life.TestCase
