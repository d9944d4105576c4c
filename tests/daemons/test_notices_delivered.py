"""Notices of jobs that are over, delivered: to a web server, to a mail server, and in spite of a kill."""

from __future__ import annotations

import email
import email.policy
import json
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email.message import EmailMessage
from functools import partial
from pathlib import Path

import pytest
import trio
from test_dispatcher_process import gone, run, running, spool

from daemons.client import ConnectionLost, connect
from daemons.notices import deliver, mail_of
from daemons.state import State
from runtime.messages import JobState
from runtime.notices import FailedTask, Notice
from runtime.orders import JobId, Notify
from runtime.settings import Settings

NOTICE = Notice(
    "here.anna.1.5", "error", "job 1 is stopped", 1, "film", "anna", "here", "film.alf", "p", 1.0, 2.0, 5.0,
    {"error": 1}, (FailedTask("1.1", "a", 3, "exit status 3"),), 0,
)  # fmt: skip
QUICK = Settings(notify_tries=3, notify_limit_s=5.0)


class Server:
    """A server on the loopback: `heard` is what each connection has said."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.heard: list[bytes] = []
        self.news = trio.Event()

    def take(self, said: bytes) -> None:
        self.heard.append(said)
        self.news.set()
        self.news = trio.Event()

    async def until(self, count: int) -> None:
        with trio.fail_after(30):
            while len(self.heard) < count:
                await self.news.wait()


@asynccontextmanager
async def listening(serve: Callable[[Server, trio.SocketStream], Awaitable[None]]) -> AsyncIterator[Server]:
    async with trio.open_nursery() as nursery:
        [listener] = await trio.open_tcp_listeners(0, host="127.0.0.1")
        server = Server(listener.socket.getsockname()[1])
        nursery.start_soon(trio.serve_listeners, partial(serve, server), [listener])
        yield server
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def web(*answers: int) -> AsyncIterator[Server]:
    """Answers with these statuses, the last one for ever; 0 is no answer at all."""
    left = list(answers)

    async def serve(server: Server, stream: trio.SocketStream) -> None:
        data = b""
        while b"\r\n\r\n" not in data:
            data += await stream.receive_some()
        head, _, body = data.partition(b"\r\n\r\n")
        [length] = [int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
        while len(body) < length:
            body += await stream.receive_some()
        status = left.pop(0) if len(left) > 1 else left[0]
        server.take(head + b"\r\n\r\n" + body)
        if not status:
            await trio.sleep_forever()
        where = b"Location: http://127.0.0.1:1/\r\n" if status == 302 else b""
        await stream.send_all(b"HTTP/1.1 %d x\r\n%sContent-Length: 0\r\nConnection: close\r\n\r\n" % (status, where))

    async with listening(serve) as server:
        yield server


@asynccontextmanager
async def mail(refuse: bytes = b"") -> AsyncIterator[Server]:
    """Takes mails; `refuse`: what RCPT is answered."""

    async def serve(server: Server, stream: trio.SocketStream) -> None:
        await stream.send_all(b"220 here\r\n")
        data, in_mail = b"", False
        while chunk := await stream.receive_some():
            data += chunk
            if in_mail:
                if data.endswith(b"\r\n.\r\n"):
                    server.take(data[:-3])
                    data, in_mail = b"", False
                    await stream.send_all(b"250 taken\r\n")
                continue
            while b"\r\n" in data:
                line, _, data = data.partition(b"\r\n")
                word = line[:4].upper()
                in_mail = in_mail or word == b"DATA"
                answer = {b"DATA": b"354 go on", b"QUIT": b"221 bye", b"RCPT": refuse or b"250 ok"}.get(word, b"250 ok")
                await stream.send_all(answer + b"\r\n")

    async with listening(serve) as server:
        yield server


def order(where: str, notice: Notice = NOTICE) -> Notify:
    return Notify(JobId(1), where, notice.ended, notice)


def mailing(server: Server, **more: object) -> Settings:
    return Settings(mail_host=f"127.0.0.1:{server.port}", notify_tries=2, **more)  # type: ignore[arg-type]


# ---- web services -------------------------------------------------------------------------------------------


async def test_a_web_service_gets_the_notice_as_json(tmp_path: Path) -> None:
    async with web(200) as server:
        trouble = await deliver(order(f"http://127.0.0.1:{server.port}/hook?a=1"), QUICK, tmp_path / "notify.log")

    head, _, body = server.heard[0].partition(b"\r\n\r\n")
    assert trouble == ""
    assert head.startswith(b"POST /hook?a=1 HTTP/1.1")
    assert json.loads(body) == {
        "version": 1, "id": "here.anna.1.5", "event": "error", "text": "job 1 is stopped", "jid": 1, "title": "film",
        "user": "anna", "host": "here", "file": "film.alf", "project": "p", "spooled": 1.0, "started": 2.0,
        "ended": 5.0, "tasks": {"error": 1}, "more_errors": 0,
        "errors": [{"task": "1.1", "title": "a", "status": 3, "reason": "exit status 3"}],
    }  # fmt: skip


async def test_a_service_that_is_in_trouble_is_tried_again(tmp_path: Path) -> None:
    log = tmp_path / "notify.log"
    async with web(500, 503, 200) as server:
        trouble = await deliver(order(f"http://127.0.0.1:{server.port}/"), QUICK, log, first_pause_s=0.01)

    assert (trouble, len(server.heard)) == ("", 3)
    assert [line.partition("try ")[2] for line in log.read_text().splitlines()] == [
        "1: it answers 500",
        "2: it answers 503",
        "3: delivered",
    ]


@pytest.mark.parametrize("status", [302, 400, 404])
async def test_an_answer_that_no_other_try_would_change_ends_it(tmp_path: Path, status: int) -> None:
    async with web(status) as server:
        trouble = await deliver(order(f"http://127.0.0.1:{server.port}/"), QUICK, tmp_path / "notify.log")

    assert (trouble, len(server.heard)) == (f"it answers {status}", 1)


async def test_who_does_not_answer_is_given_up_in_time(tmp_path: Path) -> None:
    settings = Settings(notify_tries=1, notify_limit_s=0.3)
    async with web(0) as server:
        trouble = await deliver(order(f"http://127.0.0.1:{server.port}/"), settings, tmp_path / "notify.log")

    assert trouble == "no answer within 0.3 s (1 tries)"


async def test_who_is_not_there_is_said(tmp_path: Path) -> None:
    settings = Settings(notify_tries=1)

    trouble = await deliver(order("http://127.0.0.1:1/secret"), settings, tmp_path / "notify.log")

    assert trouble.startswith("ConnectError")
    assert "secret" not in (tmp_path / "notify.log").read_text()


async def test_a_title_that_cannot_be_encoded_is_said(tmp_path: Path) -> None:
    half = Notice(*("\ud800" if name == "title" else getattr(NOTICE, name) for name in NOTICE.__struct_fields__))

    assert "cannot be told" in await deliver(order("http://127.0.0.1:1/", half), QUICK, tmp_path / "notify.log")


# ---- mail ---------------------------------------------------------------------------------------------------


async def test_a_mail_says_what_failed(tmp_path: Path) -> None:
    async with mail() as server:
        trouble = await deliver(order("mailto:ben@studio.example"), mailing(server), tmp_path / "notify.log")

    assert trouble == ""
    message = email.message_from_bytes(server.heard[0], policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert (message["To"], message["From"]) == ("ben@studio.example", "anna@here")
    assert message["Subject"] == "[alfred] job 1 is stopped"
    assert "1.1 a: exit status 3" in message.get_content()


async def test_an_address_that_is_refused_is_not_tried_again(tmp_path: Path) -> None:
    async with mail(refuse=b"550 who") as server:
        trouble = await deliver(order("mailto:ben@studio.example"), mailing(server), tmp_path / "notify.log")

    assert trouble.startswith("the mail server refuses the address")
    assert len((tmp_path / "notify.log").read_text().splitlines()) == 1


async def test_without_a_mail_server_that_is_said(tmp_path: Path) -> None:
    trouble = await deliver(order("mailto:ben@studio.example"), QUICK, tmp_path / "notify.log")

    assert trouble == "alfConfig(mailHost) names no mail server"


def test_nothing_of_a_job_begins_another_line_in_the_head_of_a_mail() -> None:
    hostile = "film\r\nBcc: everybody@studio.example\n\nhello"
    notice = Notice(*(hostile if name in ("text", "title", "user", "host", "id") else getattr(NOTICE, name)
                      for name in NOTICE.__struct_fields__))  # fmt: skip

    message = email.message_from_bytes(mail_of(notice, "ben@studio.example").as_bytes())

    assert message["Bcc"] is None
    assert message["Subject"] == "[alfred] film  Bcc: everybody@studio.example  hello"


# ---- with a dispatcher --------------------------------------------------------------------------------------


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Writes the alfred.ini of the dispatchers that are started."""
    monkeypatch.setenv("ALF_INI", str(tmp_path / "alfred.ini"))
    return lambda text: (tmp_path / "alfred.ini").write_text(text) and None


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path / "state", tmp_path / "state" / "lock")


async def test_a_job_that_is_done_is_told_to_whom_it_names(state: State, site: Callable[[str], None]) -> None:
    async with web(204) as server:
        site("set alfConfig(notifyHosts) 127.0.0.1")
        where = f"http://127.0.0.1:{server.port}/"
        async with running(state) as dispatcher:
            job = await run(
                dispatcher, f"Job -title film -notify {{done {where}}} -subtasks {{ Task a -cmds {{ Cmd true }} }}"
            )
            await server.until(1)

    assert job.state is JobState.DONE
    assert json.loads(server.heard[0].partition(b"\r\n\r\n")[2])["title"] == "film"


async def test_a_dispatcher_that_is_killed_before_it_could_tell_tells_it_when_it_is_back(
    state: State, site: Callable[[str], None]
) -> None:
    async with web(0, 200) as server:
        site(f"set alfConfig(notify) {{always http://127.0.0.1:{server.port}/}}")
        with trio.fail_after(60):
            async with connect(state, slots=1) as dispatcher:
                await spool(dispatcher, "Task {a} -cmds { Cmd {true} }")
                await server.until(1)
                os.kill(dispatcher.pid, signal.SIGKILL)
                await gone(dispatcher.pid)
                with pytest.raises(ConnectionLost):
                    await dispatcher.list()
        async with running(state):
            await server.until(2)

    first, second = (json.loads(said.partition(b"\r\n\r\n")[2]) for said in server.heard)
    assert first == second
