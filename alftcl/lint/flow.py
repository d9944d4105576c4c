"""The rule about what never runs: commands after one that always leaves its script."""

from __future__ import annotations

from alftcl.lint.definitions import Definitions
from alftcl.lint.findings import Source
from alftcl.lint.reading import Block, Call
from alftcl.roles import BODY

_LEAVING = {"return", "break", "continue", "error", "exit", "throw", "tailcall"}


def check(source: Source, block: Block, known: Definitions) -> None:
    """The first command of a block that cannot be reached."""
    for call, following in zip(block.calls, block.calls[1:], strict=False):
        if _leaves(call, known):
            source.warning(following.start, "unreachable", f'this never runs: "{call.name}" stands before it')
            return


def _leaves(call: Call, known: Definitions) -> bool:
    if call.name in _LEAVING:
        return not known.knows(call.name)
    if call.name != "if" or not _has_else(call):
        return False
    bodies = [block for block in call.blocks if block.role == BODY]
    wanted = sum(part.role == BODY for part in call.parts)
    return len(bodies) == wanted and all(
        block.calls and block.fault is None and _leaves(block.calls[-1], known) for block in bodies
    )


def _has_else(call: Call) -> bool:
    return len(call.parts) > 4 and call.parts[-2].text == "else"
