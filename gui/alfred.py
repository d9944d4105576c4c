"""`alfred`, as it is started: in a window where one is wanted, else by the command line (daemons.cli).

alfred, alfred shot.alf      the job queue window, if there is a display and nothing else is asked for
alfred -nimby                the NIMBY window
everything else              daemons.cli; Tk is not even imported
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from daemons import cli
from daemons.options.part import Windows

if TYPE_CHECKING:
    from daemons.nimby import Desk
    from daemons.session import Wishes
    from runtime.nimby import Mode


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `alfred` with these words (default: the process's own) and give its exit status."""
    return cli.main(arguments, Windows(_queue, _nimby) if os.environ.get("DISPLAY") else None)


def _queue(wishes: Wishes) -> int:
    """Show the job queue, with these scripts in it."""
    from gui.app import run

    return run(wishes)


def _nimby(mode: Mode, idle_s: float | None, desk: Desk) -> int:
    """Show the shields of this desktop."""
    from gui.nimby import run

    return run(mode, idle_s, desk)


if __name__ == "__main__":
    sys.exit(main())
