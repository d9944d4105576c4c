"""Writes the generated tables of the PLY lexers and grammars: `python -m alftcl.tables`.

The tables are shipped, because building them takes 30 times as long as reading them. A test runs this into
another directory and compares. Tables are Python modules; PLY's pickled tables are never used.
"""

from __future__ import annotations

import sys
from pathlib import Path

from alftcl import grammar_expr, grammar_script, lexer, lexer_expr


def write(directory: Path) -> None:
    """Write all tables into a directory."""
    for module in (lexer, lexer_expr):
        module.build(optimize=False).writetab(module.TABLE, str(directory))
    for grammar in (grammar_script, grammar_expr):
        name = grammar.TABLE.rpartition(".")[2]
        # Under a package that does not exist PLY finds no table to read, and so writes one.
        grammar.build(tabmodule=f"unwritten.{name}", optimize=False, write_tables=True, outputdir=str(directory))


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
