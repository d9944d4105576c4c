"""Black holes: hosts on which one command after the other fails, so that they are always free and eat whole jobs.

    ended on a host       by itself, well                          its row is over, and so is its past
                          in error, by a signal, out of its time   one more in the row; also one that could not begin
                          no licence, -retryrc, ejected, ended     says nothing about the host
                          by its user, lost with its alfserver,
                          beside its dispatcher

    a row of `count` failures of different causes, without a success in between: the host rests, each time in a row
    twice as long, up to MOST_RESTS times

Whose fault it is:

    a command that has failed on another host before     its own: it counts on no host any more
    a job that fails on several hosts                     its commands are one cause, however many they are
    else                                                  each command is a cause

So a broken job can rest no host, and neither can a frame that nobody can render. Nothing is decided here but that: who
rests a host is runtime.maitred.core.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

from runtime.farm_messages import How, Outcome

COUNTED = 10_000
"""So many commands that failed are remembered, and so many jobs; of those before it is forgotten where that was."""
_ROW = 100
"""So many failures in a row are looked at, the last ones, or twice as many as are counted."""
_DOUBLINGS = 6
MOST_RESTS = 2**_DOUBLINGS
"""A rest is at most so many times the first one."""

_SAYS_NOTHING = frozenset({How.RETRY, How.SHORT, How.ENDED, How.EJECTED, How.LOST})

Job = tuple[Hashable, int]
"""A dispatcher, and the number of a job there."""
Command = tuple[Hashable, int, int]
"""... and of its command."""


class _Past:
    """`row`: the commands that have failed since the last success. `rests`: how often it rested since then."""

    __slots__ = ("rests", "row")

    def __init__(self) -> None:
        self.row: dict[Command, None] = {}
        self.rests = 0


class BlackHoles:
    """`count`: failures in a row that make a host rest; 0: none does. `rest_s`: how long it does at first."""

    def __init__(self, count: int, rest_s: float) -> None:
        self._count = count
        self._rest_s = rest_s
        self._hosts: dict[str, _Past] = {}
        self._failed_on: OrderedDict[Command, str] = OrderedDict()
        """Where a command has failed first."""
        self._jobs: OrderedDict[Job, dict[str, None]] = OrderedDict()
        """The first two hosts on which commands of a job have failed."""

    def ended(self, host: str, dispatcher: Hashable, outcome: Outcome) -> float:
        """A command has ended on a host. For how many seconds the host is to rest; 0: it is not."""
        if not self._count or outcome.here or outcome.how in _SAYS_NOTHING:
            return 0.0
        if outcome.how is How.DONE:
            self._hosts.pop(host, None)
            return 0.0
        command = (dispatcher, outcome.jid, outcome.cid)
        self._note_job(command[:2], host)
        first = self._failed_on.setdefault(command, host)
        self._failed_on.move_to_end(command)
        self._forget(self._failed_on)
        if first != host:
            self._clear(first, command)
            return 0.0
        past = self._hosts.setdefault(host, _Past())
        past.row[command] = None
        if len(past.row) > max(_ROW, 2 * self._count):
            del past.row[next(iter(past.row))]
        if len({self._cause(one) for one in past.row}) < self._count:
            return 0.0
        past.row.clear()
        past.rests += 1
        return self._rest_s * 2.0 ** min(past.rests - 1, _DOUBLINGS)

    def forgive(self, host: str) -> None:
        """Somebody has looked after a host: it begins anew."""
        self._hosts.pop(host, None)

    def _clear(self, host: str, command: Command) -> None:
        """A command has failed elsewhere, too: that it failed here is not the host's fault."""
        past = self._hosts.get(host)
        if past is not None:
            past.row.pop(command, None)

    def _note_job(self, job: Job, host: str) -> None:
        hosts = self._jobs.setdefault(job, {})
        self._jobs.move_to_end(job)
        if len(hosts) < 2:
            hosts[host] = None
        self._forget(self._jobs)

    def _cause(self, command: Command) -> Hashable:
        job = command[:2]
        return job if len(self._jobs.get(job, ())) > 1 else command

    @staticmethod
    def _forget(known: OrderedDict[Command, str] | OrderedDict[Job, dict[str, None]]) -> None:
        while len(known) > COUNTED:
            known.popitem(last=False)
