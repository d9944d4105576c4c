"""Learned shapes: commands that repeat are read by one match. (This first form learns nothing yet.)"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.job.operators import Body
from runtime.job.source import Source

if TYPE_CHECKING:
    from runtime.job.reader import Reader


class Shapes:
    """The shapes of one reading."""

    def take(self, _text: str, pos: int, _limit: int, _body: Body, _nodes: list[Any], _source: Source) -> int:
        """Read commands of known shapes from `pos` on; returns where another one begins."""
        return pos

    def learn(self, reader: Reader, body: Body, start: int, end: int) -> None:
        """Note a command that was read."""
