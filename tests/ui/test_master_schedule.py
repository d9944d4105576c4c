"""The master schedule, used by mouse and keys, before a real maitre-d."""

from schedules import SCHEDULE, opened, opened_from

from runtime.schedule.times import DAY


def test_a_crew_is_toggled_opened_edited_renamed_and_written(user, schedule):
    async def use(app):
        window = await opened(user, app)
        crews = lambda: window.edit.reading.schedule.crews  # noqa: E731 - short, and used here alone
        user.click(window.lines.part("everyone", "amber"))
        await user.until(lambda: crews()["everyone"].enabled and window.modified["text"] == "modified...")
        user.click(window.lines.part("td", "lock"))
        await user.until(lambda: window.opened == {"td"})
        user.click(window.lines.part("td", "priority"))
        user.key("Control", "slash")
        user.type("7\n")
        await user.until(lambda: crews()["td"].priority == 7)
        user.shot("master schedule")
        name = window.lines.part("td", "crew").nametowidget("name")
        user.click(name)
        user.key("End")
        user.type("s\n")
        await user.until(lambda: "tds" in crews())
        user.click(window.window.nametowidget("foot.write"))
        await user.until(lambda: not window.edit.modified)
        await user.until(lambda: "is written" in window.status["text"])
        assert "-servers desktops -priority 1 -enabled 1" in schedule.read_text()
        assert schedule.read_text().startswith(SCHEDULE[: SCHEDULE.index("set alfCrew(td)")])

    user.works_with(use)


def test_members_of_a_user_group_are_clicked_typed_in_and_the_group_is_renamed_in_place(user, schedule):
    async def use(app):
        window = await opened_from(user, app, "user groups", "users")
        members = lambda: window.edit.reading.schedule.user_groups  # noqa: E731 - short, and used here alone
        user.click(window.new)
        user.type("bob eve\n")
        await user.until(lambda: members() == {"produce": ("ann", "bob", "eve")})
        await user.until(lambda: len(window.members.names) == 3)
        user.click(window.members.canvas, *window.members.place_of("ann"))
        await user.until(lambda: members() == {"produce": ("bob", "eve")})
        user.shot("user groups")
        window.names.list.canvas.focus_set()
        user.key("F2")
        await user.until(lambda: window.names.list.canvas.winfo_children())
        user.type("no")
        user.key("Escape")
        await user.until(lambda: not window.names.list.canvas.winfo_children())
        assert not window.closed.is_set() and members() == {"produce": ("bob", "eve")}
        user.key("F2")
        await user.until(lambda: window.names.list.canvas.winfo_children())
        user.type("film\n")
        await user.until(lambda: members() == {"film": ("bob", "eve")})
        assert window.edit.reading.schedule.crews["production"].users == "film"
        user.key("Control", "z")
        await user.until(lambda: members() == {"produce": ("bob", "eve")})

    user.works_with(use)


def test_a_server_is_put_into_a_group_and_edited_behind_its_lock(user, schedule):
    async def use(app):
        window = await opened_from(user, app, "server groups", "servers")
        now = lambda: window.edit.reading.schedule  # noqa: E731 - short, and used here alone
        await user.until(lambda: window.servers.names)
        user.click(window.servers.canvas, *window.servers.place_of("s1"))
        await user.until(lambda: now().server_groups["renderers"] == ())
        user.click(window.lock)
        await user.until(lambda: window.is_open)
        user.click(window.fields.entries["keys"])
        user.key("Control", "slash")
        user.type("big, fast\n")
        await user.until(lambda: now().servers["s1"].keys == ("big", "fast"))
        user.click(window.fields.entries["name"])
        user.key("Control", "slash")
        user.type("janus1\n")
        await user.until(lambda: "janus1" in now().servers)
        user.shot("server groups")
        assert now().server_groups["desktops"] == ("janus1",)

    user.works_with(use)


def test_hours_are_enabled_with_the_left_and_disabled_with_the_middle_button(user, schedule):
    async def use(app):
        window = await opened_from(user, app, "time groups", "times")
        words = lambda: window.week.elements()  # noqa: E731 - short, and used here alone
        await user.until(lambda: window.grid.winfo_width() > 100 and words())

        def drag(button, start, end):
            user.point(window.grid, *window.place_of(*start))
            user.press(button)
            user.point(window.grid, *window.place_of(*end))
            user.release(button)

        drag(1, (5, 0.5), (6, 23.5))
        await user.until(lambda: "sat-sun 00:00-24:00" in " ".join(words()) or "sat,sun 00:00-24:00" in words())
        drag(2, (0, 4.5), (4, 7.5))
        await user.until(lambda: any("00:00-04:00" in word or "19:00-04:00" in word for word in words()))
        await user.until(lambda: window.edit.modified)
        user.shot("time groups")
        before = bytes(window.week.minutes)
        user.click(window.grid, *window.place_of(1, 10.5))
        await user.until(lambda: window.week.minutes[DAY + 600] == 1)
        user.key("Right")
        user.key("space")
        await user.until(lambda: window.week.minutes[DAY + 660] == 1)
        user.key("Control", "h")
        await user.until(lambda: window.week.box == 30)
        user.key("space")
        await user.until(lambda: window.week.minutes[DAY + 660] == 0)
        assert window.week.minutes[DAY + 690] == 1
        await user.until(lambda: len(window.edit.steps) == 5)
        for _ in range(3):
            user.key("Control", "z")
        await user.until(lambda: window.week.minutes == before)
        user.click(window.window.nametowidget("foot.write"))
        await user.until(lambda: not window.edit.modified)
        assert "set alfTimeGroup(evenings) {{" in schedule.read_text()

    user.works_with(use)


def test_a_new_crew_is_named_by_keys_gets_a_group_from_a_pull_down_and_goes_again(user, schedule):
    async def use(app):
        window = await opened(user, app)
        crews = lambda: window.edit.reading.schedule.crews  # noqa: E731 - short, and used here alone
        user.click(window.lines.part("td", "lock"))
        await user.until(lambda: window.edited == "td")
        user.key("Control", "n")
        await user.until(lambda: "crew" in crews() and str(window.window.focus_get()).endswith(".name"))
        user.type("film\n")
        await user.until(lambda: "film" in crews() and window.edited == "film")
        assert (crews()["film"].times, crews()["film"].priority) == ("evenings", 5)
        times = window.lines.part("film", "times")
        user.click(times)
        await user.until(lambda: times.nametowidget("menu").winfo_ismapped())
        user.shot("pull-down")
        user.key("Home")
        user.key("Return")
        await user.until(lambda: crews()["film"].times == "*")
        user.click(app.root.nametowidget(".master_schedule.body.crews.canvas"), 5, 150)
        window.actions.run("crew.delete")
        await user.until(lambda: "film" not in crews())

    user.works_with(use)
