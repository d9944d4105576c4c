"""`alfred -nimby`: blocks this desktop while its user is active. In the terminal; or behind a window (gui.nimby).

    idle time  ->  runtime.nimby  ->  Shields  ->  the maitre-d          ("shields raised", to those who watch)
                                      Eject    ->

    $ alfred -nimby -mode auto-eject
    12:00:01  attached to the maitre-d at filou:9000
    12:00:01  shields up until you are idle for 15 min
    12:17:40  shields down while you are idle: jobs may run here
    12:20:02  running here: anna: chess, frame 12

A block lasts as long as the connection. When that is lost alfred.ini is read again, and the maitre-ds of its list are
tried in their order, ever less often. Ctrl-C ends it, and the block with it.
"""

from __future__ import annotations

import itertools
import logging
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import trio

from daemons.identity import users
from daemons.idle import Idle, Screen
from daemons.keys import KeyFileError
from daemons.link import Identity, Link, LinkError, connect
from daemons.pauses import Pauses
from daemons.site import CurrentSettings
from runtime.farm_messages import Did, Eject, FarmMessage, Refused, Shields, ShieldsAre
from runtime.nimby import IDLE_S, Mode, Nimby
from runtime.settings import Settings

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
"""Between two tries to reach a maitre-d."""
TELL_S = 30.0
"""How often the shields are told while they stay as they are."""

Say = Callable[[str], None]
_log = logging.getLogger("nimby")


@dataclass(frozen=True)
class Desk:
    """This desktop: who sits here, and where its maitre-ds are. `settings` reads alfred.ini as it is now."""

    identity: Identity
    settings: Callable[[], Settings]

    async def reach(self, say: Say) -> Link | None:
        """A link to the first maitre-d of the list that answers; else, in words, why there is none."""
        settings = self.settings()
        if not settings.maitreds:
            say("alfred.ini names no maitre-d (alfConfig(maitredHost)): nobody sends work here")
        for host, port in settings.maitreds:
            try:
                return await connect(host, port, self.identity, expect="maitre-d")
            except LinkError as error:
                say(str(error))
        return None


class NimbyProcess:
    """A nimby at work: looks at the user, holds the connection, tells both sides of it."""

    def __init__(self, nimby: Nimby, idle_s: Callable[[], Awaitable[float]], desk: Desk, say: Say) -> None:
        self._nimby = nimby
        self._idle_s = idle_s
        self._desk = desk
        self._say = _once(say)
        self._serials = itertools.count(1)
        self._link: Link | None = None
        self._other_mode = trio.Event()
        self.running: tuple[str, ...] = ()
        """What runs here, in words, as far as a maitre-d has said."""

    async def run(self) -> None:
        """Until cancelled."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._hold_forever)
            await self._watch_forever()

    # -- what the user asks for -----------------------------------------------------------------------------------

    @property
    def nimby(self) -> Nimby:
        """How things are."""
        return self._nimby

    @property
    def attached(self) -> bool:
        """Whether a maitre-d knows of it."""
        return self._link is not None

    def want(self, mode: Mode) -> None:
        """Another mode, from now on."""
        self._nimby.want(mode)
        self._other_mode.set()

    def eject(self) -> None:
        """End what runs here; what comes of it is said."""
        if self._link is None:
            self._say("no maitre-d answers: nothing can be ejected now")
        self._post(Eject(next(self._serials), self._host))

    # -- the user -----------------------------------------------------------------------------------------------

    async def _watch_forever(self) -> None:
        while True:
            decision = self._nimby.look(await self._idle_s())
            if decision.changed:
                self._say(self._nimby.words())
                self._post(self._shields())
            if decision.eject:
                self._say("you are back: what runs here is ejected")
                self._post(Eject(next(self._serials), self._host))
            with trio.move_on_after(self._nimby.next_look_s()):
                await self._other_mode.wait()
                self._other_mode = trio.Event()

    @property
    def _host(self) -> str:
        return self._desk.identity.host

    def _shields(self) -> Shields:
        return Shields(self._host, self._nimby.up)

    def _post(self, message: FarmMessage) -> None:
        if self._link is not None:
            self._link.post(message)

    # -- the maitre-d -------------------------------------------------------------------------------------------

    async def _hold_forever(self) -> None:
        pauses = Pauses(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        while True:
            link = await self._desk.reach(self._say)
            if link is not None:
                pauses.reset()
                await self._hold(link)
            await pauses.wait()

    async def _hold(self, link: Link) -> None:
        """One connection, from its first word to its end."""
        self._say(f"attached to the maitre-d at {link.place}")

        async def talk(nursery: trio.Nursery) -> None:
            nursery.start_soon(self._tell_forever, link)
            while (message := await link.receive()) is not None:
                self._hear(message)

        self._link = link
        try:
            wrong = await link.converse(talk)
        finally:
            self._link, self.running = None, ()
            await link.close()
        why = wrong or "it has closed the connection"
        self._say(f"the maitre-d is gone: {why}; nothing blocks this host until one is reached")

    async def _tell_forever(self, link: Link) -> None:
        """Again and again: a schedule that did not know this host may have come to know it, and who watches here sees
        what runs."""
        while True:
            link.post(self._shields())
            await trio.sleep(TELL_S)

    def _hear(self, message: FarmMessage) -> None:
        if isinstance(message, ShieldsAre):
            self.running = message.running
        if isinstance(message, ShieldsAre) and message.running:
            self._say(f"running here: {'; '.join(message.running)}")
        elif isinstance(message, ShieldsAre):
            self._say("nothing runs here")
        elif isinstance(message, Did | Refused):
            self._say(message.text)


def _once(say: Say) -> Say:
    """Says nothing twice in a row."""
    last = ""

    def say_once(text: str) -> None:
        nonlocal last
        if text != last:
            say(text)
        last = text

    return say_once


def stamped(text: str) -> None:
    """A line on stdout, with the time."""
    sys.stdout.write(f"{time.strftime('%H:%M:%S')}  {text}\n")
    sys.stdout.flush()


@asynccontextmanager
async def at_desk(mode: Mode, idle_s: float | None, desk: Desk, say: Say = stamped) -> AsyncIterator[NimbyProcess]:
    """A nimby that is to be run. `idle_s` None: the screensaver's time, or 15 minutes."""
    async with Screen(os.environ) as screen:
        idle = Idle(screen)
        await idle.seconds()
        nimby = Nimby(mode, idle_s or idle.screensaver_s or IDLE_S)
        yield NimbyProcess(nimby, idle.seconds, desk, say)


async def run_nimby(mode: Mode, idle_s: float | None, desk: Desk, say: Say = stamped) -> None:
    """Block this host as the mode says, until cancelled."""
    async with at_desk(mode, idle_s, desk, say) as process:
        await process.run()


def own_desk(host: str | None) -> Desk | None:
    """The desktop of who runs this process; None, with words on stderr, when his key cannot be used. `host`: its name
    in the schedule, None for its own."""
    try:
        identity = users("nimby", host=host or "")
    except KeyFileError as error:
        sys.stderr.write(f"alfred: {error}\n")
        return None
    return Desk(identity, CurrentSettings(os.environ, _log.warning))


def serve(mode: Mode, idle_s: float | None, desk: Desk) -> int:
    """`alfred -nimby`: until Ctrl-C, or its terminal is closed."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    trio.run(until_told, partial(run_nimby, mode, idle_s, desk))
    stamped("the block of this host has ended")
    return 0


async def until_told(run: Callable[[], Awaitable[None]]) -> None:
    """Run this until it ends, or the process is asked to."""
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM, signal.SIGHUP) as signals:
        async with trio.open_nursery() as nursery:

            async def run_to_its_end() -> None:
                await run()
                nursery.cancel_scope.cancel()

            nursery.start_soon(run_to_its_end)
            await anext(signals)
            nursery.cancel_scope.cancel()
