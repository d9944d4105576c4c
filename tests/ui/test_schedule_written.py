"""What becomes of a schedule that was edited in windows: conflicts, $EDITOR, and who may not write."""

from schedules import SCHEDULE, opened

from daemons import schedule_desk
from gui.links.schedule import ScheduleLink
from gui.models import schedule_changes as changes
from runtime.schedule.dialect import Kind


def test_a_newer_schedule_is_shown_and_the_changes_are_made_to_it(user, schedule):
    async def use(app):
        window = await opened(user, app)
        user.click(window.lines.part("everyone", "amber"))
        await user.until(lambda: window.edit.modified)
        schedule.write_text(SCHEDULE + "set alfLimit(katana) 2\n")
        user.key("Control", "s")
        await user.until(lambda: app.shown("newer schedule"))
        newer = app.shown("newer schedule")
        await user.until(lambda: "-set alfLimit(katana) 2" in newer.lines.text.get("1.0", "end"))
        assert not window.edit.may_write
        user.shot("newer schedule")
        user.focus(newer.window)
        user.key("Return")
        await user.until(lambda: newer.closed.is_set() and window.edit.may_write)
        user.focus(window.window)
        user.key("Control", "s")
        await user.until(lambda: not window.edit.modified)
        assert (
            schedule.read_text()
            == SCHEDULE.replace("-priority 1 -enabled 0", "-priority 1 -enabled 1") + "set alfLimit(katana) 2\n"
        )

    user.works_with(use)


def test_what_came_of_the_editor_is_checked_shown_and_taken_over(user, schedule, tmp_path, monkeypatch):
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nprintf "set alfLimit(prman) 9\\nset alfCrew(x) {-users nobody}\\n" >> "$1"\n')
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(editor))

    async def use(app):
        app.prefer(terminal="env")
        window = await opened(user, app)
        user.key("Control", "e")
        await user.until(lambda: app.shown("edited schedule"))
        edited = app.shown("edited schedule")
        await user.until(lambda: "+set alfLimit(prman) 9" in edited.lines.text.get("1.0", "end"))
        assert "alfred.schedule:12:" in edited.lines.text.get("1.0", "end")
        assert "there is no user group nobody" in edited.lines.text.get("1.0", "end")
        assert not window.edit.modified
        user.shot("edited schedule")
        user.focus(edited.window)
        user.key("Return")
        await user.until(lambda: window.edit.modified)
        assert window.edit.reading.schedule.limits["prman"] == 9

    user.works_with(use)


def test_who_may_not_write_sees_why_and_cannot(user, tmp_path, monkeypatch):
    file = tmp_path / "alfred.schedule"
    file.write_text(SCHEDULE)
    monkeypatch.setenv("ALF_SCHEDULE", str(file))
    monkeypatch.setenv("ALF_INI", str(tmp_path / "none.ini"))
    monkeypatch.setattr(schedule_desk, "LARGEST_SCHEDULE_BYTES", 100)

    async def use(app):
        window = await opened(user, app)
        assert "read only: it is larger than" in window.status["text"]
        user.click(window.lines.part("everyone", "amber"))
        await user.until(lambda: window.edit.modified and window.modified["text"])
        assert window.window.nametowidget("foot.write")["state"] == "disabled"
        user.key("Control", "s")
        user.key("Control", "z")
        await user.until(lambda: not window.edit.modified)
        assert file.read_text() == SCHEDULE

    user.works_with(use)


def test_without_a_maitred_the_file_itself_is_edited(user, tmp_path, monkeypatch):
    file = tmp_path / "alfred.schedule"
    file.write_text(SCHEDULE)
    monkeypatch.setenv("ALF_SCHEDULE", str(file))
    monkeypatch.setenv("ALF_INI", str(tmp_path / "none.ini"))

    async def use(app):
        window = await opened(user, app)
        assert isinstance(app.schedule, ScheduleLink)
        assert f"no maitre-d: {file} itself" in window.status["text"]
        window.change("a limit", changes.put(Kind.LIMIT, "prman", 6))
        await user.until(lambda: window.edit.modified)
        user.key("Control", "s")
        await user.until(lambda: not window.edit.modified)
        assert file.read_text() == SCHEDULE.replace("alfLimit(prman) 5", "alfLimit(prman) 6")

    user.works_with(use)
