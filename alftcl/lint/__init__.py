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

import os
from collections.abc import Callable, Iterable

from alftcl.lint import commands, expressions, flow, structure, variables
from alftcl.lint.definitions import Definitions, belongs_to_a_program, only_defines
from alftcl.lint.findings import Finding, Source
from alftcl.lint.reading import Block, read

__all__ = ["Finding", "lint"]


Reader = Callable[[str], str | None]
"""The text of a file by its name, None when there is none."""


def lint(files: Iterable[tuple[str, str]], reader: Reader = lambda name: None) -> list[Finding]:
    """What is to be said of files, given as (name, text); procedures of one are known in the others.

    `reader` finds the files that they source: what those define is known too.
    """
    read_files = [(Source(name, text), read(text)) for name, text in files]
    known = Definitions()
    for source, block in read_files:
        known.add(block)
        source.only_defines = only_defines(block)
        known.is_open = known.is_open or belongs_to_a_program(source.name, source.text)
    _follow(known, {os.path.dirname(source.name) for source, _ in read_files}, reader)
    for source, block in read_files:
        _check(source, block, known)
    return [finding for source, _ in read_files for finding in source.findings()]


def _follow(known: Definitions, directories: set[str], reader: Reader) -> None:
    """Read the definitions of the files that are sourced, and of those that they source; the world is open if one is
    not found beside the files."""
    followed: set[str] = set()
    while known.sourced:
        name = known.sourced.pop()
        if name in followed:
            continue
        followed.add(name)
        found = (reader(os.path.join(directory, name)) for directory in directories)
        text = next((text for text in found if text is not None), None)
        if text is None:
            known.is_open = True
        else:
            known.add(read(text))


def _check(source: Source, file: Block, known: Definitions) -> None:
    for block in file.blocks():
        structure.check_block(source, block)
        flow.check(source, block, known)
        for call in block.calls:
            structure.check_call(source, call)
            commands.check(source, call, known)
            expressions.check(source, call)
            variables.check(source, call, known)
