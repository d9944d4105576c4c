"""Why a request waits, in words: for each server the first test that it fails now (runtime.maitred.deciding)."""

from __future__ import annotations

from collections import Counter

from runtime.farm_messages import Explain, Explained
from runtime.maitred.books import Books
from runtime.maitred.deciding import REQUEST_TESTS, why_not
from runtime.maitred.requests import Dispatcher, Request
from runtime.maitred.slices import SCHEDULE
from runtime.maitred.watching import in_order


def explain(books: Books, dispatcher: Dispatcher | None, message: Explain, now: float) -> Explained:
    """The answer for a dispatcher that asks about one of its requests."""
    request = dispatcher.requests.get(message.request) if dispatcher is not None else None
    if request is None:
        return Explained(message.serial, "the maitre-d has no such request")
    found = sorted(
        ((*why_not(books, request, slot, now), slot.name) for slot in books.slots.by_name.values()),
        key=lambda failed: -failed[0],
    )
    servers = tuple((name, words or _free(request)) for _, words, name in found)
    return Explained(message.serial, _summary(books, request, Counter(place for place, _, _ in found), now), servers)


def _free(request: Request) -> str:
    need = request.need
    if need.atleast > 1:
        return f"free, but {need.atleast} are wanted at once{' on one host' if need.samehost else ''}"
    return "free"


def _summary(books: Books, request: Request, failed: Counter[int], now: float) -> str:
    if not request.waits:
        return f"holds the {request.total} it wants"
    if now < books.opens_at:
        wait_s = books.opens_at - now
        return f"the maitre-d has just started, or taken over, and gives nothing out for another {wait_s:.0f} s"
    read = "the schedule is being read; " if books.slices.is_at(SCHEDULE) else ""
    wanted = f"{read}{request.total - request.held} of {request.total} wait, for {max(0.0, now - request.since):.0f} s"
    ahead = in_order(books, books.waiting(), now).index(request)
    tests = [words.format(user=request.user.name) for words, _ in REQUEST_TESTS] + ["are free"]
    counts = ", ".join(f"{failed[place]} {tests[place]}" for place in sorted(failed, reverse=True))
    queue = f"; {ahead} requests are ahead of it" if ahead else ""
    return f"{wanted}{queue}; of {failed.total()} servers {counts or 'there is none'}"
