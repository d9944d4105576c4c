"""Changing a queued job: its priority, keys, tags and other options that may be changed while it is in the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gui.widgets.dialog import Dialog
from runtime.messages import Action as Deed
from runtime.messages import Refusal

if TYPE_CHECKING:
    from gui.app import Application

_FIELDS = (
    ("priority", "&Priority"), ("service", "&Keys (-service)"), ("tags", "&Tags"), ("atleast", "At &least"),
    ("atmost", "At &most"), ("maxactive", "M&ost at once"), ("after", "&Not before"), ("title", "T&itle"),
    ("comment", "Comm&ent"), ("projects", "P&roject"), ("whendone", "&When done"), ("whenerror", "W&hen error"),
)  # fmt: skip


class EditJobDialog(Dialog):
    """Only what is another than before is sent; what is refused stays in its field, with the reason below."""

    def __init__(self, app: Application, jid: int, title: str) -> None:
        super().__init__(app, "edit job", f"Edit: {title}")
        self._jid = jid
        self._before: dict[str, str] = {}
        self.fields = {name: self.entry(row, label, name, width=44) for row, (name, label) in enumerate(_FIELDS)}
        self.buttons(("&Apply", self.apply), ("&Close", self.close))
        self.fields["priority"].focus_set()
        app.do(self._read, self.say)

    async def _read(self) -> str:
        answer = await self.app.link.connected.describe(self._jid)
        if isinstance(answer, Refusal):
            return answer.text
        if not self.closed.is_set():
            self._show(answer.about)
        return ""

    def _show(self, about: dict[str, Any]) -> None:
        for name, field in self.fields.items():
            value = f"{about['priority']:.12g}" if name == "priority" else str(about["options"].get(name, ""))
            if name == "title":
                value = about["title"]
            self._before[name] = value
            field.delete(0, "end")
            field.insert(0, value)

    def apply(self) -> None:
        """Send what is another."""
        self.app.do(self._apply, self.say)

    async def _apply(self) -> str:
        said = []
        values = {name: field.get() for name, field in self.fields.items()}  # the dialog may be closed meanwhile
        for name, value in values.items():
            if value == self._before.get(name, value):
                continue
            deed, words = (Deed.PRIORITY, value) if name == "priority" else (Deed.EDIT, f"{name}={value}")
            answer = await self.app.link.connected.act(deed, self._jid, value=words)
            if isinstance(answer, Refusal):
                said.append(answer.text)
            else:
                self._before[name] = value
        if said:
            return "   ".join(said)
        self.close()
        return ""
