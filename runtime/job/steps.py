"""The steps of an Iterate, read one at a time: a template with the loop's variable at one value.

Its own -subtasks come first: themselves in the first top-level task of the first step, as Instances of them in every
other top-level task of every step, so that they gate every step (reference section 10, "Iterate").
"""

from __future__ import annotations

from alftcl.safe import Limits
from runtime.job.evaluate import Calculator
from runtime.job.model import Diagnostic, Instance, Iterate, Node, Scope, Severity, Task
from runtime.job.operators import Body
from runtime.job.reader import Reader
from runtime.job.session import LIMITS, Nodes, Session
from runtime.job.source import Source


class ScriptError(Exception):
    """A step of an Iterate that cannot be read. `diagnostic` says why."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.text)
        self.diagnostic = diagnostic


def expand_step(iterate: Iterate, step: int) -> tuple[Node, ...]:
    """The nodes of one step (from 0), the Iterate's own -subtasks in their places. Raises ScriptError."""
    return StepReader().expand_step(iterate, step)


class StepReader:
    """Reads many steps, with one calculator for all."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self._calculator = Calculator(limits)

    def expand_step(self, iterate: Iterate, step: int) -> tuple[Node, ...]:
        """See `expand_step`."""
        session = Session("", 0.0, self._limits, self._calculator)
        scope = Scope({iterate.variable: str(iterate.first + step * iterate.by)}, iterate.scope)
        nodes: Nodes = []
        Reader(session, _source(iterate)).read_all(Body.SUBTASKS, scope, nodes)
        for found in session.diagnostics:
            if found.severity is Severity.ERROR:
                raise ScriptError(found)
        return gated(iterate, step, tuple(nodes)) if iterate.subtasks else tuple(nodes)


def gated(iterate: Iterate, step: int, nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """The nodes of a step with the Iterate's -subtasks: once themselves, everywhere else as Instances of them."""
    waiting = tuple(_instance(node) for node in iterate.subtasks if not isinstance(node, Iterate))
    gate: tuple[Node, ...] = iterate.subtasks if step == 0 else waiting
    result: list[Node] = []
    for node in nodes:
        if isinstance(node, Task):
            node = Task(node.title, node.options, (*gate, *node.subtasks), node.cmds, node.cleanup, node.line)
            gate = waiting
        result.append(node)
    return tuple(result)


def _instance(node: Task | Instance) -> Instance:
    return node if isinstance(node, Instance) else Instance(node.title, node.line, node)


def outline(iterate: Iterate) -> tuple[Node, ...]:
    """The nodes of a template as they are written, with nothing substituted; what cannot be read so is left out."""
    session = Session("", 0.0, LIMITS)
    nodes: Nodes = []
    Reader(session, _source(iterate), final=True).read_all(Body.SUBTASKS, None, nodes)
    return tuple(nodes)


def _source(iterate: Iterate) -> Source:
    return Source(iterate.template, (iterate.template_line, 1))
