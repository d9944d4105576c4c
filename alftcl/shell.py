"""The `alftcl` command: runs a script file, a script given with -c, or what it reads from standard input.

    alftcl ?-encoding NAME? FILE ?ARG ...?     argv0, argv and argc are set as tclsh does
    alftcl - ?ARG ...?                         the script is all of standard input
    alftcl -c SCRIPT ?ARG ...?
    alftcl -lint ?-json? FILE ...              what is wrong with scripts, without running them (alftcl/lint)
    alftcl                                     at a terminal: a session (alftcl/interactive); else the commands on
                                               standard input, one after the other

A word that means nothing is told with what would; a standard stream that is closed is /dev/null.

Exit status: that of `exit`; 0; 1 when a script ended with an error (its errorInfo goes to stderr) or the input ended in
a command; 2 for words that mean nothing here; 130 after Ctrl-C, 141 when nobody reads what it writes.
Commands on standard input run as tclsh runs them: an error is reported and the next command runs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable

from alftcl import environment
from alftcl.errors import Exit, TclError
from alftcl.interp import Interp
from alftcl.values import to_str

PROMPT = "% "
USAGE = """\
usage: alftcl ?-encoding name? file ?arg ...?     run a script (- for standard input)
       alftcl -c script ?arg ...?                 run a script given here
       alftcl -lint ?-json? file ?file ...?       what is wrong with scripts
       alftcl -version                            (and -help: this)
       alftcl                                     a session, or the commands on standard input
"""
INTERRUPTED, NO_READER = 130, 141


def main(argv: list[str] | None = None) -> int:
    """The program; returns its exit status."""
    _open_closed_streams()
    if argv is None and os.access(sys.argv[0], os.X_OK):  # not python -m alftcl.shell
        environment.executable = os.path.abspath(sys.argv[0])
    words = sys.argv[1:] if argv is None else argv
    interp = Interp()
    try:
        status = _run(interp, words)
    except Exit as ended:
        status = ended.status
    except KeyboardInterrupt:
        status = INTERRUPTED
    except OSError as problem:
        status = _lost(problem)
    return _finished(interp, status)


def _open_closed_streams() -> None:
    """A descriptor that the parent has closed reads and writes nothing. Left closed it would be that of the first
    file that the script opens, and what programs print would be in there."""
    for fd, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, os.O_RDWR)
            os.dup2(opened, fd)
            if opened != fd:
                os.close(opened)
            setattr(sys, name, open(fd, "r" if fd == 0 else "w", closefd=False))  # noqa: SIM115  # as Python's own


def _finished(interp: Interp, status: int) -> int:
    """The status, once all output is handed on."""
    try:
        interp.channels.close_all()
        sys.stdout.flush()
    except OSError as problem:
        lost = _lost(problem)
        return status or lost
    return status


def _lost(problem: OSError) -> int:
    """Output cannot be written. When nobody reads it, not a word; else it is told (a full disk)."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python will try again when it ends
    if isinstance(problem, BrokenPipeError):
        return NO_READER
    sys.stderr.write(f'error writing "stdout": {(problem.strerror or "").lower()}\n')
    return 1


def _run(interp: Interp, words: list[str]) -> int:
    first = words[0] if words else ""
    if first in ("-h", "-help", "--help"):
        interp.channels.for_writing("stdout").write(USAGE)
        return 0
    if first in ("-version", "--version"):
        from importlib.metadata import version

        interp.channels.for_writing("stdout").write(f"alftcl {version('alftcl')} (Tcl {environment.TCL_PATCH_LEVEL})\n")
        return 0
    if first == "-lint":
        from alftcl.lint.program import run  # not for scripts: they start without it

        return run(words[1:])
    if first == "-c" and len(words) > 1:
        _set_arguments(interp, "alftcl", words[2:])
        return _report(interp, lambda: interp.eval(words[1]))
    if first == "-":
        _set_arguments(interp, first, words[1:])
        return _report(interp, lambda: interp.eval(interp.channels.for_reading("stdin").read()))
    if first == "-encoding" and len(words) > 2:
        return _run_file(interp, words[:2], words[2:])
    if first.startswith("-"):
        return _refused(first)
    if words:
        return _run_file(interp, [], words)
    _set_arguments(interp, "alftcl", [])
    return _interactive(interp) if sys.stdin.isatty() and sys.stdout.isatty() else _commands(interp)


def _refused(option: str) -> int:
    lacking = {"-c": "a script", "-encoding": "a name and a file"}.get(option)
    reason = f'unknown option "{option}"' if lacking is None else f"{option} needs {lacking}"
    sys.stderr.write(f"alftcl: {reason}\n{USAGE}")
    return 2


def _run_file(interp: Interp, encoding: list[str], words: list[str]) -> int:
    _set_arguments(interp, words[0], words[1:])
    return _report(interp, lambda: interp.call("source", *encoding, words[0]))


def _set_arguments(interp: Interp, name: str, words: list[str]) -> None:
    interp.set_var("argv0", name)
    interp.set_var("argv", list(words))
    interp.set_var("argc", len(words))


def _report(interp: Interp, action: Callable[[], object]) -> int:
    try:
        action()
    except TclError as error:
        if _has_no_reader(error):
            return NO_READER
        _print(interp, "stderr", error.info or error.message)
        return 1
    return 0


def _has_no_reader(error: TclError) -> bool:
    return error.message == 'error writing "stdout": broken pipe'


def _print(interp: Interp, channel: str, text: str) -> None:
    writer = interp.channels.for_writing(channel)
    writer.write(text + "\n")
    writer.flush()


# ---- commands, one after the other -----------------------------------------------------------------------


def is_complete(interp: Interp, text: str) -> bool:
    """Whether no brace, bracket or quote is open, and no backslash joins the next line to this one."""
    fault = interp.parse(text).fault
    if fault is not None and fault.incomplete:
        return False
    body = text.removesuffix("\n")
    return (len(body) - len(body.rstrip("\\"))) % 2 == 0


def complete_commands(interp: Interp, lines: Iterable[str]) -> Iterable[str]:
    """Lines put together until they make complete commands (info complete); the rest at the end as it is."""
    pending = ""
    for line in lines:
        pending += line
        if is_complete(interp, pending):
            yield pending
            pending = ""
    if pending.strip():
        yield pending


def _commands(interp: Interp) -> int:
    """Standard input, read as the commands run: `gets stdin` in one of them takes the lines after it."""
    begun = 1
    for command in complete_commands(interp, _lines(interp)):
        if not is_complete(interp, command) and interp.parse(command).fault is not None:
            _print(interp, "stderr", _unfinished(interp, command, begun))
            return 1
        try:
            interp.eval(command)
        except TclError as error:
            if _has_no_reader(error):
                return NO_READER
            _print(interp, "stderr", error.message)
        begun += command.count("\n")
    return 0


def _unfinished(interp: Interp, text: str, begun: int) -> str:
    fault = interp.parse(text).fault
    assert fault is not None
    line = begun + interp.parse(text).position(fault.start)[0] - 1
    return f"the input ended in a command that began in line {line}: {fault.message}"


def _lines(interp: Interp) -> Iterable[str]:
    channel = interp.channels.for_reading("stdin")
    while True:
        line = channel.gets()
        if line is None:
            return
        yield line + "\n"


def _interactive(interp: Interp) -> int:
    if os.environ.get("TERM", "dumb") != "dumb":
        from alftcl.interactive import session  # not for scripts: they start without it

        return session.run(interp)
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
    """For a terminal that can do nothing but print."""
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
