"""What a site's files mean for its alfservers: presets, allowed users, programs, keys; and what outlives a process."""

import getpass
import os
import signal

import psutil
import pytest
import trio

from daemons.keys import Keyring, master_keyring, new_master
from daemons.link import LinkError
from runtime.farm_messages import End, Follow, LeaseId, Refused
from tests.daemons.alfservers import WAIT, connected, dispatcher, patiently, running_server


@pytest.fixture
def master(tmp_path):
    """The site's key: the file, and what is in it."""
    file = tmp_path / "key"
    new_master(file)
    return file, master_keyring({"ALF_KEY": str(file)})


def gone(pid):
    """Whether nothing of a process is left but what its parent has not waited for."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


# -- presets and accounts --------------------------------------------------------------------------------


async def test_presets_are_set_under_the_commands_own_variables(tmp_path):
    (tmp_path / "presets").write_text("set alfEnvKey(rms) {setenv A=preset B=preset C=preset}")
    with running_server(tmp_path, ini=f"set alfConfig(presetsFile) {tmp_path}/presets") as server:
        async with dispatcher(server, tmp_path) as client:
            client.context(tmp_path, A="job", D="job")
            client.sh(1, 'echo "$A $B $C $D"', presets=("rms",), env={"C": "own"})
            await client.end(1)

            assert client.printed[1, False] == b"preset preset own job\n"


async def test_an_unknown_preset_is_said_in_the_output(tmp_path):
    with running_server(tmp_path) as server:
        async with dispatcher(server, tmp_path) as client:
            client.sh(1, "echo on", presets=("rms",))
            await client.end(1)

            assert client.printed[1, False] == b"alfserver: -envkey rms: node1 has no such preset\non\n"
            assert "-envkey rms: node1 has no such preset" in server.log


async def test_the_home_of_another_user_is_not_this_accounts(tmp_path, master):
    file, keyring = master
    with running_server(tmp_path, key=file) as server:
        async with dispatcher(server, tmp_path, keyring=keyring, user="ann") as client:
            client.context(tmp_path, HOME="/home/ann", USER="ann", SHOW="bounce")
            client.sh(1, 'echo "$HOME $USER $SHOW"')
            await client.end(1)

            home = os.path.expanduser(f"~{getpass.getuser()}")
            assert client.printed[1, False].decode() == f"{home} {getpass.getuser()} bounce\n"


async def test_ones_own_home_is_as_it_was_sent(tmp_path):
    with running_server(tmp_path) as server:
        async with dispatcher(server, tmp_path) as client:
            client.context(tmp_path, HOME="/elsewhere")
            client.sh(1, 'echo "$HOME"')
            await client.end(1)

            assert client.printed[1, False] == b"/elsewhere\n"


# -- who may do what -------------------------------------------------------------------------------------


async def test_a_user_without_proof_is_refused(tmp_path, master):
    file, _ = master
    with running_server(tmp_path, key=file) as server, pytest.raises(LinkError):
        async with connected(server, Keyring(master=bytes(32)), "ann"):
            pass


async def test_users_cannot_reach_each_others_commands(tmp_path, master):
    file, keyring = master
    with running_server(tmp_path, key=file) as server:
        async with dispatcher(server, tmp_path, "d", keyring=keyring, user="ann") as ann:
            ann.launch(1, *WAIT)
            await ann.began(1)
            async with dispatcher(server, tmp_path, "d", keyring=keyring, user="ben") as ben:
                assert ben.states == {}
                ben.link.post(End((1,), 0.1), Follow(1, 0))
                ben.launch(1, "true", slot="s2", lease=LeaseId(5, 9))
                await ben.end(1)
            ann.link.post(End((1,), 0.1))

            assert (await ann.end(1)).swept


async def test_a_user_whom_the_site_does_not_list_is_sent_away(tmp_path):
    with running_server(tmp_path, ini="set alfConfig(alfserverUsers) nobody-else") as server:
        async with connected(server) as client:
            refused = await client.until(lambda m: isinstance(m, Refused))

            assert "does not run commands of" in refused.text


async def test_a_program_that_the_site_does_not_list_does_not_run(tmp_path):
    with running_server(tmp_path, ini="set alfConfig(alfserverPrograms) {tr*}") as server:
        async with dispatcher(server, tmp_path) as client:
            client.launch(1, "true")
            await client.end(1)
            client.sh(2, "true")

            assert not (await client.refusal(2)).transient


# -- what outlives a process -----------------------------------------------------------------------------


async def test_a_killed_alfservers_commands_output_and_ends_are_there_again(tmp_path):
    with running_server(tmp_path) as server:
        os.mkfifo(tmp_path / "go")
        (tmp_path / "more.alf").write_text("Task {more}")
        async with dispatcher(server, tmp_path) as client:
            client.sh(1, "echo first; read x < go; echo TR_EXPAND_CHUNK more.alf; exit 4", keep_stdout=True)
            client.launch(2, *WAIT)
            await client.began(2)
            await client.text(1, b"first\n")
        server.kill()
        await trio.to_thread.run_sync((tmp_path / "go").write_text, "go\n")
        await trio.to_thread.run_sync(server.start)

        async with dispatcher(server, tmp_path) as client:
            client.launch(3, "true", slot="slot2")
            assert (await client.refusal(3)).busy
            client.link.post(Follow(1, 6))
            assert (await client.end(1)).status == 4
            assert client.printed[1, False].lstrip() == b"TR_EXPAND_CHUNK more.alf\n"
            assert client.printed[1, True] == b"first\nTR_EXPAND_CHUNK more.alf\n"
            assert [(m.number, m.chunk) for m in client.heard if getattr(m, "number", 0) and hasattr(m, "chunk")] == [
                (1, b"Task {more}")
            ]
            client.link.post(Follow(2, 0), End((2,), 0.1))
            assert (await client.end(2)).swept


async def test_the_newest_epoch_outlives_the_alfserver(tmp_path):
    with running_server(tmp_path) as server:
        async with dispatcher(server, tmp_path) as client:
            client.launch(1, "true", lease=LeaseId(7, 1))
            await client.end(1)
            client.acknowledge(1)
            client.launch(2, "true", lease=LeaseId(7, 2))
            await client.end(2)
        server.kill()
        await trio.to_thread.run_sync(server.start)

        async with dispatcher(server, tmp_path) as client:
            client.launch(3, "true", lease=LeaseId(6, 3))
            assert "earlier maitre-d" in (await client.refusal(3)).reason


async def test_commands_of_a_killed_launcher_are_lost_and_nothing_is_left_of_them(tmp_path):
    with running_server(tmp_path) as server:
        async with dispatcher(server, tmp_path) as client:
            client.launch(1, *WAIT)
            began = await client.began(1)
            os.kill(server.launcher, signal.SIGKILL)

            ended = await client.end(1)
            assert ended.lost
            assert gone(began.pid)
            client.launch(2, "true")
            await client.end(2)


async def test_output_that_was_acknowledged_while_nobody_was_there_to_remove_it_goes_with_the_next_start(tmp_path):
    with running_server(tmp_path) as server:
        async with dispatcher(server, tmp_path) as client:
            client.sh(1, "echo something")
            await client.end(1)
            client.acknowledge(1)
        output = server.state / "output"
        await patiently(lambda: not os.listdir(output))
        server.kill()
        (output / "1.log").write_text("left behind")
        await trio.to_thread.run_sync(server.start)

        await patiently(lambda: not os.listdir(output))


async def test_nobody_runs_a_command_on_a_slot_that_no_maitre_d_gave_him(tmp_path, master):
    file, keyring = master
    with running_server(tmp_path, key=file, ini="set alfConfig(chaosAllowed) 0") as server:
        async with dispatcher(server, tmp_path, "d", keyring=keyring, user="ann") as ann:
            ann.launch(1, "true", proof=b"")
            ann.launch(2, "true", host="node2")
            ann.launch(3, "true", lease=LeaseId(0, 1))
            for attempt in (1, 2, 3):
                await ann.refusal(attempt)
            ann.launch(4, "true")

            await ann.end(4)
