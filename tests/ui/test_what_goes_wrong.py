"""Windows that are closed while an answer is on its way, dispatchers that are silent, names and logs that are odd."""

import os

import pytest
import trio
from test_job_queue_window import opened_beside, queued, toplevels

from gui.links.presence import Opened
from gui.windows.about_task import why_waiting
from gui.windows.edit_job import EditJobDialog
from runtime.messages import Action, JobState


def _opened(path):
    return Opened((str(path),), str(path.parent))


def test_an_answer_that_comes_when_its_window_has_gone_is_nobodys(user, tmp_path):
    async def use(app):
        asked = why_waiting(app, 7, None, "no such job")
        refused = trio.Event()
        connected = app.link.client is not None
        asked.close()
        app.do(asked._show, lambda words: (asked.say(words), refused.set()))  # the same question, once more
        if not connected:
            await refused.wait()
        await user.until(lambda: app.link.client is not None)
        await trio.testing.wait_all_tasks_blocked(0.05)

    user.works_with(use)


def test_a_dialog_that_is_closed_while_it_sends_has_sent_what_was_in_it(user, tmp_path):
    async def use(app):
        window, [jid] = await queued(user, app, tmp_path, "shot 12")
        dialog = EditJobDialog(app, jid, "shot 12")
        await user.until(lambda: dialog.fields["title"].get() == "shot 12")
        for name, words in (("priority", "3"), ("comment", "in a hurry")):
            dialog.fields[name].delete(0, "end")
            dialog.fields[name].insert(0, words)
        dialog.apply()
        await trio.lowlevel.checkpoint()
        await trio.lowlevel.checkpoint()
        dialog.close()
        await user.until(lambda: window.jobs.jobs[0].priority == 3)
        await user.until(lambda: app.link.client is not None)
        about = (await app.link.connected.describe(jid)).about
        assert about["options"]["comment"] == "in a hurry"

    user.works_with(use)


def test_a_drag_that_begins_on_the_detail_button_is_none(user, tmp_path):
    async def use(app):
        window, [first, second] = await queued(user, app, tmp_path, "one", "two")
        canvas = window.entries.canvas
        window.jobs.select(second)
        user.point(canvas, *window.entries.place_of(second, "detail"))
        user.press()
        user.point(canvas, *window.entries.place_of(first))
        user.release()
        await opened_beside(user, app, [])
        assert not canvas.cget("cursor")
        assert [job.jid for job in window.jobs.jobs] == [first, second]

    user.works_with(use)


def test_a_job_that_is_dropped_above_the_first_one_is_the_first(user, tmp_path):
    async def use(app):
        window, [first, second, third] = await queued(user, app, tmp_path, "one", "two", "three")
        canvas = window.entries.canvas
        user.point(canvas, *window.entries.place_of(second))
        user.press()
        user.point(canvas, *window.entries.place_of(first))
        await user.until(lambda: canvas.cget("cursor"))
        user.point(canvas, 200, -8)
        user.release()
        await user.until(lambda: [job.jid for job in window.jobs.jobs] == [second, first, third])

    user.works_with(use)


def test_jobs_that_are_hidden_are_not_chosen(user, tmp_path):
    async def use(app):
        (tmp_path / "go").touch()
        path = tmp_path / "done.alf"
        path.write_text("##AlfredToDo 3.0\nJob -title done -subtasks {Task {one} -cmds {Cmd {true}}}\n")
        window, _ = app.queue_window, app.queue_window.take(_opened(path))
        await user.until(lambda: window.jobs.jobs and window.jobs.jobs[0].state is JobState.DONE)
        window.jobs.select(window.jobs.jobs[0].jid)
        window.actions.run("alfred.done")
        window.actions.run("job.delete")
        assert not toplevels(app)

    user.works_with(use)


def test_titles_of_a_megabyte_do_not_hold_the_windows_up(user, tmp_path):
    async def use(app):
        path = tmp_path / "long.alf"
        title = "W" * 1_000_000
        path.write_text(
            f"##AlfredToDo 3.0\nJob -title {title} -subtasks {{Task {{{title}}} -cmds {{Cmd {{false}}}}}}\n"
        )
        window = app.queue_window
        window.take(_opened(path))
        await user.until(lambda: window.jobs.jobs and window.jobs.jobs[0].state is JobState.STOPPED)
        window.toggle_detail(window.jobs.jobs[0].jid)
        detail = window.details[window.jobs.jobs[0].jid]
        await user.until(lambda: detail.shown.layout_is.row_count == 1)
        user.shot("megabyte")
        assert len(detail.window.title()) < 300

    user.works_with(use)


def test_variables_and_names_that_are_no_text_keep_nothing_else_from_being_queued(user, tmp_path, monkeypatch):
    monkeypatch.setitem(os.environ, "ODD", "\udcff")

    async def use(app):
        window = app.queue_window
        for name in ("odd \udcff.alf", "plain.alf"):
            (tmp_path / name).write_text("##AlfredToDo 3.0\nJob -title one -subtasks {Task {a} -cmds {Cmd {true}}}\n")
        window.take(_opened(tmp_path / "odd \udcff.alf"))
        await user.until(lambda: "no UTF-8" in window.status.cget("text"))
        window.take(_opened(tmp_path / "plain.alf"))
        await user.until(lambda: window.jobs.jobs)

    user.works_with(use)


def test_a_state_directory_that_cannot_be_made_is_said_in_the_window(user, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("ALF_STATE", str(tmp_path / "file" / "state"))

    async def use(app):
        await user.until(lambda: "Not a directory" in app.queue_window.status.cget("text"))

    try:
        user.works_with(use)
    finally:
        monkeypatch.setenv("ALF_STATE", str(tmp_path / "state"))


@pytest.mark.parametrize(
    "preferences",
    ['{"places": {"job queue": "99999999999x0+1+1"}}', '{"scale": 1e9}', '{"scale": -3}', '{"x":' + "[" * 100_000],
)
def test_preferences_full_of_nonsense_keep_no_window_from_showing(user, tmp_path, preferences):
    file = tmp_path / "config" / "alfred" / "windows.json"
    file.parent.mkdir(parents=True)
    file.write_text(preferences)

    async def use(app):
        await user.until(app.root.winfo_viewable)
        await user.until(lambda: app.root.winfo_width() > 300)
        assert app.root.winfo_width() < 10_000

    user.works_with(use)


def test_the_tree_of_a_job_that_was_deleted_says_so_and_is_grey(user, tmp_path):
    async def use(app):
        window, [jid] = await queued(user, app, tmp_path, "shot 12")
        window.toggle_detail(jid)
        detail = window.details[jid]
        await user.until(lambda: len(detail.tree) == 3)
        detail.choose(0)
        await user.until(lambda: detail.status.cget("text").startswith(f"{jid} shot 12: active"))
        await app.link.connected.act(Action.DELETE, jid)
        await user.until(lambda: detail.shown.is_stale)
        assert detail.status.cget("text") == f"there is no job {jid}"

    user.works_with(use)


def test_a_job_that_is_chosen_by_a_key_is_seen_as_a_whole(user, tmp_path):
    async def use(app):
        path = tmp_path / "many.alf"
        path.write_text("##AlfredToDo 3.0\n" + "Job -title one -subtasks {Task a -cmds {Cmd {sleep 60}}}\n" * 30)
        window = app.queue_window
        window.take(_opened(path))
        await user.until(lambda: len(window.jobs.jobs) == 30)
        entries = window.entries
        await user.until(lambda: entries.canvas.winfo_height() > 1)
        user.focus(entries.canvas)
        for place in range(20):
            user.key("Down")
            await user.until(lambda place=place: window.jobs.selected == [window.jobs.jobs[place].jid])
            middle = entries.place_of(window.jobs.selected[0])[1]
            assert middle + entries.row // 2 <= entries.canvas.winfo_height()

    user.works_with(use)


def test_a_file_dialog_that_is_open_does_not_keep_the_program_from_ending(user):
    async def use(app):
        app.root.after_idle(app.queue_window.actions.run, "alfred.open")
        await user.until(lambda: app.root.tk.call("winfo", "exists", ".__tk_filedialog"))

    user.works_with(use)


def test_a_script_whose_name_begins_like_an_option_is_queued(user, tmp_path):
    async def use(app):
        path = tmp_path / "-x.alf"
        path.write_text("##AlfredToDo 3.0\nJob -title one -subtasks {Task {a} -cmds {Cmd {true}}}\n")
        app.queue_window.take(_opened(path))
        await user.until(lambda: app.queue_window.jobs.jobs or toplevels(app))
        assert app.queue_window.jobs.jobs

    user.works_with(use)
