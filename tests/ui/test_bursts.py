"""What a window shows after a burst is what the dispatcher says."""

from daemons.client import connect
from gui.links.presence import Opened
from runtime.messages import JobState

FRAMES = 200
SCRIPT = """##AlfredToDo 3.0
Job -title {burst} -subtasks {
    Iterate n -from 1 -to %d -by 1 -template {
        Task $n -subtasks {
            Iterate m -from 1 -to 9 -by 1 -template { Task $m }
        } -cmds { Cmd [expr {$n %% 10 ? "true" : "false"}] }
    }
}
"""


def test_after_a_job_of_2000_quick_tasks_the_window_has_the_dispatchers_states(user, tmp_path):
    async def use(app):
        path = tmp_path / "burst.alf"
        path.write_text(SCRIPT % FRAMES)
        window = app.queue_window
        window.take(Opened((str(path),), str(tmp_path)))
        await user.until(lambda: window.jobs.jobs)
        jid = window.jobs.jobs[0].jid
        window.toggle_detail(jid)
        detail = window.details[jid]
        await user.until(lambda: window.jobs.jobs[0].state is JobState.STOPPED)
        user.shot("burst")
        async with connect(start=False) as other:
            said = await other.tasks(jid)
            [job] = (await other.list()).jobs
        states = b"".join(piece for _, piece in said.states)
        await user.until(lambda: detail.tree.states == states)
        await user.until(lambda: window.jobs.jobs[0] == job)
        assert len(states) == 10 * FRAMES + 1
        assert (job.counts["done"], job.counts["error"]) == (10 * FRAMES - FRAMES // 10, FRAMES // 10)
        assert len(detail.shown.layout_is.nodes) == len(states)

    user.works_with(use)
