"""The schedule in $EDITOR: a copy is edited; what came of it is checked and shown, and taken over only when told to.

+  a line that is new       -  a line that has gone       FILE:LINE:COLUMN: what is wrong with it
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.links.schedule import is_error
from gui.links.text_editor import EditorError, edited
from gui.models.schedule_edit import differences, words_of
from gui.widgets.actions import Action
from gui.widgets.text_window import TextWindow

if TYPE_CHECKING:
    from gui.app import Application

_USUAL_PLACE = "700x420+200+220"


class EditedSchedule(TextWindow):
    NAME = "edited schedule"

    def __init__(self, app: Application) -> None:
        super().__init__(app, self.NAME, "Alfred: the schedule in $EDITOR", _USUAL_PLACE)
        self._before = self._text = app.schedule.edit.data
        self._is_open = False
        self.lines.follows = False
        self.actions.add(
            Action("edited.take", "&Take it over", self._take, "<Return>", lambda: self._text != self._before),
            Action("edited.again", "&Edit again", self._again, "", lambda: not self._is_open),
        )
        self.add_deeds("edited.take", "edited.again")
        self._again()

    def _again(self) -> None:
        self._is_open = True
        self.actions.refresh()
        self.say("the editor is open ...")
        self.app.do(self._edit, self.say)

    async def _edit(self) -> str:
        file = self.app.schedule.edit.held.file
        try:
            self._text = await edited(self._text, file, self.app.preferences.terminal)
        except EditorError as error:
            return str(error)
        finally:
            self._is_open = False
        if self.closed.is_set():
            return ""
        news = await self.app.schedule.news(self._text)
        self.lines.clear()
        self.add(words_of(news, file))
        self.add(differences(self._before, self._text, "before", "edited"))
        self.actions.refresh()
        if self._text == self._before:
            return "nothing was changed"
        return "it has errors: edit it again, or take it over as it is" if is_error(news) else "take it over?"

    def close(self) -> None:
        """Not while the editor is open: what is typed there would be lost."""
        if self._is_open:
            self.say("end the editor first: it has a copy of the schedule")
        else:
            super().close()

    def _take(self) -> None:
        self.app.do(self._taken, self.say)

    async def _taken(self) -> str:
        said = await self.app.schedule.replace(self._before, self._text)
        if not said:
            self.close()
        return said
