"""The launcher with real processes: what becomes of commands, however they behave and whoever is killed."""

import contextlib
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import psutil
import pytest
import trio

from daemons.frames import frame
from daemons.launch import LauncherError, open_launcher, reason_of
from daemons.launcher_log import past, read_records
from daemons.launcher_messages import (
    Began,
    Context,
    Exited,
    Hello,
    Lease,
    Lost,
    Output,
    Quit,
    Refused,
    Signal,
    Spawn,
)
from daemons.output import read_stamps

ENV = {"PATH": os.environ["PATH"]}
WAIT = ("sleep", "1000")


class Rig:
    """A daemon's side of a launcher, with attempts numbered by the test; `heard` is all that the launcher said."""

    def __init__(self, launcher, directory):
        self.launcher = launcher
        self.directory = directory
        self.heard = []
        launcher.send([Context(1, str(directory), ENV)])

    def spawn(self, attempt, *argv, **more):
        more = {"env": {}, "grace_s": 0.2, **more}
        spawn = Spawn(attempt=attempt, tag=f"1.{attempt}.1", context=1, argv=argv, log=self.log(attempt), **more)
        self.launcher.send([spawn])

    def log(self, attempt):
        return str(self.directory / "jobs" / f"{attempt}.log")

    def text(self, attempt):
        return Path(self.log(attempt)).read_bytes()

    async def until(self, wanted):
        """The first message that `wanted` is true for, from now or before."""
        with trio.fail_after(30):
            while True:
                for message in self.heard:
                    if wanted(message):
                        return message
                batch = await self.launcher.receive()
                assert batch, "the launcher has ended"
                self.heard += batch

    async def began(self, attempt):
        return await self.until(lambda m: isinstance(m, Began) and m.attempt == attempt)

    async def end(self, attempt):
        return await self.until(lambda m: isinstance(m, Exited | Refused | Lost) and m.attempt == attempt)

    async def run(self, *argv, **more):
        self.spawn(1, *argv, **more)
        return await self.end(1)

    def sh(self, attempt, script, **more):
        self.spawn(attempt, "/bin/sh", "-c", script, **more)

    async def file(self, name):
        """Wait until a command has made this file, and give its words."""
        path = self.directory / name
        await patiently(lambda: path.exists() and path.read_text().endswith("\n"))
        return path.read_text().split()


async def patiently(condition):
    """Wait until a condition of the machine, which nothing announces, holds."""
    with trio.fail_after(30):
        while not condition():
            await trio.sleep(0.01)


def uptime():
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def log_size(directory):
    return (directory / "launcher" / "log").stat().st_size


def gone(pid):
    try:
        return psutil.Process(int(pid)).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@contextlib.asynccontextmanager
async def rig(directory, patience_s=60.0):
    """A rig whose launcher is gone afterwards, and all it ran with it."""
    async with open_launcher(directory / "launcher", patience_s) as launcher:
        result = Rig(launcher, directory)
        try:
            yield result
        finally:
            with trio.move_on_after(30, shield=True):
                launcher.send([Quit(sweep=True, grace_s=0.1)])
                while await launcher.receive():
                    pass


# -- starting ---------------------------------------------------------------------------------------------------------


async def test_an_exit_status_is_reported(tmp_path):
    async with rig(tmp_path) as r:
        exited = await r.run("sh", "-c", "exit 3")

    assert (exited.status, exited.tag, exited.swept) == (3, "1.1.1", False)


async def test_a_signal_is_a_negative_status(tmp_path):
    async with rig(tmp_path) as r:
        assert (await r.run("sh", "-c", "kill -SEGV $$")).status == -signal.SIGSEGV


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("no-such-prog",), "no-such-prog: no such program on PATH (/bin:/usr/bin)"),
        (("./missing",), "./missing: no such program"),
        (("./plain",), "./plain: it is not executable"),
        (("/",), "/: it is a directory"),
        (("./orphan",), "./orphan: the interpreter that its #! line names does not exist"),
        ((), "there is no program to start: the command is empty"),
        (("echo", "a" * 3_000_000), "echo: its arguments and environment together are too long"),
        (("echo", "a\0b"), "echo: embedded null byte"),
    ],
)
async def test_what_cannot_be_started_is_refused_with_words(tmp_path, argv, words):
    (tmp_path / "plain").write_text("#!/bin/sh\n")
    (tmp_path / "orphan").write_text("#!/no/such/interpreter\n")
    (tmp_path / "orphan").chmod(0o755)
    async with rig(tmp_path) as r:
        refused = await r.run(*argv, env={"PATH": "/bin:/usr/bin"})

    assert isinstance(refused, Refused)
    assert refused.reason == words
    assert not refused.transient


async def test_a_program_on_path_that_may_not_be_executed_is_named(tmp_path):
    (tmp_path / "plain").write_text("#!/bin/sh\n")
    async with rig(tmp_path) as r:
        refused = await r.run("plain", env={"PATH": str(tmp_path)})

    assert refused.reason == f"plain: {tmp_path}/plain is not executable"


async def test_a_missing_directory_is_refused_with_its_name(tmp_path):
    async with rig(tmp_path) as r:
        r.launcher.send([Context(1, "/no/such/place", ENV)])
        refused = await r.run("true")

    assert refused.reason == "cannot run in the directory /no/such/place: No such file or directory"


async def test_a_script_without_an_interpreter_line_runs_in_sh(tmp_path):
    (tmp_path / "script").write_text('echo "$1 here"; exit 4\n')
    (tmp_path / "script").chmod(0o755)
    async with rig(tmp_path) as r:
        exited = await r.run("./script", "I am")

        assert exited.status == 4
        assert r.text(1) == b"I am here\n"


async def test_the_program_is_looked_up_on_the_jobs_path_not_on_ours(tmp_path):
    (tmp_path / "true").write_text("#!/bin/sh\nexit 7\n")
    (tmp_path / "true").chmod(0o755)
    async with rig(tmp_path) as r:
        assert (await r.run("true", env={"PATH": f"{tmp_path}:/bin"})).status == 7


async def test_directory_environment_stdin_and_session_are_the_commands_own(tmp_path):
    script = "import os; print(os.getcwd(), os.environ['COLOUR'], os.read(0, 9), os.getsid(0) == os.getpid())"
    async with rig(tmp_path) as r:
        await r.run(sys.executable, "-S", "-c", script, env={"COLOUR": "blue"})

        assert r.text(1).decode() == f"{tmp_path} blue b'' True\n"


async def test_nothing_of_the_launchers_is_open_blocked_or_ignored_in_a_command(tmp_path):
    async with rig(tmp_path) as r:
        r.spawn(2, *WAIT)  # whose pipe must not be inherited either
        r.spawn(1, "sh", "-c", "exec grep -E 'Sig(Blk|Ign)' /proc/self/status")
        await r.end(1)
        pid = (await r.began(2)).pid

        assert sorted(os.listdir(f"/proc/{pid}/fd")) == ["0", "1", "2"]
        glibc_own = 0x1_8000_0000  # 32 and 33, which no program may use
        assert [int(line.split()[1], 16) & ~glibc_own for line in r.text(1).splitlines()] == [0, 0]


async def test_the_usual_limit_of_descriptors_is_given_to_commands(tmp_path):
    async with rig(tmp_path) as r:
        await r.run("sh", "-c", "ulimit -Sn")

        assert int(r.text(1)) == resource.getrlimit(resource.RLIMIT_NOFILE)[0]


@pytest.mark.parametrize("size", [0, 12, 5_000_000])
async def test_a_message_of_any_size_is_on_stdin(tmp_path, size):
    async with rig(tmp_path) as r:
        await r.run("wc", "-c", stdin="x" * size)

        assert int(r.text(1)) == size


async def test_a_message_that_nobody_reads_harms_nobody(tmp_path):
    async with rig(tmp_path) as r:
        assert (await r.run("true", stdin="x" * 1_000_000)).status == 0


async def test_an_attempt_is_never_started_twice(tmp_path):
    async with rig(tmp_path) as r:
        for _ in range(3):
            r.sh(1, "echo once")
        await r.end(1)
        r.sh(1, "echo once")
        r.sh(2, "true")
        await r.end(2)

        assert r.text(1) == b"once\n"


# -- output -----------------------------------------------------------------------------------------------------------


async def test_stdout_and_stderr_are_in_one_log_in_order_with_stamps(tmp_path):
    async with rig(tmp_path) as r:
        await r.run("sh", "-c", "echo a; echo b >&2; echo c")

        assert r.text(1) == b"a\nb\nc\n"
        assert next(iter(read_stamps(Path(r.log(1)))))[0] == 0


async def test_a_silent_command_leaves_no_file(tmp_path):
    async with rig(tmp_path) as r:
        await r.run("true")

        assert not (tmp_path / "jobs").exists()


async def test_stdout_alone_is_kept_where_it_is_wanted(tmp_path):
    async with rig(tmp_path) as r:
        await r.run("sh", "-c", "echo script; echo noise >&2", keep_stdout=True)

        assert Path(r.log(1) + ".stdout").read_bytes() == b"script\n"
        assert sorted(r.text(1).splitlines()) == [b"noise", b"script"]


async def test_kept_stdout_exists_when_nothing_is_printed(tmp_path):
    async with rig(tmp_path) as r:
        await r.run("true", keep_stdout=True)

        assert Path(r.log(1) + ".stdout").read_bytes() == b""


async def test_binary_output_is_kept_byte_for_byte(tmp_path):
    async with rig(tmp_path) as r:
        await r.run(sys.executable, "-c", "import sys; sys.stdout.buffer.write(bytes(range(256)) * 999)")

        assert r.text(1) == bytes(range(256)) * 999


async def test_a_flood_leaves_memory_flat_and_others_served(tmp_path):
    async with rig(tmp_path) as r:
        launcher = psutil.Process(r.launcher.hello.pid)
        before = launcher.memory_info().rss
        (tmp_path / "jobs").mkdir()
        os.symlink("/dev/null", r.log(1))
        r.spawn(1, "head", "-c", str(1 << 30), "/dev/zero")
        await r.began(1)
        for attempt in range(2, 12):
            r.spawn(attempt, "true")
            await r.end(attempt)
        assert not any(isinstance(m, Exited) and m.attempt == 1 for m in r.heard)

        assert (await r.end(1)).status == 0
        assert launcher.memory_info().rss - before < 4 * 1024 * 1024


async def test_a_command_that_closes_its_output_early_ends_when_it_ends(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    async with rig(tmp_path) as r:
        r.sh(1, "exec >&- 2>&-; read x < fifo; exit 5")
        await r.began(1)
        await trio.to_thread.run_sync((tmp_path / "fifo").write_text, "go\n")

        assert (await r.end(1)).status == 5


async def test_a_daemon_that_holds_the_pipe_does_not_hold_the_command(tmp_path):
    async with rig(tmp_path) as r:
        r.sh(1, "echo mine; sleep 1000 & exit 6")

        assert (await r.end(1)).status == 6
        assert r.text(1) == b"mine\n"


async def test_progress_is_told_and_coalesced(tmp_path):
    script = "import time\nfor n in range(1000): print(f'ALF_PROGRESS {n/10:.0f}%', flush=True)\ntime.sleep(1000)"
    async with rig(tmp_path) as r:
        r.spawn(1, sys.executable, "-c", script)
        await r.until(lambda m: isinstance(m, Output) and m.percent == 100)

        assert sum(isinstance(m, Output) for m in r.heard) <= 12


async def test_a_reported_status_ends_a_command_that_runs_on(tmp_path):
    async with rig(tmp_path) as r:
        r.sh(1, "echo TR_EXIT_STATUS 7; exec sleep 1000")
        await r.until(lambda m: isinstance(m, Output) and m.reported == 7)
        exited = await r.end(1)

    assert (exited.status, exited.reported, exited.swept) == (-signal.SIGTERM, 7, False)
    assert 1.9 < exited.run_s < 10


async def test_chunk_files_are_told_at_once_and_with_the_end(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    async with rig(tmp_path) as r:
        r.sh(1, "echo TR_EXPAND_CHUNK one.alf; read x < fifo; echo TR_EXPAND_CHUNK two.alf")
        await r.until(lambda m: isinstance(m, Output) and m.chunks == (f"{tmp_path}/one.alf",))
        await trio.to_thread.run_sync((tmp_path / "fifo").write_text, "go\n")

        assert (await r.end(1)).chunks == (f"{tmp_path}/one.alf", f"{tmp_path}/two.alf")


async def test_what_nobody_prolongs_is_ended_when_its_lease_is_over(tmp_path):
    async with rig(tmp_path) as r:
        exited = await r.run(*WAIT, until=uptime() + 0.1)

    assert (exited.status, exited.expired, exited.swept) == (-signal.SIGTERM, True, False)


async def test_a_lease_that_is_prolonged_goes_on(tmp_path):
    async with rig(tmp_path) as r:
        r.spawn(1, *WAIT, until=uptime() + 0.5)
        r.spawn(2, *WAIT, until=uptime() + 0.6)
        r.launcher.send([Lease((1,), uptime() + 1000.0)])
        await r.end(2)
        r.launcher.send([Signal((1,), 0.2)])

        assert not (await r.end(1)).expired


async def test_a_lease_runs_out_while_there_is_no_daemon_too(tmp_path):
    async with open_launcher(tmp_path / "launcher") as launcher:
        r = Rig(launcher, tmp_path)
        r.spawn(1, *WAIT, until=uptime() + 0.3)
        began = await r.began(1)
    await patiently(lambda: gone(began.pid))

    async with rig(tmp_path) as r:
        if 1 in r.launcher.hello.running:
            await r.end(1)
        records, _ = read_records(tmp_path / "launcher" / "log")
        assert past(records).ended[1].expired


async def test_a_directory_that_is_not_here_is_told_from_a_program_that_is_not(tmp_path):
    async with rig(tmp_path) as r:
        r.launcher.send([Context(1, "/no/such/directory", ENV)])
        r.spawn(1, "true")
        assert (await r.end(1)).directory
        r.launcher.send([Context(1, str(tmp_path), ENV)])
        r.spawn(2, "no-such-prog")
        assert not (await r.end(2)).directory


async def test_an_unwritable_log_costs_the_output_and_is_said_once(tmp_path):
    (tmp_path / "jobs").write_text("in the way")
    async with rig(tmp_path) as r:
        r.sh(1, "echo a; echo b; exit 3")
        exited = await r.end(1)

        words = f"output cannot be written to {r.log(1)}: Not a directory"
        assert (exited.status, exited.trouble) == (3, words)
        assert [m.trouble for m in r.heard if isinstance(m, Output)] == [words]


async def test_a_full_disk_costs_the_output_and_not_the_command(tmp_path):
    (tmp_path / "jobs").mkdir()
    os.symlink("/dev/full", tmp_path / "jobs" / "1.log")
    async with rig(tmp_path) as r:
        r.sh(1, "echo a; exit 3")
        exited = await r.end(1)

    assert exited.status == 3
    assert exited.trouble.endswith("No space left on device")


# -- sweeps -----------------------------------------------------------------------------------------------------------

TREE = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
def note():
    with open('pids', 'a') as f: f.write(f'{os.getpid()} ')
note()
if os.fork() == 0:                    # a child that stays
    note()
    if os.fork() == 0:                # a session of its own
        os.setsid(); note()
        if os.fork() == 0:            # double-forked: an orphan
            os.setsid(); note()
            with open('pids', 'a') as f: f.write('\\n')
        else: os._exit(0) if len(sys.argv) > 1 else None
    time.sleep(1000)
time.sleep(1000)
"""


async def test_a_sweep_finds_what_forked_twice_left_its_session_and_ignores_term(tmp_path):
    async with rig(tmp_path) as r:
        r.spawn(1, sys.executable, "-c", TREE, "orphan")
        pids = await r.file("pids")
        r.launcher.send([Signal((1,), 0.3)])
        exited = await r.end(1)

        assert len(pids) == 4
        assert all(gone(pid) for pid in pids)
        assert (exited.status, exited.swept) == (-signal.SIGKILL, True)


async def test_a_command_that_heeds_term_is_not_killed(tmp_path):
    async with rig(tmp_path) as r:
        r.sh(1, "trap 'echo bye; exit 9' TERM; echo > up; while :; do sleep 0.01; done")
        await r.file("up")
        r.launcher.send([Signal((1,), 20.0)])

        assert (await r.end(1)).status == 9
        assert r.text(1).endswith(b"bye\n")


async def test_a_stopped_command_is_swept_by_term_alone(tmp_path):
    async with rig(tmp_path) as r:
        r.spawn(1, *WAIT)
        os.kill((await r.began(1)).pid, signal.SIGSTOP)
        r.launcher.send([Signal((1,), 20.0)])

        assert (await r.end(1)).status == -signal.SIGTERM


async def test_a_sweep_of_one_leaves_the_others_alone(tmp_path):
    async with rig(tmp_path) as r:
        r.spawn(1, *WAIT)
        r.spawn(2, *WAIT)
        r.launcher.send([Signal((1,), 0.1)])
        await r.end(1)
        other = await r.began(2)

        assert not gone(other.pid)


async def test_what_an_ended_command_left_behind_can_be_swept(tmp_path):
    async with rig(tmp_path) as r:
        r.sh(1, "setsid sleep 1000 >/dev/null 2>&1 & echo $! > left")
        await r.end(1)
        (left,) = await r.file("left")
        assert not gone(left)
        r.launcher.send([Signal((1,), 0.1)])

        await patiently(lambda: gone(left))


async def test_a_command_whose_time_is_over_is_ended_and_says_so(tmp_path):
    async with rig(tmp_path) as r:
        exited = await r.run("sh", "-c", "trap '' TERM; while :; do sleep 0.01; done", maxrun_s=0.1)

    assert (exited.timed_out, exited.swept, exited.status) == (True, False, -signal.SIGKILL)


async def test_a_command_that_prints_nothing_and_does_nothing_is_ended_and_says_so(tmp_path):
    async with rig(tmp_path) as r:
        exited = await r.run(*WAIT, quiet_s=0.2)

    assert (exited.stalled, exited.timed_out, exited.swept) == (True, False, False)


async def test_output_is_a_sign_of_life(tmp_path):
    async with rig(tmp_path) as r:
        exited = await r.run("sh", "-c", "for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.2; done", quiet_s=1.2)

    assert (exited.stalled, exited.status) == (False, 0)


async def test_a_command_that_computes_in_silence_goes_on(tmp_path):
    busy = "import time\nend = time.monotonic() + 1.6\nwhile time.monotonic() < end: pass"
    async with rig(tmp_path) as r:
        exited = await r.run(sys.executable, "-c", busy, quiet_s=1.0)

    assert (exited.stalled, exited.status) == (False, 0)


async def test_what_its_children_compute_counts_for_a_command(tmp_path):
    async with rig(tmp_path) as r:
        exited = await r.run("sh", "-c", "(timeout 1.6 sh -c 'while :; do :; done' & wait); exit 0", quiet_s=1.0)

    assert (exited.stalled, exited.status) == (False, 0)


async def test_the_first_line_that_a_pattern_matches_is_told_with_the_end(tmp_path):
    script = "echo ok; printf 'FATAL: No lic'; sleep 0.1; printf 'ense available\\nno license again\\n'; exit 1"
    async with rig(tmp_path) as r:
        exited = await r.run("sh", "-c", script, watch=("no license", "nowhere"))

    assert exited.line == "FATAL: No license available"


async def test_a_line_is_found_on_either_stream_of_a_command_whose_stdout_is_kept(tmp_path):
    async with rig(tmp_path) as r:
        exited = await r.run("sh", "-c", "echo out; echo no license >&2", watch=("no license",), keep_stdout=True)

    assert exited.line == "no license"


async def test_500_stubborn_commands_are_gone_soon_after_the_grace(tmp_path):
    grace_s, attempts = 1.0, range(1, 501)
    async with rig(tmp_path) as r:
        for attempt in attempts:
            r.sh(attempt, "trap '' TERM; sleep 1000; sleep 1000; :")
        pids = [(await r.began(attempt)).pid for attempt in attempts]
        started = trio.current_time()
        r.launcher.send([Signal(tuple(attempts), grace_s)])
        for attempt in attempts:
            assert (await r.end(attempt)).swept

        assert trio.current_time() - started < grace_s + 20.0  # 2 on a machine that has nothing else to do
        assert all(gone(pid) for pid in pids)


# -- who may come and go ----------------------------------------------------------------------------------------------


async def test_a_returning_daemon_hears_what_it_missed_and_takes_up_what_runs(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    async with open_launcher(tmp_path / "launcher") as launcher:
        first = Rig(launcher, tmp_path)
        first.sh(1, "read x < fifo; exit 3")
        first.spawn(2, *WAIT)
        await first.began(1)
        await first.began(2)
    await trio.to_thread.run_sync((tmp_path / "fifo").write_text, "go\n")
    await patiently(lambda: 1 in past(read_records(tmp_path / "launcher" / "log")[0]).ended)

    async with rig(tmp_path) as second:
        assert second.launcher.past.ended[1].status == 3
        assert second.launcher.hello.running == (2,)
        second.launcher.send([Signal((2,), 0.1)])
        assert (await second.end(2)).swept


async def test_an_end_that_the_log_had_no_room_for_is_told_to_the_next_daemon(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    async with open_launcher(tmp_path / "launcher") as launcher:
        first = Rig(launcher, tmp_path)
        first.sh(1, "read x < fifo; exit 3")
        pid = (await first.began(1)).pid
        resource.prlimit(launcher.hello.pid, resource.RLIMIT_FSIZE, (log_size(tmp_path), resource.RLIM_INFINITY))
    await trio.to_thread.run_sync((tmp_path / "fifo").write_text, "go\n")
    await patiently(lambda: not psutil.pid_exists(pid))

    async with rig(tmp_path) as second:
        assert second.launcher.hello.running == (1,)
        assert (await second.end(1)).status == 3


async def test_what_is_said_in_one_breath_with_hello_is_heard(tmp_path):
    exited = Exited(7, "1.7.1", 0, 1.0, 0.5)
    hello = Hello(0, str(tmp_path / "log"), 0, (7,))
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        listener.listen()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.to_thread.run_sync, _say, listener, (hello, exited, exited))
            async with open_launcher(tmp_path) as launcher:
                assert launcher.hello == hello
                with trio.fail_after(30):
                    assert await launcher.receive() == [exited, exited]


def _say(listener, messages):
    connection, _ = listener.accept()
    with connection:
        connection.sendall(b"".join(frame(msgspec.msgpack.encode(message)) for message in messages))
        connection.recv(1)


async def test_orders_of_a_daemon_that_another_replaced_never_happen(tmp_path):
    async with rig(tmp_path) as second:
        os.kill(second.launcher.hello.pid, signal.SIGSTOP)
        old = socket.socket(socket.AF_UNIX)
        await trio.to_thread.run_sync(old.connect, str(tmp_path / "launcher" / "socket"))
        new = socket.socket(socket.AF_UNIX)
        await trio.to_thread.run_sync(new.connect, str(tmp_path / "launcher" / "socket"))
        spawn = Spawn(1, "1.1.1", 1, ("touch", "ran"), {}, second.log(1))
        old.sendall(b"".join(frame(msgspec.msgpack.encode(m)) for m in (Context(1, str(tmp_path), ENV), spawn)))
        os.kill(second.launcher.hello.pid, signal.SIGCONT)
        length = struct.unpack(">I", await trio.to_thread.run_sync(new.recv, 4))[0]
        assert length > 0
        old.close(), new.close()
        second.heard += await second.launcher.receive()
        second.launcher.send([Context(1, str(tmp_path), ENV)])
        second.spawn(2, "true")
        await second.end(2)

        assert not (tmp_path / "ran").exists()


async def test_a_launcher_whose_daemon_does_not_return_sweeps_and_ends(tmp_path):
    async with open_launcher(tmp_path / "launcher", patience_s=0.2) as launcher:
        r = Rig(launcher, tmp_path)
        r.spawn(1, *WAIT)
        r.sh(2, "setsid sleep 1000 >/dev/null 2>&1 & echo $! > left")
        pid = (await r.began(1)).pid
        (left,) = await r.file("left")
        own = launcher.hello.pid

    await patiently(lambda: gone(own))
    assert gone(pid) and gone(left)
    assert past(read_records(tmp_path / "launcher" / "log")[0]).ended[1].swept


async def test_term_sweeps_and_ends_and_ctrl_c_does_nothing(tmp_path):
    async with open_launcher(tmp_path / "launcher") as launcher:
        r = Rig(launcher, tmp_path)
        own = launcher.hello.pid
        r.spawn(1, *WAIT)
        pid = (await r.began(1)).pid
        os.kill(own, signal.SIGINT)
        r.spawn(2, "true")
        assert (await r.end(2)).status == 0
        os.kill(own, signal.SIGTERM)
        exited = await r.end(1)

        assert exited.swept
        await patiently(lambda: gone(own))
        assert gone(pid)


async def test_quit_waits_for_what_runs(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    async with open_launcher(tmp_path / "launcher") as launcher:
        r = Rig(launcher, tmp_path)
        r.sh(1, "read x < fifo; exit 3")
        await r.began(1)
        launcher.send([Quit()])
        await trio.to_thread.run_sync((tmp_path / "fifo").write_text, "go\n")

        assert (await r.end(1)).status == 3
        assert await launcher.receive() == []
        await patiently(lambda: gone(launcher.hello.pid))


async def test_a_dead_launchers_commands_are_ended_and_lost_before_anything_runs_again(tmp_path):
    async with rig(tmp_path) as r:
        r.spawn(1, sys.executable, "-c", TREE, "orphan")
        r.spawn(2, "true")
        await r.end(2)
        pids = await r.file("pids")
        first = r.launcher.hello.pid
        os.kill(first, signal.SIGKILL)
        lost = await r.end(1)

        assert isinstance(lost, Lost)
        assert all(gone(pid) for pid in pids)
        hello = await r.until(lambda m: isinstance(m, Hello))
        assert hello.pid != first
        r.launcher.send([Context(1, str(tmp_path), ENV)])
        r.spawn(3, "true")
        assert (await r.end(3)).status == 0


async def test_a_launcher_that_runs_nothing_does_not_wait_for_a_daemon_for_long(tmp_path):
    code = "import daemons.launcher as it; it.IDLE_S = 0.1; it.main()"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, tmp_path, "1000"], capture_output=True, check=True, timeout=30
    )
    assert done.stdout == b"ready\n"

    await patiently(lambda: not (tmp_path / "socket").exists())


async def test_what_a_dead_launcher_never_began_is_refused_for_now(tmp_path):
    async with rig(tmp_path) as r:
        os.kill(r.launcher.hello.pid, signal.SIGSTOP)
        r.spawn(1, "true")
        await trio.testing.wait_all_tasks_blocked()
        os.kill(r.launcher.hello.pid, signal.SIGKILL)
        refused = await r.end(1)

    assert isinstance(refused, Refused)
    assert refused.transient


async def test_a_pid_that_somebody_else_has_by_now_is_not_hit(tmp_path):
    from daemons.launcher_log import LauncherLog, boot_id
    from daemons.launcher_messages import Intended
    from daemons.sweep import leftovers, processes

    bystander = await trio.lowlevel.open_process([*WAIT], start_new_session=True)
    try:
        log = LauncherLog(tmp_path / "log")
        log.open_for(boot_id())
        log.add(Intended(1, "1.1.1", 5.0))
        log.add(Began(1, "1.1.1", bystander.pid, 100.0, 5.1))

        assert (
            leftovers(past([log.opened, *log.past.intended.values(), *log.past.began.values()]), processes()) == set()
        )
    finally:
        bystander.kill()
        await bystander.wait()


async def test_the_socket_is_for_this_user_alone(tmp_path):
    async with rig(tmp_path):
        assert (tmp_path / "launcher" / "socket").stat().st_mode & 0o777 == 0o600


def test_the_reason_for_which_no_launcher_can_be_had_is_found_in_groups_of_groups():
    group = BaseExceptionGroup("outer", [BaseExceptionGroup("inner", [LauncherError("it does not answer")])])

    assert reason_of(group) == "it does not answer"
