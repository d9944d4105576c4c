"""A dispatcher that hangs, ends, or cannot start: what is shown stays, the window goes on, all comes back by itself."""

import os
import signal

import pytest
from test_job_queue_window import opened_beside, queued

from gui.links import dispatcher
from runtime.messages import JobState


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    """Silence is noticed sooner than before a user."""
    monkeypatch.setattr(dispatcher, "LOOK_S", 0.1)
    monkeypatch.setattr(dispatcher, "PATIENCE_S", 0.4)
    monkeypatch.setattr(dispatcher, "STARTING_S", 0.4)
    monkeypatch.setattr("gui.app.SLOW_S", 0.2)


def status(window):
    return window.status["text"]


def test_a_dispatcher_that_is_stopped_freezes_nothing_and_all_is_current_when_it_goes_on(user, tmp_path):
    async def use(app):
        window, [first, second] = await queued(user, app, tmp_path, "one", "two")
        pid = app.link.client.pid
        os.kill(pid, signal.SIGSTOP)
        try:
            window.jobs.select(second)
            window.actions.run("job.pause")
            await user.until(lambda: "no answer after" in status(window) or window.jobs.lost)
            await user.until(lambda: "the dispatcher does not answer" in status(window))
            user.click(window.entries.canvas, *window.entries.place_of(first))
            await user.until(lambda: window.jobs.selected == [first])
            ink = {window.entries.canvas.itemcget(item, "fill") for item in window.entries.canvas.find_all()}
            assert app.scheme.faint in ink
            user.shot("dispatcher stopped")
            window.actions.run("job.delete")
            asked = await opened_beside(user, app, [])
            await user.until(asked.nametowidget("foot.delete").winfo_viewable)
            user.click(asked.nametowidget("foot.delete"))
            await user.until(lambda: "not done: the dispatcher does not answer" in status(window))
        finally:
            os.kill(pid, signal.SIGCONT)
        await user.until(lambda: not window.jobs.lost and app.link.client.pid == pid)
        await user.until(lambda: window.jobs.job(second).state is JobState.PAUSED)
        assert window.jobs.job(first) is not None
        assert "does not answer" not in status(window)

    user.works_with(use)


def test_a_dispatcher_that_was_shut_down_is_started_again_by_the_user(user, tmp_path):
    async def use(app):
        window, [_] = await queued(user, app, tmp_path, "one")
        assert not window.actions["alfred.start"].enabled()
        window.actions.run("alfred.shutdown")
        asked = await opened_beside(user, app, [])
        await user.until(asked.winfo_viewable)
        user.focus(asked)
        user.key("Return")
        await user.until(lambda: status(window).startswith("the dispatcher is shut down, the queue is kept"))
        assert [job.title for job in window.jobs.jobs] == ["one"]
        user.shot("dispatcher shut down")
        window.actions.run("alfred.start")
        await user.until(lambda: app.link.client is not None)
        await user.until(lambda: status(window).startswith("slots in use"))

    user.works_with(use)


def test_a_dispatcher_that_cannot_start_is_said_once_with_its_reason_and_comes_when_it_can(user, tmp_path):
    async def use(app):
        window, [_] = await queued(user, app, tmp_path, "one")
        kept = tmp_path / "state" / "farm.json"
        words = kept.read_text()
        kept.write_text('{"dispatcher": 3}')
        os.kill(app.link.client.pid, signal.SIGKILL)
        await user.until(lambda: "farm.json is damaged" in status(window))
        assert "tried again by itself" in status(window)
        assert [job.title for job in window.jobs.jobs] == ["one"]
        kept.write_text(words)
        await user.until(lambda: not window.jobs.lost)
        assert len([line for line in window.log.lines if "is damaged" in line]) == 1

    user.works_with(use)
