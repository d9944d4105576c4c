"""History, used by mouse and keys: from the record of a real maitre-d, and with a day that was made up."""

import random
import time

from daemons.record.reading import Run
from gui.links.arranging import in_pieces
from gui.models.history import Sort
from gui.windows.history import HistoryWindow
from runtime.farm_messages import How, Outcome, Returned, Running
from runtime.history.records import Place, Whose
from tests.daemons.maitreds import dispatcher


async def opened(user, app):
    user.click(app.queue_window.entries.canvas)
    user.key("Control", "g")
    await user.until(lambda: app.shown("history"))
    return app.shown("history")


async def recorded(client):
    """Two commands: one is done, one fails; a third one runs still."""
    for number, how, status in ((1, How.DONE, 0), (2, How.FAILED, 3)):
        granted = await client.want(number)
        lease = granted.lease.id
        client.say(Running(lease, number, 3, 1, number, f"Frame {number}"))
        client.say(Returned(lease, outcome=Outcome(number, 3, 1, number, f"Frame {number}", how, status, 600.0)))
    running = await client.want(9)
    client.say(Running(running.lease.id, 9, 3, 1, 9, "Frame 9"))


def ended(history):
    """What is shown of commands that have ended."""
    bars = [bar for name in history.rows for bar in history.bars(name, history.start, history.end)]
    return {bar.title: bar.sort for bar in bars if bar.sort is not Sort.RUNNING}


def test_the_record_of_the_maitred_is_shown_and_what_runs_now(user, site):
    async def use(app):
        async with dispatcher(site) as client:
            await recorded(client)
            window = await opened(user, app)
            history = window.history
            while history.count < 2:
                window.actions.run("history.now")
                await user.until(lambda: not window.is_asking)
            await user.until(lambda: history.running and len(ended(history)) == 2)
            assert history.rows == ["s1", "s2", "s3"]
            assert ended(history) == {"Frame 1": Sort.DONE, "Frame 2": Sort.ERROR}
            assert [bar.title for bar in history.running.values()] == ["Frame 9"]

    user.works_with(use)


def a_day(end):
    """What forty slots did; s7 failed for an hour, half an hour before the end."""
    chance = random.Random(7)
    for slot in range(1, 41):
        at = end - 86400 + 3600 * chance.random()
        while at < end:
            run_s = chance.choice((300, 900, 2400, 7200)) * (0.5 + chance.random())
            how = chance.choice((How.DONE, How.DONE, How.DONE, How.DONE, How.FAILED, How.EJECTED))
            if slot != 7 and at + run_s < end:
                whose = Whose(chance.choice(("jean", "ann", "bob")), "", "", "desk", chance.randrange(9), "shot 12")
                status = {How.DONE: 0, How.FAILED: 1, How.EJECTED: -15}[how]
                yield Run(at + run_s, whose, (Place(f"s{slot}", "janus"),), run_s, how, status, 3, 1, "Frame 4", "")
            at += run_s + 600 * chance.random()
    whose = Whose("jean", "", "", "desk", 7, "shot 12")
    yield Run(end - 1800, whose, (Place("s7", "janus"),), 3600.0, How.FAILED, 3, 3, 1, "Frame 43", "no licence")


def test_a_day_is_looked_at_closer_and_searched(user, monkeypatch):
    end = time.time()

    async def made_up(window):
        await in_pieces(window.history.hear(list(a_day(end)), end - 86400, end))
        window.rearrange()
        return ""

    monkeypatch.setattr(HistoryWindow, "_ask", made_up)

    async def use(app):
        window = await opened(user, app)
        history, gantt = window.history, window.gantt
        await user.until(lambda: len(history.rows) == 40)
        user.point(gantt.canvas, *gantt.place_of("s7", end - 3600))
        await user.until(lambda: window.status["text"].startswith("s7: Frame 43 of jean's job 7 shot 12"))
        assert "(1:00:00), error: exit status 3, no licence" in window.status["text"]
        user.shot("history")
        user.click(gantt.canvas, *gantt.place_of("s7", end - 3600))
        user.key("Shift", "plus")
        user.key("Shift", "plus")
        for _ in range(5):
            user.key("Right")
        await user.until(lambda: gantt.end > end - 1 and gantt.end - gantt.start < 50_000)
        user.click(window.filter)
        user.type("licence")
        await user.until(lambda: history.rows == ["s7"])
        user.shot("history found")
        user.key("Escape")
        await user.until(lambda: len(history.rows) == 40)

    user.works_with(use)


def test_a_maitred_that_is_gone_is_said_in_words(user, site):
    site.kill()

    async def use(app):
        window = await opened(user, app)
        await user.until(lambda: "is a maitre-d running?" in window.status["text"])

    user.works_with(use)
