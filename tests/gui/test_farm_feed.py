"""How windows that watch the farm hear of it."""

import trio
from trio.testing import wait_all_tasks_blocked

from daemons.unanswered import NoMaitred
from gui.links.farm import PATIENCE_S, FarmFeed
from runtime.farm_messages import Farm, Refused

FARM = Farm(1, 5, "alfred.schedule", (), (), ())


class Maitred:
    """Answers what it is told to; `asks` counts the questions, `at_once` how many were under way together at most."""

    def __init__(self, answer=FARM):
        self.answer = answer
        self.asks = self.under_way = self.at_once = 0
        self.takes_s = 0.0

    async def ask(self, question, answer_s):
        self.asks += 1
        self.under_way += 1
        self.at_once = max(self.at_once, self.under_way)
        try:
            with trio.move_on_after(answer_s):
                await trio.sleep(self.takes_s)
                if isinstance(self.answer, NoMaitred):
                    raise self.answer
                return self.answer
            raise NoMaitred("the maitre-d does not answer within 20 s")
        finally:
            self.under_way -= 1

    async def close(self):
        pass


class Window:
    def __init__(self):
        self.heard = []

    def farm(self, farm):
        self.heard.append(farm)

    def looked(self, lost):
        self.heard.append(lost)


async def test_the_farm_is_looked_at_while_somebody_watches(nursery, autojump_clock):
    maitred, window = Maitred(), Window()
    feed = FarmFeed(maitred, lambda: 2.0)
    nursery.start_soon(feed.run)
    await trio.sleep(10)
    assert maitred.asks == 0
    feed.watch(window)
    await trio.sleep(9)
    assert window.heard == ["asking the maitre-d ...", "", *[FARM] * 5]
    feed.forget(window)
    await trio.sleep(100)
    assert maitred.asks <= 6


async def test_a_maitred_that_hangs_is_said_to_and_asked_once(nursery, autojump_clock):
    maitred, window = Maitred(), Window()
    feed = FarmFeed(maitred, lambda: 2.0)
    nursery.start_soon(feed.run)
    feed.watch(window)
    await trio.sleep(1)
    maitred.takes_s = 1000.0
    await trio.sleep(1 + PATIENCE_S + 0.5)
    assert window.heard[-2:] == [FARM, "the maitre-d does not answer"]
    assert (maitred.at_once, feed.age_s() > PATIENCE_S) == (1, True)
    maitred.takes_s = 0.0
    await trio.sleep(30)
    assert window.heard[-1] == FARM
    assert window.heard[window.heard.index("the maitre-d does not answer") :].count("") == 1


async def test_why_there_is_no_farm_is_said_in_words_once(nursery, autojump_clock):
    maitred, window = Maitred(NoMaitred("no maitre-d is configured")), Window()
    feed = FarmFeed(maitred, lambda: 2.0)
    nursery.start_soon(feed.run)
    feed.watch(window)
    await trio.sleep(7)
    maitred.answer = Refused(1, "too many ask at once")
    await trio.sleep(3)
    assert window.heard == ["asking the maitre-d ...", "no maitre-d is configured", "too many ask at once"]


async def test_who_has_changed_something_looks_at_once(nursery, autojump_clock):
    maitred, window = Maitred(), Window()
    feed = FarmFeed(maitred, lambda: 3600.0)
    nursery.start_soon(feed.run)
    feed.watch(window)
    await wait_all_tasks_blocked()
    feed.look_now()
    await wait_all_tasks_blocked()
    assert maitred.asks == 2
