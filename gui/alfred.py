"""`alfred`, as it is started: in a window where one is wanted, else by the command line (daemons.cli).

alfred, alfred shot.alf      the job queue window, if there is a display and nothing else is asked for
everything else              daemons.cli; Tk is not even imported
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from daemons import cli

if TYPE_CHECKING:
    from daemons.session import Wishes


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `alfred` with these words (default: the process's own) and give its exit status."""
    return cli.main(arguments, window=_window if os.environ.get("DISPLAY") else None)


def _window(wishes: Wishes) -> int:
    """Show the job queue, with these scripts in it."""
    from gui.app import run

    return run(wishes)


if __name__ == "__main__":
    sys.exit(main())
