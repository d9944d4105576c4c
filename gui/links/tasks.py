"""The tasks of one job, kept up to date while a window shows them.

a change of the job is heard --> what is another is asked for, at most every _ASK_S --> TaskTree
the dispatcher was lost      --> everything is asked for anew when it is back
"""

from __future__ import annotations

from collections.abc import Callable

import trio

from daemons.client import ConnectionLost, DispatcherClient
from gui.links.dispatcher import DispatcherLink
from gui.models.task_tree import TaskTree
from runtime.messages import Changed, Queue, Refusal

_ASK_S = 0.05


class TaskFeed:
    """`said` hears that the tree is another; with words, why there is no more to come (the job is gone)."""

    def __init__(self, link: DispatcherLink, jid: int, tree: TaskTree, said: Callable[[str], object]) -> None:
        self._link = link
        self._jid = jid
        self._tree = tree
        self._said = said
        self._dirty = trio.Event()
        self._known_to: DispatcherClient | None = None

    async def run(self) -> None:
        """Keep the tree up to date until cancelled, or until the job is gone."""
        self._link.listen(self)
        try:
            while True:
                await self._dirty.wait()
                self._dirty = trio.Event()
                client = self._link.client
                if client is not None and not await self._ask(client):
                    return
                await trio.sleep(_ASK_S)
        finally:
            self._link.forget(self)

    async def _ask(self, client: DispatcherClient) -> bool:
        """Hear all that there is; False when there is no such job any more."""
        anew, more, version = client is not self._known_to, True, self._tree.version
        while more:
            try:
                news = await client.tasks(self._jid, anew=anew)
            except ConnectionLost:
                self._known_to = None  # `linked` says when there is another one
                return True
            if isinstance(news, Refusal):
                self._said(news.text)
                return False
            self._known_to, anew, more = client, False, news.more
            self._tree.hear(news)
        if self._tree.version != version:
            self._said("")  # once all parts of a large job are there: it is laid out as a whole
        return True

    # ---- what is heard of the dispatcher -------------------------------------------------------------

    def queue(self, queue: Queue) -> None:
        """Whatever has changed, it may be of this job."""
        self._dirty.set()

    def changed(self, change: Changed) -> None:
        if change.jid == self._jid:
            self._dirty.set()

    def linked(self, lost: str) -> None:
        self._dirty.set()
