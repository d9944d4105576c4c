"""Watch servers, used by mouse and keys, before a real maitre-d."""

import itertools
import math
import signal
from contextlib import asynccontextmanager

from gui.links.maitred import MaitredLink
from runtime.farm_messages import Farm, Recall, Running, SlotLine, SlotState, WaitLine
from tests.daemons.maitreds import dispatcher


async def watched(user, app):
    """The window, as soon as it shows the farm."""
    user.click(app.queue_window.entries.canvas)
    user.key("Control", "s")
    await user.until(lambda: app.root.winfo_children() and app.shown("watch servers"))
    window = app.shown("watch servers")
    await user.until(lambda: window.model.slots.lines)
    return window


@asynccontextmanager
async def a_command(server):
    """A dispatcher of the test's with a command on s3."""
    async with dispatcher(server) as client:
        granted = await client.want()
        client.lease = granted.lease.id
        client.say(Running(granted.lease.id, 7, 3, 1, 1, "Frame 43"))
        yield client


def state(window, name):
    return window.model.slot(name).state


def test_slots_are_shown_with_their_state_in_words_and_set_offline_by_the_right_button(user, site):
    async def use(app):
        window = await watched(user, app)
        user.click(window.slots.canvas, *window.slots.place_of("s2"), button=3)
        await user.until(lambda: [line.name for line in window.model.slots.chosen] == ["s2"])
        user.key("o")
        await user.until(lambda: state(window, "s2") is SlotState.OFFLINE)
        await user.until(lambda: "1 slot offline: s2" in window.status["text"])
        user.key("Control", "g")
        await user.until(lambda: window.status["text"] == "s2 is not given out: temporarily offline")
        user.key("Control", "n")
        await user.until(lambda: state(window, "s2") is SlotState.FREE)

    user.works_with(use)


def test_eject_asks_first_and_says_whom_it_hits(user, site):
    async def use(app):
        async with a_command(site) as client:
            window = await watched(user, app)
            await user.until(lambda: state(window, "s3") is SlotState.BUSY)
            user.key("Alt", "2")
            await user.until(lambda: window.users.winfo_ismapped())
            [line] = window.model.users.lines
            user.click(window.users.canvas, *window.users.place_of(line.user))
            user.shot("watch servers by user")
            user.key("Control", "j")
            await user.until(lambda: window.asking is not None and window.asking.window.winfo_viewable())
            user.shot("eject")
            [hit] = window.asking.hit.get(0, "end")
            assert hit.startswith("s3 on 127.0.0.3: Frame 43 of ")
            user.key("Return")
            recall = await client.hear(Recall)
            assert recall.eject

    user.works_with(use)


def test_who_has_come_since_it_was_asked_is_not_ejected(user, site):
    async def use(app):
        async with a_command(site) as client:
            window = await watched(user, app)
            await user.until(lambda: state(window, "s3") is SlotState.BUSY)
            user.click(window.slots.canvas, *window.slots.place_of("s3"))
            user.key("Control", "j")
            await user.until(lambda: window.asking is not None and window.asking.window.winfo_viewable())
            client.say(Running(client.lease, 8, 3, 1, 2, "Frame 44"))
            app.farm.look_now()
            await user.until(lambda: window.model.slot("s3").job == "8 Frame 44")
            user.key("Return")
            await user.until(lambda: "by now something else runs there" in window.status["text"])

    user.works_with(use)


def test_lines_are_sorted_by_a_head_and_filtered_by_words(user, site):
    async def use(app):
        async with a_command(site):
            window = await watched(user, app)
            await user.until(lambda: state(window, "s3") is SlotState.BUSY)
            user.shot("watch servers")
            for _ in range(2):
                user.click(window.slots.head, *window.slots.head_of("slot"))
            await user.until(lambda: [line.name for line in window.model.slots.lines] == ["s3", "s2", "s1"])
            user.click(window.filter)
            user.type("frame")
            await user.until(lambda: [line.name for line in window.model.slots.lines] == ["s3"])
            user.key("Escape")
            await user.until(lambda: len(window.model.slots.lines) == 3)

    user.works_with(use)


def test_a_maitred_that_hangs_freezes_no_window(user, site, monkeypatch):
    monkeypatch.setattr("gui.links.farm.PATIENCE_S", 0.2)

    async def use(app):
        app.preferences.farm_look_s = 0.1
        window = await watched(user, app)
        app.queue_window.actions.run("open.huntgroups")
        app.queue_window.actions.run("open.history")
        hunt, history = app.shown("huntgroups"), app.shown("history")
        await user.until(lambda: hunt.hunt.table.lines and history.history.rows and app.link.client)
        site.process.send_signal(signal.SIGSTOP)
        try:
            await user.until(lambda: "the maitre-d does not answer; this is how it was" in window.status["text"])
            assert window.slots.is_stale and history.gantt.is_stale
            assert hunt.status["text"] == "the maitre-d does not answer"
            user.click(hunt.filter)
            user.type("s3")
            await user.until(lambda: len(hunt.hunt.table.lines) == 1)
            hunt.close()
            history.close()
            user.click(window.slots.canvas, *window.slots.place_of("s1"))
            await user.until(lambda: window.model.slots.selected == {"s1"})
            user.click(window.slots.head, *window.slots.head_of("slot"))
            await user.until(lambda: window.model.slots.sorted_by == "slot")
            user.shot("watch servers lost")
        finally:
            site.process.send_signal(signal.SIGCONT)
        await user.until(lambda: not window.slots.is_stale and window.status["text"].startswith("3 slots"))

    user.works_with(use)


def the_farm(look):
    """A slot in each state, and metrics that change from look to look."""

    def slot(name, host, state, *more, note=""):
        cpu = 0.5 + 0.4 * math.sin(look / 5 + len(name))
        return SlotLine(name, host, state, *more, {"cpu": cpu, "mem": 8.0 + len(host), "load": 2 * cpu}, note)

    slots = (
        slot("Janus1", "janus", SlotState.BUSY, "jean", "7 Frame 43", 38.0),
        slot("Janus2", "janus", SlotState.FREE, "", "", 0.0),
        slot("Percival", "percival", SlotState.SHIELDS, "", "", 0.0, note="shields raised"),
        slot("Vast", "vast", SlotState.OFFLINE, "", "", 0.0, note="temporarily offline"),
        slot("Wembley", "wembley", SlotState.TAINTED, "", "", 0.0, note="failed its ping (no answer), rests for 9 s"),
        slot("Boris", "boris", SlotState.RESERVED, "ann", "3 shot 12", 4.0),
        slot("Darth", "darth", SlotState.DISABLED, "", "", 0.0, note="disabled in the schedule"),
    )
    waiting = (WaitLine("ann", "d1", 3, "shot 12", "pixarRender", 4, 61.0),)
    return Farm(look, 1, "alfred.schedule", slots, waiting, (), (("prman", 2, 3),), (), (("nuke", 12.0, "no licence"),))


def test_states_are_said_by_marks_and_words_and_metrics_are_drawn(user, monkeypatch):
    looks = itertools.count(1)

    async def ask(_link, _question, _answer_s=0.0):
        return the_farm(next(looks))

    monkeypatch.setattr(MaitredLink, "ask", ask)

    async def use(app):
        app.preferences.farm_look_s = 0.1
        window = await watched(user, app)
        for key, tab in (("1", "slots"), ("3", "jobs"), ("4", "metrics")):
            user.key("Alt", key)
            seen = len(window.model.hosts.lines[0].series["cpu"]) + 5
            await user.until(lambda seen=seen: len(window.model.hosts.lines[0].series["cpu"]) > seen)
            user.shot(f"watch servers {tab}")
        assert window.limits["text"] == "limits: prman 2 of 3   nuke rests 12 s: no licence"
        assert window.model.metrics == ["cpu", "load", "mem"]
        user.key("Alt", "1")
        await user.until(window.slots.canvas.winfo_viewable)
        user.click(window.slots.canvas, *window.slots.place_of("Wembley"))
        await user.until(lambda: "failed its ping (no answer)" in window.status["text"])

    user.works_with(use)
