"""The process of the windows: Tk and trio together, the connections, and the windows themselves.

    run(wishes) --> a first window of this user is open already? it is raised, and gets the scripts (gui.links.presence)
                \\-> Application: preferences, scheme, the link to the dispatcher; the job queue window

The windows own no job: whatever happens to this process, dispatchers and farm go on as they were.
"""

from __future__ import annotations

import gc
import os
import sys
import tkinter as tk
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec
import trio

from daemons import garbage
from daemons.client import DispatcherError
from daemons.unanswered import NoMaitred
from daemons.wording import printable
from gui import host, kept
from gui.links.dispatcher import DispatcherLink
from gui.links.presence import Opened, Presence, raise_first
from gui.look import classic
from gui.look.marks import Marks
from gui.look.scheme import CLASSIC, Scheme, SchemeError, named
from gui.models.preferences import Preferences, is_on_screen, scale_of, scaled
from gui.widgets.actions import actions_of
from gui.widgets.tip import Tips

if TYPE_CHECKING:
    from daemons.session import Wishes
    from gui.links.farm import FarmFeed
    from gui.links.maitred import MaitredLink
    from gui.links.schedule import ScheduleLink
    from gui.windows.job_queue import JobQueueWindow

DONE, USAGE = 0, 2
SLOW_S = 4.0
"""After so long a user is told that what he asked for is still waited for."""
_TIDY_S = 600.0
"""A look at all garbage, which takes long where a window shows much, comes when a window has gone, and this seldom."""


def run(wishes: Wishes) -> int:
    """Show the job queue with these scripts in it, until its window is closed; the exit status."""
    opened = Opened(
        tuple(str(Path(name).absolute()) for name in wishes.scripts), os.getcwd(), wishes.paused, wishes.after
    )
    if raise_first(opened):
        return DONE
    try:
        root = tk.Tk(className="Alfred")
    except tk.TclError as error:
        sys.stderr.write(f"alfred: no window: {error}\nalfred: -nogui works without one\n")
        return USAGE
    application = Application(root, DispatcherLink(slots=wishes.slots))
    garbage.settle()
    host.run(root, partial(application.run, opened))
    return DONE


class OneOfAKind(Protocol):
    """A window of which there is one at most."""

    @property
    def window(self) -> tk.Toplevel: ...
    @property
    def closed(self) -> trio.Event: ...
    def close(self) -> None: ...


class Application:
    """What all windows share. `do` runs in trio what takes time; its failure is said by the window that asked."""

    def __init__(self, root: tk.Tk, link: DispatcherLink, file: Path | None = None) -> None:
        self.root = root
        self.link = link
        self._windows: dict[str, OneOfAKind] = {}
        self._one_has_gone = trio.Event()
        self._file = file or kept.path()
        self.preferences, trouble = kept.load(self._file)
        self.scheme, wrong = _scheme(root, self.preferences)
        self.troubles = [words for words in (trouble, wrong) if words]
        """What is to be said when the first window is there."""
        self.marks = Marks(root, self.scheme)
        self._nursery: trio.Nursery | None = None
        self.queue_window: JobQueueWindow | None = None
        classic.apply(root, self.scheme)
        self.tips = Tips(root, self.scheme, lambda: self.preferences.tips)
        root.bind_all("<F1>", self._show_keys)

    async def run(self, opened: Opened | None = None) -> None:
        """Show the job queue until its window is closed."""
        from gui.windows.job_queue import JobQueueWindow

        async with trio.open_nursery() as nursery:
            self._nursery = nursery
            nursery.start_soon(self.link.run)
            nursery.start_soon(self._tidy)
            window = self.queue_window = JobQueueWindow(self)
            presence = Presence(window.take)
            nursery.start_soon(presence.run)
            if opened is not None:
                window.spool(opened)
            await window.closed.wait()
            for name in self._windows:
                other = self.shown(name)
                if other is not None:
                    other.close()
            nursery.cancel_scope.cancel()
        if "maitred" in vars(self):
            await self.maitred.close()

    # ---- the farm: who only looks at his jobs does not wait until all this is there ------------------

    @cached_property
    def maitred(self) -> MaitredLink:
        from gui.links.maitred import MaitredLink

        return MaitredLink()

    @cached_property
    def schedule(self) -> ScheduleLink:
        from gui.links.schedule import ScheduleLink

        link = ScheduleLink(self.maitred)
        self.start(link.run)
        return link

    @cached_property
    def farm(self) -> FarmFeed:
        from gui.links.farm import FarmFeed
        from gui.links.maitred import MaitredLink

        feed = FarmFeed(MaitredLink(), lambda: self.preferences.farm_look_s)
        self.start(feed.run)
        return feed

    # ---- work ----------------------------------------------------------------------------------------

    def do(self, work: Callable[[], Awaitable[str | None]], say: Callable[[str], object]) -> None:
        """Run this in trio; what it returns, or why it failed, is said in words."""
        if self._nursery is not None:
            self._nursery.start_soon(self._do, work, say)

    def start(self, work: Callable[[], Awaitable[None]], until: trio.Event | None = None) -> None:
        """Run this in trio as long as a window wants it: to its end, or until something has happened."""
        if self._nursery is not None:
            self._nursery.start_soon(*((work,) if until is None else (_until, work, until)))

    def show(self, name: str, make: Callable[[], OneOfAKind]) -> None:
        """Open a window of which there is one; where it is open already it comes to the front."""
        known = self.shown(name)
        if known is None:
            self._windows[name] = make()
        else:
            known.window.deiconify()
            known.window.lift()
            known.window.focus_set()

    def _show_keys(self, event: tk.Event[tk.Misc]) -> None:
        """The keys of the window in which F1 was pressed."""
        from gui.windows.keys import KeysWindow

        window = event.widget.winfo_toplevel()
        actions = actions_of(window)
        if actions is not None:
            KeysWindow(self, actions, str(window.wm_title()))

    async def _do(self, work: Callable[[], Awaitable[str | None]], say: Callable[[str], object]) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_say_when_slow, say)
            try:
                said = await work()
            except (DispatcherError, NoMaitred, OSError) as error:
                said = str(error)
            nursery.cancel_scope.cancel()
        if said:
            say(printable(said))

    def shown(self, name: str) -> OneOfAKind | None:
        """A window that is open."""
        known = self._windows.get(name)
        return None if known is None or known.closed.is_set() else known

    async def _tidy(self) -> None:
        """What closed windows leave behind goes."""
        while True:
            with trio.move_on_after(_TIDY_S):
                await self._one_has_gone.wait()
            self._one_has_gone = trio.Event()
            await trio.sleep(1.0)
            gc.collect()

    # ---- what is kept --------------------------------------------------------------------------------

    def prefer(self, **changes: object) -> str:
        """Change preferences, and keep them; in words why they could not be kept."""
        return self.keep(msgspec.structs.replace(self.preferences, **changes))

    def keep(self, preferences: Preferences) -> str:
        """These are the preferences from now on; in words why they could not be kept."""
        self.preferences = preferences
        if self.queue_window is not None:
            self.queue_window.preferred()
        return kept.save(self._file, preferences)

    def place(self, window: tk.Tk | tk.Toplevel, name: str, usual: str) -> None:
        """A window comes back where it was; its place is kept when it goes."""
        place = self.preferences.places.get(name, "")
        screen = (window.winfo_screenwidth(), window.winfo_screenheight())
        seen = is_on_screen(place, *screen)
        window.geometry(place if seen else scaled(usual, self.scheme.scale, screen))

    def leave(self, window: tk.Tk | tk.Toplevel, name: str) -> None:
        """A window goes."""
        self._one_has_gone.set()
        self.prefer(places={**self.preferences.places, name: window.geometry()})


async def _say_when_slow(say: Callable[[str], object]) -> None:
    await trio.sleep(SLOW_S)
    say(f"no answer after {SLOW_S:g} s; it is waited for")


async def _until(work: Callable[[], Awaitable[None]], over: trio.Event) -> None:
    async with trio.open_nursery() as nursery:

        async def run() -> None:
            await work()
            nursery.cancel_scope.cancel()

        nursery.start_soon(run)
        await over.wait()
        nursery.cancel_scope.cancel()


def _scheme(root: tk.Tk, preferences: Preferences) -> tuple[Scheme, str]:
    """The scheme that is preferred, at the size of this screen; and in words why it is another."""
    trouble = ""
    try:
        scheme = named(preferences.scheme)
    except SchemeError as error:
        scheme, trouble = CLASSIC, f"{error}; the classic one is used"
    scale = scale_of(preferences, root.winfo_fpixels("1i"))
    return replace(scheme, scale=scheme.scale * scale), trouble
