"""The command subst(n): substitution in a text that is no command.

break in a bracket ends the substitution, continue drops that bracket, return gives the bracket's value.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from alftcl.errors import Break, Continue, OtherCode, Return, TclError
from alftcl.grammar_script import parse_word
from alftcl.lexer import ScriptFault
from alftcl.tree import Bracket, Word
from alftcl.values import BACKSLASH, Value, to_str, unescape

if TYPE_CHECKING:
    from alftcl.interp import Interp

_PIECE = re.compile(rf"[^\\$\[]+|{BACKSLASH}|[$\[]", re.S)
_ROUNDS_BETWEEN_LOOKS = 256


def substitute(interp: Interp, text: str, backslashes: bool, commands: bool, variables: bool) -> Value:
    """The text with what is asked for substituted."""
    pieces: list[str] = []
    place = length = rounds = 0
    while place < len(text):
        match = _PIECE.match(text, place)
        assert match is not None  # the pieces cover every character
        piece = match.group()
        rounds += 1
        if rounds % _ROUNDS_BETWEEN_LOOKS == 0:
            interp.look_at_limits()
        if (piece == "$" and variables) or (piece == "[" and commands):
            word, place = _word(text, place)
            if word is None:
                pieces.append("$")
                continue
            try:
                pieces.append(to_str(_value(interp, word)))
                length += len(pieces[-1])
                interp.reserve(length)
            except Break:
                break
            except Continue:
                continue
            except (Return, OtherCode) as completion:
                pieces.append(to_str(completion.value))
            continue
        place = match.end()
        pieces.append(unescape(piece) if piece[0] == "\\" and backslashes else piece)
    return interp.joined("".join(pieces))


def _word(text: str, place: int) -> tuple[Word | None, int]:
    try:
        return parse_word(text, place)
    except ScriptFault as stop:
        raise TclError(str(stop), info=str(stop)) from None


def _value(interp: Interp, word: Word) -> Value:
    return interp.run_bracket(word.script) if isinstance(word, Bracket) else word.value(interp)
