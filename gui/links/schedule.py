"""Where the schedule that windows edit comes from, and where it goes: the maitre-d; where none is, the file itself.

    read    --> Held --> ScheduleEdit                  one, that all windows of the schedule show
    look    every few seconds while a window is open: what others have written is seen, unless we have changes
    change  --> a thread makes it (a large schedule takes its time); one after the other, as they were asked for
    write   --> the maitre-d checks, archives and replaces; a newer file comes back instead, and nothing is lost

The file itself is that of this process's own site (daemons.site): written with the same checks, by the same code.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Protocol

import trio

from daemons import schedule_desk
from daemons.groups import group_members
from daemons.site import SCHEDULE, find, search_path
from daemons.unanswered import NoMaitred
from gui.links.maitred import MaitredLink
from gui.models.schedule_changes import edited_by_hand
from gui.models.schedule_edit import Change, ChangeError, Held, ScheduleEdit
from runtime.farm_messages import AskSchedule, Did, FarmMessage, Refused, ScheduleIs, WriteSchedule
from runtime.job.model import Diagnostic, Severity
from runtime.schedule.editor import EditError

LOOK_S = 3.0
"""From one look at the schedule to the next, while a window shows it."""


class Listener(Protocol):
    """Who shows a part of the schedule."""

    def schedule_changed(self) -> None:
        """It is another, or what is known of it."""


class ScheduleLink:
    """`edit` is what windows show. What goes wrong is given back in words: nothing has changed then."""

    def __init__(self, maitred: MaitredLink, environ: Mapping[str, str] = os.environ) -> None:
        self.edit = ScheduleEdit(group_members)
        self.is_read = False
        self.lost = "reading the schedule ..."
        """Why it cannot be read now; what is shown is as it was then."""
        self._maitred = maitred
        self._environ = environ
        self._turn = trio.Lock()
        self._listeners: list[Listener] = []
        self._path: Path | None = None
        """The file that is edited here; None: the maitre-d's."""
        self._written = 0
        self._shown = trio.Event()

    def listen(self, listener: Listener) -> None:
        """Show it, as long as it is not forgotten."""
        self._listeners.append(listener)
        self._shown.set()

    def forget(self, listener: Listener) -> None:
        self._listeners.remove(listener)
        if not self._listeners:
            self._shown = trio.Event()

    # ---- looking ---------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Look at it now and then while a window shows it, until cancelled."""
        while True:
            await self._shown.wait()
            try:
                lost = await self._look()
            except NoMaitred as error:
                lost = str(error)
            if lost != self.lost:
                self.lost = lost
                self._tell()
            await trio.sleep(LOOK_S)

    async def _look(self) -> str:
        """Take what others have written, unless there are changes that would be lost; in words why it cannot be read.
        Changes are not kept waiting while the answer is. Raises NoMaitred."""
        known = self.edit.held.version if self.is_read else None
        written = self._written
        question = AskSchedule(0, known)
        answer = await (self._ask_again(question) if self.is_read else self._ask_anybody(question))
        if not isinstance(answer, ScheduleIs):
            return answer.text if isinstance(answer, Refused) else ""
        async with self._turn:
            if not (answer.is_known or self.edit.modified or self._written != written):
                await self._take(answer)
        return ""

    # ---- reading and writing ---------------------------------------------------------------------------------

    async def revert(self) -> str:
        """Read it again; changes are given up."""
        async with self._turn:
            return await self._read(self._ask_anybody)

    async def write(self) -> str:
        """Write what was changed. Where somebody was faster, `edit.newer` is what he has written."""
        async with self._turn:
            edit, sent = self.edit, self.edit.data
            answer = await self._ask_again(WriteSchedule(0, sent, edit.held.version))
            self._written += 1
            if isinstance(answer, Did):
                said = await self._read(self._ask_again)
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

    async def _read(self, ask: Callable[[AskSchedule], Awaitable[FarmMessage]]) -> str:
        answer = await ask(AskSchedule(0))
        if isinstance(answer, ScheduleIs):
            await self._take(answer)
        return answer.text if isinstance(answer, Refused) else ""

    async def _take(self, answer: ScheduleIs) -> None:
        held = self._held(answer)
        reading = await trio.to_thread.run_sync(self.edit.read, held.data, held.file)
        self.edit.took(held, reading)
        self.is_read = True
        self._tell()

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
