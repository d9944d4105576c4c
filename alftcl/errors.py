"""The ways a Tcl command can complete without an ordinary result.

    TCL_OK 0        a Python return value
    TCL_ERROR 1     TclError
    TCL_RETURN 2    Return      (until the procedure that is returned from)
    TCL_BREAK 3     Break
    TCL_CONTINUE 4  Continue
    any other       OtherCode

All are Completions, so `catch` is one `except Completion`. What an error collects on its way up
(errorInfo, errorCode, errorStack, the line) lives on the TclError itself; the interpreter adds to it.
"""

from __future__ import annotations

from typing import Any

OK, ERROR, RETURN, BREAK, CONTINUE = range(5)
CODE_NAMES = {"ok": OK, "error": ERROR, "return": RETURN, "break": BREAK, "continue": CONTINUE}


class Completion(Exception):
    """A command ended with a code other than TCL_OK; `code` is Tcl's number for it."""

    code: int = ERROR

    def __init__(self, value: Any = "") -> None:
        super().__init__(value)
        self.value = value


class TclError(Completion):
    """An error (TCL_ERROR): `message` is what the user reads, `errorcode` Tcl's machine-readable list.

    `info` is errorInfo as far as it has been unwound (None until the first command was logged),
    `line` the line of the failing command in the script body that is being unwound (errorLine).
    """

    code = ERROR

    line = 1
    unit = 0  # the compiled unit that has already logged its command, see unwinding.py
    text: str | None = None  # the script text that `line` counts in
    is_logged = False  # errorInfo already tells of the command that is unwound next
    stack: list[Any] | None = None  # errorStack, None until the first command was logged

    def __init__(self, message: Any, errorcode: list[Any] | None = None, info: str | None = None) -> None:
        self.value = message  # and no more than that: scripts that catch errors make many
        self.errorcode: list[Any] = ["NONE"] if errorcode is None else errorcode
        self.info = info
        self.options: dict[str, Any] = {}  # what return -options, error and throw were given

    def add_info(self, text: str) -> None:
        """Add to errorInfo."""
        self.info = (self.message if self.info is None else self.info) + text

    @property
    def message(self) -> str:
        value = self.value
        if type(value) is str:
            return value
        from alftcl.values import to_str

        try:
            return to_str(value)
        except (RecursionError, TclError):  # lists in lists without end: there are no words for it
            return "the message is too large"

    def __str__(self) -> str:
        return self.message


class LimitExceeded(TclError):
    """A limit of the interpreter (commands, time) is used up: scripts cannot catch this."""


class Return(Completion):
    """`return` on its way to the procedure it leaves.

    `level` procedures are left, then `completion` (Tcl's -code) happens there; `options` holds
    -errorinfo, -errorcode, -errorstack and whatever else the script gave.
    """

    code = RETURN

    def __init__(
        self, value: Any = "", completion: int = OK, level: int = 1, options: dict[str, Any] | None = None
    ) -> None:
        super().__init__(value)
        self.completion = completion
        self.level = level
        self.options: dict[str, Any] = options or {}


class Break(Completion):
    """`break`: ends the innermost loop."""

    code = BREAK


class Continue(Completion):
    """`continue`: the innermost loop's next round."""

    code = CONTINUE


class OtherCode(Completion):
    """A code that Tcl gives no meaning to (`return -code 7`)."""

    def __init__(self, code: int, value: Any = "") -> None:
        super().__init__(value)
        self.code = code


class Exit(BaseException):
    """`exit`: the program that embeds the interpreter decides what ending means."""

    def __init__(self, status: int = 0) -> None:
        super().__init__(status)
        self.status = status
