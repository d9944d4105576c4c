"""The PLY grammar of scripts: tokens of lexer.py in, a tree.Script out. This is the definition of the syntax.

    script   : command (TERMINATOR command)*
    command  : nothing | word (BLANK word)*
    word     : {*}word | {braced} | "parts" | parts
    part     : TEXT | $name | $name(parts) | [script]

A text that is no script to its end still gives a Script: the commands before the fault, and the fault.
`parsetab_script.py` is generated (python -m alftcl.tables).
"""

from __future__ import annotations

import sys
from typing import Any

from ply import yacc

from alftcl.lexer import ScriptFault, script_lexer, tokens
from alftcl.rules import Production, rule
from alftcl.tree import BARE, QUOTED, Bracket, Command, Compound, ElementSub, Expand, Literal, Script, Word

__all__ = ["parse", "tokens"]

start = "commands"


@rule("commands : command")
def p_commands_first(p: Production) -> None:
    p[0] = [] if p[1] is None else [p[1]]


@rule("commands : commands TERMINATOR command")
def p_commands(p: Production) -> None:
    if p[3] is not None:
        p[1].append(p[3])
    p[0] = p[1]


@rule("command :")
def p_command_empty(p: Production) -> None:
    p[0] = None


@rule("command : words")
def p_command(p: Production) -> None:
    words = p[1]
    p[0] = Command(words, words[0].start, words[-1].end)


@rule("command : words BLANK")
def p_command_blank(p: Production) -> None:
    words = p[1]
    p[0] = Command(words, words[0].start, p[2])


@rule("words : word")
def p_words_first(p: Production) -> None:
    p[0] = [p[1]]


@rule("words : words BLANK word")
def p_words(p: Production) -> None:
    p[1].append(p[3])
    p[0] = p[1]


@rule("word : EXPAND word")
def p_word_expand(p: Production) -> None:
    p[0] = Expand(p[2], p.lexpos(1))


@rule("word : BRACED")
def p_word_braced(p: Production) -> None:
    p[0] = p[1]


@rule("word : parts")
def p_word_bare(p: Production) -> None:
    parts = p[1]
    p[0] = joined(parts, parts[0].start, parts[-1].end, BARE)


@rule("word : QUOTE parts UNQUOTE")
def p_word_quoted(p: Production) -> None:
    p[0] = joined(p[2], p.lexpos(1), p.lexpos(3) + 1, QUOTED)


@rule("word : QUOTE UNQUOTE")
def p_word_empty(p: Production) -> None:
    p[0] = Literal("", p.lexpos(1), p.lexpos(2) + 1, QUOTED)


@rule("parts : part")
def p_parts_first(p: Production) -> None:
    p[0] = [p[1]]


@rule("parts : parts part")
def p_parts(p: Production) -> None:
    p[1].append(p[2])
    p[0] = p[1]


@rule("""part : TEXT
              | VAR""")
def p_part(p: Production) -> None:
    p[0] = p[1]


@rule("part : ELEMENT parts PAREN")
def p_part_element(p: Production) -> None:
    index = joined(p[2], p.lexpos(2), p.lexpos(3), BARE)
    p[0] = ElementSub(p[1][1:-1], index, p.lexpos(1), p.lexpos(3) + 1)


@rule("part : ELEMENT PAREN")
def p_part_element_empty(p: Production) -> None:
    p[0] = ElementSub(p[1][1:-1], Literal("", p.lexpos(2), p.lexpos(2)), p.lexpos(1), p.lexpos(2) + 1)


@rule("part : OPEN commands CLOSE")
def p_part_bracket(p: Production) -> None:
    p[0] = Bracket(Script(p.lexer.lexdata, p[2]), p.lexpos(1), p.lexpos(3) + 1)


def p_error(token: Any) -> None:
    raise AssertionError(f"the lexer let through what is no script: {token}")


def joined(parts: list[Word], start: int, end: int, kind: str) -> Word:
    """One word of these parts; neighbouring texts become one."""
    merged: list[Word] = []
    for part in parts:
        last = merged[-1] if merged else None
        if isinstance(part, Literal) and isinstance(last, Literal):
            last.text += part.text
            last.end = part.end
        else:
            merged.append(part)
    if len(merged) > 1:
        return Compound(merged, start, end, kind)
    word = merged[0]
    word.start, word.end, word.kind = start, end, kind
    return word


TABLE = "alftcl.parsetab_script"
_parser: Any = None


def build(**options: Any) -> Any:
    """The parser from its generated table (or, for the generator, with options of its own)."""
    settings: dict[str, Any] = {
        "tabmodule": TABLE,
        "optimize": True,
        "write_tables": False,
        "debug": False,
        "errorlog": yacc.NullLogger(),
    }
    return yacc.yacc(module=sys.modules[__name__], **(settings | options))


def parse(text: str) -> Script:
    """The tree of a script. Never raises: see Script.fault."""
    global _parser
    if _parser is None:
        _parser = build()
    try:
        return Script(text, _parser.parse(lexer=script_lexer(text), input=text))
    except ScriptFault as stop:
        before = parse(text[: stop.fault.start])
        return Script(text, before.commands, stop.fault)


_DEEPER = {"OPEN", "ELEMENT", "QUOTE"}
_SHALLOWER = {"CLOSE", "PAREN", "UNQUOTE"}


def parse_word(text: str, start: int) -> tuple[Word | None, int]:
    """The one substitution, quoted or braced word that begins at `start`, and where it ends.

    For expressions and for subst. None for a $ that names no variable. Raises ScriptFault.
    """
    global _parser
    if _parser is None:
        _parser = build()
    lexer = script_lexer(text)
    lexer.lexpos = start
    lexer.begin("word" if text[start] in '"{' else "bare")
    depth = 0
    finished = False

    def next_token() -> Any:
        nonlocal depth, finished
        if finished:
            return None
        token = lexer.token()
        if token is not None:
            depth += (token.type in _DEEPER) - (token.type in _SHALLOWER)
            finished = depth == 0
        return token

    word: Word = _parser.parse(lexer=lexer, tokenfunc=next_token)[0].words[0]
    if text[start] == "$" and isinstance(word, Literal):
        return None, start + 1
    return word, lexer.lexpos
