"""Command pipelines: the words of ``exec`` and ``open |`` read, the processes started, their ends judged.

    parse(words)  ->  Pipeline        what to run and where its ends lead: data only
    start(...)    ->  Running         the processes and our ends of their pipes
    Running.end() ->  TclError|None   waits, and says what went wrong as Tcl says it

    < file   <@ chan   << value       input of the first command
    > file   >> file   >@ chan        output of the last
    2> file  2>> file  2>@ chan       errors of all;  2>@1: into the output of the last
    >& file  >>& file  >&@ chan       output of the last and errors of all
    |   |&                            to the next command, output alone or with errors

Source: exec(n) of Tcl 8.6; the messages are those of tclPipe.c.
"""

import errno
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO

from alftcl import encodings
from alftcl.errors import TclError
from alftcl.paths import native_path
from alftcl.posix import posix_code, posix_error, signal_name, signal_words

Target = tuple[str, str]  # ("file" | "append" | "channel" | "value" | "output", its word)
ChannelFd = Callable[[str, bool], int]  # the descriptor of a channel by name, for writing or not


@dataclass
class Stage:
    """One command of a pipeline."""

    words: list[str]
    joins_errors: bool = False  # followed by |&


@dataclass
class Pipeline:
    """A pipeline as written."""

    stages: list[Stage] = field(default_factory=list)
    stdin: Target | None = None
    stdout: Target | None = None
    stderr: Target | None = None


# ---- reading the words -----------------------------------------------------------------------------


def _syntax(message: str, kind: str = "SYNTAX") -> TclError:
    return TclError(message, ["TCL", "OPERATION", "EXEC", kind])


# longest spelling first; what it redirects, and whether the word after it is a channel when it starts with @
_REDIRECTIONS = (
    ("<<", ("stdin",), "value", False),
    ("<", ("stdin",), "file", True),
    (">>&", ("stdout", "stderr"), "append", False),
    (">>", ("stdout",), "append", False),
    (">&", ("stdout", "stderr"), "file", True),
    (">", ("stdout",), "file", True),
    ("2>>", ("stderr",), "append", False),
    ("2>", ("stderr",), "file", True),
)


def parse(words: list[str]) -> Pipeline:
    """The pipeline that these words describe; TclError as Tcl words it."""
    pipeline = Pipeline()
    current = Stage([])
    place, last_bar = 0, -1
    while place < len(words):
        word = words[place]
        if word in ("|", "|&") or (word.startswith("|") and place == len(words) - 1):
            if place == last_bar + 1 or place == len(words) - 1:
                raise _syntax("illegal use of | or |& in command", "PIPESYNTAX")
            current.joins_errors = word == "|&"
            pipeline.stages.append(current)
            current, last_bar = Stage([]), place
            place += 1
        elif word.startswith(("<", ">", "2>")):
            place += _take_redirection(pipeline, words, place)
        else:
            current.words.append(word)
            place += 1
    pipeline.stages.append(current)
    if any(not stage.words for stage in pipeline.stages):
        raise _syntax("illegal use of | or |& in command", "PIPESYNTAX")
    return pipeline


def _take_redirection(pipeline: Pipeline, words: list[str], place: int) -> int:
    """Note one redirection; how many words it took."""
    word = words[place]
    if word == "2>@1":
        if place != len(words) - 1:
            raise _syntax(f'must specify "{word}" as last word in command', "PIPESYNTAX")
        pipeline.stderr = ("output", "")
        return 1
    spelling, ends, kind, may_be_channel = next(row for row in _REDIRECTIONS if word.startswith(row[0]))
    rest = word[len(spelling) :]
    if may_be_channel and rest.startswith("@"):
        kind, rest = "channel", rest[1:]
    taken = 1
    if not rest:
        if place + 1 == len(words):
            raise _syntax(
                f'can\'t specify "{word}" as last word in command',
                "PIPESYNTAX" if kind == "value" else "SYNTAX",
            )
        rest, taken = words[place + 1], 2
    for end in ends:
        setattr(pipeline, end, (kind, rest))
    return taken


# ---- running ---------------------------------------------------------------------------------------


class Running:
    """A started pipeline: its processes, our pipe ends (None where there is none) and its collected errors."""

    def __init__(self) -> None:
        self.processes: list[subprocess.Popen[bytes]] = []
        self.to_first: int | None = None  # write here: the first command's stdin
        self.from_last: int | None = None  # read here: the last command's stdout
        self.errors: IO[bytes] | None = None

    @property
    def pids(self) -> list[int]:
        return [process.pid for process in self.processes]

    def detach(self) -> None:
        """Let it run in the background; it is reaped when it has ended and another pipeline starts."""
        _reap_detached()
        _detached.extend(self.processes)

    def abandon(self) -> None:
        """Have nothing more to do with it: close our ends and let it run."""
        for fd in (self.to_first, self.from_last):
            if fd is not None:
                os.close(fd)
        if self.errors is not None:
            self.errors.close()
        self.detach()

    def has_ended(self, within_s: float) -> bool:
        """Whether every command has ended, or does so within this time."""
        until = time.monotonic() + within_s
        for process in self.processes:
            try:
                process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                return False
        return True

    def kill(self) -> None:
        """Kill every command that runs, and wait for it."""
        for process in self.processes:
            process.kill()
            process.wait()
        if self.errors is not None:
            self.errors.close()

    def end(self) -> TclError | None:
        """Wait for every command and say what went wrong, in Tcl's words (they end in a line end)."""
        code: list[str] = ["NONE"]
        message, abnormal, failed = "", False, False
        for process in self.processes:
            status = process.wait()
            if status > 0:
                failed = abnormal = True
                code = ["CHILDSTATUS", str(process.pid), str(status)]
            elif status < 0:
                failed = True
                words = signal_words(-status)
                message = f"child killed: {words}\n"
                code = ["CHILDKILLED", str(process.pid), signal_name(-status), words]
        written = self._collected_errors()
        if written:
            failed, message = True, written
        elif abnormal:
            message = "child process exited abnormally"
        return TclError(message, list(code)) if failed else None

    def _collected_errors(self) -> str:
        if self.errors is None:
            return ""
        with self.errors as file:
            file.seek(0)
            data = file.read()
        return encodings.decode(data, encodings.system_encoding()).replace("\r\n", "\n")


_detached: list[subprocess.Popen[bytes]] = []


def _reap_detached() -> None:
    _detached[:] = [process for process in _detached if process.poll() is None]


def start(pipeline: Pipeline, channel_fd: ChannelFd, *, pipe_in: bool, pipe_out: bool, collect_errors: bool) -> Running:
    """Start all commands.

    ``pipe_in`` and ``pipe_out`` ask for our ends of the first stdin and the last stdout where the words do not
    redirect them; ``collect_errors`` gathers what is written to stderr for ``Running.end``. Nothing is left
    running that would wait for us when a command cannot be started.
    """
    _reap_detached()
    running = Running()
    opened: list[int] = []  # descriptors that only the children need
    try:
        _connect(pipeline, channel_fd, running, opened, pipe_in, pipe_out, collect_errors)
    except BaseException:
        running.abandon()
        raise
    finally:
        for fd in opened:
            os.close(fd)
    return running


def _connect(
    pipeline: Pipeline,
    channel_fd: ChannelFd,
    running: Running,
    opened: list[int],
    pipe_in: bool,
    pipe_out: bool,
    collect_errors: bool,
) -> None:
    stdin = _input(pipeline.stdin, channel_fd, opened)
    stdout = _output(pipeline.stdout, channel_fd, opened)
    if pipeline.stderr == pipeline.stdout and pipeline.stderr is not None:
        stderr = stdout
    else:
        stderr = _output(pipeline.stderr, channel_fd, opened)
    if stdin is None and pipe_in:
        stdin, running.to_first = _pipe(opened)
    if stdout is None and pipe_out:
        running.from_last, stdout = os.pipe()
        opened.append(stdout)
    if pipeline.stderr == ("output", ""):
        stderr = 1 if stdout is None else stdout
    elif stderr is None and collect_errors:
        running.errors = tempfile.TemporaryFile()  # noqa: SIM115  # closed by Running.end
        stderr = running.errors.fileno()
    for number, stage in enumerate(pipeline.stages):
        out, following = stdout, None
        if number < len(pipeline.stages) - 1:
            following, out = os.pipe()
            opened += (following, out)
        running.processes.append(_spawn(stage.words, stdin, out, out if stage.joins_errors else stderr))
        _forget(opened, stdin, None if out == stdout else out)
        stdin = following


def _pipe(opened: list[int]) -> tuple[int, int]:
    reading, writing = os.pipe()
    opened.append(reading)
    return reading, writing


def _forget(opened: list[int], *descriptors: int | None) -> None:
    """Close at once what the next command must not keep open: a pipe ends when its last writer goes."""
    for fd in descriptors:
        if fd in opened:
            opened.remove(fd)
            os.close(fd)


def _input(target: Target | None, channel_fd: ChannelFd, opened: list[int]) -> int | None:
    if target is None:
        return None
    kind, word = target
    if kind == "channel":
        return channel_fd(word, False)
    if kind == "value":
        with tempfile.TemporaryFile() as file:
            file.write(encodings.encode(word, encodings.system_encoding()))
            file.seek(0)
            fd = os.dup(file.fileno())
    else:
        fd = _open(word, os.O_RDONLY, f'couldn\'t read file "{word}"')
    opened.append(fd)
    return fd


def _output(target: Target | None, channel_fd: ChannelFd, opened: list[int]) -> int | None:
    if target is None or target[0] == "output":
        return None
    kind, word = target
    if kind == "channel":
        return channel_fd(word, True)
    mode = os.O_APPEND if kind == "append" else os.O_TRUNC
    fd = _open(word, os.O_WRONLY | os.O_CREAT | mode, f'couldn\'t write file "{word}"')
    opened.append(fd)
    return fd


def _open(name: str, flags: int, what: str) -> int:
    path = native_path(name)
    try:
        return os.open(path, flags | os.O_CLOEXEC, 0o666)
    except OSError as cause:
        raise posix_error(what, cause) from None


def _spawn(words: list[str], stdin: int | None, stdout: int | None, stderr: int | None) -> subprocess.Popen[bytes]:
    program = native_path(words[0])
    command = [program, *words[1:]]
    try:
        if not program:
            raise FileNotFoundError(errno.ENOENT, "a command has a name")
        return subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=stderr)
    except OSError as cause:
        if cause.errno == errno.ENOEXEC:  # a script without #!, which execvp(3) gives to the shell
            path = shutil.which(program) or program
            return subprocess.Popen(["/bin/sh", path, *words[1:]], stdin=stdin, stdout=stdout, stderr=stderr)
        raise posix_error(f'couldn\'t execute "{program}"', cause) from None
    except ValueError:
        raise TclError(f'couldn\'t execute "{program}": no such file or directory', posix_code(errno.ENOENT)) from None
