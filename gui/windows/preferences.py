"""Preferences: of this user's windows, kept for him; and of the dispatcher they are attached to, kept by it."""

from __future__ import annotations

import tkinter as tk
from tkinter import ttk
from typing import TYPE_CHECKING

from gui.look.scheme import SCHEMES, SchemeError, named
from gui.models.preferences import SCALES, PreferencesError, changed, fields_of
from gui.widgets.actions import split_label
from gui.widgets.dialog import Dialog
from gui.widgets.preview import Preview
from gui.widgets.tip import says
from runtime.messages import Refusal
from runtime.schemes import Scheme as Dispatching

if TYPE_CHECKING:
    from gui.app import Application

_SWITCHES = (
    ("live_output", "Live o&utput", "What all running tasks print, below the launch log"),
    ("follow_log", "&Follow the launch log", "New lines of the launch log are brought into sight"),
    ("tips", "&Tool tips", "Words like these"),
)
_DISPATCHING = (
    (Dispatching.SPILL_OVER, "Spill-&over", "Later jobs get only what earlier ones cannot use"),
    (Dispatching.JOB_PARALLEL, "&Job-parallel", "All jobs get on about equally"),
)


class PreferencesDialog(Dialog):
    """`words` and `switches` are the windows' own preferences; `dispatching` is the dispatcher's scheme."""

    def __init__(self, app: Application) -> None:
        super().__init__(app, "preferences", "Alfred Preferences")
        fields = fields_of(app.preferences).items()
        self.switches = {name: tk.BooleanVar(app.root, value) for name, value in fields if isinstance(value, bool)}
        self.words = {name: tk.StringVar(app.root, value) for name, value in fields if isinstance(value, str)}
        self.dispatching = tk.StringVar(app.root, "")
        self._before = ""
        self._radios: list[ttk.Radiobutton] = []
        self._lay_out_windows()
        self._lay_out_dispatcher()
        self.buttons(("&Apply", self.apply), ("&Close", self.close))
        self._scheme.focus_set()
        app.do(self._read, self._say_dispatcher)

    # ---- what is shown -------------------------------------------------------------------------------

    def _lay_out_windows(self) -> None:
        px = self.app.scheme.px
        box = tk.LabelFrame(self.body, name="windows", text="Windows", padx=px(8), pady=px(6))
        box.pack(fill="x")
        self._scheme = self._choice(box, 0, "&Scheme", "scheme", tuple(SCHEMES), readonly=False)
        self.words["scheme"].trace_add("write", lambda *_: self._preview())
        says(self._scheme, "classic, dark, or the name of a file; from the next start", self.say)
        self._choice(box, 1, "Sca&le", "scale", tuple(SCALES))
        self._field(box, 2, "Look at the farm &every (s)", "farm_look_s")
        self._field(box, 3, "Terminal for $E&DITOR", "terminal")
        for row, (name, label, tip) in enumerate(_SWITCHES, 4):
            text, underline = split_label(label)
            switch = ttk.Checkbutton(box, name=name, text=text, underline=underline, variable=self.switches[name])
            switch.grid(row=row, column=1, sticky="w", pady=px(1))
            says(switch, tip, self.say)
        self.preview = Preview(box, self.app.scheme, "preview")
        self.preview.grid(row=0, column=2, rowspan=6, padx=(px(12), 0), sticky="n")
        tk.Label(box, text="scheme and scale: from the next start", font="TkTextFont").grid(row=6, column=2)
        self._preview()

    def _lay_out_dispatcher(self) -> None:
        px = self.app.scheme.px
        box = tk.LabelFrame(self.body, name="dispatcher", text="Dispatcher", padx=px(8), pady=px(6))
        box.pack(fill="x", pady=(px(8), 0))
        for scheme, label, means in _DISPATCHING:
            text, underline = split_label(label)
            radio = ttk.Radiobutton(
                box, name=scheme.value.replace("-", "_"), text=f"{text}: {means[0].lower()}{means[1:]}",
                underline=underline, value=scheme.value, variable=self.dispatching, state="disabled",
            )  # fmt: skip
            radio.pack(anchor="w")
            self._radios.append(radio)
        words = self.app.link.lost or "asking the dispatcher ..."
        self.of = tk.Label(
            box, name="of", text=words, font="TkTextFont", anchor="w", justify="left", wraplength=px(480)
        )
        self.of.pack(fill="x")

    def _label(self, box: tk.LabelFrame, row: int, label: str) -> None:
        px = self.app.scheme.px
        text, underline = split_label(label)
        tk.Label(box, text=text, underline=underline).grid(row=row, column=0, sticky="e", padx=px(4), pady=px(2))

    def _choice(
        self, box: tk.LabelFrame, row: int, label: str, name: str, values: tuple[str, ...], *, readonly: bool = True
    ) -> ttk.Combobox:
        self._label(box, row, label)
        choice = ttk.Combobox(box, name=name, values=values, textvariable=self.words[name], width=18)
        choice.configure(state="readonly" if readonly else "normal")
        choice.grid(row=row, column=1, sticky="ew")
        return choice

    def _field(self, box: tk.LabelFrame, row: int, label: str, name: str) -> None:
        self._label(box, row, label)
        tk.Entry(box, name=name, textvariable=self.words[name], width=20).grid(row=row, column=1, sticky="ew")

    def _preview(self) -> None:
        """The scheme as it would look; while a file's name is typed, what is wrong with it."""
        try:
            self.preview.show(named(self.words["scheme"].get()))
        except SchemeError as error:
            self.say(str(error))
        else:
            self.say("")

    # ---- the dispatcher ------------------------------------------------------------------------------

    async def _read(self) -> str:
        about = await (await self.app.link.reached()).about()
        if isinstance(about, Refusal):
            return about.text
        if not self.closed.is_set():
            self._before = about.preferences["scheme"]
            self.dispatching.set(self._before)
            for radio in self._radios:
                radio.configure(state="normal")
        return (
            f"Of the dispatcher on {about.host}, at once and for its next starts: in which order jobs get the slots of"
            " its own machine. Slots of the farm go by priority and the schedule."
        )

    def _say_dispatcher(self, words: str) -> None:
        if not self.closed.is_set():
            self.of.configure(text=words)

    # ---- what a user does ----------------------------------------------------------------------------

    def apply(self) -> None:
        """Check everything, keep it, and tell the dispatcher; what is wrong is said, and nothing is changed then."""
        try:
            switches = {name: switch.get() for name, switch in self.switches.items()}
            words = {name: word.get() for name, word in self.words.items()}
            preferences = changed(self.app.preferences, {**switches, **words})
            named(preferences.scheme)
        except (PreferencesError, SchemeError) as error:
            self.say(str(error))
            return
        self.say(self.app.keep(preferences) or "kept")
        if self.dispatching.get() != self._before:
            self.app.do(self._prefer, self.say)

    async def _prefer(self) -> str:
        scheme = self.dispatching.get()
        answer = await self.app.link.connected.prefer("scheme", scheme)
        if not isinstance(answer, Refusal):
            self._before = scheme
        return answer.text
