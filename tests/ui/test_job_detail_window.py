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
    return detail


def test_the_tree_shows_what_each_task_does(user, tmp_path):
    async def use(app):
        detail = await opened(user, app, tmp_path)
        await user.until(lambda: detail.shown.layout_is.row_count == 6)
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
        await user.until(lambda: detail.shown.layout_is.row_count == 6)
        user.click(detail.shown.canvas, *detail.shown.place_of(tid))
        await user.until(lambda: detail.selected == tid)
        detail.window.focus_force()
        user.key("Control", "k")
        await user.until(lambda: detail.tree.state(tid) is TaskState.SKIPPED)

    user.works_with(use)
