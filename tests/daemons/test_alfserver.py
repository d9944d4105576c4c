"""An alfserver with real processes and sockets: what becomes of the commands of dispatchers that come and go."""

import os
import signal

import psutil
import trio

from daemons.alfserver.carrier import GIVEN_CONTEXTS
from daemons.alfserver.printing import PIECE_BYTES
from runtime.farm_messages import Began, Context, End, Follow, LeaseId, Refused, Renew, Renewed, Said
from tests.daemons.alfservers import WAIT, connected, dispatcher, lines, patiently, running_server

# -- one command ------------------------------------------------------------------------------------------------------


async def test_a_command_runs_and_its_begin_output_and_end_are_told_in_that_order(tmp_path):
    with running_server(tmp_path) as server:
        async with dispatcher(server, tmp_path) as client:
            client.sh(1, "echo out; echo err >&2; exit 3")
            ended = await client.end(1)

            assert (ended.status, ended.swept, ended.expired, ended.lost) == (3, False, False, False)
            assert client.printed[1, False] == b"out\nerr\n"
            assert isinstance(client.heard[1], Began)
            assert client.heard[-1] is ended


async def test_it_runs_in_the_jobs_directory_with_the_jobs_environment(tmp_path):
    with running_server(tmp_path) as server:
        async with dispatcher(server, tmp_path) as client:
            client.context(tmp_path, SHOW="bounce", SHOT="1")
            client.sh(1, 'echo "$PWD $SHOW $SHOT"', env={"SHOT": "2"})
            await client.end(1)

            assert client.printed[1, False].decode() == f"{tmp_path} bounce 2\n"


async def test_a_dispatcher_may_have_many_jobs_and_come_back_to_the_first(tmp_path):
    jobs = range(1, GIVEN_CONTEXTS + 3)
    with running_server(tmp_path) as server:
        async with dispatcher(server, tmp_path) as client:
            for attempt, job in enumerate([*jobs, 1], 1):
                if attempt == job:
                    client.link.post(Context(job, str(tmp_path), {"PATH": os.environ["PATH"], "JOB": str(job)}))
                client.sh(attempt, 'echo "$JOB"', context=job, slot="slot")
                await client.end(attempt)

            assert client.printed[len(jobs) + 1, False] == b"1\n"


async def test_the_message_goes_to_its_standard_input(tmp_path):
    with running_server(tmp_path) as server:
        async with dispatcher(server, tmp_path) as client:
            client.launch(1, "cat", stdin="a message\n")
            await client.end(1)

            assert client.printed[1, False] == b"a message\n"


async def test_an_expand_commands_stdout_is_sent_apart_too(tmp_path):
    with running_server(tmp_path) as server:
        async with dispatcher(server, tmp_path) as client:
            client.sh(1, "echo chatter >&2; echo Task {new}", keep_stdout=True)
            await client.end(1)

            assert client.printed[1, True] == b"Task {new}\n"
            assert sorted(client.printed[1, False].splitlines()) == [b"Task {new}", b"chatter"]


async def test_percents_and_a_reported_status_are_told(tmp_path):
    with running_server(tmp_path) as server:
        async with dispatcher(server, tmp_path) as client:
            client.sh(1, "echo 'ALF_PROGRESS 40%'; echo ALF_EXIT_STATUS 7")

            assert (await client.end(1)).reported == 7
            assert Said(1, percent=40) in client.heard


async def test_a_script_that_it_names_travels_even_when_the_command_removes_it_afterwards(tmp_path):
    with running_server(tmp_path) as server:
        async with dispatcher(server, tmp_path) as client:
            (tmp_path / "more.alf").write_text("Task {more}")
            os.mkfifo(tmp_path / "go")
            client.sh(1, "echo TR_EXPAND_CHUNK more.alf; read x < go; echo TR_EXPAND_CHUNK none.alf")
            await client.until(lambda m: m == Said(1, chunk=b"Task {more}", number=1))
            (tmp_path / "more.alf").unlink()
            await trio.to_thread.run_sync((tmp_path / "go").write_text, "go\n")
            await client.end(1)

            missing = client.heard[-2]
            assert isinstance(missing, Said)
            assert (missing.number, missing.chunk) == (2, None)
            assert missing.trouble == f"the script {tmp_path}/none.alf cannot be read: No such file or directory"


async def test_much_output_arrives_whole_and_before_the_end(tmp_path):
    with running_server(tmp_path) as server:
        async with dispatcher(server, tmp_path) as client:
            count = 40 * PIECE_BYTES
            client.sh(1, f"head -c {count} /dev/zero")
            await client.end(1)

            assert client.printed[1, False] == bytes(count)


async def test_output_is_sent_while_the_command_runs(tmp_path):
    with running_server(tmp_path) as server:
        async with dispatcher(server, tmp_path) as client:
            os.mkfifo(tmp_path / "go")
            client.sh(1, "echo first; read x < go; echo second")
            await client.text(1, b"first\n")
            await trio.to_thread.run_sync((tmp_path / "go").write_text, "go\n")
            await client.end(1)

            assert client.printed[1, False] == b"first\nsecond\n"


# -- what cannot be started -------------------------------------------------------------------------------------------


async def test_a_program_that_is_not_here_is_the_commands_error(tmp_path):
    with running_server(tmp_path) as server:
        async with dispatcher(server, tmp_path) as client:
            client.launch(1, "no-such-program")

            assert not (await client.refusal(1)).transient


async def test_a_directory_that_is_not_here_is_the_servers_trouble(tmp_path):
    with running_server(tmp_path) as server:
        async with dispatcher(server, tmp_path) as client:
            client.context("/no/such/directory")
            client.launch(1, "true")
            refusal = await client.refusal(1)

            assert refusal.transient
            assert refusal.reason == "cannot run in the directory /no/such/directory: No such file or directory"


async def test_more_commands_than_slots_are_refused_as_busy(tmp_path):
    with running_server(tmp_path, "-a", "1") as server:
        async with dispatcher(server, tmp_path) as client:
            client.launch(1, *WAIT)
            client.launch(2, "true")
            refusal = await client.refusal(2)

            assert (refusal.busy, refusal.transient) == (True, True)
            assert refusal.reason == "all 1 slots of node1 are in use"


async def test_slots_in_the_killfile_start_nothing_while_it_is_there(tmp_path):
    killfile = tmp_path / "off"
    killfile.write_text("slot1\n")
    with running_server(tmp_path, "-k", str(killfile)) as server:
        async with dispatcher(server, tmp_path) as client:
            client.launch(1, "true")
            assert (await client.refusal(1)).reason == "slot1 is switched off on node1"
            client.launch(2, "true")
            await client.end(2)
            killfile.unlink()
            client.launch(3, "true", slot="slot1")
            await client.end(3)


# -- leases and ends --------------------------------------------------------------------------------------------------


async def test_a_command_whose_lease_nobody_renews_is_ended(tmp_path):
    with running_server(tmp_path) as server:
        async with dispatcher(server, tmp_path) as client:
            client.launch(1, *WAIT, lease_s=0.1)
            ended = await client.end(1)

            assert (ended.status, ended.expired, ended.swept) == (-signal.SIGTERM, True, False)


async def test_a_renewed_lease_goes_on_and_every_renewal_is_answered(tmp_path):
    with running_server(tmp_path) as server:
        async with dispatcher(server, tmp_path) as client:
            client.launch(1, *WAIT, lease_s=0.5)
            client.launch(2, *WAIT, lease_s=0.6)
            assert await client.answer(Renew(7, 1000.0, (1, 99)), Renewed) == Renewed(7)
            await client.end(2)
            client.link.post(End((1,), 0.2))

            assert not (await client.end(1)).expired


async def test_an_end_ends_all_that_the_command_started(tmp_path):
    with running_server(tmp_path) as server:
        async with dispatcher(server, tmp_path) as client:
            client.sh(1, "setsid sleep 1000 & echo $! > pid; wait")
            await patiently(lambda: bool(lines(tmp_path / "pid")))
            client.link.post(End((1,), 0.2))

            assert (await client.end(1)).swept
            await patiently(lambda: not psutil.pid_exists(int(lines(tmp_path / "pid")[0])))


# -- connections ------------------------------------------------------------------------------------------------------


async def test_a_command_and_its_output_wait_for_a_dispatcher_that_was_cut_off(tmp_path):
    with running_server(tmp_path) as server:
        os.mkfifo(tmp_path / "go")
        async with dispatcher(server, tmp_path) as client:
            client.sh(1, "echo first; read x < go; echo second; echo Task {t}; exit 4", keep_stdout=True)
            await client.text(1, b"first\n")
        await trio.to_thread.run_sync((tmp_path / "go").write_text, "go\n")

        async with connected(server) as client:
            await client.resume("dispatcher1")
            assert client.states[1].lease == LeaseId(5, 1)
            client.link.post(Follow(1, output=6))
            assert (await client.end(1)).status == 4
            assert client.printed[1, False].lstrip() == b"second\nTask {t}\n"
            assert client.printed[1, True] == b"first\nsecond\nTask {t}\n"


async def test_an_end_is_said_on_every_connection_until_it_is_acknowledged(tmp_path):
    with running_server(tmp_path) as server:
        async with dispatcher(server, tmp_path) as client:
            client.launch(1, "true")
            await client.end(1)
        async with dispatcher(server, tmp_path) as client:
            assert (await client.end(1)).status == 0
            client.acknowledge(1)
            client.launch(2, "true")
            await client.end(2)
            client.acknowledge(2)
        async with connected(server) as client:
            assert (await client.resume("dispatcher1")).attempts == ()


async def test_what_is_acknowledged_leaves_no_files(tmp_path):
    with running_server(tmp_path) as server:
        async with dispatcher(server, tmp_path) as client:
            (tmp_path / "more.alf").write_text("Task {more}")
            client.sh(1, "echo TR_EXPAND_CHUNK more.alf", keep_stdout=True)
            await client.end(1)
            assert len(os.listdir(server.state / "output")) == 5
            client.acknowledge(1)

            await patiently(lambda: not os.listdir(server.state / "output"))


async def test_a_dispatcher_that_connects_again_takes_the_place_of_its_older_connection(tmp_path):
    with running_server(tmp_path) as server:
        async with dispatcher(server, tmp_path) as old, dispatcher(server, tmp_path) as new:
            said = await old.until(lambda m: isinstance(m, Refused))

            assert said == Refused(0, "this dispatcher has connected again")
            new.launch(1, "true")
            await new.end(1)


async def test_a_dispatcher_that_does_not_read_holds_up_nobody_else(tmp_path):
    with running_server(tmp_path, "-a", "4") as server:
        async with dispatcher(server, tmp_path, "slow") as slow, dispatcher(server, tmp_path, "quick") as quick:
            slow.sh(1, "head -c 50000000 /dev/zero; echo done > printed")
            await patiently(lambda: (tmp_path / "printed").exists())
            quick.sh(1, "echo quick", slot="other", lease=LeaseId(5, 9))
            await quick.end(1)

            await slow.end(1)
            assert len(slow.printed[1, False]) == 50_000_000


async def test_words_that_make_no_sense_end_the_connection_with_a_reason(tmp_path):
    with running_server(tmp_path) as server:
        async with connected(server) as client:
            client.launch(1, "true")
            refused = await client.until(lambda m: isinstance(m, Refused))

            assert refused == Refused(0, "Launch came before Resume")


# -- the process ------------------------------------------------------------------------------------------------------


async def test_a_clean_stop_ends_the_commands_and_tells_their_dispatchers(tmp_path):
    with running_server(tmp_path) as server:
        async with dispatcher(server, tmp_path) as client:
            client.launch(1, *WAIT)
            began = await client.began(1)
            launcher = server.launcher
            server.process.send_signal(signal.SIGTERM)
            ended = await client.end(1)
            client.acknowledge(1)

            assert (ended.swept, ended.status) == (True, -signal.SIGTERM)
            assert await trio.to_thread.run_sync(server.wait) == 0
            await patiently(lambda: not psutil.pid_exists(launcher))
            assert not psutil.pid_exists(began.pid)


async def test_a_second_alfserver_on_one_state_says_who_is_there(tmp_path):
    with running_server(tmp_path) as server:
        first = server.process
        try:
            server.start()
        except AssertionError as error:
            assert f"an alfserver (pid {first.pid}) runs here already: -supercede takes its place" in str(error)
        else:
            raise AssertionError("two alfservers run on one state")
        finally:
            server.process = first


async def test_supercede_takes_over_what_runs(tmp_path):
    with running_server(tmp_path) as server:
        async with dispatcher(server, tmp_path) as client:
            client.sh(1, "echo first; exec sleep 1000")
            await client.text(1, b"first\n")
        first = server.process
        await trio.to_thread.run_sync(server.start, "-supercede")
        assert first.wait(30) == 0
        first.communicate()

        async with connected(server) as client:
            await client.resume("dispatcher1")
            assert client.states[1].running
            client.link.post(Follow(1, 0))
            client.link.post(End((1,), 0.2))
            assert (await client.end(1)).swept
            assert client.printed[1, False] == b"first\n"
