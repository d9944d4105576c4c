"""Draws docs/session.svg, the picture in the README: the example at work, seen halfway through.

cd examples/bounce && python ../../docs/record_session.py ../../docs/session.svg
"""

from __future__ import annotations

import io
import os
import re
import sys
import tempfile
from pathlib import Path

import trio
from rich.console import Console

from daemons.client import connect
from daemons.terminal import LiveView
from daemons.views import finished_tasks

SCRIPT = Path("bounce.alf")


async def record(target: Path) -> None:
    console = Console(record=True, width=110, height=24, force_terminal=True, highlight=False, file=io.StringIO())
    async with connect() as dispatcher:
        about = {"cwd": os.getcwd(), "env": dict(os.environ), "user": "anna", "host": "here"}
        await dispatcher.spool(file=str(SCRIPT), text=SCRIPT.read_bytes(), **about)
        view = LiveView(Console(file=io.StringIO()))
        console.print("$ alfred -nogui bounce.alf", style="bold")
        while True:
            queue = await dispatcher.list()
            if finished_tasks(queue.jobs[0]) >= 70 and len(queue.running) == queue.slots:
                break
            await trio.sleep(0.05)
        view.close()
        console.print(view.picture(queue))
        await dispatcher.shutdown()
    drawing = console.export_svg(title="alfred")
    # no fonts from other people's servers: whoever looks has a monospaced one
    target.write_text(re.sub(r"@font-face \{.*?\}", "", drawing, flags=re.DOTALL))


if __name__ == "__main__":
    os.environ["ALF_STATE"] = tempfile.mkdtemp(prefix="alf-record-")
    trio.run(record, Path(sys.argv[1]).absolute())
