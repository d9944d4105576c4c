"""The schedule that windows show: read, followed, changed, written; what is lost is said, and comes back by itself."""

from contextlib import asynccontextmanager

import pytest
import trio

from gui.links import schedule as link_of_the_schedule
from gui.links.maitred import MaitredLink
from gui.links.schedule import ScheduleLink
from gui.models import schedule_changes as changes
from runtime.schedule.dialect import Kind
from tests.daemons.maitreds import running, slots

PATIENCE_S = 30


class Window:
    """Hears that there is something to show."""

    def __init__(self) -> None:
        self.heard = 0

    def schedule_changed(self) -> None:
        self.heard += 1


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(link_of_the_schedule, "LOOK_S", 0.05)


async def until(holds):
    with trio.fail_after(PATIENCE_S):
        while not holds():
            await trio.sleep(0.01)


@asynccontextmanager
async def shown(environ):
    """A schedule that a window shows."""
    maitred = MaitredLink(environ)
    schedule = ScheduleLink(maitred, environ)
    schedule.listen(Window())
    async with trio.open_nursery() as nursery:
        nursery.start_soon(schedule.run)
        yield schedule
        nursery.cancel_scope.cancel()
    await maitred.close()


def found(server):
    ini = server.directory / "alfred.ini"
    ini.write_text(f"{ini.read_text()}set alfConfig(maitredHost) 127.0.0.1:{server.port}\n")
    return server.env()


async def test_what_others_write_is_seen_unless_there_are_changes(tmp_path):
    with running(tmp_path / "m", slots(1)) as server:
        async with shown(found(server)) as schedule:
            await until(lambda: len(schedule.edit.reading.schedule.servers) == 1)
            server.schedule.write_text(slots(2))
            await until(lambda: len(schedule.edit.reading.schedule.servers) == 2)
            assert await schedule.change("limit", changes.add(Kind.LIMIT, "prman", 1)) == ""
            server.schedule.write_text(slots(3))
            assert "nothing was written" in await schedule.write()
            assert schedule.edit.newer.data == slots(3).encode() and not schedule.edit.may_write
            await schedule.carry_over()
            assert "is written" in await schedule.write()

    assert server.schedule.read_text() == slots(3) + "set alfLimit(prman) {1}\n"


async def test_the_newer_schedule_is_taken_and_changes_are_given_up(tmp_path):
    with running(tmp_path / "m", slots(1)) as server:
        async with shown(found(server)) as schedule:
            await until(lambda: schedule.is_read)
            await schedule.change("limit", changes.add(Kind.LIMIT, "prman", 1))
            server.schedule.write_text(slots(3))
            await schedule.write()
            await schedule.take_newer()

    assert not schedule.edit.modified and not schedule.edit.steps
    assert schedule.edit.data == slots(3).encode() == server.schedule.read_bytes()


async def test_a_maitred_that_goes_is_said_and_what_is_shown_stays_until_it_comes_back(tmp_path):
    with running(tmp_path / "m", slots(1)) as server:
        async with shown(found(server)) as schedule:
            await until(lambda: schedule.is_read and not schedule.lost)
            server.kill()
            await until(lambda: "cannot be reached" in schedule.lost)
            assert len(schedule.edit.reading.schedule.servers) == 1
            server.start()
            await until(lambda: not schedule.lost)


async def test_without_a_maitred_the_file_is_shown_and_said_to_be_it(tmp_path):
    file = tmp_path / "alfred.schedule"
    file.write_text(slots(1))
    environ = {"ALF_SCHEDULE": str(file), "ALF_INI": str(tmp_path / "none.ini"), "HOME": str(tmp_path)}
    async with shown(environ) as schedule:
        await until(lambda: schedule.is_read)
        await schedule.change("udi", changes.change(Kind.SERVER, "s1", "udi", 9))
        await schedule.write()

    assert schedule.edit.held.where == f"no maitre-d: {file} itself"
    assert file.read_text() == slots(1).replace("-udi 1", "-udi 9")


async def test_without_a_maitred_and_a_file_it_is_said_what_was_looked_for(tmp_path):
    environ = {"RATTREE": str(tmp_path), "RMANTREE": str(tmp_path), "HOME": str(tmp_path)}
    async with shown(environ) as schedule:
        await until(lambda: "there is no alfred.schedule" in schedule.lost)
        (tmp_path / "etc").mkdir()
        (tmp_path / "etc" / "alfred.schedule").write_text(slots(1))
        await until(lambda: schedule.is_read)


async def test_a_change_that_cannot_be_made_changes_nothing(tmp_path):
    file = tmp_path / "alfred.schedule"
    file.write_text("foreach n {1 2} {set alfServer(s$n) {-host h}}\n")
    environ = {"ALF_SCHEDULE": str(file), "ALF_INI": str(tmp_path / "none.ini"), "HOME": str(tmp_path)}
    async with shown(environ) as schedule:
        await until(lambda: schedule.is_read)
        said = await schedule.change("udi", changes.change(Kind.SERVER, "s1", "udi", 9))

    assert "alfred.schedule:1:" in said and "made by a loop" in said
    assert not schedule.edit.modified
