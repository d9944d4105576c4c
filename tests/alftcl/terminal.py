"""A terminal with the alftcl shell in it: keys go in, the screen is looked at. Waits for conditions only."""

import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import pexpect
import pyte

ROWS, COLUMNS = 30, 100
PATIENCE_S = 30


def _heed_ctrl_c() -> None:
    """As in any terminal, also where the tests themselves run in a background that ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Terminal:
    """`screen` is what a user would see, line by line."""

    def __init__(self, home: Path, *words: str, **environment: str) -> None:
        settings = {"HOME": str(home), "TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1"}
        inherited = {name: value for name, value in os.environ.items() if name not in ("XDG_STATE_HOME", "NO_COLOR")}
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "alftcl.shell", *words],
            env=inherited | settings | environment,
            dimensions=(ROWS, COLUMNS),
            timeout=PATIENCE_S,
            preexec_fn=_heed_ctrl_c,
        )

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.child.close(force=True)

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self._screen.display if line.strip()]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def colour(self, word: str) -> str:
        """The colour in which a word stands on the screen (its last time)."""
        for row in range(ROWS - 1, -1, -1):
            column = self._screen.display[row].rfind(word)
            if column >= 0:
                return self._screen.buffer[row][column].fg
        raise AssertionError(f"{word!r} is not on the screen:\n{self.text}")

    def until(self, holds: Callable[[], bool]) -> None:
        """Read what the shell writes until a condition holds; AssertionError with the screen when it never does."""
        while not holds():
            try:
                self._stream.feed(self.child.read_nonblocking(65536, PATIENCE_S))
            except (pexpect.EOF, pexpect.TIMEOUT) as ended:
                raise AssertionError(f"{type(ended).__name__}; the screen:\n{self.text}") from None

    def shows(self, text: str) -> None:
        self.until(lambda: text in self.text)

    def until_there(self, path: Path) -> None:
        """Read until a file is there that the shell makes without a word."""
        for _ in range(PATIENCE_S * 20):
            with suppress(pexpect.TIMEOUT):
                self._stream.feed(self.child.read_nonblocking(65536, 0.05))
            if path.exists():
                return
        raise AssertionError(f"{path} is not there; the screen:\n{self.text}")

    def prompts(self) -> None:
        """Wait for an empty prompt on the last line."""
        self.until(lambda: self.lines[-1:] == ["%"])

    def key(self, keys: str) -> None:
        self.child.send(keys)

    def run(self, command: str) -> list[str]:
        """Type a command at the prompt; the lines that it wrote."""
        self.prompts()
        before = len(self.lines)
        self.key(command + "\r")
        self.until(lambda: len(self.lines) > before and self.lines[-1] == "%")
        return self.lines[before:-1]

    def status(self) -> int:
        """Wait for the end of the shell; its exit status."""
        self.child.expect(pexpect.EOF)
        self.child.close()
        return self.child.exitstatus
