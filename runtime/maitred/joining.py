"""Where requests stand: each in the group of those that want the same by the same crews (runtime.maitred.requests).

a want, a huntgroup             one request, at once
crews open or close             those of users whose crews are others; what they hold by a crew that has closed is
                                asked back; in slices
the kinds of slots are others   all of them; in slices
"""

from __future__ import annotations

from runtime.farm_messages import Want
from runtime.history.records import LONGEST_CHARS, Refused
from runtime.maitred.accounts import Account
from runtime.maitred.books import Books
from runtime.maitred.noting import capacity, whose_request
from runtime.maitred.recalling import Recalling
from runtime.maitred.requests import Dispatcher, Group, Request
from runtime.maitred.roll import Roll
from runtime.maitred.slices import Work
from runtime.match.keys import KeyExpressionError

_CREWS = "crews"
_SAME_CREWS, _JOIN, _NEW_GROUP, _RECALL, _KEEP = 0.1, 1.0, 20.0, 1.0, 0.2
"""What these are worth in a slice (runtime.maitred.slices). The slots of a new group have to be found."""


class Joining:
    def __init__(self, books: Books, roll: Roll, recalling: Recalling) -> None:
        self._books = books
        self._roll = roll
        self._recalling = recalling
        self._next_number = 1

    def new(self, dispatcher: Dispatcher, message: Want, now: float) -> Request:
        """A request that nobody has heard of, in no group yet. One that its dispatcher says again has kept its age."""
        request = Request(self._next_number, dispatcher, message, *self.standing(message, now), now)
        self._next_number += 1
        request.since = dispatcher.since.pop(message.request, now)
        dispatcher.requests[message.request] = request
        return request

    def standing(self, message: Want, now: float) -> tuple[Account, int]:
        """The account of a job's project, and the number of its tier."""
        return self._books.accounts.project(message.project, now), self._books.rules.tier(message.tier)

    def join(self, request: Request, now: float) -> Group | None:
        """It is in the group where it belongs now; None: in none, its keys cannot be read."""
        books = self._books
        try:
            return books.groups.join(request, books.access(request))
        except KeyExpressionError as error:
            books.log(f"refused {request}: {error}")
            books.note(Refused(books.wall(now), whose_request(request), str(error)[:LONGEST_CHARS]))
            self._roll.drop(request, now)
            return None

    def crews_changed(self, now: float) -> None:
        """Crews have opened or closed."""
        self._books.slices.begin(_CREWS, self.all_again(kinds_changed=False), now)

    def all_again(self, *, kinds_changed: bool) -> Work:
        """Those whose crews are others join again; `kinds_changed`: everybody does."""
        books = self._books
        for dispatcher in list(books.dispatchers.values()):
            access = books.crews.access(dispatcher.user.name)
            yield _SAME_CREWS
            if access is dispatcher.access and not kinds_changed:
                continue
            for request in list(dispatcher.requests.values()):
                if dispatcher.requests.get(request.wanted) is request:
                    group = self.join(request, books.slices.now)
                    books.touch(group)
                    yield _NEW_GROUP if group is not None and len(group.waiting) == 1 else _JOIN
            for lease in list(dispatcher.leases) if access is not dispatcher.access else ():
                if lease in dispatcher.leases:
                    yield _RECALL if self._recalling.recall_unentitled((lease,), books.slices.now) else _KEEP
            dispatcher.access = access
        books.note(capacity(books.slots.kinds, books.wall(books.slices.now)))
