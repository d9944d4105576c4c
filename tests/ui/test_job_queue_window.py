"""The job queue window, used by mouse and keys."""

from pathlib import Path

from gui.links.presence import Opened
from runtime.messages import JobState

SCRIPT = """##AlfredToDo 3.0
Job -title {shot 12} -subtasks {
    Task {frame 1} -cmds { Cmd {sh -c {while test ! -e %s; do sleep 0.05; done}} }
    Task {frame 2} -cmds { Cmd {false} }
}
"""


def script(tmp_path: Path) -> Opened:
    """A job with a task that runs until a file is there, and one that fails."""
    path = tmp_path / "shot.alf"
    path.write_text(SCRIPT % (tmp_path / "go"))
    return Opened((str(path),), str(tmp_path))


def test_a_job_has_an_entry_with_its_status_message(user, tmp_path):
    async def use(app):
        window = app.queue_window
        window.take(script(tmp_path))
        await user.until(lambda: window.jobs.jobs and window.jobs.jobs[0].counts.get("error"))
        entry = window.jobs.entry(window.jobs.jobs[0], 0.0)
        await user.until(lambda: "active: frame 1" in window.jobs.message(window.jobs.jobs[0], 0.0))
        user.shot("job queue")
        assert entry.title == "shot 12"
        assert "1 task has errors" in window.jobs.message(window.jobs.jobs[0], 0.0)

    user.works_with(use)


def test_a_job_is_chosen_by_a_click_and_paused_by_a_key(user, tmp_path):
    async def use(app):
        window = app.queue_window
        window.take(script(tmp_path))
        await user.until(lambda: window.jobs.jobs)
        jid = window.jobs.jobs[0].jid
        user.click(window.entries.canvas, *window.entries.place_of(jid))
        await user.until(lambda: window.jobs.selected == [jid])
        user.key("Control", "p")
        await user.until(lambda: window.jobs.jobs[0].state is JobState.PAUSED)

    user.works_with(use)
