"""alftcl: a Tcl 8.6 in pure Python.

>>> from alftcl import Interp, TclError
>>> Interp().eval("expr {6 * 7}")
42

docs/python.md is the page for programs that embed it. The names are imported when they are first asked for: the
shell starts without the Python face.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alftcl.errors import Exit, LimitExceeded, TclError
    from alftcl.face import Interp
    from alftcl.python_values import convert

__all__ = ["Exit", "Interp", "LimitExceeded", "TclError", "convert"]

_HOMES = {
    "Exit": "errors",
    "Interp": "face",
    "LimitExceeded": "errors",
    "TclError": "errors",
    "convert": "python_values",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"{__name__}.{home}"), name)
    return found
