"""The simple page of servers, limits, metrics and pings, used by mouse and keys, before a real maitre-d."""


async def servers(user, app):
    """The simple page, as soon as it shows the servers."""
    user.click(app.queue_window.entries.canvas)
    user.key("Control", "b")
    await user.until(lambda: app.shown("servers"))
    window = app.shown("servers")
    await user.until(lambda: window.servers.names)
    user.focus(window.window)
    return window


def is_question(window):
    return window.winfo_class() == "Toplevel" and window.title() == "Write Schedule" and window.winfo_ismapped()


def test_a_typed_host_is_included_disabled_by_the_menu_ranked_and_written(user, schedule):
    async def use(app):
        window = await servers(user, app)
        now = lambda: window.edit.reading.schedule.servers  # noqa: E731 - short, and used here alone
        user.click(window.pattern)
        user.type("boris\n")
        await user.until(lambda: len(window.servers.names) == 2)
        assert now()["boris"].host == "boris"
        user.click(window.servers.canvas, *window.servers.place_of("s1"), button=3)
        await user.until(lambda: window.servers.selected == {"s1"})
        user.key("n")
        await user.until(lambda: not now()["s1"].enabled)
        user.shot("servers")
        user.click(window.servers.canvas, *window.servers.place_of("boris"))
        await user.until(lambda: window.servers.selected == {"boris"})
        user.click(window.udi, window.udi.winfo_width() - 30, window.udi.winfo_height() - 10)
        await user.until(lambda: now()["boris"].udi > 0)
        user.click(window.window.nametowidget("foot.write"))
        await user.until(lambda: any(is_question(window) for window in app.root.winfo_children()))
        user.key("Return")
        await user.until(lambda: not window.edit.modified)
        assert "set alfServer(s1) {-host 127.0.0.2 -keys pixarRender -enabled 0}" in schedule.read_text()
        assert "set alfServer(boris)" in schedule.read_text()

    user.works_with(use)


def test_hosts_are_filtered_by_a_pattern_and_hidden_where_they_are_included(user, schedule):
    async def use(app):
        window = await servers(user, app)
        filters = window.window.nametowidget("body.left.filters")
        shown = lambda: list(window.hosts.names)  # noqa: E731 - short, and used here alone
        await user.until(lambda: "127.0.0.2" in shown())
        user.click(filters.nametowidget("hide"))
        await user.until(lambda: "127.0.0.2" not in shown())
        user.click(filters.nametowidget("hide"))
        user.click(filters.nametowidget("matching"))
        user.click(window.pattern)
        user.type("127*")
        await user.until(lambda: shown() == ["127.0.0.2"])

    user.works_with(use)


def test_a_limit_is_added_named_and_changed(user, schedule):
    async def use(app):
        from gui.windows.limits import Limits

        app.show(Limits.NAME, lambda: Limits(app))
        window = app.shown(Limits.NAME)
        limits = lambda: window.edit.reading.schedule.limits  # noqa: E731 - short, and used here alone
        await user.until(lambda: window.lists[0].list.names)
        user.focus(window.window)
        user.key("Control", "n")
        await user.until(lambda: window.window.focus_get() is window.lists[0].fields.entries["name"])
        user.type("katana\n")
        await user.until(lambda: "katana" in limits())
        user.click(window.lists[0].fields.entries["value"])
        user.key("Control", "slash")
        user.type("7\n")
        await user.until(lambda: limits() == {"prman": 5, "katana": 7})
        user.shot("limits")

    user.works_with(use)


def test_metrics_and_pings_are_made_and_what_makes_no_sense_is_refused(user, schedule):
    async def use(app):
        from gui.windows.metrics_pings import MetricsPings

        app.show(MetricsPings.NAME, lambda: MetricsPings(app))
        window = app.shown(MetricsPings.NAME)
        await user.until(lambda: app.schedule.is_read)
        metrics = window.lists[0]
        user.focus(window.window)
        user.key("Control", "n")
        await user.until(lambda: window.window.focus_get() is metrics.fields.entries["name"])
        user.type("load\n")
        await user.until(lambda: "load" in window.edit.reading.schedule.metrics)
        user.click(metrics.fields.entries["value"])
        user.key("Control", "slash")
        user.type("often\n")
        await user.until(lambda: "a metric is SECONDS" in window.status["text"])
        user.shot("metrics")
        assert window.edit.reading.schedule.metrics["load"].interval_s == 10

    user.works_with(use)
