"""alftcl: a Tcl 8.6 in pure Python.

from alftcl import Interp, TclError
Interp().eval("expr {6 * 7}")          # 42
"""

from alftcl.errors import Exit, TclError
from alftcl.interp import Interp

__all__ = ["Exit", "Interp", "TclError"]
