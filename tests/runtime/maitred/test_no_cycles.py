"""What is over leaves nothing that refers to itself: who looks for that rarely keeps no more memory than he needs."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from site_of import Site, need, schedule, server


@contextmanager
def uncollected() -> Iterator[Counter[str]]:
    """What of the maitre-d's is garbage at the end that only the collector finds."""
    found = Counter[str]()
    gc.collect()
    gc.disable()
    try:
        yield found
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        found.update(type(one).__qualname__ for one in gc.garbage if type(one).__module__.startswith("runtime"))
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


def test_jobs_and_dispatchers_that_come_and_go_leave_no_cycles() -> None:
    plan = schedule(*(server(f"{host}{number}", host) for host in "abc" for number in range(4)))
    site = Site(plan)
    with uncollected() as found:
        for number in range(3):
            anna, ben = site.join("anna"), site.join("ben")
            anna.want(need(f"pixarRender || never{number}"), 8)
            ben.want(need(f"!b1 && pixarRender || never{number}", tags=f"t{number}", atleast=2), 8)
            ben.want(need("a || b", atleast=3, samehost=True), 2)
            ben.want(need(metrics="[Mget loadavg] < 1"), 2)
            for lease in anna.leases:
                anna.runs(lease)
            site.after(400)
            for lease in anna.leases:
                anna.returns(lease)
            anna.leaves()
            ben.loses_connection()
            site.after(4000)
            site.read(plan)
            site.after(10)

    assert not found
