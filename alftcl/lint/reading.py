"""A script as lint walks through it: every command with the scripts and expressions in its words, and where they stand.

    Block    commands that run one after the other: a file, a body, a bracket
      Call     one command: its words, what they mean (roles.py), the blocks in them, the variables that they read

The trees are those of the interpreter's own grammars (grammar_script, grammar_expr); offsets are into the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from alftcl.errors import TclError
from alftcl.grammar_expr import parse_expr
from alftcl.grammar_script import parse
from alftcl.roles import BODY, ELSEWHERE, EXPR, LAMBDA, PATTERNS, roles
from alftcl.tree import BARE, BRACED, Bracket, Command, Compound, ElementSub, Expand, Fault, Literal, VarSub, Word
from alftcl.tree_expr import Call as FunctionCall
from alftcl.tree_expr import Node

FILE, BRACKET = "file", "bracket"
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.S)
_FALSE = ("0", "false", "no", "off")
_ALONE = ("break", "continue", "exit", "return")
_DEEPEST = 100  # blocks in one another


@dataclass
class Part:
    """A word of a command. `text` is what it is when nothing is substituted in it, else None."""

    node: Word
    start: int
    end: int
    text: str | None
    role: str = ""

    @property
    def is_braced(self) -> bool:
        return self.node.kind == BRACED

    @property
    def is_bare(self) -> bool:
        return self.node.kind == BARE

    @property
    def is_expanded(self) -> bool:
        return isinstance(self.node, Expand)


@dataclass
class Read:
    """$name or $name(...) at an offset."""

    name: str
    offset: int


@dataclass
class Call:
    """One command."""

    parts: list[Part]
    start: int
    end: int
    block: Block
    blocks: list[Block] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)
    functions: list[tuple[FunctionCall, int]] = field(default_factory=list)
    bad_expressions: list[tuple[int, str]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The command's name without a leading ::, "" when it is not known before it runs."""
        return (self.parts[0].text or "").removeprefix("::")

    @property
    def words(self) -> list[str | None]:
        return [part.text for part in self.parts]

    @property
    def has_all_words(self) -> bool:
        """No {*}: what is written is as many words as the command gets."""
        return not any(part.is_expanded for part in self.parts)


@dataclass
class Block:
    """Commands of one script. `role` is FILE, BRACKET or the role of the word that it stands in.

    `namespace` is where its commands look for others first, without a leading ::.
    """

    text: str
    start: int
    end: int
    role: str
    namespace: str = ""
    calls: list[Call] = field(default_factory=list)
    fault: Fault | None = None

    def walk(self) -> Iterator[Call]:
        """All the calls in it, those in the words of others too."""
        for call in self.calls:
            yield call
            for block in call.blocks:
                yield from block.walk()

    def here(self) -> Iterator[Call]:
        """Those that run in the same frame."""
        for call in self.calls:
            yield call
            for block in call.blocks:
                if block.role != ELSEWHERE:
                    yield from block.here()

    def blocks(self) -> Iterator[Block]:
        """It and all those in it."""
        yield self
        for call in self.calls:
            for block in call.blocks:
                yield from block.blocks()


def read(text: str) -> Block:
    """The file's block."""
    return _block(text, 0, FILE, "", 0)


def _block(text: str, base: int, role: str, namespace: str, depth: int) -> Block:
    script = parse(text)
    block = Block(text, base, base + len(text), role, namespace, fault=script.fault)
    block.calls = [_call(command, text, base, block, depth) for command in script.commands]
    return block


def _call(command: Command, text: str, base: int, block: Block, depth: int) -> Call:
    parts = [_part(word, base) for word in command.words]
    call = Call(parts, base + command.start, base + command.end, block)
    if call.has_all_words:
        for part, role in zip(parts, roles(call.words), strict=True):
            part.role = role
        _leave_out_comments(call)
    for part in parts:
        _visit(call, part.node, text, base, depth)
        if depth < _DEEPEST:
            _inside(call, part, text, base, depth)
    return call


def _leave_out_comments(call: Call) -> None:
    """if 0 {...} is a way to write a comment of several lines: what is in it is nobody's business."""
    if call.name != "if":
        return
    for part, following in zip(call.parts, call.parts[1:], strict=False):
        if part.role == EXPR and (part.text or "").strip() in _FALSE and following.role == BODY:
            following.role = ""


def _part(word: Word, base: int) -> Part:
    inner = word.word if isinstance(word, Expand) else word
    text = inner.text if isinstance(inner, Literal) and not isinstance(word, Expand) else None
    return Part(word, base + word.start, base + word.end, text)


def _visit(call: Call, word: Word, text: str, base: int, depth: int) -> None:
    """Variables and brackets in a word."""
    if isinstance(word, VarSub):
        call.reads.append(Read(word.name, base + word.start))
    elif isinstance(word, ElementSub):
        call.reads.append(Read(word.name, base + word.start))
        _visit(call, word.index, text, base, depth)
    elif isinstance(word, Bracket) and depth < _DEEPEST:
        inner = Block(text, base + word.start + 1, base + word.end - 1, BRACKET, call.block.namespace)
        inner.calls = [_call(command, text, base, inner, depth + 1) for command in word.script.commands]
        call.blocks.append(inner)
    elif isinstance(word, Compound):
        for part in word.parts:
            _visit(call, part, text, base, depth)
    elif isinstance(word, Expand):
        _visit(call, word.word, text, base, depth)


def _inside(call: Call, part: Part, text: str, base: int, depth: int) -> None:
    """The script or the expression that a literal word holds."""
    if part.text is None or not part.role:
        return
    start, end = part.node.start, part.node.end
    if part.node.kind != BARE:
        start, end = start + 1, end - 1
    source = text[start:end]
    if not part.is_braced and source != part.text:
        return  # it is not written as it reads
    if part.is_bare and part.role != EXPR and not _runs_alone(source):
        return  # if $x puts hi: structure.py has something to say of that
    if part.role == EXPR:
        _expression(call, source, base + start, depth)
    elif part.role in (BODY, ELSEWHERE):
        call.blocks.append(_block(source, base + start, part.role, _namespace_in(call), depth + 1))
    elif part.role == PATTERNS:
        elements = list_elements(source)
        if comment_in(source, elements) is None:  # else nobody knows which are the bodies
            _bodies(call, source, elements[1::2], base + start, BODY, depth)
    elif part.role == LAMBDA:
        _bodies(call, source, list_elements(source)[1:2], base + start, ELSEWHERE, depth)


def _bodies(call: Call, source: str, elements: list[tuple[int, int]], base: int, role: str, depth: int) -> None:
    """Elements of a list that are scripts."""
    for first, last in elements:
        if source[first:last] != "-":
            braced = source[first] == "{"
            inner = source[first + braced : last - braced]
            call.blocks.append(_block(inner, base + first + braced, role, call.block.namespace, depth + 1))


def _namespace_in(call: Call) -> str:
    """The namespace of the scripts in a call: proc and namespace eval have one of their own."""
    words, outer = call.words, call.block.namespace
    if call.name == "proc" and words[1] is not None:
        return qualified(outer, words[1]).rpartition("::")[0]
    if call.name == "namespace" and len(words) > 2 and words[1] == "eval":
        return outer if words[2] is None else qualified(outer, words[2])
    return outer


def qualified(namespace: str, name: str) -> str:
    """The full name, without a leading ::, of what is called `name` in a namespace."""
    if name.startswith("::"):
        return name.removeprefix("::")
    return f"{namespace}::{name}" if namespace else name


def _runs_alone(word: str) -> bool:
    return word in _ALONE


_CONTINUED = re.compile(r"\\\n[ \t]*")


def _expression(call: Call, source: str, base: int, depth: int) -> None:
    source = _CONTINUED.sub(lambda match: " " * len(match[0]), source)
    try:
        tree = parse_expr(source)
    except TclError as error:
        call.bad_expressions.append((base, error.message.replace("\n", " ")))
        return
    operands: list[Word] = [tree]
    while operands:
        node = operands.pop()
        if isinstance(node, Node):
            operands += node.operands()
        else:
            _visit(call, node, source, base, depth)
        if isinstance(node, FunctionCall):
            call.functions.append((node, base + node.start))


def comment_in(text: str, elements: list[tuple[int, int]]) -> int | None:
    """Where something in the list of a switch looks like a comment, which it cannot be: it is taken for a pattern."""
    for first, last in elements[::2]:
        word = text[first:last]
        if word == "#" or (word.startswith("#") and len(elements) % 2):
            return first
    return None


def list_elements(text: str) -> list[tuple[int, int]]:
    """Where the elements of a list stand in its text, with their braces; [] when it is none that is plainly written."""
    found = []
    place = 0
    while (place := _after_blanks(text, place)) < len(text):
        end = _element_end(text, place)
        if end is None:
            return []
        found.append((place, end))
        place = end
    return found


def element_texts(text: str) -> list[str]:
    """The elements of a list, without the braces around them."""
    found = (text[first:last] for first, last in list_elements(text))
    return [element[1:-1] if element[0] == "{" else element for element in found]


def _after_blanks(text: str, place: int) -> int:
    while place < len(text) and (text[place].isspace() or text[place : place + 2] == "\\\n"):
        place += 1
    return place


def _element_end(text: str, place: int) -> int | None:
    if text[place] == '"':
        quoted = _QUOTED.match(text, place)
        return None if quoted is None else quoted.end()
    depth = 0
    braced = text[place] == "{"
    while place < len(text):
        character = text[place]
        if character == "\\":
            place += 1
        elif braced:
            depth += (character == "{") - (character == "}")
            if not depth:
                return place + 1
        elif character.isspace():
            return place
        place += 1
    return None if braced else place
