"""The `alfred` command: what the words of the command line ask for, and which part of the program does it.

    alfred shot.alf            queue the script and run it          -> daemons.session
    alfred -check FILE ...     read scripts, queue nothing          -> daemons.check
    alfred -queue, -info ...   look at the queue, change it         -> daemons.queue_commands

A part, and what only that part needs, is imported when it is asked for: the others are not waited for.

Exit status: 0 done, 1 errors in a job (or, for -check, in a script), 2 bad usage or a script that is refused.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from daemons.wording import BadId, parse_id

DONE, ERRORS, USAGE, INTERRUPTED = 0, 1, 2, 130

HELP = """\
usage: alfred [options] script ...       queue job scripts (.alf), run them here
       alfred -nogui                     carry the queue on until it is done
       alfred -check [-json] FILE ...    read scripts, say what is wrong in them

  -nogui           in this terminal, without a window
  -paused          queue, but do not start      -after "[MONTH DAY] HOUR:MINUTE"
  -slots N         commands at a time, if a dispatcher must start (one a core)
  -v  -q           more, or less, to read       -log FILE   also write it there

the queue; ID is a job (3) or one of its tasks (3.14):
  -queue [-json]   list the jobs                -info ID [-json]
  -output ID       what its commands printed    -f  follow   -t  with times
  -pause ID   -resume ID   -delete ID           -priority ID N
  -retry ID        start again what failed      -restart ID   from the beginning
  -skip ID         count it as done             -skiperrors ID  all that failed
  -kill ID         end what runs (an error)    -requeue ID  end it, to run again
  -chaser ID  -preview ID    start a task's viewer

  -help   -version         Exit status: 0 done, 1 errors, 2 bad usage or script
The queue and logs live in $XDG_STATE_HOME/alfred; ALF_STATE is another place.
"""

# the names of runtime.messages.Action, which is imported when one of them is asked for
_ACTIONS = (
    *("pause", "resume", "retry", "skip", "skiperrors", "restart", "kill", "requeue", "delete"),
    *("chaser", "preview"),
)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        sys.stderr.write(f"alfred: {message}\nalfred -help shows what there is\n")
        raise SystemExit(USAGE)


def _identifier(text: str) -> tuple[int, int | None]:
    try:
        return parse_id(text)
    except BadId as wrong:
        raise argparse.ArgumentTypeError(str(wrong)) from None


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f'"{text}" is not a number of slots')
    return int(text)


def parser() -> argparse.ArgumentParser:
    """All options, in the single-dash spelling of the original."""
    words = _Parser(prog="alfred", add_help=False, allow_abbrev=False)
    words.add_argument("scripts", nargs="*")
    for flag in ("help", "version", "nogui", "check", "json", "paused", "v", "q", "queue", "f", "t"):
        words.add_argument(f"-{flag}", action="store_true")
    words.add_argument("-after", metavar="TIME", default="")
    words.add_argument("-slots", type=_positive, metavar="N")
    words.add_argument("-log", metavar="FILE")
    words.add_argument("-info", type=_identifier, metavar="ID")
    words.add_argument("-output", type=_identifier, metavar="ID")
    words.add_argument("-priority", nargs=2, metavar=("ID", "N"))
    for name in _ACTIONS:
        words.add_argument(f"-{name}", type=_identifier, metavar="ID")
    return words


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `alfred` with these words (default: the process's own) and give its exit status."""
    words = parser()
    given = words.parse_args(arguments)
    try:
        return _run(words, given)
    except BrokenPipeError:
        # whoever read our output has gone (`alfred -queue | head`): nobody is left to be told
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(words: argparse.ArgumentParser, given: argparse.Namespace) -> int:
    if given.help:
        sys.stdout.write(HELP)
        return DONE
    if given.version:
        from importlib.metadata import version

        sys.stdout.write(f"alfred {version('alftcl')}\n")
        return DONE
    asked = [name for name in ("check", "queue", "info", "output", "priority", *_ACTIONS) if getattr(given, name)]
    if len(asked) > 1:
        words.error(f"-{asked[0]} and -{asked[1]} do not go together")
    if asked and given.nogui:
        words.error(f"-{asked[0]} and -nogui do not go together")
    if not asked:
        return _session(words, given)
    if asked[0] == "check":
        return _check(words, given)
    if given.scripts:
        words.error(f"-{asked[0]} takes no script: {given.scripts[0]}")
    return _queue_command(words, given, asked[0])


def _check(words: argparse.ArgumentParser, given: argparse.Namespace) -> int:
    from daemons.check import check

    if not given.scripts:
        words.error("-check needs a FILE")
    return check([Path(name) for name in given.scripts], as_json=given.json)


def _session(words: argparse.ArgumentParser, given: argparse.Namespace) -> int:
    from daemons.session import Wishes, run

    if not given.scripts and not given.nogui:
        words.error("no window in this version yet: name a script, or say -nogui to carry the queue on")
    if given.v and given.q:
        words.error("-v and -q do not go together")
    if given.paused and not given.scripts:
        words.error("-paused goes with a script; alfred -pause ID pauses a queued job")
    wishes = Wishes(
        scripts=tuple(Path(name) for name in given.scripts),
        paused=given.paused,
        after=given.after,
        slots=given.slots,
        chatter=1 if given.v else -1 if given.q else 0,
        log=None if given.log is None else Path(given.log),
    )
    return run(wishes)


def _queue_command(words: argparse.ArgumentParser, given: argparse.Namespace, asked: str) -> int:
    from daemons import queue_commands
    from runtime.messages import Action

    if asked == "queue":
        return queue_commands.show_queue(as_json=given.json)
    if asked == "info":
        return queue_commands.show_info(*given.info, as_json=given.json)
    if asked == "output":
        return queue_commands.show_output(*given.output, follow=given.f, stamped=given.t)
    if asked == "priority":
        identifier, number = given.priority
        try:
            float(number)
            jid, tid = parse_id(identifier)
        except ValueError:
            words.error(f'-priority: "{number}" is not a number')
        except BadId as wrong:
            words.error(f"-priority: {wrong}")
        return queue_commands.act(Action.PRIORITY, jid, tid, number)
    return queue_commands.act(Action(asked), *getattr(given, asked))


def alfserver_main() -> int:
    """The `alfserver` command. Commands of other machines come with the farm (docs/roadmap.md)."""
    sys.stderr.write(
        "alfserver: this version runs jobs on the machine of their dispatcher only (alfred -nogui);\n"
        "servers for a farm are described in docs/roadmap.md and are not here yet\n"
    )
    return USAGE


if __name__ == "__main__":
    sys.exit(main())
