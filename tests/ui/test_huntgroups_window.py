"""Huntgroups, changed by mouse and keys, before a real maitre-d and the user's own dispatcher."""


async def opened(user, app):
    await user.until(lambda: app.link.client)
    user.click(app.queue_window.entries.canvas)
    user.key("Control", "h")
    await user.until(lambda: app.shown("huntgroups"))
    window = app.shown("huntgroups")
    await user.until(lambda: len(window.hunt.table.lines) == 5 and window.hunt.known)
    return window


def test_servers_are_excluded_and_selected_at_once(user, site):
    async def use(app):
        window = await opened(user, app)
        host = "127.0.0.3\n"
        user.click(window.servers.canvas, 8, window.servers.place_of(host)[1])
        await user.until(lambda: window.hunt.excluded == {"127.0.0.3"})
        await user.until(lambda: window.status["text"] == "127.0.0.3 is excluded")
        user.shot("huntgroups")
        s3 = "127.0.0.3\ns3"
        user.click(window.servers.canvas, *window.servers.place_of(s3))
        user.key("space")
        await user.until(lambda: "select 127.0.0.3" in window.status["text"])
        user.click(window.servers.canvas, *window.servers.place_of(host))
        user.key("Control", "Shift", "plus")
        await user.until(lambda: window.hunt.excluded == frozenset())

    user.works_with(use)
