"""A scheme, shown small before it is chosen: an entry of the queue, states of tasks, marks."""

from __future__ import annotations

import tkinter as tk
from dataclasses import replace

from gui.look.marks import Marks
from gui.look.scheme import Scheme
from runtime.messages import TaskState

_WIDE, _HIGH = 230, 150


class Preview(tk.Canvas):
    """`show` paints another scheme, at the size of the one that the window has."""

    def __init__(self, parent: tk.Misc, own: Scheme, name: str) -> None:
        super().__init__(
            parent, name=name, width=own.px(_WIDE), height=own.px(_HIGH), highlightthickness=0, relief="sunken",
            borderwidth=own.px(2), takefocus=0,
        )  # fmt: skip
        self._own = own
        self._marks: Marks | None = None
        self.shown: Scheme | None = None

    def show(self, scheme: Scheme) -> None:
        if scheme == self.shown:
            return
        self.shown, px = scheme, self._own.px
        marks = self._marks = Marks(self, replace(scheme, scale=self._own.scale))
        size = -px(scheme.size)
        plain, bold, fixed = (scheme.font, size), (scheme.font, size, "bold"), (scheme.fixed_font, size)
        self.delete("all")
        self.configure(background=scheme.background)
        self.create_text(px(10), px(16), text="reel3.shot12", font=bold, fill=scheme.foreground, anchor="w")
        self._box(px(10), px(28), px(90), px(12), scheme.chosen, sunken=True)
        self.create_rectangle(px(12), px(30), px(52), px(38), fill=scheme.progress, outline="")
        self.create_text(px(108), px(34), text="active: frame 42", font=plain, fill=scheme.foreground, anchor="w")
        for place, state in enumerate(TaskState):
            x, y = px(10) + place % 3 * px(72), px(50) + place // 3 * px(22)
            self._box(x, y, px(66), px(18), scheme.state(state))
            self.create_text(x + px(4), y + px(9), text=state.value, font=plain, fill=scheme.state_text, anchor="w")
        self.create_image(px(100), px(103), image=marks.diamond(scheme.enabled))
        self.create_image(px(120), px(103), image=marks.diamond(scheme.in_use))
        self.create_image(px(140), px(103), image=marks.diamond(scheme.outline, outline=True))
        self.create_image(px(160), px(103), image=marks.cross(scheme.warning))
        self.create_text(px(175), px(103), text="faint", font=plain, fill=scheme.faint, anchor="w")
        self._box(px(10), px(122), px(210), px(20), scheme.field, sunken=True)
        self.create_text(px(16), px(132), text="10:41:02 [4121] prman", font=fixed, fill=scheme.foreground, anchor="w")

    def _box(self, x: int, y: int, wide: int, high: int, fill: str, *, sunken: bool = False) -> None:
        assert self.shown is not None
        light, dark = self.shown.light_edge, self.shown.dark_edge
        if sunken:
            light, dark = dark, light
        right, bottom, thick = x + wide, y + high, self._own.px(1.5)
        self.create_rectangle(x, y, right, bottom, fill=fill, outline="")
        self.create_line([(x, bottom), (x, y), (right, y)], fill=light, width=thick)
        self.create_line([(x, bottom), (right, bottom), (right, y)], fill=dark, width=thick)
