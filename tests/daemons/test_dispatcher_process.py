"""The whole dispatcher as a process: what clients ask is done, and what one of them does wrong is its own affair."""

from __future__ import annotations

import getpass
import os
import socket
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psutil
import pytest
import trio

from daemons import client, session, wire
from daemons.client import ConnectionLost, DispatcherClient, NoDispatcher, connect
from daemons.dispatcher import LINGER_S, linger_s
from daemons.frames import frame
from daemons.lock import read
from daemons.offline import NOTHING_RUNS, look
from daemons.state import State
from runtime.messages import (
    AboutIs,
    Acted,
    Action,
    Because,
    Description,
    JobState,
    JobSummary,
    Logs,
    Queue,
    Refusal,
    Spooled,
)
from runtime.settings import read_settings

LIMIT_S = 60.0


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path / "state", tmp_path / "state" / "lock")


@asynccontextmanager
async def running(state: State, slots: int = 2) -> AsyncIterator[DispatcherClient]:
    """A dispatcher that is ended after the test, whatever became of it."""
    try:
        with trio.fail_after(LIMIT_S):
            async with connect(state, slots=slots) as dispatcher:
                yield dispatcher
                with suppress(ConnectionLost):
                    await dispatcher.shutdown()
            await gone(dispatcher.pid)
    finally:
        for process in psutil.process_iter(["cmdline", "environ"]):
            words = " ".join(process.info["cmdline"] or ()) + (process.info["environ"] or {}).get("ALF_STATE", "")
            if "daemons." in words and str(state.directory) in words:
                process.kill()


async def gone(pid: int) -> None:
    """Wait for the end of a process that is not our child, for which there is no event."""
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        await trio.sleep(0.02)


async def spool(
    dispatcher: DispatcherClient, script: str, env: dict[str, str] | None = None, **how: object
) -> Spooled | Refusal:
    return await dispatcher.spool(
        file="test.alf",
        text=script.encode(),
        cwd=str(Path.cwd()),
        env=env or {"PATH": os.environ["PATH"], "GREETING": "hello"},
        user=getpass.getuser(),
        host=socket.gethostname(),
        **how,  # type: ignore[arg-type]  # paused, after, priority
    )


async def rest(dispatcher: DispatcherClient, jid: int = 1) -> JobSummary:
    """The job as soon as it is done or stopped."""
    async for news in dispatcher.watch():
        queue = news if isinstance(news, Queue) else await dispatcher.list()
        job = next(job for job in queue.jobs if job.jid == jid)
        if job.state in (JobState.DONE, JobState.STOPPED):
            return job
    raise AssertionError("the dispatcher went away")


async def run(dispatcher: DispatcherClient, script: str, env: dict[str, str] | None = None) -> JobSummary:
    answer = await spool(dispatcher, script, env)
    assert isinstance(answer, Spooled), answer
    return await rest(dispatcher, answer.jids[0])


async def output(dispatcher: DispatcherClient, jid: int, tid: int) -> str:
    logs = await dispatcher.follow(jid, tid)
    assert isinstance(logs, Logs)
    return "".join(Path(name).read_text() for name in logs.files)


async def test_a_job_runs_with_the_environment_that_it_was_spooled_with(state: State) -> None:
    async with running(state) as dispatcher:
        job = await run(dispatcher, 'Task {a} -cmds { Cmd {sh -c "echo $GREETING $TR_ENV_JID"} }')

        assert job.state is JobState.DONE
        assert await output(dispatcher, 1, 1) == "hello 1\n"


async def test_an_error_stops_the_job_and_tells_the_last_lines(state: State) -> None:
    async with running(state) as dispatcher:
        job = await run(dispatcher, 'Task {a} -cmds { Cmd {sh -c "echo no licence; exit 3"} }')
        queue = await dispatcher.list()

    assert job.state is JobState.STOPPED
    assert [(failed.status, failed.tail) for failed in queue.failed] == [(3, ("no licence",))]


async def test_a_program_that_is_not_there_is_an_error_with_words(state: State) -> None:
    async with running(state) as dispatcher:
        await run(dispatcher, "Task {a} -cmds { Cmd {no-such-program-here} }")
        queue = await dispatcher.list()

    assert "no such program" in queue.failed[0].reason


async def test_a_script_with_errors_is_refused_and_nothing_is_queued(state: State) -> None:
    async with running(state) as dispatcher:
        answer = await spool(dispatcher, "Tusk {a}")
        queue = await dispatcher.list()

    assert isinstance(answer, Refusal)
    assert answer.diagnostics[0].line == 1
    assert queue.jobs == ()


async def test_all_jobs_of_a_script_are_queued(state: State) -> None:
    async with running(state) as dispatcher:
        answer = await spool(dispatcher, "Job -title {a} -subtasks {Task {x}}\nJob -title {b} -subtasks {Task {y}}")
        queue = await dispatcher.list()

    assert isinstance(answer, Spooled)
    assert answer.jids == (1, 2)
    assert [job.title for job in queue.jobs] == ["a", "b"]


async def test_a_built_in_changes_files_and_an_error_of_it_is_its_output(state: State, tmp_path: Path) -> None:
    (tmp_path / "old").write_text("x")
    old, new = tmp_path / "old", tmp_path / "new"
    script = f"Task {{a}} -cmds {{\nFile rename {old} {new}\nFile copy {old} {tmp_path}/x\n}}"
    async with running(state) as dispatcher:
        job = await run(dispatcher, script)

        assert (tmp_path / "new").read_text() == "x"
        assert job.state is JobState.STOPPED
        assert "no such file or directory" in await output(dispatcher, 1, 1)


async def test_what_a_command_prints_grows_the_job(state: State) -> None:
    printed = "Task {grown} -cmds { Cmd {true} }"
    async with running(state) as dispatcher:
        job = await run(dispatcher, f"Task {{a}} -cmds {{ Cmd {{{{echo}} {{{printed}}}}} -expand 1 }}")

    assert (job.state, job.tasks) == (JobState.DONE, 2)


async def test_a_resume_test_runs_the_command_again_while_it_holds(state: State, tmp_path: Path) -> None:
    script = (
        f'Task {{a}} -cmds {{ Cmd {{sh -c "echo again >> {tmp_path}/n"}}'
        f' -resumewhile {{sh -c "test $(wc -l < {tmp_path}/n) -lt 3"}} }}'
    )
    async with running(state) as dispatcher:
        job = await run(dispatcher, script)

    assert job.state is JobState.DONE
    assert (tmp_path / "n").read_text() == "again\n" * 3


async def test_a_hook_runs_once_when_the_job_is_done(state: State, tmp_path: Path) -> None:
    hook = f"cp %f {tmp_path}/status"
    async with running(state) as dispatcher:
        job = await run(dispatcher, f"Job -title {{mugs}} -whendone {{{hook}}} -subtasks {{ Task {{a}} }}")
        while not (tmp_path / "status").exists() or not (tmp_path / "status").read_text():
            await trio.sleep(0.01)

    assert job.state is JobState.DONE
    assert (tmp_path / "status").read_text() == "1 mugs: done\n"


async def test_the_ends_of_an_iterate_run_first_where_the_site_says_so(
    state: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ini = tmp_path / "alfred.ini"
    ini.write_text("set alfConfig(stepOrder) ends")
    monkeypatch.setenv("ALF_INI", str(ini))
    frames = "Iterate n -from 1 -to 5 -template { Task {f $n} -cmds { Cmd {sh -c {echo $n >> %s}} } }"

    async with running(state, slots=1) as dispatcher:
        await run(dispatcher, frames.replace("%s", str(tmp_path / "order")))

    assert (tmp_path / "order").read_text().split() == ["1", "5", "3", "2", "4"]


async def test_a_deleted_job_leaves_nothing_behind(state: State) -> None:
    async with running(state) as dispatcher:
        await run(dispatcher, "Task {a} -cmds { Cmd {echo x} }")
        assert state.job(1).exists()

        await dispatcher.act(Action.DELETE, 1)

        queue = await dispatcher.list()
        while state.job(1).exists():
            await trio.sleep(0.01)
    assert queue.jobs == ()


async def test_a_finished_job_can_be_restarted_by_the_next_dispatcher(state: State) -> None:
    async with running(state) as dispatcher:
        await run(dispatcher, "Task {a} -cmds { Cmd {echo x} }")
    async with running(state) as dispatcher:
        before = (await dispatcher.list()).jobs[0].state
        await dispatcher.act(Action.RESTART, 1)
        job = await rest(dispatcher)
        described = await dispatcher.describe(1)

    assert before is JobState.DONE
    assert job.state is JobState.DONE
    assert isinstance(described, Description)
    assert len(described.about["logs"]) == 2


async def test_a_task_knows_every_attempt_at_its_commands(state: State) -> None:
    async with running(state) as dispatcher:
        await run(dispatcher, "Task {a} -cmds { Cmd {false} }")
        await dispatcher.act(Action.RETRY, 1, 1)
        await rest(dispatcher)
        described = await dispatcher.describe(1, 1)

    assert isinstance(described, Description)
    first, second = described.about["attempts"]
    assert first["argv"] == ["false"]
    assert (first["status"], first["outcome"]) == (1, "error")
    assert second["attempt"] > first["attempt"]


async def test_an_unknown_job_is_refused_with_words(state: State) -> None:
    async with running(state) as dispatcher:
        answers = [
            await dispatcher.act(Action.PAUSE, 7),
            await dispatcher.describe(7),
            await dispatcher.follow(7),
        ]

    assert [answer.text for answer in answers if isinstance(answer, Refusal)] == ["there is no job 7"] * 3


async def test_a_paused_job_waits_until_it_is_resumed(state: State) -> None:
    async with running(state) as dispatcher:
        await spool(dispatcher, "Task {a} -cmds { Cmd {true} }", paused=True)
        paused = (await dispatcher.list()).jobs[0].state
        await dispatcher.act(Action.RESUME, 1)
        job = await rest(dispatcher)

    assert paused is JobState.PAUSED
    assert job.state is JobState.DONE


async def test_garbage_ends_its_connection_and_nothing_else(state: State) -> None:
    async with running(state) as dispatcher:
        for garbage in (b"GET / HTTP/1.1\r\n\r\n", frame(b"\xc1\xc1"), b"\xff" * 100_000):
            stream = await wire.connect(state.socket)
            async with stream:
                await stream.send_all(garbage)
                assert await read_to_end(stream)  # it says why

        assert (await dispatcher.list()).jobs == ()


async def read_to_end(stream: trio.SocketStream) -> bytes:
    said = b""
    try:
        while data := await stream.receive_some():
            said += data
    except trio.BrokenResourceError:
        pass  # closed with bytes of ours unread
    return said


async def test_the_port_in_the_lock_file_leads_in_where_the_socket_is_gone(state: State) -> None:
    async with running(state) as dispatcher:
        holder = read(state.lock)
        assert holder is not None
        assert holder.port > 0
        state.socket.unlink()

        async with connect(state, start=False) as through_port:
            assert through_port.pid == dispatcher.pid
            assert (await through_port.list()).slots == 2


async def test_another_dispatcher_gets_another_port(state: State, tmp_path: Path) -> None:
    other = State(tmp_path / "other", tmp_path / "other" / "lock")
    async with running(state), running(other):
        holders = [read(state.lock), read(other.lock)]

    assert len({holder.port for holder in holders if holder}) == 2


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be another user for a moment")
async def test_another_users_process_is_sent_away_from_the_port(state: State) -> None:
    ask = "exec 3<>/dev/tcp/127.0.0.1/$0; cat <&3"  # of bash: others may not read this environment's Python
    async with running(state) as dispatcher:
        holder = read(state.lock)
        assert holder is not None
        words = ["/bin/bash", "-c", ask, str(holder.port)]

        told = await trio.run_process(words, capture_stdout=True, user=65534, cwd="/")

        assert b"another user's" in told.stdout
        assert (await dispatcher.list()).slots == 2


async def test_a_browser_at_the_port_is_closed_and_harms_nobody(state: State) -> None:
    async with running(state) as dispatcher:
        holder = read(state.lock)
        assert holder is not None
        stream = await trio.open_tcp_stream("127.0.0.1", holder.port)
        await stream.send_all(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")

        assert b"frame of 1195725856 bytes" in await read_to_end(stream)
        assert (await dispatcher.list()).slots == 2


async def test_a_dead_dispatchers_port_is_not_taken_for_its_own(state: State, tmp_path: Path) -> None:
    other = State(tmp_path / "other", tmp_path / "other" / "lock")
    async with running(other):
        other.lock.parent.mkdir(exist_ok=True)
        state.prepare()
        state.lock.write_bytes(other.lock.read_bytes().replace(b"/other/", b"/state/"))
        state.lock.chmod(0o600)

        with pytest.raises(NoDispatcher, match="no dispatcher of yours"):
            async with connect(state, start=False):
                pass


async def test_what_is_no_message_closes_a_connection_that_has_greeted_with_a_reason(state: State) -> None:
    async with running(state) as dispatcher:
        stream = await wire.connect(state.socket)
        await wire.Connection(stream).greet("confused", "nobody")
        await stream.send_all(frame(b"\xc1"))

        assert b"not a message" in await read_to_end(stream)
        assert (await dispatcher.list()).slots == 2


@pytest.mark.parametrize("launcher", ["a file in its place", "a damaged log"])
async def test_a_launcher_that_cannot_start_is_said_by_the_client_that_wanted_a_dispatcher(
    state: State, launcher: str
) -> None:
    state.prepare()
    if launcher == "a file in its place":
        state.launcher.write_text("")
    else:
        state.launcher.mkdir()
        (state.launcher / "log").write_bytes(b"\0\0\0\2hi")

    with pytest.raises(NoDispatcher, match=f"launcher.*File exists|{state.launcher}/log: byte 0: not a record"):
        async with connect(state):
            pass


async def test_a_client_that_does_not_read_holds_nobody_up(state: State) -> None:
    commands = "".join(f"Task {{{number}}} -cmds {{ Cmd {{true}} }}\n" for number in range(2_000))
    async with running(state) as dispatcher:
        stream = await wire.connect(state.socket)
        async with stream:
            deaf = wire.Connection(stream)
            await deaf.greet("deaf", "nobody")
            await stream.send_all(frame(b"\x82\xa4type\xa5Watch\xa2id\x01"))

            job = await run(dispatcher, commands)

    assert job.counts["done"] == 2_000


async def test_a_second_client_attaches_to_the_dispatcher_that_runs(state: State) -> None:
    async with running(state) as first, connect(state) as second:
        assert (second.pid, second.started) == (first.pid, False)


async def test_two_that_start_at_once_get_one_dispatcher(state: State) -> None:
    pids: list[int] = []
    all_are_there = trio.Event()

    async def start() -> None:
        async with connect(state) as dispatcher:
            pids.append(dispatcher.pid)
            if len(pids) == 4:
                all_are_there.set()
            await all_are_there.wait()

    async with running(state), trio.open_nursery() as nursery:
        for _ in range(4):
            nursery.start_soon(start)

    assert len(set(pids)) == 1


async def test_a_client_that_may_not_start_one_is_told_that_none_runs(state: State) -> None:
    with pytest.raises(NoDispatcher, match="no dispatcher of yours runs"):
        async with connect(state, start=False):
            pass


async def test_what_its_user_prefers_counts_for_the_next_dispatcher_too(state: State) -> None:
    async with running(state) as dispatcher:
        assert isinstance(await dispatcher.prefer("scheme", "job-parallel"), Acted)
        wrong = await dispatcher.prefer("scheme", "lottery")
        assert isinstance(wrong, Refusal) and "there are spill-over, job-parallel" in wrong.text
        unknown = await dispatcher.prefer("colour", "red")
        assert isinstance(unknown, Refusal) and 'no preference "colour"' in unknown.text
    async with running(state) as dispatcher:
        about = await dispatcher.about()
        assert isinstance(about, AboutIs)
        assert about.preferences == {"scheme": "job-parallel"}


async def test_its_owner_sees_its_environment(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SECRET", "sesame")
    async with running(state) as dispatcher:
        await dispatcher.echo()
        about = await dispatcher.about()
    assert isinstance(about, AboutIs)
    assert about.environment["A_SECRET"] == "sesame"
    assert about.pid == dispatcher.pid


async def test_others_that_are_connected_keep_a_dispatcher_from_its_end(state: State) -> None:
    async with running(state) as dispatcher, connect(state):
        assert not await dispatcher.shutdown()


async def test_a_dispatcher_that_is_left_with_nothing_to_do_ends_and_takes_its_lock_with_it(state: State) -> None:
    async with connect(state) as dispatcher:
        await run(dispatcher, "Task {a} -cmds { Cmd {true} }")
    with trio.fail_after(LIMIT_S):
        await gone(dispatcher.pid)

    assert read(state.lock) is None
    assert not state.socket.exists()


async def test_the_queue_can_be_looked_at_without_a_dispatcher(state: State) -> None:
    async with running(state) as dispatcher:
        await run(dispatcher, "Task {a} -cmds { Cmd {false} }")

    with look(state) as offline:
        queue = await offline.list()
        described = await offline.describe(1, 1)

    assert [job.state for job in queue.jobs] == [JobState.STOPPED]
    assert isinstance(described, Description)
    assert described.about["state"] == "error"


async def test_without_a_dispatcher_why_says_that_nothing_runs_and_what_the_queue_knows(state: State) -> None:
    async with running(state) as dispatcher:
        await run(dispatcher, "Job -title x -subtasks { Task a -subtasks { Task b -cmds { Cmd {false} } } }")
        await spool(dispatcher, "Task {c} -cmds { Cmd {true} }", paused=True)

    with look(state) as offline:
        held, ready, none = await offline.why(1, 1), await offline.why(2, 1), await offline.why(3)

    assert held == Because(reasons=(NOTHING_RUNS, "held by b (1.2): exit status 1", "waits for b (1.2) below it"))
    assert ready == Because(reasons=(NOTHING_RUNS, "paused"))
    assert none == Refusal(text="there is no job 3")


async def test_a_damaged_journal_is_said_by_the_client_that_wanted_a_dispatcher(state: State) -> None:
    state.prepare()
    state.journal.write_bytes(b"this is no journal at all, but it is long enough to look at " * 20)

    with pytest.raises(NoDispatcher, match="is damaged"):
        async with connect(state):
            pass


async def test_a_newer_journal_is_said_by_the_client_that_wanted_a_dispatcher(state: State) -> None:
    async with running(state):
        pass
    database = sqlite3.connect(state.journal)
    database.execute("PRAGMA user_version = 99")
    database.close()

    with pytest.raises(NoDispatcher, match="newer alfred"):
        async with connect(state):
            pass


async def test_a_client_whose_dispatcher_is_killed_is_told(state: State) -> None:
    async with running(state) as dispatcher:
        psutil.Process(dispatcher.pid).kill()

        with pytest.raises(ConnectionLost, match="what it had accepted is safe"):
            while True:
                await dispatcher.list()


@pytest.mark.parametrize(("setting", "stays_s"), [("", LINGER_S), ("0", float("inf")), ("2", 120.0)])
def test_timer_done_job_dispatch_exit_is_in_minutes_and_0_is_for_ever(setting: str, stays_s: float) -> None:
    text = f"set alfConfig(timerDoneJobDispatchExit) {{{setting}}}"

    assert linger_s(read_settings(text, "alfred.ini")) == stays_s


async def test_an_inactive_dispatcher_exits_when_its_time_is_over(
    state: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ini = tmp_path / "alfred.ini"
    ini.write_text("set alfConfig(timerDoneJobDispatchExit) 0.001")
    monkeypatch.setenv("ALF_INI", str(ini))
    with trio.fail_after(LIMIT_S):
        async with connect(state, slots=2) as dispatcher:
            await run(dispatcher, "Task {a} -cmds { Cmd {true} }")
        await gone(dispatcher.pid)


async def test_an_idle_dispatcher_uses_no_processor(state: State) -> None:
    async with running(state) as dispatcher:
        await spool(dispatcher, "Task {a} -cmds { Cmd {true} }", paused=True)
        process = psutil.Process(dispatcher.pid)
        before = process.cpu_times()
        switches = process.num_ctx_switches().voluntary
        await trio.sleep(1.0)  # time is what this is about
        after = process.cpu_times()

        assert after.user + after.system - before.user - before.system < 0.03
        assert process.num_ctx_switches().voluntary - switches < 10


async def test_a_dispatcher_that_dies_while_it_starts_is_started_again(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts: list[int] = []
    begin = client._start

    def dies_twice(where: State, slots: int | None) -> bool:
        attempts.append(1)
        if len(attempts) < 3:
            raise client._DiedSilently("killed while it started")
        return begin(where, slots)

    monkeypatch.setattr(client, "_start", dies_twice)

    async with running(state) as dispatcher:
        assert (await dispatcher.list()).slots == 2


def test_a_session_without_a_dispatcher_says_so_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def dies(where: State, slots: int | None) -> bool:
        raise client._DiedSilently("the dispatcher could not start: see its log")

    monkeypatch.setenv("ALF_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(client, "_start", dies)

    assert session.run(session.Wishes()) == session.USAGE
    assert capsys.readouterr().err == "alfred: the dispatcher could not start: see its log\n"
