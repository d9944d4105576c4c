"""The maitre-d as a process: what its peers are told, what it keeps, and what does not end it."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest
import trio

from daemons.version import core_is_compiled, product_version
from runtime.farm_messages import (
    AskFarm,
    Attach,
    Did,
    Eject,
    Granted,
    HeldLease,
    JobEnded,
    Recall,
    Refused,
    Resume,
    SetOffline,
    Shields,
    ShieldsAre,
    SlotState,
    Want,
)
from tests.daemons.maitreds import NEED, Server, connected, dispatcher, running, slots


async def test_a_dispatcher_that_wants_a_slot_is_granted_it(tmp_path: Path) -> None:
    with running(tmp_path / "m", slots(1)) as server:
        async with dispatcher(server) as ann:
            granted = await ann.want()

    [slot] = granted.lease.slots
    assert (slot.name, slot.host, slot.address) == ("s1", "127.0.0.2", "127.0.0.2")


async def test_a_grant_names_the_port_of_the_alfserver(tmp_path: Path) -> None:
    own = "set alfServer(s2) {-host 127.0.0.3 -keys pixarRender -port 1600}\n"
    with running(tmp_path / "m", slots(1) + own, ini="set alfConfig(alfserverPort) 1700\n") as server:
        async with dispatcher(server) as ann:
            granted = [await ann.want(number) for number in (1, 2)]

    assert {g.lease.slots[0].name: g.lease.slots[0].port for g in granted} == {"s1": 1700, "s2": 1600}


async def test_what_is_given_back_is_pushed_to_who_waits_for_it(tmp_path: Path) -> None:
    with running(tmp_path / "m", slots(1)) as server:
        async with dispatcher(server) as ann, dispatcher(server, "dispatcher2") as bob:
            granted = await ann.want()
            bob.say(Want(1, 1, 1, "waits", NEED, 1))
            await server.logged("queued")

            ann.give_back(granted)

            assert (await bob.hear(Granted)).lease.slots[0].name == "s1"


async def test_the_log_has_a_line_for_what_comes_goes_is_given_and_ends(tmp_path: Path) -> None:
    with running(tmp_path / "m", slots(1)) as server:
        async with dispatcher(server) as ann:
            ann.give_back(await ann.want())
            ann.say(JobEnded(1, "the film", "done"))
        for words in ("attached", "granted s1", "returned s1", '"the film"', "lost"):
            await server.logged(words)


async def test_the_log_begins_with_what_it_is_that_runs(tmp_path: Path) -> None:
    with running(tmp_path / "m", slots(1)) as server:
        first = server.log.splitlines()[0]

    assert f"alfred {product_version()}, Python 3." in first
    assert first.endswith("its core compiled") is core_is_compiled()


async def test_a_schedule_that_changes_on_disk_counts_from_then_on(tmp_path: Path) -> None:
    with running(tmp_path / "m", slots(1)) as server:
        async with dispatcher(server) as ann:
            ann.say(Want(1, 1, 1, "two", NEED, 2))
            await ann.hear(Granted)

            server.schedule.write_text(slots(2))

            assert (await ann.hear(Granted)).lease.slots[0].name == "s2"


async def test_a_broken_schedule_is_told_with_its_line_and_the_last_good_one_stays(tmp_path: Path) -> None:
    with running(tmp_path / "m", slots(1)) as server:
        server.schedule.write_text(slots(1) + "set alfServer(s2 {\n")

        assert "alfred.schedule:2" in await server.logged("error")
        await server.logged("stays in force")
        async with dispatcher(server) as ann:
            assert await ann.want()


async def test_without_a_schedule_it_says_where_it_looked(tmp_path: Path) -> None:
    server = Server(tmp_path / "m", "")
    words = server.alfred("-maitre_d", "-port", "0", "-bind", "127.0.0.1")
    assert (words.returncode, words.stdout) == (2, "")
    assert str(tmp_path / "m" / "lib/alfred/alfred.schedule") in words.stderr


# ---- its end, and its beginning again ----------------------------------------------------------------------------


async def test_a_clean_end_tells_every_peer(tmp_path: Path) -> None:
    with running(tmp_path / "m", slots(1)) as server:
        async with dispatcher(server) as ann, connected(server, "client") as tool:
            assert server.process is not None
            server.process.terminate()
            last = [await ann.end(), await tool.end()]

        assert ["this maitre-d ends" in word for word in last] == [True, True]
        assert server.process.wait(30) == 0
        assert server.log.splitlines()[-1].endswith(" ends")


async def test_after_a_kill_it_waits_for_those_who_hold_slots_before_it_gives_any(tmp_path: Path) -> None:
    with running(tmp_path / "m", slots(1)) as server:
        async with dispatcher(server) as ann:
            first = await ann.want()
        server.kill()
        server.start("-wait", "1000")

        async with dispatcher(server, "other") as bob, connected(server) as again:
            bob.say(Want(1, 1, 1, "waits", NEED, 1))
            attached = await again.attach("dispatcher1", HeldLease(first.lease, 1, 1, "job 1", 5.0))
            assert attached.lost == ()
            assert attached.epoch > first.lease.id.epoch
            async with connected(server, "client") as tool:
                assert (await tool.slot("s1")).state is SlotState.BUSY


async def test_its_term_is_later_each_time_whatever_the_clock_says(tmp_path: Path) -> None:
    with running(tmp_path / "m", slots(1)) as server:
        async with connected(server) as ann:
            far = (await ann.attach(epoch=1 << 60)).epoch
        server.kill()
        server.start()
        async with connected(server) as ann:
            assert (await ann.attach("another")).epoch > far


async def test_a_second_one_for_the_same_state_or_port_says_who_is_there(tmp_path: Path) -> None:
    with running(tmp_path / "m", slots(1)) as server:
        assert server.process is not None
        same_state = server.begin("-port", "0").communicate(timeout=30)[1]
        same_port = server.begin("-state", str(tmp_path / "other")).communicate(timeout=30)[1]

    assert f"pid {server.process.pid}" in same_state
    assert f"{server.port}" in same_port and "in use" in same_port


async def test_slots_that_are_offline_stay_so_over_a_kill(tmp_path: Path) -> None:
    with running(tmp_path / "m", slots(2)) as server:
        async with connected(server, "client") as tool:
            tool.say(SetOffline(1, ("s1",), True))
            await tool.hear(Did)
        server.kill()
        server.start()

        async with connected(server, "client") as tool:
            assert (await tool.slot("s1")).state is SlotState.OFFLINE
            tool.say(SetOffline(2, ("s1",), False))
            await tool.hear(Did)
            assert (await tool.slot("s1")).state is SlotState.FREE


async def test_a_hup_opens_the_log_again(tmp_path: Path) -> None:
    with running(tmp_path / "m", slots(1)) as server:
        await server.logged("maitre-d")
        (tmp_path / "m" / "log").rename(tmp_path / "m" / "log.1")
        assert server.process is not None
        server.process.send_signal(signal.SIGHUP)

        await server.logged("opened again")


async def test_a_log_that_cannot_be_written_does_not_stop_it(tmp_path: Path) -> None:
    with running(tmp_path / "m", slots(1), "-log", "/dev/full") as server:
        async with dispatcher(server) as ann:
            for _ in range(3):
                ann.give_back(await ann.want())
        assert server.process is not None and server.process.stderr is not None
        assert "No space left" in server.process.stderr.readline()
        server.kill(signal.SIGTERM)
        assert server.process.stderr is not None


# ---- what peers do wrong -----------------------------------------------------------------------------------------


async def test_garbage_ends_its_own_connection_alone(tmp_path: Path) -> None:
    with running(tmp_path / "m", slots(1)) as server:
        async with dispatcher(server) as ann, connected(server, "client") as mad:
            await mad.link.stream.send_all(b"\0\0\0\3abc")

            assert "not a message" in await mad.end()
            assert await ann.want()
        await server.logged("(1 so far)")


async def test_a_message_that_is_not_its_to_say_ends_a_connection(tmp_path: Path) -> None:
    with running(tmp_path / "m", slots(1)) as server:
        async with dispatcher(server) as ann, connected(server, "client") as mad:
            mad.say(Attach("d", "h", 1, 0))
            assert "a client does not say Attach" in await mad.end()
            ann.say(Resume("d"))
            assert "a dispatcher does not say Resume" in await ann.end()


async def test_a_client_that_does_not_read_holds_up_nobody_and_is_given_up(tmp_path: Path) -> None:
    long = slots(500).replace("alfServer(s", f"alfServer({'s' * 250}")
    with running(tmp_path / "m", long) as server:
        async with dispatcher(server) as ann, connected(server, "client") as deaf:
            deaf.say(*(AskFarm(n) for n in range(800)))
            assert await ann.want()
            await server.logged("does not read")
            assert await ann.want(2)


# ---- who may -----------------------------------------------------------------------------------------------------


async def test_only_wranglers_take_slots_offline_and_eject(tmp_path: Path) -> None:
    with running(tmp_path / "m", slots(1), keyed=True, ini="set alfConfig(wranglers) wanda\n") as server:
        async with connected(server, "client", "ann") as tool:
            tool.say(SetOffline(1, ("s1",), True), Eject(2, "s1"))
            refusals = [await tool.hear(Refused), await tool.hear(Refused)]
        async with connected(server, "client", "wanda") as tool:
            tool.say(SetOffline(3, ("s1",), True))
            assert (await tool.hear(Did)).serial == 3

    assert [refusal.serial for refusal in refusals] == [1, 2]
    assert all("wranglers" in refusal.text for refusal in refusals)


async def test_an_eject_takes_the_slot_from_its_dispatcher(tmp_path: Path) -> None:
    with running(tmp_path / "m", slots(1)) as server:
        async with dispatcher(server) as ann, connected(server, "client") as tool:
            granted = await ann.want()
            tool.say(Eject(1, "127.0.0.2"))

            recall = await ann.hear(Recall)

    assert (recall.lease, recall.eject) == (granted.lease.id, True)


async def test_a_nimby_blocks_its_host_as_long_as_it_is_connected(tmp_path: Path) -> None:
    with running(tmp_path / "m", slots(1)) as server:
        async with connected(server, "client") as tool:
            async with connected(server, "nimby") as nimby:
                nimby.say(Shields("127.0.0.2", True))
                assert await nimby.hear(ShieldsAre) == ShieldsAre("127.0.0.2", True)
                assert (await tool.slot("s1")).state is SlotState.SHIELDS
            with trio.fail_after(30):
                while (await tool.slot("s1")).state is not SlotState.FREE:
                    await trio.lowlevel.checkpoint()


async def test_a_nimby_is_told_when_something_else_runs_on_its_host(tmp_path: Path) -> None:
    with running(tmp_path / "m", slots(1)) as server:
        async with connected(server, "nimby") as nimby, dispatcher(server) as ann:
            nimby.say(Shields("127.0.0.2", False))
            assert (await nimby.hear(ShieldsAre)).running == ()
            await ann.want()

            assert "job 1" in (await nimby.hear(ShieldsAre)).running[0]


async def test_a_nimby_does_not_speak_for_other_hosts(tmp_path: Path) -> None:
    with running(tmp_path / "m", slots(1, "192.0.2.7"), keyed=True) as server:
        async with connected(server, "nimby", "ann") as nimby:
            nimby.say(Shields("192.0.2.7", True), Eject(3, "192.0.2.7"))

            assert "its own host" in (await nimby.hear(Refused)).text
            assert "its own host" in (await nimby.hear(Refused)).text


# ---- the site's assigner -----------------------------------------------------------------------------------------

ASSIGNER = """\
from runtime.assign.assigner import Assigner

class Mine(Assigner):
    def slot_rank(self, slot):
        {}
"""


@pytest.mark.parametrize(
    ("body", "logged", "slot"),
    [
        ("return (slot.udi,)", " assigner: Mine (", "s1"),
        ("raise KeyError('no idea')", "slot_rank failed (KeyError", "s2"),
        ("while True: pass", "took longer than 0.2 s", "s2"),
        ("import time; time.sleep(1000)", "took longer than 0.2 s", "s2"),
    ],
    ids=["works", "raises", "hangs", "sleeps"],
)
async def test_a_sites_assigner_decides_unless_it_fails(tmp_path: Path, body: str, logged: str, slot: str) -> None:
    file = tmp_path / "mine.py"
    file.write_text(ASSIGNER.format(body))
    ini = f"set alfConfig(assigner) {file}\nset alfConfig(assignerSeconds) 0.2\n"
    with running(tmp_path / "m", slots(2), ini=ini) as server:
        async with dispatcher(server) as ann:
            assert (await ann.want()).lease.slots[0].name == slot
        await server.logged(logged)


@pytest.mark.parametrize(
    ("name", "given"), [("fairness", ["s4", "s3"]), ("strict", ["s4", "s3"]), ("spread", ["s4", "s2"])]
)
async def test_shipped_assigners_are_named_in_alfred_ini(tmp_path: Path, name: str, given: list[str]) -> None:
    two_hosts = slots(2, "127.0.0.2") + slots(2, "127.0.0.3", first=3)
    with running(tmp_path / "m", two_hosts, ini=f"set alfConfig(assigner) {name}\n") as server:
        await server.logged(f"assigner: {name.title()} ({name})")
        async with dispatcher(server) as ann:
            assert [(await ann.want(number)).lease.slots[0].name for number in (1, 2)] == given


async def test_an_assigner_that_is_unknown_is_said_with_those_there_are(tmp_path: Path) -> None:
    with running(tmp_path / "m", slots(1), ini="set alfConfig(assigner) strikt\n") as server:
        await server.logged("strikt is none of fairness, strict, spread")


async def test_an_assigner_that_always_hangs_is_soon_not_asked_any_more(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(ASSIGNER.format("while True: pass"))
    ini = f"set alfConfig(assigner) {file}\nset alfConfig(assignerSeconds) 0.2\n"
    with running(tmp_path / "m", slots(500), ini=ini) as server:
        async with dispatcher(server) as ann:
            assert await ann.want()
        await server.logged("it is not asked")


async def test_an_assigner_that_cannot_be_loaded_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("import math\n\n1 / 0\n")
    with running(tmp_path / "m", slots(1), ini=f"set alfConfig(assigner) {file}\n") as server:
        assert f"{file}:3: ZeroDivisionError" in await server.logged("assigner: ")
        async with dispatcher(server) as ann:
            assert await ann.want()


# ---- the tools ---------------------------------------------------------------------------------------------------


async def test_the_tools_look_and_change(tmp_path: Path) -> None:
    with running(tmp_path / "m", slots(2)) as server:
        async with dispatcher(server) as ann:
            await ann.want()

            def tools(*words: str) -> subprocess.CompletedProcess[str]:
                return server.alfred(*words)

            offline = await trio.to_thread.run_sync(tools, "-offline", "s2")
            shown = await trio.to_thread.run_sync(tools, "-slots")
            unknown = await trio.to_thread.run_sync(tools, "-online", "s9")

    assert offline.stdout == "1 slot offline: s2\n"
    assert "s1" in shown.stdout and "offline" in shown.stdout
    assert (unknown.returncode, "no such slot: s9" in unknown.stderr) == (1, True)


async def test_the_slots_are_an_object_for_programs(tmp_path: Path) -> None:
    with running(tmp_path / "m", slots(1)) as server:
        async with dispatcher(server) as ann:
            await ann.want()
            shown = await trio.to_thread.run_sync(server.alfred, "-slots", "-json")

    farm = json.loads(shown.stdout)
    assert set(farm) == {"epoch", "schedule", "slots", "waiting", "dispatchers", "limits", "hosts", "rests"}
    assert (farm["slots"][0]["name"], farm["slots"][0]["state"]) == ("s1", "reserved")


def test_without_a_maitre_d_the_tools_say_what_to_do(tmp_path: Path) -> None:
    server = Server(tmp_path / "m", "")
    server.port = 1
    silent = server.alfred("-slots")

    assert silent.returncode == 2
    assert "127.0.0.1:1" in silent.stderr and "alfred -maitre_d" in silent.stderr


async def test_who_has_proved_himself_may_not_send_what_holds_up_all_others(tmp_path: Path) -> None:
    with running(tmp_path / "m", slots(1)) as server:
        async with connected(server) as mallory:
            mallory.say(Attach("mallory", "desk", 9001, 0, (), ("x" * 1000,) * 10_000))

            assert "over the limit" in await mallory.end()
