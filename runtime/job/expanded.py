"""A tree with its Iterates expanded: what a job comes to when every step is read. Small jobs and -check only."""

from __future__ import annotations

from runtime.job.model import Iterate, Node, Task
from runtime.job.steps import StepReader


def expand(nodes: tuple[Node, ...], steps: StepReader | None = None) -> tuple[Node, ...]:
    """The nodes with every Iterate replaced by the nodes of its steps. Raises ScriptError."""
    steps = steps or StepReader()
    result: list[Node] = []
    for node in nodes:
        if isinstance(node, Iterate):
            for step in range(node.steps):
                result.extend(expand(steps.expand_step(node, step), steps))
        elif isinstance(node, Task) and node.subtasks:
            subtasks = expand(node.subtasks, steps)
            if subtasks != node.subtasks:
                node = Task(node.title, node.options, subtasks, node.cmds, node.cleanup, node.line)
            result.append(node)
        else:
            result.append(node)
    return tuple(result)
