"""Commands about processes: exec pid exit, and the channel of ``open |command``.

What the words mean and how the processes run is alftcl/pipeline.py. Source: exec(n), open(n), pid(n), exit(n) of
Tcl 8.6.
"""

import os
import select
from typing import TYPE_CHECKING, Any

from alftcl import pipeline as pipelines
from alftcl.channels import Channel
from alftcl.devices import FileDevice
from alftcl.errors import Exit, LimitExceeded, TclError
from alftcl.table import choose, command, wrong_args
from alftcl.values import Value, to_int, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp

_OPTIONS = ("-ignorestderr", "-keepnewline", "--")
_BETWEEN_LOOKS_S = 0.1
_USAGE = "?-option ...? arg ?arg ...?"


@command("exec", _USAGE, least=0, safe=False)
def exec_(interp: "Interp", args: list[Any]) -> Value:
    """Run a pipeline; its output, without the last line end. With a last word ``&``, only the process ids."""
    words = [to_str(word) for word in args]
    options, words = _options(words)
    if not words:
        raise wrong_args(f"exec {_USAGE}")
    background = words[-1] == "&"
    running = pipelines.start(
        pipelines.parse(words[:-1] if background else words),
        _channel_fd(interp),
        pipe_in=False,
        pipe_out=not background,
        collect_errors=not background and "-ignorestderr" not in options,
    )
    if background:
        running.detach()
        return list(running.pids)
    try:
        output = _output(interp, running)
        if interp.is_limited:
            _look_until_ended(interp, running)
    except LimitExceeded:
        running.kill()
        raise
    return _result(output, running.end(), keep_newline="-keepnewline" in options)


def _options(words: list[str]) -> tuple[set[str], list[str]]:
    """The options in front, and the words behind them."""
    options: set[str] = set()
    for place, word in enumerate(words):
        if not word.startswith("-"):
            return options, words[place:]
        option = choose(word, _OPTIONS, exact=True)
        if option == "--":
            return options, words[place + 1 :]
        options.add(option)
    return options, []


class _WatchedDevice(FileDevice):
    """The output of a pipeline in an interpreter with limits: time passes while it is waited for."""

    def __init__(self, interp: "Interp", read_fd: int) -> None:
        super().__init__(read_fd, None)
        self._interp = interp

    def read(self, size: int) -> bytes | None:
        while not select.select([self.fileno(False)], [], [], _BETWEEN_LOOKS_S)[0]:
            self._interp.look_at_limits()
        return super().read(size)


def _output(interp: "Interp", running: pipelines.Running) -> str:
    if running.from_last is None:
        return ""
    device = _WatchedDevice(interp, running.from_last) if interp.is_limited else FileDevice(running.from_last, None)
    channel = Channel("exec", device, readable=True, writable=False)
    try:
        return channel.read()
    finally:
        channel.close()


def _look_until_ended(interp: "Interp", running: pipelines.Running) -> None:
    while not running.has_ended(_BETWEEN_LOOKS_S):
        interp.look_at_limits()


def _result(output: str, error: TclError | None, *, keep_newline: bool) -> Value:
    text = output if error is None else output + error.message
    if not keep_newline and text.endswith("\n"):
        text = text[:-1]
    if error is not None:
        raise TclError(text, error.errorcode)
    return text


def _channel_fd(interp: "Interp") -> pipelines.ChannelFd:
    """How a pipeline gets at the channels of ``<@`` and ``>@``."""

    def descriptor(name: str, writing: bool) -> int:
        channel = interp.channels.get(name)
        if not (channel.writable if writing else channel.readable):
            direction = "writing" if writing else "reading"
            raise TclError(
                f'channel "{_internal_name(channel)}" wasn\'t opened for {direction}',
                ["TCL", "OPERATION", "EXEC", "BADCHAN"],
            )
        if writing:
            channel.flush()
        return channel.device.fileno(writing)

    return descriptor


def _internal_name(channel: Channel) -> str:
    """Tcl calls the standard channels file0, file1 and file2 here."""
    standard = ("stdin", "stdout", "stderr")
    return f"file{standard.index(channel.name)}" if channel.name in standard else channel.name


def open_pipeline(interp: "Interp", words: list[Any], readable: bool, writable: bool) -> Channel:
    """The channel of ``open |command``: reads the last output, writes the first input; close reports errors."""
    pipeline = pipelines.parse([to_str(word) for word in words])
    running = pipelines.start(pipeline, _channel_fd(interp), pipe_in=writable, pipe_out=readable, collect_errors=True)
    if readable and pipeline.stdout is not None:
        running.abandon()
        raise _redirected("can't read output from command: standard output was redirected")
    if writable and pipeline.stdin is not None:
        running.abandon()
        raise _redirected("can't write input to command: standard input was redirected")
    number = running.from_last if running.from_last is not None else running.to_first
    channel = Channel(
        f"file{number}",
        FileDevice(running.from_last, running.to_first),
        readable=readable,
        writable=writable,
        on_close=lambda: _report_end(channel, running),
    )
    channel.pids = running.pids
    return channel


def _redirected(message: str) -> TclError:
    return TclError(message, ["TCL", "OPERATION", "EXEC", "BADREDIRECT"])


def _report_end(channel: Channel, running: pipelines.Running) -> None:
    if not channel.blocking:
        running.detach()
        return
    error = running.end()
    if error is not None:
        _result("", error, keep_newline=False)


@command("pid", "?channelId?", safe=True)
def pid(interp: "Interp", args: list[Any]) -> Value:
    """The process id of this program, or those of a pipeline."""
    if not args:
        return os.getpid()
    return list(interp.channels.get(to_str(args[0])).pids)


@command("exit", "?returnCode?", safe=False)
def exit_(interp: "Interp", args: list[Any]) -> Value:
    """End the program."""
    raise Exit(to_int(args[0]) if args else 0)
