"""How windows ask the maitre-d: on one connection, that is made anew when it was lost."""

import pytest

from daemons.unanswered import NoMaitred
from gui.links.maitred import MaitredLink
from runtime.farm_messages import AskFarm, Did, Farm, Refused, SetOffline
from tests.daemons.maitreds import Server, running, slots


def link_to(server: Server) -> MaitredLink:
    ini = server.directory / "alfred.ini"
    ini.write_text(f"{ini.read_text()}set alfConfig(maitredHost) 127.0.0.1:{server.port}\n")
    return MaitredLink(server.env())


async def test_one_question_after_the_other_is_answered(tmp_path):
    with running(tmp_path / "m", slots(2), "-v") as server:
        maitred = link_to(server)
        farm = await maitred.ask(AskFarm(0, in_parts=True))
        done = await maitred.ask(SetOffline(0, ("s1",), True))
        refused = await maitred.ask(SetOffline(0, ("s9",), True))
        await maitred.close()
        await server.logged("disconnected: ")
        connections = server.log.count(" connected: ")

    assert isinstance(farm, Farm) and len(farm.slots) == 2
    assert isinstance(done, Did)
    assert isinstance(refused, Refused) and "s9" in refused.text
    assert connections == 1


async def test_a_maitred_that_comes_back_is_asked_again(tmp_path):
    with running(tmp_path / "m", slots(1)) as server:
        maitred = link_to(server)
        await maitred.ask(AskFarm(0))
        server.kill()
        with pytest.raises(NoMaitred, match="cannot be reached"):
            await maitred.ask(AskFarm(0))
        server.start()
        assert isinstance(await maitred.ask(AskFarm(0)), Farm)
        await maitred.close()


async def test_a_site_without_a_maitred_says_so(tmp_path):
    ini = tmp_path / "alfred.ini"
    ini.write_text("")
    with pytest.raises(NoMaitred, match="no maitre-d is configured"):
        await MaitredLink({"ALF_INI": str(ini), "HOME": str(tmp_path)}).ask(AskFarm(0))
