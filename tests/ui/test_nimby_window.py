"""The NIMBY window, used by mouse and keys, before a real maitre-d: the user's desktop is janus, with s1 and s2."""

import getpass
import tkinter as tk
from functools import partial

import trio

from daemons.keys import Keyring
from daemons.link import Identity
from daemons.nimby import Desk
from gui import host
from gui.app import Application
from gui.links.dispatcher import DispatcherLink
from gui.nimby import attend
from gui.windows.nimby import NimbyWindow
from runtime.farm_messages import Recall, Running, SlotState
from runtime.nimby import Mode
from runtime.settings import Settings
from tests.daemons.maitreds import connected, dispatcher


def at_desk(user, site, use):
    """Show the window, do this with it, and close it."""
    identity = Identity("nimby", getpass.getuser(), "127.0.0.2", Keyring())
    desk = Desk(identity, lambda: Settings(maitred_hosts=("127.0.0.1",), maitred_port=site.port))
    root = tk.Tk(className="Alfred")
    app = user.app = Application(root, DispatcherLink(starts=False))
    window = NimbyWindow(app)

    async def session():
        async with trio.open_nursery() as nursery:
            nursery.start_soon(partial(attend, window, Mode.ALWAYS, 1000.0, desk))
            with trio.fail_after(30):
                await use(window)
            window.close()

    host.run(root, session)


def says(window, words):
    return lambda: words in window.button["text"]


async def slot_is(client, name, state):
    while (await client.slot(name)).state is not state:
        await trio.sleep(0.02)


def test_the_button_is_the_shields_and_its_dialog_lowers_them(user, site):
    async def use(window):
        async with connected(site, "client") as client:
            await user.until(says(window, "shields raised"))
            await slot_is(client, "s1", SlotState.SHIELDS)
            user.click(window.button)
            await user.until(lambda: window.dialog is not None and window.dialog.window.winfo_viewable())
            dialog = window.dialog
            assert dialog.auto_eject.instate(["disabled"])
            user.click(dialog.body.nametowidget("allow"), 12)
            await user.until(says(window, "shields lowered"))
            await slot_is(client, "s1", SlotState.FREE)
            user.click(dialog.body.nametowidget("default"), 12)
            await user.until(says(window, "shields raised"))
            user.click(dialog.auto_eject, 12)
            await user.until(lambda: window.process.nimby.mode is Mode.AUTO_EJECT)
            user.shot("nimby")
            user.key("Escape")
            await user.until(dialog.closed.is_set)

    at_desk(user, site, use)


def test_eject_ends_what_runs_here(user, site):
    async def use(window):
        await user.until(says(window, "shields raised"))
        user.click(window.button)
        await user.until(lambda: window.dialog is not None and window.dialog.window.winfo_viewable())
        user.key("Alt", "a")
        await user.until(says(window, "shields lowered"))
        async with dispatcher(site) as client:
            granted = [await client.want(number) for number in (1, 2, 3)]
            for each in granted:
                client.say(Running(each.lease.id, each.request, 1, 1, each.request, "frame 7"))
            await user.until(lambda: "frame 7" in window.dialog.running["text"])
            user.key("Alt", "e")
            recall = await client.hear(Recall)
            assert recall.eject
            assert await client.hear(Recall)

    at_desk(user, site, use)


def test_a_desktop_without_a_maitred_says_so(user, site):
    site.kill()

    async def use(window):
        await user.until(says(window, "no maitre-d answers"))

    at_desk(user, site, use)
