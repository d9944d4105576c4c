"""A user before a screen: he sees windows, clicks, types; everything through the X server, as a hand would.

    def test_a_job_is_paused(user):
        async def use(app):
            await user.until(lambda: ...)          a condition: Tk and trio go on until it holds
            user.click(widget, x, y)               a real click: button pressed and released at that place
            user.key("Control", "p")               real keys
            user.shot("paused")                    a picture, where the environment has SHOTS=DIRECTORY
        user.works_with(use)

An error in a Tk callback, or in what the application runs, fails the test.
"""

import gc
import tkinter as tk
from collections.abc import Awaitable, Callable
from pathlib import Path

import trio
from Xlib import XK, X
from Xlib.display import Display
from Xlib.ext import xtest

from daemons.client import NoDispatcher, connect
from gui import host
from gui.app import Application
from gui.links.dispatcher import DispatcherLink

LONGEST_S = 30.0


class User:
    def __init__(self, display: str, shots: Path | None) -> None:
        self._display = Display(display)
        self._shots = shots
        self.app: Application | None = None

    def leave(self) -> None:
        self._display.close()
        self.app = None
        gc.collect()  # here: in another thread, later, Tcl would abort the process
        trio.run(_end_dispatcher)

    # ---- the application -------------------------------------------------------------------------------

    def works_with(self, use: Callable[[Application], Awaitable[None]]) -> None:
        """Show the job queue window, do this, and close it. Raises what goes wrong anywhere."""
        root = tk.Tk(className="Alfred")
        self.app = Application(root, DispatcherLink(slots=2))

        async def session() -> None:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self.app.run)
                try:
                    with trio.fail_after(LONGEST_S):
                        await self.until(lambda: self.app.queue_window is not None)
                        self.app.root.focus_force()
                        await use(self.app)
                finally:
                    if not self.app.queue_window.closed.is_set():
                        self.app.queue_window.close()

        host.run(root, session)

    async def until(self, holds: Callable[[], object]) -> None:
        """Let everything go on until this holds."""
        while not holds():
            await trio.sleep(0.005)

    # ---- hands and eyes --------------------------------------------------------------------------------

    def focus(self, widget: tk.Misc) -> None:
        """The keys go to the window of this widget from now on."""
        widget.winfo_toplevel().focus_lastfor().focus_force()
        widget.winfo_pointerxy()  # an answer of the X server: it has done all that was asked for before

    def point(self, widget: tk.Misc, x: int | None = None, y: int | None = None) -> None:
        """Move the pointer to a place in a widget, by default its middle."""
        widget.update_idletasks()
        at_x = widget.winfo_rootx() + (widget.winfo_width() // 2 if x is None else x)
        at_y = widget.winfo_rooty() + (widget.winfo_height() // 2 if y is None else y)
        xtest.fake_input(self._display, X.MotionNotify, x=at_x, y=at_y)
        self._display.sync()

    def press(self, button: int = 1) -> None:
        xtest.fake_input(self._display, X.ButtonPress, button)
        self._display.sync()

    def release(self, button: int = 1) -> None:
        xtest.fake_input(self._display, X.ButtonRelease, button)
        self._display.sync()

    def click(self, widget: tk.Misc, x: int | None = None, y: int | None = None, button: int = 1) -> None:
        """Press and release a button; the window gets the keys from now on, as a window manager would have it."""
        self.focus(widget)
        self.point(widget, x, y)
        self.press(button)
        self.release(button)

    def key(self, *names: str) -> None:
        """Keys at the same time: those before the last one are held."""
        codes = [self._display.keysym_to_keycode(XK.string_to_keysym(_KEYSYMS.get(name, name))) for name in names]
        for code in codes:
            xtest.fake_input(self._display, X.KeyPress, code)
        for code in reversed(codes):
            xtest.fake_input(self._display, X.KeyRelease, code)
        self._display.sync()

    def type(self, text: str) -> None:
        for letter in text:
            name = _LETTERS.get(letter, letter)
            self.key(*(("Shift", name) if letter.isupper() or letter in _SHIFTED else (name,)))

    def shot(self, name: str) -> None:
        """A picture of the screen."""
        if self._shots is None:
            return
        from PIL import ImageGrab

        self.app.root.update()
        self._shots.mkdir(parents=True, exist_ok=True)
        ImageGrab.grab(xdisplay=self._display.get_display_name()).save(self._shots / f"{name}.png")


_KEYSYMS = {"Control": "Control_L", "Shift": "Shift_L", "Alt": "Alt_L"}
_LETTERS = {
    " ": "space", "-": "minus", ".": "period", "/": "slash", "_": "underscore", ",": "comma", ":": "colon",
    "*": "asterisk", "=": "equal", "\n": "Return",
}  # fmt: skip
_SHIFTED = "_:*"


async def _end_dispatcher() -> None:
    """The dispatcher that the test's windows have started ends with the test."""
    try:
        async with connect(start=False) as client:
            await client.shutdown()
    except NoDispatcher:
        return
