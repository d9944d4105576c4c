"""All windows at once: by keys alone, in every scheme, at every scale; and each where it was."""

import re
import tkinter as tk
import tkinter.font

import pytest
import trio
from test_job_queue_window import queued

from gui.look.scheme import SCHEMES
from gui.widgets.actions import actions_of
from gui.windows.about_task import command_guts, script_info, why_waiting
from gui.windows.confirm import ConfirmDialog
from gui.windows.edit_job import EditJobDialog
from gui.windows.output_log import OutputLogWindow

OPENERS = (
    "open.watch", "open.huntgroups", "open.history", "open.schedule", "open.servers", "alfred.preferences",
    "help.about", "help.glossary", "help.keys",
)  # fmt: skip


async def all_windows(user, app, tmp_path):
    """Every window there is, opened; those of a job for a job."""
    window, [jid] = await queued(user, app, tmp_path, "shot 12")
    await user.until(lambda: window.jobs.jobs[0].counts.get("error"))
    window.jobs.select(jid)
    for name in OPENERS:
        window.actions.run(name)
    window.toggle_detail(jid)
    command_guts(app, jid, 2, "frame 2")
    script_info(app, jid, "shot 12")
    why_waiting(app, jid, None, "shot 12")
    OutputLogWindow(app, jid, None, "shot 12")
    EditJobDialog(app, jid, "shot 12")
    ConfirmDialog(app, app.root, "Delete", "Delete these?", ["shot 12"], "&Delete", lambda: None)
    tops = [app.root, *(each for each in app.root.winfo_children() if each.winfo_class() == "Toplevel")]
    await user.until(lambda: all(top.winfo_viewable() for top in tops))
    return tops


def below(widget):
    yield widget
    for child in widget.winfo_children():
        if child.winfo_class() not in ("Toplevel", "Tip", "Menu") or not isinstance(child, tk.Toplevel):
            yield from below(child)


def letters(menu):
    """The underlined letters of a menu's entries."""
    found = []
    for place in range((menu.index("end") or 0) + 1):
        if menu.type(place) in ("command", "cascade", "checkbutton", "radiobutton"):
            under = int(menu.entrycget(place, "underline"))
            if under >= 0:
                found.append(menu.entrycget(place, "label")[under].lower())
    return found


def pressed_with_alt(top):
    """The letters that Alt presses in a window: of its menu bar, buttons and labels."""
    found = []
    for widget in below(top):
        if widget.winfo_class() in ("Button", "Label", "TButton", "TCheckbutton", "TRadiobutton"):
            under = int(widget.cget("underline"))
            if under >= 0 and widget.winfo_manager():
                found.append(str(widget.cget("text"))[under].lower())
    bar = str(top.cget("menu"))
    return found + (letters(top.nametowidget(bar)) if bar else [])


def twice(things):
    things = list(things)
    return sorted({each for each in things if things.count(each) > 1})


def faults(top):
    """What is wrong with the keys of a window."""
    title, actions = top.wm_title(), actions_of(top)
    if actions is None:
        return [f"{title}: no actions"]
    found = [f"{title}: {key} twice" for key in twice(action.key for action in actions if action.key)]
    found += [f"{title}: Alt-{letter} twice" for letter in twice(pressed_with_alt(top))]
    found += [f"{title}: {action.key} is not bound" for action in actions if action.key and not top.bind(action.key)]
    keys = {action.key for action in actions}
    if not {"<Escape>", "<Control-w>"} & keys:
        found.append(f"{title}: no key closes it")
    shown_keys = {action.shown_key for action in actions}
    for menu in (widget for widget in below(top) if isinstance(widget, tk.Menu)):
        found += [f"{title}, {menu}: letter {letter} twice" for letter in twice(letters(menu))]
        for place in range((menu.index("end") or 0) + 1):
            if menu.type(place) != "command":
                continue
            label, shown = menu.entrycget(place, "label"), menu.entrycget(place, "accelerator")
            if shown not in shown_keys:
                found.append(f"{title}, {label}: {shown} is shown, and is no key of an action")
            if not shown and int(menu.entrycget(place, "underline")) < 0:
                found.append(f"{title}, {label}: no key leads there")
    return found


def test_every_window_can_be_used_by_keys(user, site, tmp_path):
    async def use(app):
        tops = await all_windows(user, app, tmp_path)
        found = [fault for top in tops for fault in faults(top)]
        assert not found, "\n".join(found)

    user.works_with(use)


def test_escape_closes_and_tab_goes_through_every_dialog(user, site, tmp_path):
    async def use(app):
        left = []
        for top in (await all_windows(user, app, tmp_path))[1:]:
            if "<Escape>" not in {action.key for action in actions_of(top)}:
                continue
            first, seen = None, []
            widget = top.tk_focusNext()
            while widget is not None and str(widget) != str(first):
                first = first or widget
                seen.append(str(widget))
                widget = widget.tk_focusNext()
            assert len(seen) >= 1, top.wm_title()
            assert all(path.startswith(str(top)) for path in seen), (top.wm_title(), seen)
            top.lift()
            user.focus(top)
            user.key("Escape")
            with trio.move_on_after(3):
                await user.until(lambda top=top: not app.root.tk.call("winfo", "exists", str(top)))
            if app.root.tk.call("winfo", "exists", str(top)):
                left.append(top.wm_title())
        assert not left

    user.works_with(use)


def colours_of(app):
    return {str(value).lower() for value in vars(app.scheme).values() if re.fullmatch(r"#\w{6}", str(value))}


@pytest.mark.parametrize(("scheme", "scale"), [("dark", 1.0), ("classic", 2.0)])
def test_every_window_has_the_colours_and_the_size_of_its_scheme(user, site, tmp_path, scheme, scale):
    home = tmp_path / "config" / "alfred"
    home.mkdir(parents=True)
    (home / "windows.json").write_text(f'{{"scheme": "{scheme}", "scale": {scale}}}')

    async def use(app):
        known = colours_of(app)
        assert app.scheme.background == SCHEMES[scheme].background
        strange = []
        for top in await all_windows(user, app, tmp_path):
            top.lift()
            app.root.update_idletasks()
            await user.until(top.winfo_viewable)
            user.shot(f"{scheme} {scale:g} {top.wm_title()}".replace("/", "_"))
            strange += [
                (str(widget), option, str(widget.cget(option)))
                for widget in below(top)
                for option in ("background", "foreground", "selectbackground", "troughcolor", "highlightbackground")
                if option in widget.keys() and str(widget.cget(option)).lower() not in {*known, ""}  # noqa: SIM118
            ]
        assert not strange
        line = tk.font.nametofont("TkDefaultFont", app.root).metrics("linespace")
        assert line > 22 if scale == 2 else line < 22

    user.works_with(use)


def test_a_window_comes_back_where_it_was_and_a_place_off_the_screen_is_not_used(user, site):
    async def use(app):
        window = app.queue_window
        for place, wanted in (("500x300+90+70", "500x300+90+70"), ("500x300+9000+70", None)):
            window.actions.run("help.glossary")
            shown = app.shown("glossary")
            usual = shown.window.geometry()
            await user.until(shown.window.winfo_viewable)
            shown.window.geometry(place)
            await user.until(lambda shown=shown, place=place: shown.window.geometry() == place)
            shown.close()
            assert app.preferences.places["glossary"] == place
            window.actions.run("help.glossary")
            again = app.shown("glossary")
            await user.until(again.window.winfo_viewable)
            app.root.update()
            assert again.window.geometry() == (wanted or "700x520+140+100"), usual
            again.close()

    user.works_with(use)


def test_tks_own_dialog_for_files_has_the_colours_of_the_scheme(user, tmp_path):
    home = tmp_path / "config" / "alfred"
    home.mkdir(parents=True)
    (home / "windows.json").write_text('{"scheme": "dark"}')

    async def use(app):
        call = app.root.tk.call

        def colours(path):
            found = [str(call(path, "cget", "-background"))] if call("winfo", "class", path) == "Canvas" else []
            return found + [each for child in call("winfo", "children", path) for each in colours(str(child))]

        user.focus(app.root)
        user.key("Control", "o")
        await user.until(lambda: call("winfo", "exists", ".__tk_filedialog"))
        await user.until(lambda: call("winfo", "viewable", ".__tk_filedialog"))
        await user.until(lambda: app.scheme.field in colours(".__tk_filedialog"))
        assert "white" not in colours(".__tk_filedialog")
        call("focus", "-force", ".__tk_filedialog")
        user.key("Escape")
        await user.until(lambda: not call("winfo", "viewable", ".__tk_filedialog"))

    user.works_with(use)
