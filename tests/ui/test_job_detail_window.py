"""The tasks of a job as a tree, used by mouse and keys."""

from gui.links.presence import Opened
from runtime.messages import TaskState

SCRIPT = """##AlfredToDo 3.0
Job -title {reel3.shot12} -subtasks {
    Task {Frame 41} -subtasks {
        Task {shadow key} -cmds { Cmd {true} }
        Task {rib gen} -cmds { Cmd {true} }
    } -cmds { Cmd {true} }
    Task {Frame 42} -subtasks {
        Task {shadow key 42} -cmds { Cmd {true} }
        Instance {rib gen}
    } -cmds { Cmd {false} }
    Task {Frame 43} -cmds { Cmd {sh -c {echo ALF_PROGRESS 34%%; while test ! -e %s; do sleep 0.05; done}} }
    Task {Frame 44} -subtasks {
        Task {shadow key 44} -cmds { Cmd {false} }
    } -cmds { Cmd {true} }
}
"""


async def opened(user, app, tmp_path):
    """The detail of a job that has come as far as it can."""
    path = tmp_path / "shot.alf"
    path.write_text(SCRIPT % (tmp_path / "go"))
    window = app.queue_window
    window.take(Opened((str(path),), str(tmp_path)))
    await user.until(lambda: window.jobs.jobs)
    jid = window.jobs.jobs[0].jid
    user.click(window.entries.canvas, *window.entries.place_of(jid, "detail"))
    await user.until(lambda: jid in window.details)
    detail = window.details[jid]
    await user.until(lambda: len(detail.tree) == 9 and detail.tree.states.count(3) == 2 and detail.tree.percents)
    await user.until(lambda: detail.shown.layout_is.row_count == 6)
    return detail


def test_the_tree_shows_what_each_task_does(user, tmp_path):
    async def use(app):
        detail = await opened(user, app, tmp_path)
        titles = {detail.tree.title(tid): detail.tree.shown_state(tid) for tid in range(9)}
        user.shot("job detail")
        assert titles["Frame 41"] is TaskState.DONE
        assert titles["Frame 42"] is TaskState.ERROR
        assert titles["Frame 43"] is TaskState.ACTIVE
        assert titles["Frame 44"] is TaskState.HELD
        assert titles["reel3.shot12"] is TaskState.ACTIVE

    user.works_with(use)


def test_a_task_is_chosen_by_a_click_and_skipped_by_a_key(user, tmp_path):
    async def use(app):
        detail = await opened(user, app, tmp_path)
        tid = next(tid for tid in range(9) if detail.tree.title(tid) == "Frame 42")
        user.click(detail.shown.canvas, *detail.shown.place_of(tid))
        await user.until(lambda: detail.selected == tid)
        user.focus(detail.window)
        user.key("Control", "k")
        await user.until(lambda: detail.tree.state(tid) is TaskState.SKIPPED)

    user.works_with(use)


def windows(app):
    return [child for child in app.root.winfo_children() if child.winfo_class() == "Toplevel"]


def test_the_output_of_a_task_is_read_while_it_runs_and_searched(user, tmp_path):
    async def use(app):
        detail = await opened(user, app, tmp_path)
        detail.choose(next(tid for tid in range(9) if detail.tree.title(tid) == "Frame 43"))
        before = windows(app)
        user.focus(detail.window)
        user.key("Control", "o")
        await user.until(lambda: len(windows(app)) > len(before))
        [log] = [window for window in windows(app) if window not in before]
        text = log.nametowidget("lines.text")
        await user.until(lambda: "ALF_PROGRESS 34" in text.get("1.0", "end"))
        user.click(log.nametowidget("tools.find"))
        user.type("progress")
        await user.until(lambda: log.nametowidget("tools.find").get() == "progress")
        user.key("Return")
        await user.until(lambda: text.tag_ranges("found"))
        user.shot("output log")
        user.key("Escape")
        await user.until(lambda: windows(app) == before)

    user.works_with(use)


def test_the_guts_of_a_command_say_what_was_launched_and_how_it_ended(user, tmp_path):
    async def use(app):
        detail = await opened(user, app, tmp_path)
        before = windows(app)
        detail.choose(next(tid for tid in range(9) if detail.tree.title(tid) == "Frame 42"))
        detail.actions.run("task.guts")
        [guts] = [window for window in windows(app) if window not in before]
        text = guts.nametowidget("lines.text")
        await user.until(lambda: "exit status 1" in text.get("1.0", "end"))
        user.shot("guts")
        assert "launched     false" in text.get("1.0", "end")

    user.works_with(use)


def test_tasks_are_found_by_their_titles(user, tmp_path):
    async def use(app):
        detail = await opened(user, app, tmp_path)
        user.click(detail.find)
        user.type("shadow")
        await user.until(lambda: len(detail.shown.found) == 3)
        user.key("Return")
        await user.until(lambda: detail.tree.title(detail.selected or 0) == "shadow key")

    user.works_with(use)


def test_with_states_chosen_only_such_tasks_are_shown(user, tmp_path):
    async def use(app):
        detail = await opened(user, app, tmp_path)
        user.click(detail.states)
        menu = detail.states.nametowidget("menu")
        await user.until(menu.winfo_viewable)
        user.click(menu, 20, menu.yposition(menu.index("error")) + 4)
        await user.until(lambda: detail.only == {TaskState.ERROR})
        shown = {detail.tree.title(node) for node in detail.shown.layout_is.nodes}
        user.shot("filtered")
        assert shown == {"reel3.shot12", "Frame 42", "Frame 44", "shadow key 44"}

    user.works_with(use)


def test_the_tree_outlives_the_restart_of_the_entire_job(user, tmp_path):
    """The original lost it there."""

    async def use(app):
        detail = await opened(user, app, tmp_path)
        window = app.queue_window
        before = list(detail.shown.layout_is.nodes)
        window.jobs.select(detail.jid)
        window.actions.run("job.restart")
        [asked] = [one for one in windows(app) if one is not detail.window]
        await user.until(asked.winfo_viewable)
        user.click(asked.nametowidget("foot.restart"))
        await user.until(lambda: sum("ALF_PROGRESS" in line for line in window.log.lines) == 2)  # it runs again
        await user.until(lambda: detail.tree.states.count(3) == 2)
        assert detail.shown.layout_is.nodes == before

    user.works_with(use)


def test_titles_of_odd_characters_break_nothing(user, tmp_path):
    """They did in the original: quotes, other alphabets, what no line can show, and words without end."""

    async def use(app):
        titles = [
            '"d" & ~ % #',
            "\N{GREEK SMALL LETTER ALPHA}\N{CJK UNIFIED IDEOGRAPH-6620}",
            "\x07 bell \x1b[31m",
            "x" * 300,
        ]
        tasks = "\n".join(f"Task {{{title}}} -cmds {{Cmd {{true}}}}" for title in titles)
        path = tmp_path / "odd.alf"
        path.write_text(
            f"##AlfredToDo 3.0\nJob -title {{\N{SNOWMAN} odd}} -subtasks {{\n{tasks}\n}}\n", encoding="utf-8"
        )
        window = app.queue_window
        window.take(Opened((str(path),), str(tmp_path)))
        await user.until(lambda: window.jobs.jobs)
        job = window.jobs.jobs[0]
        window.toggle_detail(job.jid)
        detail = window.details[job.jid]
        await user.until(lambda: detail.shown.layout_is.row_count == len(titles))
        user.shot("odd titles")
        assert window.jobs.entry(job, 0.0).title == "\N{SNOWMAN} odd"
        assert [detail.tree.title(tid) for tid in (1, 2, 3)] == [titles[0], titles[1], "bell  [31m"]

    user.works_with(use)
