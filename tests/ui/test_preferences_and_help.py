"""Preferences, About, the glossary, keys and tips: used by mouse and keys."""

from gui import kept
from runtime.messages import AboutIs


def toplevels(app):
    return [child for child in app.root.winfo_children() if child.winfo_class() == "Toplevel"]


async def opened(user, app, name):
    """The window that an action of the job queue opens."""
    app.queue_window.actions.run(name)
    await user.until(lambda: toplevels(app))
    [window] = toplevels(app)
    await user.until(window.winfo_viewable)
    return window


def text_of(window):
    return window.nametowidget("lines.text").get("1.0", "end")


def test_preferences_of_the_windows_are_kept_and_count_at_once(user):
    async def use(app):
        user.focus(app.root)
        user.key("Control", "comma")
        await user.until(lambda: app.shown("preferences"))
        dialog = app.shown("preferences")
        await user.until(dialog.window.winfo_viewable)
        user.shot("preferences")
        user.click(dialog.window.nametowidget("body.windows.live_output"), 8)
        await user.until(lambda: dialog.switches["live_output"].get())
        user.key("Alt", "e")
        await user.until(lambda: str(dialog.window.focus_get()).endswith("farm_look_s"))
        user.key("Control", "a")
        user.key("BackSpace")
        user.type("0")
        await user.until(lambda: dialog.words["farm_look_s"].get() in ("0", "02", "20"))
        dialog.words["farm_look_s"].set("0")
        user.key("Return")
        await user.until(lambda: "no number from 0.2 to 3600" in dialog.status["text"])
        assert not app.preferences.live_output
        dialog.words["farm_look_s"].set("7")
        dialog.words["scheme"].set("dark")
        user.key("Return")
        await user.until(lambda: app.preferences.live_output)
        assert (app.preferences.farm_look_s, app.preferences.scheme) == (7.0, "dark")
        assert kept.load(kept.path())[0].scheme == "dark"
        await user.until(app.queue_window.live.winfo_ismapped)
        user.key("Escape")
        await user.until(lambda: not toplevels(app))

    user.works_with(use)


def test_a_scheme_is_seen_before_it_is_chosen_and_an_error_in_its_file_is_said(user, tmp_path):
    (tmp_path / "mine").write_text("scheme dark\nactive green\n")

    async def use(app):
        await opened(user, app, "alfred.preferences")
        dialog = app.shown("preferences")
        field = dialog.window.nametowidget("body.windows.scheme")
        await user.until(field.winfo_viewable)
        user.focus(dialog.window)
        user.key("Alt", "s")
        await user.until(lambda: dialog.window.focus_get() is field)
        user.key("End")
        for _ in "classic":
            user.key("BackSpace")
        user.type("dark")
        await user.until(lambda: dialog.preview.shown.background == "#2b2b2b")
        user.shot("preferences dark")
        for _ in "dark":
            user.key("BackSpace")
        await user.until(lambda: dialog.words["scheme"].get() == "")
        user.type("mine")

        await user.until(lambda: 'mine, line 2: active: "green" is no colour' in dialog.status["text"])
        user.key("Return")
        assert app.preferences.scheme == "classic"

    user.works_with(use)


def test_the_dispatching_scheme_is_the_dispatchers(user):
    async def use(app):
        await opened(user, app, "alfred.preferences")
        dialog = app.shown("preferences")
        await user.until(lambda: dialog.dispatching.get() == "spill-over")
        user.focus(dialog.window)
        user.key("Alt", "j")
        await user.until(lambda: dialog.dispatching.get() == "job-parallel")
        user.click(dialog.window.nametowidget("foot.apply"))
        await user.until(lambda: "the dispatching scheme is job-parallel" in dialog.status["text"])
        about = await app.link.connected.about()
        assert isinstance(about, AboutIs) and about.preferences == {"scheme": "job-parallel"}

    user.works_with(use)


def test_about_has_both_sides_and_both_environments(user, monkeypatch):
    monkeypatch.setenv("A_SHOW", "reel\n3")

    async def use(app):
        await user.until(lambda: app.link.client)
        window = await opened(user, app, "help.about")
        said = window.nametowidget("body.dispatcher")
        await user.until(lambda: f"process {app.link.client.pid}" in said["text"])
        user.shot("about")
        assert "Apache License" in window.nametowidget("body.licence")["text"]
        for letter in "wd":
            user.focus(window)
            user.key("Alt", letter)
            await user.until(lambda: len(toplevels(app)) == 2)
            [environment] = [one for one in toplevels(app) if one is not window]
            await user.until(lambda environment=environment: "A_SHOW=reel\\n3" in text_of(environment))
            lines = text_of(environment).split("\n")
            assert [line.partition("=")[0] for line in lines if line] == sorted(
                line.partition("=")[0] for line in lines if line
            )
            await user.until(environment.nametowidget("lines.text").winfo_viewable)
            user.focus(environment)
            user.key("Escape")
            await user.until(lambda: len(toplevels(app)) == 1)

    user.works_with(use)


def test_the_glossary_and_the_keys_are_read_and_searched(user):
    async def use(app):
        window = await opened(user, app, "help.glossary")
        assert "error-wait: 2 tasks have errors" in text_of(window)
        user.shot("glossary")
        user.click(window.nametowidget("tools.find"))
        user.type("delayed\n")
        text = window.nametowidget("lines.text")
        await user.until(lambda: text.tag_ranges("found"))
        user.key("F1")
        await user.until(lambda: len(toplevels(app)) == 2)
        [keys] = [one for one in toplevels(app) if one is not window]
        assert "Ctrl+G" in text_of(keys) and "Find next" in text_of(keys)
        user.focus(window)
        user.key("Escape")
        await user.until(lambda: toplevels(app) == [keys])
        user.focus(app.root)
        user.key("F1")
        await user.until(lambda: len(toplevels(app)) == 2)
        assert any("Ctrl+P" in text_of(one) for one in toplevels(app))

    user.works_with(use)


def test_a_tip_comes_after_a_moment_over_a_button_and_the_status_line_says_it_to_the_keyboard(user, monkeypatch):
    monkeypatch.setattr("gui.widgets.tip.AFTER_MS", 20)

    async def use(app):
        window = await opened(user, app, "help.glossary")
        button = window.nametowidget("tools.next")
        user.point(button)
        await user.until(lambda: app.tips.shown == "Find next (Ctrl+G)")
        user.shot("tip")
        user.point(window.nametowidget("lines.text"))
        await user.until(lambda: not app.tips.shown)
        user.focus(window)
        window.nametowidget("tools.find").focus_force()
        user.key("Tab")
        await user.until(lambda: window.nametowidget("tools.status")["text"] == "Find next (Ctrl+G)")
        app.prefer(tips=False)
        user.point(button, 3, 3)
        user.point(button)
        await user.until(lambda: button.winfo_containing(*button.winfo_pointerxy()) is button)
        assert not app.tips.shown

    user.works_with(use)
