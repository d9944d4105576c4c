"""The job queue window, used by mouse and keys."""

import os
import signal
import sys
from pathlib import Path

import trio

from gui.links.presence import Opened
from runtime.messages import JobState

SCRIPT = """##AlfredToDo 3.0
Job -title {%s} -subtasks {
    Task {frame 1} -cmds { Cmd {sh -c {echo a word; while test ! -e %s; do sleep 0.05; done}} }
    Task {frame 2} -cmds { Cmd {false} }
}
"""


def script(tmp_path: Path, title: str = "shot 12", more: str = "") -> Opened:
    """A job with a task that runs until a file is there, and one that fails."""
    path = tmp_path / f"{title}.alf"
    path.write_text(SCRIPT % (title, tmp_path / "go") + more)
    return Opened((str(path),), str(tmp_path))


async def queued(user, app, tmp_path, *titles: str):
    """Jobs in the window."""
    window = app.queue_window
    for number, title in enumerate(titles, 1):
        window.take(script(tmp_path, title))
        await user.until(lambda number=number: len(window.jobs.jobs) == number)
    return window, [job.jid for job in window.jobs.jobs]


def toplevels(app):
    return [child for child in app.root.winfo_children() if child.winfo_class() == "Toplevel"]


async def opened_beside(user, app, before):
    await user.until(lambda: len(toplevels(app)) > len(before))
    window = next(window for window in toplevels(app) if window not in before)
    await user.until(window.winfo_viewable)
    return window


def test_a_job_has_an_entry_with_its_status_message(user, tmp_path):
    async def use(app):
        window, [_] = await queued(user, app, tmp_path, "shot 12")
        await user.until(lambda: window.jobs.jobs[0].counts.get("error"))
        entry = window.jobs.entry(window.jobs.jobs[0], 0.0)
        await user.until(lambda: "active: frame 1" in window.jobs.message(window.jobs.jobs[0], 0.0))
        user.shot("job queue")
        assert entry.title == "shot 12"
        assert "1 task has errors" in window.jobs.message(window.jobs.jobs[0], 0.0)
        assert any("exit  rc=1" in line for line in window.log.lines)

    user.works_with(use)


def test_a_job_is_chosen_by_a_click_and_paused_by_a_key(user, tmp_path):
    async def use(app):
        window, [jid] = await queued(user, app, tmp_path, "shot 12")
        user.click(window.entries.canvas, *window.entries.place_of(jid))
        await user.until(lambda: window.jobs.selected == [jid])
        user.key("Control", "p")
        await user.until(lambda: window.jobs.jobs[0].state is JobState.PAUSED)

    user.works_with(use)


def test_the_job_button_posts_the_jobs_menu(user, tmp_path):
    async def use(app):
        window, [jid] = await queued(user, app, tmp_path, "shot 12")
        user.click(window.entries.canvas, *window.entries.place_of(jid, "menu"))
        await user.until(lambda: window.job_menu.winfo_viewable())
        user.shot("job menu")
        user.key("Escape")
        await user.until(lambda: not window.job_menu.winfo_viewable())

    user.works_with(use)


def test_a_job_that_is_dragged_stands_where_it_was_dropped(user, tmp_path):
    async def use(app):
        window, [first, second, third] = await queued(user, app, tmp_path, "one", "two", "three")
        canvas = window.entries.canvas
        user.click(canvas, *window.entries.place_of(third))
        await user.until(lambda: window.jobs.selected == [third])
        user.point(canvas, *window.entries.place_of(third))
        user.press()
        user.point(canvas, *window.entries.place_of(first))
        await user.until(lambda: canvas.cget("cursor"))
        user.release()
        await user.until(lambda: [job.jid for job in window.jobs.jobs] == [third, first, second])

    user.works_with(use)


def test_a_script_with_warnings_is_asked_about_and_queued_when_the_user_says_so(user, tmp_path):
    async def use(app):
        window = app.queue_window
        window.take(script(tmp_path, more="Job -title {second} -foo 1 -subtasks {}\n"))
        asked = await opened_beside(user, app, [])
        found = asked.nametowidget("body.found.text")
        user.shot("findings")
        assert "unknown option -foo" in found.get("1.0", "end")
        assert not window.jobs.jobs
        user.click(asked.nametowidget("foot.queue"))
        await user.until(lambda: len(window.jobs.jobs) == 2)

    user.works_with(use)


def test_a_script_with_errors_cannot_be_queued(user, tmp_path):
    async def use(app):
        window = app.queue_window
        window.take(script(tmp_path, more="Job -title {second\n"))
        asked = await opened_beside(user, app, [])
        user.focus(asked)
        user.key("Escape")
        await user.until(lambda: not toplevels(app))
        assert not window.jobs.jobs

    user.works_with(use)


def test_priority_and_tags_of_a_queued_job_are_edited(user, tmp_path):
    async def use(app):
        window, [jid] = await queued(user, app, tmp_path, "shot 12")
        user.click(window.entries.canvas, *window.entries.place_of(jid))
        await user.until(lambda: window.jobs.selected == [jid])
        window.actions.run("job.edit")
        dialog = await opened_beside(user, app, [])
        field = dialog.nametowidget("body.priority")
        await user.until(lambda: field.get() == "1")
        user.click(field)
        user.key("End")
        user.type(".5")
        await user.until(lambda: field.get() == "1.5")
        user.shot("edit job")
        user.key("Return")
        await user.until(lambda: window.jobs.jobs[0].priority == 1.5)
        await user.until(lambda: not toplevels(app))

    user.works_with(use)


def test_live_output_shows_what_running_tasks_print(user, tmp_path):
    async def use(app):
        window, [_] = await queued(user, app, tmp_path, "shot 12")
        user.focus(app.root)
        user.key("Control", "j")
        await user.until(lambda: "[frame 1] a word" in window.live.text.get("1.0", "end"))
        user.shot("live output")

    user.works_with(use)


def test_deleting_is_asked_about_and_lists_what_it_hits(user, tmp_path):
    async def use(app):
        window, [jid] = await queued(user, app, tmp_path, "shot 12")
        user.click(window.entries.canvas, *window.entries.place_of(jid))
        await user.until(lambda: window.jobs.selected == [jid])
        user.key("Delete")
        asked = await opened_beside(user, app, [])
        assert "shot 12" in asked.nametowidget("body.hit").get(0)
        user.click(asked.nametowidget("foot.delete"))
        await user.until(lambda: not window.jobs.jobs)

    user.works_with(use)


def test_a_second_alfred_hands_its_script_to_the_first_window(user, tmp_path):
    async def use(app):
        window = app.queue_window
        name = script(tmp_path).scripts[0]
        second = await trio.run_process([sys.executable, "-P", "-m", "gui.alfred", name], capture_stderr=True)
        assert second.returncode == 0
        await user.until(lambda: window.jobs.jobs)

    user.works_with(use)


def test_a_dispatcher_that_dies_is_said_and_comes_back_by_itself(user, tmp_path):
    async def use(app):
        window, [_] = await queued(user, app, tmp_path, "shot 12")
        os.kill(app.link.client.pid, signal.SIGKILL)
        await user.until(lambda: any("the dispatcher has gone" in line for line in window.log.lines))
        await user.until(lambda: app.link.client is not None and not window.jobs.lost)
        assert [job.title for job in window.jobs.jobs] == ["shot 12"]

    user.works_with(use)
