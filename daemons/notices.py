"""Tells people and web services that a job is over (runtime.notices): one notice to one of them, tried a few times.

    deliver --> mailto:    smtplib in a thread of its own; no password, TLS where the server has it
            `-> http(s):   POST of the notice as JSON; no redirection is followed, no proxy of the environment is used
            `-> notify.log in the job's directory: what was tried, and what came of it

Each try has its time, pauses between tries grow, and only so many tries are under way at once; jobs go on meanwhile.
An answer that another try would not change (most of 400 to 499) ends it. Nothing of a job's text reaches a shell, and
what goes into the head of a mail cannot begin another line there.
"""

from __future__ import annotations

import smtplib
import ssl
import time
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import formatdate
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType

import msgspec
import trio

from daemons.pauses import Pauses
from runtime.notices import Notice, address_of, is_mail, shown
from runtime.orders import Notify
from runtime.printable import blanked
from runtime.setting_values import split_host
from runtime.settings import Settings

FIRST_PAUSE_S, LONGEST_PAUSE_S = 2.0, 60.0
AT_ONCE = 8
"""So many tries at a time, and as many threads for mail."""
SMTPS_PORT = 465
_SUBJECT_CHARS = 150

_tries = trio.CapacityLimiter(AT_ONCE)
_threads = trio.CapacityLimiter(AT_ONCE)


class Undeliverable(Exception):
    """A try came to nothing. `final`: another one would, too."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.final = final


async def deliver(order: Notify, settings: Settings, log: Path, first_pause_s: float = FIRST_PAUSE_S) -> str:
    """Tell one of them; empty, or why that did not succeed. `log` hears of every try."""
    pauses = Pauses(first_pause_s, LONGEST_PAUSE_S)
    trouble = ""
    for number in range(1, settings.notify_tries + 1):
        async with _tries:
            trouble, final = await _try(order, settings)
        _note(log, f"{shown(order.where)} try {number}: {trouble or 'delivered'}")
        if not trouble or final:
            return trouble
        if number < settings.notify_tries:
            await pauses.wait()
    return f"{trouble} ({settings.notify_tries} tries)"


async def _try(order: Notify, settings: Settings) -> tuple[str, bool]:
    """One try: what went wrong, if anything, and whether another one is of no use."""
    try:
        with trio.fail_after(settings.notify_limit_s):
            if is_mail(order.where):
                await _mail(order, settings)
            else:
                await _post(order.where, order.notice, settings.notify_limit_s)
    except Undeliverable as found:
        return str(found), found.final
    except trio.TooSlowError:
        return f"no answer within {settings.notify_limit_s:g} s", False
    except ValueError as error:  # what cannot be encoded: half a character in a title
        return f"it cannot be told: {error}", True
    return "", False


def _note(log: Path, line: str) -> None:
    """What cannot be written is told by the core's notice all the same."""
    try:
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {line}\n")
    except OSError:
        return


# ---- web services --------------------------------------------------------------------------------------------


async def _post(url: str, notice: Notice, limit_s: float) -> None:
    httpx = await trio.to_thread.run_sync(_httpx)
    headers = {"Content-Type": "application/json", "User-Agent": "alfred", "Idempotency-Key": _name(notice.id)}
    verify = await trio.to_thread.run_sync(ssl.create_default_context) if url.startswith("https:") else False
    try:
        async with (
            httpx.AsyncClient(verify=verify, timeout=limit_s, follow_redirects=False, trust_env=False) as client,
            client.stream("POST", url, content=msgspec.json.encode(notice), headers=headers) as response,
        ):
            status = int(response.status_code)
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise Undeliverable(f"{type(error).__name__}: {error}".rstrip(": ")) from error
    if not 200 <= status < 300:
        raise Undeliverable(f"it answers {status}", final=300 <= status < 500 and status not in (408, 425, 429))


def _httpx() -> ModuleType:
    """It takes its time to import: in a thread, when it is needed."""
    return import_module("httpx")


# ---- mail ----------------------------------------------------------------------------------------------------


async def _mail(order: Notify, settings: Settings) -> None:
    if not settings.mail_host:
        raise Undeliverable("alfConfig(mailHost) names no mail server", final=True)
    host, port = split_host(settings.mail_host, smtplib.SMTP_PORT)
    message = mail_of(order.notice, address_of(order.where), settings.mail_from)
    send: Callable[[], None] = partial(_send, host, port, message, settings.notify_limit_s)
    await trio.to_thread.run_sync(send, abandon_on_cancel=True, limiter=_threads)


def mail_of(notice: Notice, to: str, sender: str = "") -> EmailMessage:
    """The notice as a mail; `sender` empty: the job's user at the dispatcher's host."""
    message = EmailMessage()
    message["From"] = sender or f"{_name(notice.user)}@{_name(notice.host)}"
    message["To"] = to
    message["Subject"] = blanked(f"[alfred] {notice.text}")[:_SUBJECT_CHARS]
    message["Date"] = formatdate(notice.ended)
    message["Message-ID"] = f"<{_name(notice.id)}@alfred>"
    message["Auto-Submitted"] = "auto-generated"
    lines = [notice.text, ""]
    lines += [f"{name}: {number}" for name, number in notice.tasks.items()]
    lines += [f"{one.task} {one.title}: {one.reason or f'exit status {one.status}'}" for one in notice.errors]
    lines += [f"and {notice.more_errors} more in error"] if notice.more_errors else []
    message.set_content("\n".join(blanked(line) for line in lines) + "\n")
    return message


def _send(host: str, port: int, message: EmailMessage, limit_s: float) -> None:
    """In a thread. TLS that the server offers is taken without asking who it is, as between mail servers; at SMTPS_PORT
    it has to prove it."""
    try:
        with _connected(host, port, limit_s) as connection:
            connection.ehlo_or_helo_if_needed()
            if port != SMTPS_PORT and connection.has_extn("starttls"):
                connection.starttls(context=_whoever())
                connection.ehlo()
            connection.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        raise Undeliverable(f"the mail server refuses the address: {_words(error)}", final=True) from error
    except (smtplib.SMTPException, OSError) as error:
        raise Undeliverable(f"{host}:{port}: {_words(error)}") from error


def _connected(host: str, port: int, limit_s: float) -> smtplib.SMTP:
    if port == SMTPS_PORT:
        return smtplib.SMTP_SSL(host, port, timeout=limit_s, context=ssl.create_default_context())
    return smtplib.SMTP(host, port, timeout=limit_s)


def _whoever() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _words(error: Exception) -> str:
    return blanked(str(error) or type(error).__name__)


def _name(text: str) -> str:
    """As a part of an address."""
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "_" for letter in text)
