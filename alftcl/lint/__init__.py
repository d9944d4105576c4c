"""lint: what is wrong with a script, or likely to be, without running it.

    reading       the script as commands in commands, with offsets       definitions   what the files define
    commands      unknown commands, subcommands, options, wrong counts   expressions   without braces
    flow          what never runs                                        structure     braces, if, switch
    variables     read and never set                                     findings      where, what, hint
    program       `alftcl -lint`

The rules know what is declared: the usages of the command table, the roles of words (roles.py), and what the built-in
commands say of their options (vocabulary.py). Where a script decides at run time they are silent.
"""

from __future__ import annotations

from collections.abc import Iterable

from alftcl.lint import commands, expressions, flow, structure, variables
from alftcl.lint.definitions import Definitions, belongs_to_a_program
from alftcl.lint.findings import Finding, Source
from alftcl.lint.reading import Block, read

__all__ = ["Finding", "lint"]


def lint(files: Iterable[tuple[str, str]]) -> list[Finding]:
    """What is to be said of files, given as (name, text); procedures of one are known in the others."""
    read_files = [(Source(name, text), read(text)) for name, text in files]
    known = Definitions()
    for source, block in read_files:
        known.add(block)
        known.is_open = known.is_open or belongs_to_a_program(source.name, source.text)
    for source, block in read_files:
        _check(source, block, known)
    return [finding for source, _ in read_files for finding in source.findings()]


def _check(source: Source, file: Block, known: Definitions) -> None:
    for block in file.blocks():
        structure.check_block(source, block)
        flow.check(source, block, known)
        for call in block.calls:
            structure.check_call(source, call)
            commands.check(source, call, known)
            expressions.check(source, call)
            variables.check(source, call, known)
