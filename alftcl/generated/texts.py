"""string length, index, range, equal and compare on Python strings."""

from __future__ import annotations

from alftcl.generated.emitter import Emitter, Want, constant_text, rule
from alftcl.generated.kinds import BOOL, INT, STR, Open, Operand
from alftcl.tree import Command, Literal


@rule("string")
def emit_string(emitter: Emitter, node: Command, want: Want) -> Operand:
    if len(node.words) < 2:
        raise Open("string without a subcommand")
    what = constant_text(node.words[1])
    words = node.words[2:]
    if what == "length" and len(words) == 1:
        return Operand(f"len({emitter.text(emitter.word(words[0]))})", INT)
    if what == "index" and len(words) == 2:
        text, place = emitter.operands(words)
        if place.kind == INT:
            code = _name(emitter, emitter.text(text))
            place = emitter.simple(place)
            return Operand(f"({code}[{place.code}] if -1 < {place.code} < len({code}) else outside({place.code}))", STR)
        return emitter.pure("string", node, [text, place])
    if what == "range" and len(words) == 3:
        text, first, last = emitter.operands(words)
        if first.kind == last.kind == INT:
            code = emitter.text(text)
            first, last = emitter.simple(first), emitter.simple(last)
            checks = f"-1 < {first.code} <= {last.code} < INDICES"
            quick = f"{code}[{first.code}:{last.code} + 1]"
            return Operand(f"({quick} if {checks} else span({code}, {first.code}, {last.code}))", STR)
        return emitter.pure("string", node, [text, first, last])
    if what == "equal" and len(words) == 2:
        left, right = emitter.operands(words)
        return Operand(f"({emitter.text(left)} == {emitter.text(right)})", BOOL)
    if what == "compare" and len(words) == 2 and not any(_is_option(word) for word in words):
        left, right = emitter.operands(words)
        one, other = _name(emitter, emitter.text(left)), _name(emitter, emitter.text(right))
        return Operand(f"(({one} > {other}) - ({one} < {other}))", INT)
    return emitter.builtin("string", node)


def _is_option(word: object) -> bool:
    return isinstance(word, Literal) and word.text.startswith("-")


def _name(emitter: Emitter, code: str) -> str:
    return code if code.isidentifier() or code.startswith("'") else emitter.pinned(Operand(code, STR)).code
