"""Dispatchers in a farm of real processes: commands far away, who gives slots, and what users ask about it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

import trio

from daemons.client import connect
from runtime.messages import Acted, Action, FarmView, JobState, Queue
from tests.daemons.farm_dispatchers import LIMIT_S, Dispatcher, dispatcher, many, remote
from tests.daemons.farm_fixture import WholeFarm, whole_farm

WAIT = "while [ ! -e {} ]; do sleep 0.05; done"


# ---- commands far away -------------------------------------------------------------------------------------------


async def test_every_slot_is_used_and_output_comes_whole(tmp_path: Path) -> None:
    with whole_farm(tmp_path) as farm:
        async with dispatcher(farm) as ann:
            await ann.run(many(20, "sh -c {seq 1 2000; echo %s}"))
            printed = [await ann.output(1, tid) for tid in range(1, 21)]

    numbers = "".join(f"{number}\n" for number in range(1, 2001))
    assert all(text.startswith(numbers) for text in printed)
    assert {text.split()[-1] for text in printed} == {"h2-1", "h2-2", "h3-1", "h3-2"}


async def test_an_expand_command_far_away_makes_tasks_here(tmp_path: Path) -> None:
    printed = "Task b -cmds {RemoteCmd {echo hello} -service h3}"
    with whole_farm(tmp_path) as farm:
        async with dispatcher(farm) as ann:
            job = await ann.run(remote(f'sh -c {{echo noise >&2; echo "{printed}"}}', "-expand 1"))

            assert job.tasks == 2
            assert await ann.output(1, 2) == "hello\n"


async def test_a_chunk_far_away_makes_tasks_here_while_its_command_runs(tmp_path: Path) -> None:
    chunk = tmp_path / "chunk"
    chunk.write_text(remote(f"touch {tmp_path}/seen"))
    with whole_farm(tmp_path) as farm:
        async with dispatcher(farm) as ann:
            wait = WAIT.format(tmp_path / "seen")
            job = await ann.run(remote(f"sh -c {{echo TR_EXPAND_CHUNK {chunk}; {wait}}}"))

    assert job.tasks == 2


async def test_a_killed_command_far_away_ends_there(tmp_path: Path) -> None:
    with whole_farm(tmp_path) as farm:
        async with dispatcher(farm) as ann:
            jid = await ann.spool(remote("sh -c {echo $$; sleep 1000}"))
            pid = await first_line(ann, jid)
            await ann.client.act(Action.KILL, jid, 1)
            job = await ann.rest(jid)

            assert job.state is JobState.STOPPED
            assert not Path(f"/proc/{pid}").exists()


async def test_a_dispatcher_that_comes_back_takes_up_what_runs_far_away(tmp_path: Path) -> None:
    go = tmp_path / "go"
    with whole_farm(tmp_path) as farm:
        async with dispatcher(farm) as ann:
            jid = await ann.spool(remote(f"sh -c {{echo began; {WAIT.format(go)}; echo ended}}"))
            await first_line(ann, jid)
            os.kill(ann.client.pid, signal.SIGKILL)
        async with dispatcher(farm) as ann:
            attempts = [running.attempt for running in (await ann.client.list()).running]
            go.touch()
            job = await ann.rest(jid)

            assert job.state is JobState.DONE
            assert attempts == [1]
            assert await ann.output(jid, 1) == "began\nended\n"


async def test_where_no_alfserver_answers_a_command_runs_elsewhere(tmp_path: Path) -> None:
    with whole_farm(tmp_path, slots=1) as farm:
        farm.end("h2")
        async with dispatcher(farm) as ann:
            await ann.run(many(2, "echo %h"))

            assert [await ann.output(1, tid) for tid in (1, 2)] == ["127.0.0.3\n"] * 2


# ---- who gives slots ---------------------------------------------------------------------------------------------


async def test_a_maitre_d_gives_slots_to_two_dispatchers(tmp_path: Path) -> None:
    with whole_farm(tmp_path) as farm:
        async with dispatcher(farm) as ann, dispatcher(farm, "ben") as ben:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(ann.run, many(8, "echo %s"))
                nursery.start_soon(ben.run, many(8, "echo %s"))
            queue = await ben.client.list()
            await logged(farm, "m0", "(ben@")

        assert queue.farm is not None and queue.farm.maitred.endswith(f":{farm.maitred_ports[0]}")


async def test_without_a_maitre_d_a_schedule_is_enough(tmp_path: Path) -> None:
    with whole_farm(tmp_path, maitreds=0) as farm:
        async with dispatcher(farm) as ann:
            await ann.run(remote("sh -c {echo %h $TR_ENV_JID}"))
            queue = await ann.client.list()

            assert await ann.output(1, 1) in ["127.0.0.2 1\n", "127.0.0.3 1\n"]
            assert queue.farm is not None and queue.farm.maitred == "chaos"


async def test_a_schedule_that_changes_counts_in_chaos_too(tmp_path: Path) -> None:
    with whole_farm(tmp_path, maitreds=0, ini="set alfConfig(scheduleSeconds) 0.1\n") as farm:
        async with dispatcher(farm) as ann:
            jid = await ann.spool("Task {a} -cmds { RemoteCmd {true} -service nuke }")
            await farm_is(ann, lambda view: view.wanted)
            schedule = tmp_path / "alfred.schedule"
            schedule.write_text(schedule.read_text().replace("pixarRender", "nuke"))
            job = await ann.rest(jid)

    assert job.state is JobState.DONE


async def test_a_dispatcher_whose_maitre_d_dies_goes_over_to_the_next(tmp_path: Path) -> None:
    with whole_farm(tmp_path, maitreds=2) as farm:
        async with dispatcher(farm) as ann:
            await ann.run(remote("true"))
            farm.end("m0")
            await ann.run(remote("true"))
            queue = await ann.client.list()

        assert queue.farm is not None and queue.farm.maitred.endswith(f":{farm.maitred_ports[1]}")


async def test_chaos_comes_after_a_while_and_ends_when_a_maitre_d_is_back(tmp_path: Path) -> None:
    go = tmp_path / "go"
    with whole_farm(tmp_path, ini="set alfConfig(chaosAfter) 0.1\n") as farm:
        farm.end("m0")
        async with dispatcher(farm) as ann:
            jid = await ann.spool(remote(f"sh -c {{{WAIT.format(go)}}}"))
            await ann.until(lambda queue: queue.running)
            chaos = await ann.client.list()
            farm.begin("m0")
            await trio.to_thread.run_sync(farm.wait_ready, "m0")
            await farm_is(ann, lambda view: ":" in view.maitred)
            go.touch()
            job = await ann.rest(jid)
            await logged(farm, "m0", "with 1 lease")

        assert chaos.farm is not None and chaos.farm.maitred == "chaos"
        assert job.state is JobState.DONE


async def test_a_crew_opens_its_servers_to_its_users_alone(tmp_path: Path) -> None:
    entries = """
        set alfServerGroup(first) {h2-1}
        set alfUserGroup(film) {ann}
        set alfCrew(film) {-users film -servers first}
    """
    with whole_farm(tmp_path, schedule=entries) as farm:
        async with dispatcher(farm) as ann, dispatcher(farm, "ben") as ben:
            await ben.spool(remote("true"))
            await ann.run(many(4, "echo %s"))
            _, servers = await ben.why(1)

            assert {await ann.output(1, tid) for tid in range(1, 5)} == {"h2-1\n"}
            assert all("crew" in words for words in servers.values())
            assert not (await ben.client.list()).running


async def test_servers_of_a_time_group_that_is_closed_are_not_given(tmp_path: Path) -> None:
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    later = days[(time.localtime().tm_wday + 3) % 7]
    entries = f"""
        set alfTimeGroup(later) {{{{{later} 00:00-24:00}}}}
        set alfServerGroup(first) {{h2-1 h2-2}}
        set alfServerGroup(others) {{h3-1 h3-2}}
        set alfCrew(later) {{-servers first -times later}}
        set alfCrew(always) {{-servers others}}
    """
    with whole_farm(tmp_path, schedule=entries) as farm:
        async with dispatcher(farm) as ann:
            await ann.run(many(6, "echo %h"))

            assert {await ann.output(1, tid) for tid in range(1, 7)} == {"127.0.0.3\n"}


async def test_who_may_preempt_gets_the_slot_and_what_was_ejected_runs_again(tmp_path: Path) -> None:
    entries = """
        set alfUserGroup(urgent) {ben}
        set alfCrew(all) {-priority 0}
        set alfCrew(urgent) {-users urgent -priority 100 -preempt 1}
    """
    at_once = "set alfConfig(preemptWait) 0.1\nset alfConfig(preemptMinRun) 0\n"
    go = tmp_path / "go"
    with whole_farm(tmp_path, hosts=1, slots=1, schedule=entries, ini=at_once) as farm:
        async with dispatcher(farm) as ann, dispatcher(farm, "ben") as ben:
            jid = await ann.spool(remote(f"sh -c {{echo %r; {WAIT.format(go)}}}"))
            assert await first_line(ann, jid) == "0"
            await ben.run(remote("true"))
            go.touch()
            job = await ann.rest(jid)

            assert job.state is JobState.DONE
            assert await ann.output(jid, 1) == "1\n"


# ---- what users ask ----------------------------------------------------------------------------------------------


async def test_an_excluded_host_gets_nothing(tmp_path: Path) -> None:
    with whole_farm(tmp_path) as farm:
        async with dispatcher(farm) as ann:
            said = await ann.client.exclude("127.0.0.2", True)
            assert isinstance(said, Acted) and "is excluded" in said.text
            asked = await ann.client.exclude("", True)
            view = (await ann.client.list()).farm
            await ann.run(many(6, "echo %h"))

            assert isinstance(asked, Acted) and asked.text == "excluded: 127.0.0.2"
            assert view is not None and view.excluded == ("127.0.0.2",)
            assert {await ann.output(1, tid) for tid in range(1, 7)} == {"127.0.0.3\n"}


async def test_who_watches_hears_what_is_excluded(tmp_path: Path) -> None:
    with whole_farm(tmp_path, hosts=1) as farm:
        async with dispatcher(farm) as ann, connect(ann.state, start=False) as other, aclosing(other.watch()) as news:
            await anext(news)
            await ann.client.exclude("h2-1", True)
            with trio.fail_after(LIMIT_S):
                async for queue in news:
                    if isinstance(queue, Queue) and queue.farm is not None and queue.farm.excluded == ("h2-1",):
                        break


async def test_why_says_for_each_server_what_it_fails(tmp_path: Path) -> None:
    with whole_farm(tmp_path, hosts=1) as farm:
        async with dispatcher(farm) as ann:
            jid = await ann.spool("Task {a} -cmds { RemoteCmd {true} -service nuke }")
            await farm_is(ann, lambda view: view.wanted)
            _, servers = await ann.why(jid, 1)

            assert set(servers) == {"h2-1", "h2-2"}
            assert all("nuke" in words for words in servers.values())


async def test_the_alfred_command_tells_why_in_columns(tmp_path: Path) -> None:
    with whole_farm(tmp_path, hosts=1, slots=1) as farm:
        async with dispatcher(farm) as ann:
            await ann.spool("Task {a} -cmds { RemoteCmd {true} -service nuke }")
            await farm_is(ann, lambda view: view.wanted)
            text = await alfred(farm, "-why", "1")

    assert "1 slot wanted for -service {nuke}" in text
    assert "\n  h2-1  " in text


async def first_line(who: Dispatcher, jid: int) -> str:
    """What the first task of a job prints, as soon as it does."""
    while not (text := await who.output(jid, 1)):
        await trio.sleep(0.02)
    return text.splitlines()[0]


async def farm_is(who: Dispatcher, wanted: Callable[[FarmView], object]) -> None:
    """Wait until this is true of the farm as a dispatcher uses it; no change of a job tells of that."""
    while (view := (await who.client.list()).farm) is None or not wanted(view):
        await trio.sleep(0.02)


async def logged(farm: WholeFarm, name: str, words: str) -> None:
    """Wait until a daemon's log says this."""
    while words not in farm.log(name):
        await trio.sleep(0.02)


async def alfred(farm: WholeFarm, *words: str) -> str:
    """What the alfred command of ann prints."""
    text, _ = await trio.to_thread.run_sync(farm.alfred("ann", *words).communicate)
    return text
