"""A site whose schedule has crews, and ways to its windows."""

from __future__ import annotations

SCHEDULE = """# ours
set alfServer(s1) {-host 127.0.0.2 -keys pixarRender}
set alfServerGroup(renderers) {s1}
set alfServerGroup(desktops) {s1}
set alfUserGroup(produce) {ann}
set alfTimeGroup(evenings) {{mon-fri 19:00-08:00}}
set alfCrew(production) {-users produce -servers renderers -priority 10 -enabled 1}   ;# first
set alfCrew(td) {-servers renderers -times evenings -priority 5 -enabled 1}
set alfCrew(everyone) {-servers desktops -priority 1 -enabled 0}
set alfLimit(prman) 5
"""


async def opened(user, app):
    """The master schedule, as soon as it shows the crews."""
    user.click(app.queue_window.entries.canvas)
    user.key("Control", "m")
    await user.until(lambda: app.shown("master schedule"))
    window = app.shown("master schedule")
    await user.until(lambda: app.schedule.is_read and window.lines.rows.grid_size()[1] == 4)
    window.window.focus_force()
    return window


async def opened_from(user, app, name, attribute):
    """A window that the head of a column opens: "view/edit"."""
    window = await opened(user, app)
    head = window.lines.rows.nametowidget(f"head_{attribute}")
    user.click(head)
    await user.until(lambda: head.nametowidget("menu").winfo_ismapped())
    user.key("v")
    await user.until(lambda: app.shown(name))
    found = app.shown(name)
    await user.until(lambda: found.names.group)
    found.window.focus_force()
    return found
