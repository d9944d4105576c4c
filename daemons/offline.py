"""The queue without a dispatcher: read from the journal, shown, and left as it is.

Looking must not start a dispatcher: it would carry on with a queue that its user has stopped on purpose.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from daemons.desk import Desk
from daemons.journal import Journal
from daemons.loading import Loader
from daemons.reading import ScriptReader, limits_of
from daemons.site import find_settings
from daemons.state import State
from runtime.dispatcher import ActionError, Dispatcher
from runtime.machine import Machine
from runtime.messages import Because, Describe, Description, Follow, JobState, Logs, Queue, Refusal, TaskState, Why

NOTHING_RUNS = "nothing runs now: alfred -nogui goes on with the queue"
_WAIT_S = 2.0  # for a dispatcher that is just closing it


class OfflineQueue:
    """Answers like a `daemons.client.DispatcherClient` that is only asked."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def list(self, done: bool = True) -> Queue:
        return self._desk.queue(done=done)

    async def describe(self, jid: int, tid: int | None = None) -> Description | Refusal:
        try:
            return await self._desk.describe(Describe(jid=jid, tid=tid))
        except ActionError as error:
            return Refusal(text=str(error))

    async def follow(self, jid: int, tid: int | None = None) -> Logs | Refusal:
        """The logs that there are: nothing is added to them now."""
        try:
            return msgspec.structs.replace(self._desk.follow(Follow(jid=jid, tid=tid)), live=False)
        except ActionError as error:
            return Refusal(text=str(error))

    async def why(self, jid: int, tid: int | None = None) -> Because | Refusal:
        """What the queue itself says. A farm is not asked: nobody wants a slot of it now, so what is ready has no place
        in a line, and only what holds its whole job is said of it."""
        try:
            about = (await self._desk.describe(Describe(jid=jid, tid=tid))).about
            if about["state"] == TaskState.READY.value:
                tid = None
            found = await self._desk.why(Why(jid=jid, tid=tid))
        except ActionError as error:
            return Refusal(text=str(error))
        job = next(job for job in self._desk.queue().jobs if job.jid == jid)
        return found if job.state is JobState.DONE else Because(reasons=(NOTHING_RUNS, *found.reasons))


@contextmanager
def look(state: State) -> Iterator[OfflineQueue]:
    """The queue as the journal has it. Raises StateError when it cannot be read, or a dispatcher has just started."""
    state.prepare()
    journal = Journal(state.journal, wait_s=_WAIT_S)
    try:
        settings = find_settings(os.environ, lambda complaint: None)
        limits = limits_of(settings)
        core = Dispatcher(Machine(()), ScriptReader(limits), settings)
        loader = Loader(journal, core, limits)
        loader.load()
        yield OfflineQueue(Desk(core, journal, loader, state, limits))
    finally:
        journal.close()
