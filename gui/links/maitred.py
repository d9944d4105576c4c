"""The windows' side of the maitre-d: one question after the other, on a connection that is kept while it is good.

    answer = await app.maitred.ask(SetOffline(0, ("janus1",), True))

Nothing is connected before somebody asks. Where a connection was lost since the last question, another one is made; who
cannot be reached, or does not answer, is a NoMaitred with words for the user. Whoever polls just asks again and again.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

import msgspec
import trio

from daemons import enquiry
from daemons.identity import users
from daemons.keys import KeyFileError
from daemons.link import Identity, Link
from daemons.site import find_settings
from daemons.unanswered import NoMaitred
from runtime.farm_messages import FarmMessage
from runtime.settings import Settings

ANSWER_S = 20.0
"""Who sits before a window does not wait longer for a farm that hangs."""


class MaitredLink:
    """`environ`: where the site's files and the user's key are looked for."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._environ = environ
        self._turn = trio.Lock()
        self._link: Link | None = None
        self._serial = 0
        self.place = ""
        """HOST:PORT of the maitre-d that has answered last; empty where none has."""

    async def ask(self, question: FarmMessage, answer_s: float = ANSWER_S) -> FarmMessage:
        """The answer to a question, whose serial number is filled in here; a Refused is an answer, too. Raises
        NoMaitred."""
        async with self._turn:
            self._serial += 1
            message = msgspec.structs.replace(question, serial=self._serial)
            with trio.move_on_after(answer_s):
                old = self._link is not None
                try:
                    return await self._asked(message, answer_s)
                except NoMaitred:
                    if not old:
                        raise
                return await self._asked(message, answer_s)  # the old connection had gone: is anybody there?
            raise NoMaitred(f"the maitre-d does not answer within {answer_s:g} s")

    async def close(self) -> None:
        """Nothing is asked for now; the next question connects again."""
        link, self._link = self._link, None
        if link is not None:
            await link.close()

    async def _asked(self, message: FarmMessage, answer_s: float) -> FarmMessage:
        try:
            link = self._link = self._link or await self._reach()
            answer = await enquiry.ask(link, message, answer_s)
        except BaseException:  # also when nobody waits for the answer any more: it is not to be the next one's
            await self.close()
            raise
        self.place = link.place
        return answer

    async def _reach(self) -> Link:
        settings, identity = await trio.to_thread.run_sync(self._site)
        return await enquiry.reach(settings, identity)

    def _site(self) -> tuple[Settings, Identity]:
        """What the site's files say now, and who we are. Raises NoMaitred."""
        trouble: list[str] = []
        settings = find_settings(self._environ, trouble.append)
        if trouble and not settings.maitreds:
            raise NoMaitred(trouble[0])
        try:
            return settings, users("client", environ=self._environ)
        except KeyFileError as error:
            raise NoMaitred(str(error)) from error
