"""Where the schedule that windows edit comes from, and where it goes: the maitre-d; where none is, the file itself.

    read    --> Held --> ScheduleEdit                  one, that all windows of the schedule show
    change  --> a thread makes it (a large schedule takes its time); one after the other, as they were asked for
    write   --> the maitre-d checks, archives and replaces; a newer file comes back instead, and nothing is lost

The file itself is that of this process's own site (daemons.site): written with the same checks, by the same code.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Protocol

import trio

from daemons import schedule_desk
from daemons.enquiry import NoMaitred
from daemons.groups import group_members
from daemons.site import SCHEDULE, find, search_path
from gui.links.maitred import MaitredLink
from gui.models.schedule_changes import edited_by_hand
from gui.models.schedule_edit import Change, ChangeError, Held, ScheduleEdit
from runtime.farm_messages import AskSchedule, Did, FarmMessage, Refused, ScheduleIs, WriteSchedule
from runtime.job.model import Diagnostic, Severity
from runtime.schedule.editor import EditError


class Listener(Protocol):
    """Who shows a part of the schedule."""

    def schedule_changed(self) -> None:
        """It is another, or what is known of it."""


class ScheduleLink:
    """`edit` is what windows show. What goes wrong is given back in words: nothing has changed then."""

    def __init__(self, maitred: MaitredLink, environ: Mapping[str, str] = os.environ) -> None:
        self.edit = ScheduleEdit(group_members)
        self.is_read = False
        self._maitred = maitred
        self._environ = environ
        self._turn = trio.Lock()
        self._listeners: list[Listener] = []
        self._path: Path | None = None
        """The file that is edited here; None: the maitre-d's."""

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def forget(self, listener: Listener) -> None:
        self._listeners.remove(listener)

    # ---- reading and writing ---------------------------------------------------------------------------------

    async def read(self) -> str:
        """Read it (again), unless there are changes that would be lost."""
        async with self._turn:
            if self.edit.modified:
                return ""
            return await self._read()

    async def revert(self) -> str:
        """Read it again; changes are given up."""
        async with self._turn:
            return await self._read()

    async def write(self) -> str:
        """Write what was changed. Where somebody was faster, `edit.newer` is what he has written."""
        async with self._turn:
            edit, sent = self.edit, self.edit.data
            answer = await self._ask_again(WriteSchedule(0, sent, edit.held.version))
            if isinstance(answer, Did):
                said = await self._read(after_writing=True)
                return said or answer.text
            if isinstance(answer, ScheduleIs):
                return await self._overtaken(self._held(answer))
            return answer.text if isinstance(answer, Refused) else ""

    async def _overtaken(self, newer: Held) -> str:
        if newer.data == self.edit.held.data:  # it was only touched: what we have is made from what stands there
            self.edit.held = newer
            self._tell()
            return "it was written anew as it was: write again"
        self.edit.overtaken(newer)
        self._tell()
        return "somebody else has changed the schedule meanwhile: nothing was written"

    async def _read(self, *, after_writing: bool = False) -> str:
        question = AskSchedule(0)
        answer = await (self._ask_again(question) if after_writing else self._ask_anybody(question))
        if not isinstance(answer, ScheduleIs):
            return answer.text if isinstance(answer, Refused) else ""
        held = self._held(answer)
        reading = await trio.to_thread.run_sync(self.edit.read, held.data, held.file)
        self.edit.took(held, reading)
        self.is_read = True
        self._tell()
        return ""

    def _held(self, answer: ScheduleIs) -> Held:
        where = f"no maitre-d: {answer.file} itself" if self._path else f"schedule of maitre-d {self._maitred.place}"
        return Held(Path(answer.file).name, where, answer.data, answer.version, answer.barred)

    async def _ask_again(self, message: AskSchedule | WriteSchedule) -> FarmMessage:
        """Who was asked last. Raises NoMaitred."""
        if self._path is None:
            return await self._maitred.ask(message)
        return await trio.to_thread.run_sync(schedule_desk.answer, self._path, message)

    async def _ask_anybody(self, message: AskSchedule) -> FarmMessage:
        """The maitre-d; where none is, the file. Raises NoMaitred: there is neither."""
        try:
            answer = await self._maitred.ask(message)
        except NoMaitred as error:
            path = await trio.to_thread.run_sync(find, self._environ, SCHEDULE)
            if path is None:
                places = ", ".join(str(place) for place in search_path(self._environ, SCHEDULE))
                raise NoMaitred(f"{error}; and there is no alfred.schedule here ({places})") from error
            self._path = path
            return await self._ask_again(message)
        self._path = None
        return answer

    # ---- changing --------------------------------------------------------------------------------------------

    async def change(self, what: str, change: Change) -> str:
        """Make a change; in words why it cannot be made."""
        async with self._turn:
            try:
                draft = await trio.to_thread.run_sync(self.edit.drafted, change)
            except (EditError, ChangeError) as error:
                self._tell()  # what a window shows of its own wish is not so
                return str(error)
            self.edit.changed(what, change, draft)
            self._tell()
            return ""

    async def replace(self, before: bytes, after: bytes) -> str:
        """What somebody has made of it in his editor."""
        return await self.change("edit by hand", edited_by_hand(before, after))

    async def undo(self) -> str:
        """Take the last change back."""
        async with self._turn:
            if not self.edit.steps:
                return "nothing to take back"
            step = self.edit.steps[-1]
            reading = await trio.to_thread.run_sync(self.edit.read, step.before, self.edit.held.file)
            said = f"taken back: {self.edit.undone(reading)}"
            self._tell()
            return said

    async def carry_over(self) -> str:
        """Make our changes to the newer schedule."""
        async with self._turn:
            newer = self.edit.newer
            if newer is None:
                return ""
            try:
                draft, steps = await trio.to_thread.run_sync(self.edit.carried_over, newer)
            except (EditError, ChangeError) as error:
                return f"this change cannot be made to the newer schedule: {error}"
            self.edit.carried(draft, steps)
            self._tell()
            return "your changes are made to the newer schedule: look at it, then write"

    async def take_newer(self) -> str:
        """Take the newer schedule; our changes are given up."""
        async with self._turn:
            newer = self.edit.newer
            if newer is not None:
                reading = await trio.to_thread.run_sync(self.edit.read, newer.data, newer.file)
                self.edit.took(newer, reading)
                self._tell()
            return ""

    async def news(self, data: bytes | None = None) -> tuple[Diagnostic, ...]:
        """What is wrong with what we have (or with these bytes) that was not wrong when it was read."""
        edit = self.edit
        read: Callable[[], tuple[Diagnostic, ...]] = partial(edit.news, edit.reading)
        if data is not None:
            read = partial(self._news_of, data)
        return await trio.to_thread.run_sync(read)

    def _news_of(self, data: bytes) -> tuple[Diagnostic, ...]:
        return self.edit.news(self.edit.read(data, self.edit.held.file))

    def _tell(self) -> None:
        for listener in list(self._listeners):
            listener.schedule_changed()


def is_error(diagnostics: tuple[Diagnostic, ...]) -> bool:
    return any(found.severity is Severity.ERROR for found in diagnostics)
