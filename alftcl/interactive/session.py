"""The session at a terminal: a prompt, a command, what came of it, and again.

A command may have several lines: Enter ends it when it is complete, else it begins the next line. Ctrl-C gives up
the line that is typed, or the command that runs; Ctrl-D ends the session.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from prompt_toolkit import PromptSession, print_formatted_text
from prompt_toolkit.application import get_app
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import Condition, has_focus
from prompt_toolkit.formatted_text import ANSI, AnyFormattedText, FormattedText
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout.processors import HighlightMatchingBracketProcessor
from prompt_toolkit.output import Output

from alftcl.channels import Channel
from alftcl.commands.history import history_of
from alftcl.devices import MemoryDevice, StandardOutput
from alftcl.errors import TclError
from alftcl.interactive import faults, unknown
from alftcl.interactive.completing import TclCompleter
from alftcl.interactive.highlighting import STYLE, TclLexer
from alftcl.interactive.waiting import let_events_happen
from alftcl.interp import Interp
from alftcl.shell import is_complete
from alftcl.table import builtins
from alftcl.values import to_str

PROMPT, CONTINUATION = "% ", "> "
STARTUP_FILE = "~/.alftclrc"
_INDENT = 4


class _GivenUp(Exception):
    """Ctrl-C while a command is typed."""


class _Terminal(StandardOutput):
    """This terminal; it knows whether the last line that was written has ended."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.in_line = False

    def write(self, data: bytes) -> int:
        if data:
            self.in_line = not data.endswith(b"\n")
        return super().write(data)


class Session:
    """One session; `input` and `output` are the terminal's when they are not given."""

    def __init__(self, interp: Interp, input_: Input | None = None, output: Output | None = None) -> None:
        self.interp = interp
        self._terminal = _Terminal("stdout")
        channel = Channel("stdout", self._terminal, readable=False, writable=True)
        channel.buffering = "line"
        interp.channels.add(channel)
        self._prompt: PromptSession[str] = PromptSession(
            multiline=True,
            history=_kept_history(),
            lexer=TclLexer(self._kind),
            completer=TclCompleter(interp),
            complete_while_typing=False,
            key_bindings=_keys(interp),
            prompt_continuation=self._continuation,
            input_processors=[HighlightMatchingBracketProcessor()],
            style=STYLE,
            include_default_pygments_style=False,
            enable_open_in_editor=True,
            enable_suspend=True,
            interrupt_exception=_GivenUp,
            input=input_,
            output=output,
        )
        self._second: AnyFormattedText = CONTINUATION
        interp.set_var("tcl_interactive", 1)
        interp.set_var("tcl_rcFileName", STARTUP_FILE)
        unknown.install(interp)

    def run(self) -> int:
        """Until Ctrl-D; the status is 0. `exit` raises Exit."""
        self._startup_file()
        while True:
            try:
                text = self._read()
                if text.strip():
                    self.evaluate(text)
            except EOFError:
                return 0
            except _GivenUp:
                continue
            except KeyboardInterrupt:
                self._after_interrupt()

    def _read(self) -> str:
        self._end_line()
        return self._prompt.prompt(self._message(), pre_run=lambda: let_events_happen(self.interp))

    def evaluate(self, text: str) -> None:
        """Run one command and show its value, or its error."""
        history_of(self.interp).add(text)
        try:
            value = to_str(self.interp.eval(text))
        except TclError as error:
            self._end_line()
            self._show(FormattedText(faults.shown(self.interp, error, text)))
            return
        if value:
            self._end_line()
            self._write(value + "\n")

    def _after_interrupt(self) -> None:
        interp = self.interp
        handler = signal.signal(signal.SIGINT, signal.SIG_IGN)  # one Ctrl-C more is none
        interp.frame, interp.depth, interp.unit = interp.root_frame, 0, 0
        self._write("\n")  # the terminal has written ^C
        self._show(FormattedText([("class:tcl.error", "interrupted\n")]))
        signal.signal(signal.SIGINT, handler)

    # ---- the startup file

    def _startup_file(self) -> None:
        path = os.path.expanduser(STARTUP_FILE)
        if not os.path.exists(path):
            return
        try:
            self.interp.call("source", path)
        except TclError as error:
            self._show(FormattedText([("class:tcl.error", (error.info or error.message) + "\n")]))
        except KeyboardInterrupt:
            self._after_interrupt()

    # ---- the prompt

    def _message(self) -> AnyFormattedText:
        self._second = self._scripted("tcl_prompt2", CONTINUATION)
        return self._scripted("tcl_prompt1", PROMPT)

    def _continuation(self, width: int, line: int, wraps: int) -> AnyFormattedText:
        return self._second if self.interp.has_var("tcl_prompt2") else CONTINUATION.rjust(width)

    def _scripted(self, name: str, default: str) -> AnyFormattedText:
        """What the script in a variable writes: a prompt. With an error, which is told, the default."""
        if not self.interp.has_var(name):
            return default
        device = MemoryDevice()
        stand_in = Channel("stdout", device, readable=False, writable=True)
        stand_in.buffering = "none"
        ours = self.interp.channels.get("stdout")
        self.interp.channels.add(stand_in)
        try:
            self.interp.eval(self.interp.get_var(name))
        except TclError as error:
            error.add_info("\n    (script that generates prompt)")
            self._show(FormattedText([("class:tcl.error", f"{error.info}\n")]))
            return default
        finally:
            self.interp.channels.add(ours)
        return ANSI(device.written.decode("utf-8", "replace"))

    def _kind(self, name: str) -> str | None:
        found = self.interp.find_command(name)
        if found is None:
            return None
        return "builtin" if builtins().get(name.removeprefix("::")) is found else "command"

    # ---- output

    def _end_line(self) -> None:
        self.interp.channels.for_writing("stdout").flush()
        if self._terminal.in_line:
            self._write("\n")

    def _write(self, text: str) -> None:
        writer = self.interp.channels.for_writing("stdout")
        writer.write(text)
        writer.flush()

    def _show(self, text: FormattedText) -> None:
        print_formatted_text(
            text, end="", style=STYLE, output=self._prompt.output, include_default_pygments_style=False
        )


def run(interp: Interp) -> int:
    """A session on this process's terminal."""
    return Session(interp).run()


# ---- the file of history ---------------------------------------------------------------------------------


def history_file() -> Path:
    """$XDG_STATE_HOME/alftcl/history; ~/.local/state when that is not set."""
    base = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    return Path(base) / "alftcl" / "history"


def _kept_history() -> History:
    path = history_file()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("ab"):
            pass
    except OSError as problem:
        sys.stderr.write(f"alftcl: what you type is not kept: {path}: {problem.strerror}\n")
        return InMemoryHistory()
    return FileHistory(path)


# ---- keys ---------------------------------------------------------------------------------------------------


def _is_indenting() -> bool:
    """The cursor stands before the first word of a further line: Tab indents there."""
    document = get_app().current_buffer.document
    return document.cursor_position_row > 0 and not document.current_line_before_cursor.strip()


def _keys(interp: Interp) -> KeyBindings:
    keys = KeyBindings()

    at_prompt = has_focus(DEFAULT_BUFFER)

    @keys.add("enter", filter=at_prompt)
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.complete_state is not None and buffer.complete_state.current_completion is not None:
            buffer.complete_state = None  # it is taken as it stands
            return
        if is_complete(interp, buffer.text):
            buffer.validate_and_handle()
            return
        buffer.newline(copy_margin=True)
        before = buffer.document.text_before_cursor.rstrip()
        if before.endswith("{"):
            buffer.insert_text(" " * _INDENT)

    @keys.add("tab", filter=at_prompt & Condition(_is_indenting))
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text(" " * _INDENT)

    @keys.add("}", filter=at_prompt)
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        line = buffer.document.current_line_before_cursor
        if len(line) >= _INDENT and not line.strip():
            buffer.delete_before_cursor(_INDENT)
        buffer.insert_text("}")

    return keys
