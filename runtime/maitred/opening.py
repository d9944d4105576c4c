"""When slots may be given out: not before all dispatchers could say what they hold.

    it has just started                 maitred_initial_wait_s from then on
    one comes from another maitre-d     the same once more: the others will come, too. Once for each term

A term is a maitre-d's life, by a number that is larger than any before it (`epoch`). Leases are numbered within it, and
the newer lease of a slot wins.
"""

from __future__ import annotations

from runtime.farm_messages import FUTURE_S
from runtime.maitred.books import Books


class Opening:
    def __init__(self, books: Books) -> None:
        self._books = books
        self._waits = True
        self._terms = {books.epoch}
        """Our own, and those of other maitre-ds whose dispatchers we have waited for."""

    def comes_from(self, epoch: int, may_have_company: bool, now: float) -> None:
        """A dispatcher attaches that was at the maitre-d of this term last (0: at none). `may_have_company`: others may
        hold what is not known here. What is given from now on is newer than what that maitre-d has given."""
        books = self._books
        if epoch and epoch not in self._terms:
            if now >= books.opens_at and may_have_company:
                self._wait_for_the_others(now)
            self._terms.add(epoch)
        if books.epoch < epoch <= 1000 * (now + books.wall_offset + FUTURE_S):
            books.epoch = epoch + 1
            self._terms.add(books.epoch)

    def _wait_for_the_others(self, now: float) -> None:
        books = self._books
        books.opens_at = now + books.rules.maitred_initial_wait_s
        self._waits = True
        books.log(
            f"dispatchers of an earlier maitre-d come: nothing is given out for"
            f" {books.rules.maitred_initial_wait_s:g} s, until they have said what they hold"
        )

    def open(self, now: float) -> None:
        """When it is time, all who wait may have what they want."""
        if self._waits and now >= self._books.opens_at:
            self._waits = False
            self._books.touch_all()

    @property
    def next_wake(self) -> float | None:
        """When it will be time."""
        return self._books.opens_at if self._waits else None
