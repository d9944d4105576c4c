"""The `alfred` command: what the words of the command line ask for, and which part of the program does it.

    alfred shot.alf            queue the script and run it          daemons.options.jobs  -> window, daemons.session
    alfred -check FILE ...     read scripts, queue nothing          daemons.options.jobs  -> daemons.check
    alfred -queue, -info ...   look at the queue, change it         daemons.options.queue -> daemons.queue_commands
    alfred -why, -exclude ...  the farm, for one's own jobs         daemons.options.waiting -> daemons.queue_commands
    alfred -maitre_d           be a maitre-d                        daemons.options.maitred -> daemons.maitred
    alfred -slots, -eject ...  look at the farm, change it          daemons.options.farm  -> daemons.farm_commands
    alfred -report ...         what the farm has done               daemons.options.report -> daemons.report_commands
    alfred -newkey [USER]      make keys                            daemons.options.keys  -> daemons.newkey
    alfred -farm N             a farm on this machine, to try       daemons.options.trial -> daemons.farm
    alfred -simulate ...       a schedule and a workload, on paper  daemons.options.simulate -> daemons.simulating
    alfred -nimby              lend this desktop while it is idle   daemons.options.nimby -> daemons.nimby

A part, and what only that part needs, is imported when it is asked for: the others are not waited for.

Exit status: 0 done, 1 errors in a job (or, for -check, in a script), 2 bad usage or a script that is refused.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from daemons.elsewhere import VARIABLE
from daemons.options import site
from daemons.options.farm import FARM
from daemons.options.jobs import JOBS, session
from daemons.options.keys import KEYS
from daemons.options.maitred import MAITRED
from daemons.options.nimby import NIMBY
from daemons.options.part import DONE, INTERRUPTED, Words
from daemons.options.queue import QUEUE
from daemons.options.report import REPORT
from daemons.options.simulate import SIMULATE
from daemons.options.trial import TRIAL
from daemons.options.waiting import WAITING

if TYPE_CHECKING:
    from daemons.options.part import Windows

PARTS = (
    JOBS,
    QUEUE,
    WAITING,
    MAITRED,
    FARM,
    REPORT,
    KEYS,
    TRIAL,
    SIMULATE,
    NIMBY,
)
"""In the order of the pages of help."""

PAGES = {
    "": (
        "",
        """
  -help [farm|report|plan]   -version
Exit status: 0 done, 1 errors, 2 bad usage or script
The queue and logs live in $XDG_STATE_HOME/alfred; ALF_STATE is another place.
""",
    ),
    "report": ("What the farm has done, from the maitre-d's record (docs/report.md)\n\n", ""),
    "farm": ("The farm: many machines, many users, one alfred.schedule\n\n", site.HELP),
    "plan": ("What a farm would do under a schedule (docs/simulate.md)\n\n", ""),
}
"""The pages of help, by name: what stands before and after the pieces of the parts."""


def parser() -> Words:
    """All options of all parts."""
    words = Words(prog="alfred", add_help=False, allow_abbrev=False)
    words.add_argument("-help", metavar="PAGE", nargs="?", const="")
    words.add_argument("-version", action="store_true")
    site.add(words)
    for part in PARTS:
        part.add(words)
    return words


def main(arguments: Sequence[str] | None = None, windows: Windows | None = None) -> int:
    """Run `alfred` with these words (default: the process's own) and give its exit status. `windows` shows
    windows; None where there is no display."""
    words = parser()
    given = words.parse_args(arguments)
    try:
        return _run(words, given, windows)
    except BrokenPipeError:
        # whoever read our output has gone (`alfred -queue | head`): nobody is left to be told
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(words: Words, given: argparse.Namespace, windows: Windows | None) -> int:
    if given.help is not None:
        return _help(words, given.help)
    if given.version:
        from daemons.version import product_version

        sys.stdout.write(f"alfred {product_version()}\n")
        return DONE
    site.take(words, given)
    if given.h:
        os.environ[VARIABLE] = given.h
    asked = [(part, request) for part in PARTS for request in part.asked(given)]
    if not asked:
        return session(words, given, windows)
    part, request = asked[0]
    if len(asked) > 1:
        words.error(f"-{request} and -{asked[1][1]} do not go together")
    if given.nogui and part.in_window is None:
        words.error(f"-{request} and -nogui do not go together")
    if given.scripts and not part.takes_files:
        words.error(f"-{request} takes no script: {given.scripts[0]}")
    if windows is not None and part.in_window is not None and not given.nogui:
        return part.in_window(words, given, windows)
    return part.run(words, given, request)


def page_of_help(name: str) -> str:
    """A page of the help. Raises KeyError when there is none of that name."""
    first, last = PAGES[name]
    return "".join((first, *(part.help for part in PARTS if part.page == name), last))


def _help(words: Words, page: str) -> int:
    try:
        sys.stdout.write(page_of_help(page))
    except KeyError:
        words.error(f'there is no page "{page}" of help; there are: {" ".join(filter(None, PAGES))}')
    return DONE


if __name__ == "__main__":
    sys.exit(main())
