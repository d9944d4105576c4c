"""`alfred -farm N`: a farm on this machine to try things with, what runs where on it, and what to type next.

    alfred -farm            shows; ends with Ctrl-C, or as it likes
      | pipe
    keeper                  the parent of all daemons (daemons.farm.keeper); the end of the pipe is theirs
      |- maitre-d           127.0.0.1
      |- N alfservers       127.0.0.2, 127.0.0.3, ...
      `- 2 dispatchers      anna's and ben's

Exit status: 0 it was ended, 2 it could not start.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from functools import partial
from pathlib import Path

import msgspec
import trio

from daemons.client import DispatcherClient, DispatcherError, NoDispatcher, connect
from daemons.farm.keeper import kept
from daemons.farm.layout import USERS, FarmError, Layout, inherited
from daemons.keys import KeyFileError
from daemons.state import StateError
from daemons.views import PlainView
from daemons.wording import count
from runtime.messages import Changed, Refusal

DONE, FAILED = 0, 2
START_S = 30.0
"""How long the dispatchers may take to answer."""
_LOOK_S = 0.1


def run(machines: int) -> int:
    """Run a farm of so many machines until it is interrupted; the exit status."""
    layout = Layout(Path(tempfile.mkdtemp(prefix="alfred-farm-")), machines)
    try:
        layout.write()
        with suppress(KeyboardInterrupt), kept(layout) as keeper:
            try:
                trio.run(_show, layout, keeper)
            finally:
                _write("the farm is taken down\n")
    except (FarmError, KeyFileError, OSError) as error:
        shutil.rmtree(layout.directory, ignore_errors=True)
        return _failed(error)
    except BaseExceptionGroup as group:
        if group.split(KeyboardInterrupt)[0] is None:
            trouble, others = group.split((DispatcherError, FarmError, StateError))
            if trouble is None or others is not None:
                raise
            return _failed(trouble.exceptions[0])
    return DONE


def _failed(trouble: BaseException) -> int:
    sys.stderr.write(f"alfred: {trouble}\n")
    return FAILED


async def _show(layout: Layout, keeper: subprocess.Popen[bytes]) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_hear, keeper)
        done = {user: trio.Event() for user in USERS}
        for user in USERS:
            nursery.start_soon(_follow, layout, user, done[user])
        _write(
            f"a farm in {layout.directory}: a maitre-d, {count(layout.machines, 'machine')} of {layout.slots} slots,"
            f" the dispatchers of {' and '.join(USERS)}\n\n"
        )
        for event in done.values():
            await event.wait()
        _write(_what_next(layout))


async def _hear(keeper: subprocess.Popen[bytes]) -> None:
    """Pass on what the keeper says. It never ends before us."""
    assert keeper.stdout is not None
    while line := await trio.to_thread.run_sync(keeper.stdout.readline, abandon_on_cancel=True):
        if line != b"started\n":
            _write(line.decode(errors="replace"))
    raise FarmError("the keeper of the farm has ended")


async def _follow(layout: Layout, user: str, done: trio.Event) -> None:
    """Queue a user's job and tell what becomes of it, and of whatever else that user queues."""
    await _wait_for(layout, user)
    async with connect(layout.state(user), start=False) as dispatcher:
        script = layout.script(user)
        answer = await dispatcher.spool(
            file=str(script),
            text=script.read_bytes(),
            cwd=str(script.parent),
            env=inherited() | layout.mark,
            user=user,
            host=socket.gethostname(),
        )
        if isinstance(answer, Refusal):
            raise FarmError(f"{user}: {answer.text}")
        view = PlainView(partial(_tell, user))
        async for news in dispatcher.watch():
            if isinstance(news, Changed):
                view.event(await _with_place(dispatcher, news) if news.change == "started" else news)
                if news.change != "job":
                    continue
            queue = await dispatcher.list()
            view.queue(queue)
            if all(job.ended is not None for job in queue.jobs):
                done.set()
    raise FarmError(f"the dispatcher of {user} has ended")


async def _wait_for(layout: Layout, user: str) -> None:
    """Until the dispatcher of a user answers. Raises FarmError."""
    with trio.move_on_after(START_S):
        while True:
            try:
                async with connect(layout.state(user), start=False):
                    return
            except NoDispatcher:
                await trio.sleep(_LOOK_S)
    raise FarmError(f"the dispatcher of {user} does not answer: {layout.log}/{user}.out")


async def _with_place(dispatcher: DispatcherClient, began: Changed) -> Changed:
    """The start of a command, with the slots that it has instead of its words."""
    for running in (await dispatcher.list(done=False)).running:
        if running.attempt == began.attempt:
            return msgspec.structs.replace(began, text=f"on {' '.join(running.slots)}")
    return began  # it has ended already


def _tell(user: str, line: str) -> None:
    _write(f"{user:<5} {line}")


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _what_next(layout: Layout) -> str:
    anna, ben = USERS
    return f"""
Both jobs are through, and the farm waits. In another terminal:

    . {layout.directory}/{anna}/farm.sh        you are {anna} there, a wrangler ({ben}/farm.sh: you are {ben})
    alfred -slots                       the slots, and who has them
    alfred -nogui {layout.script(anna)}
    alfred -queue                       {anna}'s jobs; alfred -why ID says why one waits
    alfred -offline node2-1             give it out no more
    alfred -eject node3-1               what runs there begins again elsewhere
    edit {layout.etc}/alfred.schedule: the maitre-d notices

Ctrl-C here takes all of it down.
"""
