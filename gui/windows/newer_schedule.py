"""Somebody else has written the schedule meanwhile: what differs, and what is to become of ours. None is overwritten.

-  a line of the newer schedule that ours has not       +  a line of ours that the newer one has not
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from gui.widgets.actions import Action
from gui.widgets.text_window import TextWindow

if TYPE_CHECKING:
    from gui.app import Application

_USUAL_PLACE = "700x420+180+200"


class NewerSchedule(TextWindow):
    NAME = "newer schedule"

    def __init__(self, app: Application) -> None:
        super().__init__(app, self.NAME, "Alfred: a newer schedule", _USUAL_PLACE)
        schedule = app.schedule
        self.lines.follows = False
        self.add(schedule.edit.conflict_lines())
        self.actions.add(
            Action("newer.mine", "&Make your changes to it", partial(self._do, schedule.carry_over), "<Return>"),
            Action("newer.theirs", "&Take it, give yours up", partial(self._do, schedule.take_newer)),
        )
        self.add_deeds("newer.mine", "newer.theirs")

    def _do(self, work: Callable[[], Awaitable[str]]) -> None:
        self.app.do(partial(self._done, work), self.say)

    async def _done(self, work: Callable[[], Awaitable[str]]) -> str:
        """Where it could be done the window has nothing to show any more."""
        said = await work()
        if self.app.schedule.edit.newer is None:
            self.close()
            return ""
        return said
