"""Who gives a dispatcher its slots: a maitre-d of alfred.ini's list, or, where none answers, nobody but itself.

    alone --the first of the list that answers--> attached --connection lost--> alone
      |                                              ^
      | no list, or nobody for alfConfig(chaosAfter) |   a maitre-d is back: it hears which leases are held
      `-> chaos: the maitre-d's core within this process, with the schedule, and this dispatcher alone (daemons.chaos)
          without a schedule: the machine itself, as where there is no farm

While nobody is attached alfred.ini is read again at every try, which come ever less often. Nothing that runs ends
because a maitre-d has gone: its alfserver is asked to go on (daemons.remote).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Protocol

import trio

from daemons import vouching
from daemons.hello import Hello, Proofs, Welcome
from daemons.lasting import Lasting
from daemons.link import Identity, Link, LinkError, connect
from daemons.pauses import Pauses
from runtime.dispatcher import Dispatcher
from runtime.farm_messages import (
    AnyFarmMessage,
    Attach,
    Attached,
    Detach,
    Explain,
    Explained,
    FarmMessage,
    Granted,
    Recall,
    Refused,
    Vouched,
)
from runtime.orders import Order
from runtime.remote import Terms

ANSWER_S = 5.0
"""How long a maitre-d may take to be reached, and to answer."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 10.0
"""Between two tries to reach one."""

_log = logging.getLogger("dispatcher")


class Giver(Protocol):
    """Who is asked for slots: a link to a maitre-d, or the core of one within this process."""

    def post(self, *messages: FarmMessage) -> None: ...


class Alone(Protocol):
    """What is done while no maitre-d answers (daemons.chaos)."""

    @property
    def possible(self) -> bool:
        """Whether there is a schedule to do it by."""

    async def begin(self, attach: Attach) -> Giver | None:
        """Begin to give out slots to ourselves. None: there is no schedule that can be read."""

    def end(self) -> None:
        """A maitre-d is back."""


class Site(Protocol):
    """What alfred.ini says now (runtime.settings.Settings has it)."""

    @property
    def maitreds(self) -> Sequence[tuple[str, int]]: ...
    @property
    def chaos_after_s(self) -> float: ...


class Attachment:
    """The dispatcher's way to its maitre-d. `carry_out`, once set, gets what its words lead to."""

    def __init__(
        self,
        core: Dispatcher,
        identity: Identity,
        lasting: Lasting,
        port: int,
        terms: Terms,
        site: Callable[[], Site],
        alone: Alone,
    ) -> None:
        """`port` is where clients reach this dispatcher; `terms` are renewed by every maitre-d; `site` reads
        alfred.ini."""
        self._core = core
        self.carry_out: Callable[[Sequence[Order]], None] = lambda orders: None
        self._identity = identity
        self._lasting = lasting
        self._port = port
        self._terms = terms
        self._site = site
        self._alone = alone
        self._giver: Giver | None = None
        self._farm = False
        self._ruling = 0
        """The latest term that alfservers have spoken of."""
        self._serial = 0
        self._asked: dict[int, trio.MemorySendChannel[Explained | Vouched]] = {}
        self.name = ""
        """Who gives slots now, for people: HOST:PORT, "chaos", or empty for nobody."""

    # ---- what the dispatcher says --------------------------------------------------------------------

    def say(self, message: FarmMessage) -> None:
        """Say this to whoever gives slots now; nobody: it is said again when somebody does."""
        if self._giver is not None:
            self._giver.post(message)

    async def explain(self, request: int) -> Explained | None:
        """Why a request waits; None when nobody answers that."""
        answer = await self._ask(lambda serial: Explain(serial, request))
        return answer if isinstance(answer, Explained) else None

    async def vouch(self, hello: Hello, welcome: Welcome) -> Proofs | None:
        """The proofs of a hello by somebody else than this dispatcher's user; None where no maitre-d vouches."""
        if not isinstance(self._giver, Link):
            return None
        answer = await self._ask(lambda serial: vouching.question(serial, hello, welcome))
        return vouching.proofs_in(answer) if isinstance(answer, Vouched) else None

    async def _ask(self, question: Callable[[int], FarmMessage]) -> Explained | Vouched | None:
        """The answer to a question that is asked with a number of its own; None when nobody answers."""
        self._serial = serial = self._serial + 1
        answers, answer = trio.open_memory_channel[Explained | Vouched](1)
        self._asked[serial] = answers
        try:
            self.say(question(serial))
            with trio.move_on_after(ANSWER_S if self._giver is not None else 0):
                return await answer.receive()
        finally:
            self._asked.pop(serial, None)
        return None

    async def leave(self) -> None:
        """This dispatcher ends for good, and nothing of it runs."""
        self.say(Detach())
        if isinstance(self._giver, Link):
            with trio.move_on_after(1.0):
                await self._giver.drain()

    def ruled_by(self, epoch: int) -> None:
        """Alfservers know of a later term than the one of the maitre-d that gives slots: who leads now is looked for
        from the top of the list. Where nobody else answers, this one hears of the term, and takes a later one."""
        if isinstance(self._giver, Link) and epoch > max(self._lasting.epoch, self._ruling):
            self._ruling = epoch
            self._giver.give_up(f"alfservers follow a later maitre-d (term {epoch})")

    # ---- who gives slots -----------------------------------------------------------------------------

    def prepare(self) -> None:
        """Before anything is served: commands that need the farm wait for it, where there may be one."""
        self._use_farm(bool(self._site().maitreds) or self._alone.possible)

    async def run(self) -> None:
        """Find a maitre-d, serve under it, find the next; until cancelled."""
        since = time.monotonic()
        pauses = Pauses(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        while True:
            site = await trio.to_thread.run_sync(self._site)  # it runs the site's Tcl
            link = await self._first_that_answers(site)
            if link is not None:
                await self._attached_to(link)
                since = time.monotonic()
                pauses.reset()
            elif self._giver is None and time.monotonic() - since >= (site.chaos_after_s if site.maitreds else 0):
                await self._begin_alone()
            await pauses.wait()

    async def _first_that_answers(self, site: Site) -> Link | None:
        for host, port in site.maitreds:
            try:
                with trio.fail_after(ANSWER_S):
                    return await connect(host, port, self._identity, expect="maitre-d")
            except (LinkError, trio.TooSlowError) as error:
                _log.warning("%s", str(error) or f"the maitre-d at {host}:{port} does not answer in {ANSWER_S:g} s")
        return None

    async def _attached_to(self, link: Link) -> None:
        """Everything from the first word to the end of the connection."""
        wrong = await link.converse(lambda _: self._serve_under(link))
        await link.close()
        reason = f": {wrong}" if wrong else ""
        if self._giver is link:
            _log.warning("the connection to the maitre-d at %s is lost%s", self.name, reason)
            self._giver, self.name = None, ""
            self.carry_out(self._core.detached(time.time()))
        else:
            _log.warning("a maitre-d does not take this dispatcher%s", reason)

    async def _serve_under(self, link: Link) -> None:
        """Raises LinkError."""
        link.post(self._attach())
        messages: Sequence[AnyFarmMessage] = []
        with trio.move_on_after(ANSWER_S):
            messages = await link.receive_batch()
        if not messages:
            raise LinkError("it did not answer")
        first, *more = messages
        if not isinstance(first, Attached):
            raise LinkError(first.text if isinstance(first, Refused) else f"it answered with {type(first).__name__}")
        if first.epoch < self._ruling:
            self._lasting.saw(self._ruling)
            raise LinkError(f"its term {first.epoch} is over, as alfservers say: it is asked to take a later one")
        self._end_alone()
        self._use_farm(True)
        self._giver = link
        self.name = link.place
        _log.info("attached to the maitre-d at %s", self.name)
        self._terms.lease_s, self._terms.grace_s = first.lease_s, first.grace_s
        self._lasting.saw(first.epoch)
        self.carry_out(self._core.attached(first, time.time()))
        self.heard(more)
        while messages := await link.receive_batch():
            self.heard(messages)

    def _attach(self) -> Attach:
        held = self._core.held(time.time())
        name, host = self._lasting.dispatcher, self._identity.host
        return Attach(name, host, self._port, self._lasting.epoch, held, self._lasting.excluded)

    async def _begin_alone(self) -> None:
        """Chaos, or the machine itself."""
        giver = await self._alone.begin(self._attach())
        self._use_farm(giver is not None)
        if giver is not None:
            _log.warning("no maitre-d: slots are taken by the schedule, beside all other dispatchers")
            self._giver, self.name = giver, "chaos"

    def _use_farm(self, on: bool) -> None:
        """Whether commands with a service wait for leases, or run on the machine itself."""
        if on is not self._farm:
            self._farm = on
            self.carry_out(self._core.use_farm(on, time.time()))

    def _end_alone(self) -> None:
        """A maitre-d takes over; what is held goes on."""
        if self._giver is not None:
            self._giver, self.name = None, ""
            self._alone.end()
            self.carry_out(self._core.detached(time.time()))

    def heard(self, messages: Sequence[FarmMessage]) -> None:
        """A batch of words of who gives slots, in order. Raises LinkError for words that are not a maitre-d's."""
        now = time.time()
        orders: list[Order] = []
        for message in messages:
            if isinstance(message, Granted):
                orders += self._core.granted(message, now)
            elif isinstance(message, Recall):
                orders += self._core.recalled(message, now)
            elif isinstance(message, Attached):  # of the core within this process
                orders += self._core.attached(message, now)
            elif isinstance(message, Explained | Vouched):
                asked = self._asked.pop(message.serial, None)
                if asked is not None:
                    asked.send_nowait(message)
            elif isinstance(message, Refused):
                _log.warning("the maitre-d: %s", message.text)
            else:
                self.carry_out(orders)
                raise LinkError(f"a maitre-d does not say {type(message).__name__}")
        self.carry_out(orders)
