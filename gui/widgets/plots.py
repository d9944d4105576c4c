r"""What is measured on hosts, as small live plots: a line a host, a plot a metric, the latest value beside it.

    host       busy     cpu                     mem
    janus    2 of 4     [ ../\_/ ]  0.74        [ _____/ ]  3.1

All plots of a metric have the same scale, so that hosts can be compared; only those in sight are drawn.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Sequence
from tkinter.font import nametofont

from gui.look.scheme import Scheme
from gui.models.farm import SAMPLES, FarmModel, HostState
from gui.widgets.painted import Painted, Pen, Visible, with_scrollbars
from gui.widgets.words import cut

_PLOT, _HIGH = 96, 26
"""The size of a plot, in pixels at scale 1."""


class Plots(tk.Frame):
    """Of the hosts of a farm, as its table of hosts has them."""

    def __init__(self, parent: tk.Misc, scheme: Scheme, model: FarmModel) -> None:
        super().__init__(parent, name="plots", borderwidth=scheme.px(2), relief="sunken")
        self._scheme, self._model = scheme, model
        self._bold, self._plain = nametofont("TkHeadingFont", self), nametofont("TkTextFont", self)
        self._head = self._bold.metrics("linespace") + scheme.px(6)
        self.row = scheme.px(_HIGH) + scheme.px(6)
        digit = self._plain.measure("0")
        self._name, self._busy, self._value = 14 * digit, 11 * digit, 9 * digit
        self._plot = scheme.px(_PLOT)
        self.is_stale = False
        self.canvas = Painted(
            self, self._draw, name="canvas", highlightthickness=1, takefocus=1, background=scheme.field,
            yscrollincrement=self.row, xscrollincrement=scheme.px(8),
        )  # fmt: skip
        with_scrollbars(self, self.canvas, across=True)
        for key, view, step in (("Up", "y", -1), ("Down", "y", 1), ("Left", "x", -3), ("Right", "x", 3)):
            self.canvas.bind(f"<{key}>", lambda _event, view=view, step=step: self._go(view, step, "units"))  # type: ignore[misc]
        for key, step in (("Prior", -1), ("Next", 1)):
            self.canvas.bind(f"<{key}>", lambda _event, step=step: self._go("y", step, "pages"))  # type: ignore[misc]
        self.canvas.bind("<Button-1>", lambda _event: self.canvas.focus_set())

    def changed(self) -> None:
        """What is measured is another."""
        wide = self._name + self._busy + len(self._model.metrics) * self._step
        self.canvas.set_size(wide, self._head + max(1, len(self._model.hosts.lines)) * self.row)
        self.canvas.changed()

    def _go(self, view: str, step: int, unit: str) -> str:
        getattr(self.canvas, f"{view}view_scroll")(step, unit)
        self.canvas.changed()
        return "break"

    # ---- painting ------------------------------------------------------------------------------------

    @property
    def _step(self) -> int:
        """From one plot to the next."""
        return self._plot + self._value + self._scheme.px(12)

    def _draw(self, pen: Pen, seen: Visible) -> None:
        hosts, metrics = self._model.hosts.lines, self._model.metrics
        first = max(0, int((seen.top - self._head) // self.row))
        in_sight = hosts[first : int((seen.bottom - self._head) // self.row) + 1]
        start = self._name + self._busy
        shown = [name for name in metrics if start + metrics.index(name) * self._step < seen.right]
        most = {name: self._most(name, in_sight) for name in shown}
        for place, host in enumerate(in_sight, first):
            self._draw_host(pen, place - first, host, self._head + place * self.row, shown, most)
        self._draw_head(pen, seen, shown)
        if not hosts:
            pen.text("none", seen.left + 8, self._head + self.row / 2, "nothing is measured", font="TkTextFont")

    def _most(self, name: str, hosts: Sequence[HostState]) -> float:
        """The largest value of a metric in sight."""
        return max((max(host.series[name]) for host in hosts if host.series.get(name)), default=0.0) or 1.0

    def _draw_head(self, pen: Pen, seen: Visible, metrics: Sequence[str]) -> None:
        scheme, middle = self._scheme, seen.top + self._head / 2
        pen.box("head", seen.left, seen.top, seen.right, seen.top + self._head, fill=scheme.background)
        pen.line("under", seen.left, seen.top + self._head, seen.right, seen.top + self._head, fill=scheme.dark_edge)
        titles = [(scheme.px(4), "Host"), (self._name, "Busy")]
        titles += [(self._name + self._busy + place * self._step, name) for place, name in enumerate(metrics)]
        for left, title in titles:
            pen.text(("title", left), left, middle, title, font="TkHeadingFont", fill=scheme.foreground)

    def _draw_host(
        self, pen: Pen, slot: int, host: HostState, top: float, metrics: Sequence[str], most: dict[str, float]
    ) -> None:
        scheme, px, middle = self._scheme, self._scheme.px, top + self.row / 2
        ink = scheme.faint if self.is_stale else scheme.foreground
        name = cut(host.name, self._plain.measure, self._name - px(8))
        pen.text((slot, "name"), px(4), middle, name, font="TkTextFont", fill=ink)
        pen.text((slot, "busy"), self._name, middle, f"{host.busy} of {len(host.slots)}", font="TkTextFont", fill=ink)
        for place, metric in enumerate(metrics):
            series = host.series.get(metric)
            if not series:
                continue
            left = self._name + self._busy + place * self._step
            bottom = top + self.row - px(3)
            self._draw_plot(pen, (slot, place), series, left, top + px(3), bottom, most[metric])
            value = f"{series[-1]:.4g}"
            pen.text((slot, place, "value"), left + self._plot + px(6), middle, value, font="TkTextFont", fill=ink)

    def _draw_plot(
        self, pen: Pen, key: tuple[int, int], series: Sequence[float], left: float, top: float, bottom: float,
        most: float,
    ) -> None:  # fmt: skip
        scheme, right, thick = self._scheme, left + self._plot, self._scheme.px(1.5)
        pen.box((key, "box"), left, top, right, bottom, fill=scheme.chosen)
        pen.line((key, "dark"), left, bottom, left, top, right, top, fill=scheme.dark_edge, width=thick)
        pen.line((key, "light"), left, bottom, right, bottom, right, top, fill=scheme.light_edge, width=thick)
        edge = scheme.px(3)
        wide, high = self._plot - 2 * edge, bottom - top - 2 * edge
        end = right - edge
        points = [
            (end - (len(series) - 1 - place) * wide / (SAMPLES - 1), bottom - edge - max(0.0, value) / most * high)
            for place, value in enumerate(series)
        ]
        if len(points) == 1:
            points = [(points[0][0] - 1, points[0][1]), *points]
        colour = scheme.faint if self.is_stale else scheme.percent
        pen.line((key, "line"), *(each for point in points for each in point), fill=colour, width=thick)
