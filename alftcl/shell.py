"""The `alftcl` command: runs a script file, a script given with -c, or what it reads from standard input.

    alftcl FILE ?ARG ...?     argv0, argv and argc are set as tclsh does
    alftcl -c SCRIPT ?ARG ...?
    alftcl                    with a terminal: a prompt; else the commands on standard input

Exit status: that of `exit`, else 0, or 1 when a script ended with an error (its errorInfo goes to stderr).
Standard input is read command by command, as tclsh does: an error is reported and the next command runs.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

from alftcl.errors import Exit, TclError
from alftcl.interp import Interp
from alftcl.values import to_str

PROMPT = "% "
USAGE = "usage: alftcl ?-c script | file? ?arg ...?\n"


def main(argv: list[str] | None = None) -> int:
    """The program; returns its exit status."""
    words = sys.argv[1:] if argv is None else argv
    interp = Interp()
    try:
        status = _run(interp, words)
    except Exit as ended:
        status = ended.status
    except KeyboardInterrupt:
        status = 130
    interp.channels.close_all()
    return status


def _run(interp: Interp, words: list[str]) -> int:
    if words and words[0] in ("-h", "-help", "--help"):
        interp.channels.for_writing("stdout").write(USAGE)
        return 0
    if words and words[0] == "-c":
        if len(words) < 2:
            interp.channels.for_writing("stderr").write(USAGE)
            return 2
        _set_arguments(interp, "alftcl", words[2:])
        return _report(interp, lambda: interp.eval(words[1]))
    if words:
        _set_arguments(interp, words[0], words[1:])
        return _report(interp, lambda: interp.call("source", words[0]))
    _set_arguments(interp, "alftcl", [])
    if sys.stdin.isatty():
        return _interactive(interp)
    for command in complete_commands(interp, sys.stdin):
        _report_briefly(interp, command)
    return 0


def _set_arguments(interp: Interp, name: str, words: list[str]) -> None:
    interp.set_var("argv0", name)
    interp.set_var("argv", list(words))
    interp.set_var("argc", len(words))


def _report(interp: Interp, action: Callable[[], object]) -> int:
    try:
        action()
    except TclError as error:
        _print(interp, "stderr", error.info or error.message)
        return 1
    return 0


def _report_briefly(interp: Interp, command: str) -> None:
    try:
        interp.eval(command)
    except TclError as error:
        _print(interp, "stderr", error.message)


def _print(interp: Interp, channel: str, text: str) -> None:
    writer = interp.channels.for_writing(channel)
    writer.write(text + "\n")
    writer.flush()


def complete_commands(interp: Interp, lines: Iterable[str]) -> Iterable[str]:
    """Lines put together until they make complete commands (info complete); the rest at the end as it is."""
    pending = ""
    for line in lines:
        pending += line
        fault = interp.parse(pending).fault
        if (fault is None or not fault.incomplete) and not _continues(pending):
            yield pending
            pending = ""
    if pending.strip():
        yield pending


def _continues(text: str) -> bool:
    body = text.removesuffix("\n")
    return (len(body) - len(body.rstrip("\\"))) % 2 == 1


def _interactive(interp: Interp) -> int:
    interp.set_var("tcl_interactive", 1)
    for command in complete_commands(interp, _typed_lines(interp)):
        try:
            value = to_str(interp.eval(command))
        except TclError as error:
            _print(interp, "stderr", error.message)
            continue
        if value:
            _print(interp, "stdout", value)
    return 0


def _typed_lines(interp: Interp) -> Iterable[str]:
    writer = interp.channels.for_writing("stdout")
    while True:
        writer.write(PROMPT)
        writer.flush()
        line = sys.stdin.readline()
        if not line:
            writer.write("\n")
            return
        yield line


if __name__ == "__main__":
    sys.exit(main())
