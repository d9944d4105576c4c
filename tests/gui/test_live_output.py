"""Live output: whose logs are read."""

import trio

from gui.links.live_output import LiveOutput
from runtime.messages import Queue, RunningCmd


def running(log):
    return Queue(
        jobs=(),
        running=(
            RunningCmd(
                jid=1,
                tid=1,
                cid=1,
                attempt=1,
                task="one",
                argv=("true",),
                host="here",
                slots=(),
                since=0.0,
                log=str(log),
            ),
        ),
    )


def test_what_ended_while_nobody_looked_is_not_read_later(tmp_path, autojump_clock):
    log = tmp_path / "log"
    log.write_text("long ago\n")
    shown = []

    async def look():
        live = LiveOutput(shown.extend)
        live.queue(running(log))
        live.queue(Queue(jobs=()))
        with trio.move_on_after(1):
            await live.run()

    trio.run(look, clock=autojump_clock)
    assert shown == []


def test_what_ends_while_somebody_looks_is_read_to_its_end(tmp_path):
    log = tmp_path / "log"
    shown = []

    async def look():
        live = LiveOutput(shown.extend)
        live.queue(running(log))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(live.run)
            await trio.testing.wait_all_tasks_blocked(0.02)
            log.write_text("no end of line")
            live.queue(Queue(jobs=()))
            with trio.fail_after(10):
                while not shown:
                    await trio.sleep(0.01)
            nursery.cancel_scope.cancel()

    trio.run(look)
    assert shown == ["[one] no end of line"]
