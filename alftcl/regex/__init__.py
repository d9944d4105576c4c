"""Tcl's regular expressions (re_syntax(3tcl)): advanced, extended and basic, each with Tcl's match and captures.

    pattern -> syntax.py (what stands before the expression) -> grammar.py, basic.py -> tree.py (the nodes)
                   |                                               |
                   |                                               +-> scanner.py, escapes.py, brackets.py
                   v
               compiled.py -> python.py: the tree as a pattern for `re`, which finds whether and where (leftmost)
                   |
                   +-> parts.py -> proof.py: is `re`'s match Tcl's?   yes: take it (nearly always)
                   |               dissect.py                         no: decide the end and the captures
                   +-> quick.py: could `re` take too long? then dissect.py finds the beginning, too
                   +-> about.py: regexp -about

Not here: the options of the commands regexp and regsub (commands/regexps.py).
"""

from alftcl.regex.compiled import Regex, compile_regex
from alftcl.regex.tree import Options, Switches

__all__ = ["Options", "Regex", "Switches", "compile_regex"]
