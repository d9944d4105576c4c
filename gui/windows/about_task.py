"""Command guts, and why something waits: what the dispatcher says of a task or a job, read again when asked to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from daemons.queue_commands import info_lines, why_lines
from gui.models.guts import task_lines
from gui.widgets.actions import Action
from gui.widgets.text_window import TextWindow
from runtime.messages import Refusal

if TYPE_CHECKING:
    from gui.app import Application

_USUAL_PLACE = "640x420+160+160"


class AnswerWindow(TextWindow):
    """`ask` gives the lines to show, or raises what `Application.do` says in words."""

    def __init__(self, app: Application, kind: str, title: str, ask: Callable[[], Awaitable[Iterable[str]]]) -> None:
        super().__init__(app, kind, title, _USUAL_PLACE)
        self._ask = ask
        self.lines.follows = False
        self.actions.add(Action("text.again", "&Again", self.show, "<F5>"))
        self.actions.button(self.tools, "text.again").pack(side="right")
        self.show()

    def show(self) -> None:
        """Ask, and show what is said."""
        self.app.do(self._show, self.say)

    async def _show(self) -> str:
        lines = await self._ask()
        if not self.closed.is_set():
            self.lines.clear()
            self.add(lines)
        return ""


def command_guts(app: Application, jid: int, tid: int, title: str) -> AnswerWindow:
    """Everything about a task and its commands, after all substitutions."""
    return AnswerWindow(app, "command guts", f"Command Guts: {title}", partial(_guts, app, jid, tid))


def script_info(app: Application, jid: int, title: str) -> AnswerWindow:
    """Job script info: spool file, keys, tags, comment, what runs at its end, status."""
    return AnswerWindow(app, "script info", f"Job Script Info: {title}", partial(_info, app, jid))


def why_waiting(app: Application, jid: int, tid: int | None, title: str) -> AnswerWindow:
    """Why nothing more of a job, or nothing of a task, starts."""
    return AnswerWindow(app, "why", f"Why is it waiting: {title}", partial(_why, app, jid, tid))


async def _guts(app: Application, jid: int, tid: int) -> Iterable[str]:
    answer = await app.link.connected.describe(jid, tid)
    return [answer.text] if isinstance(answer, Refusal) else task_lines(answer.about)


async def _info(app: Application, jid: int) -> Iterable[str]:
    answer = await app.link.connected.describe(jid)
    return [answer.text] if isinstance(answer, Refusal) else info_lines(answer.about)


async def _why(app: Application, jid: int, tid: int | None) -> Iterable[str]:
    answer = await app.link.connected.why(jid, tid)
    return [answer.text] if isinstance(answer, Refusal) else why_lines(answer)
