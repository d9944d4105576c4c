"""From the text of an expression to its tree: the directors `***:` and `***=`, embedded options, then the grammar.

[ "***:" ] [ "(?" letters ")" ] expression        or        "***=" literal text
"""

from __future__ import annotations

from dataclasses import replace

from alftcl.regex.basic import BasicGrammar
from alftcl.regex.faults import fail
from alftcl.regex.grammar import Grammar
from alftcl.regex.scanner import Scanner
from alftcl.regex.tree import Flavor, Node, Options, Parsed, Repeat, Sequence, Set, Switches, children

_LETTERS: dict[str, Switches] = {
    "c": {"nocase": False},
    "i": {"nocase": True},
    "m": {"linestop": True, "lineanchor": True},
    "n": {"linestop": True, "lineanchor": True},
    "p": {"linestop": True, "lineanchor": False},
    "s": {"linestop": False, "lineanchor": False},
    "t": {"expanded": False},
    "w": {"linestop": False, "lineanchor": True},
    "x": {"expanded": True},
}
_MOST_CHARACTERS = 15000  # about where Tcl's compiler gives up, with every x{m,n} written out as that many x
_MOST_BUILT = 160000  # and this is where it does not even begin
_FLAVORS = {"b": Flavor.BASIC, "e": Flavor.EXTENDED, "q": Flavor.LITERAL}


def parse(pattern: str, options: Options) -> Parsed:
    """Raises TclError with the words and the errorCode of Tcl ("couldn't compile regular expression pattern: ...")."""
    notes: set[str] = set()
    at, options = _directed(pattern, options, notes)
    if options.flavor is Flavor.ADVANCED and pattern.startswith("(?", at) and pattern[at + 2 : at + 3].isalpha():
        notes.add("UNONPOSIX")
        at, options = _embedded(pattern, at + 2, options)
    if options.flavor is Flavor.LITERAL:
        options = Options(nocase=options.nocase, flavor=Flavor.LITERAL)
        return Parsed(_literal(Scanner(pattern, at, options, notes)), 0, options, notes)
    grammar = (BasicGrammar if options.flavor is Flavor.BASIC else Grammar)(pattern, at, options, notes)
    tree = grammar.tree()
    if len(pattern) > _MOST_CHARACTERS or "UBOUNDS" in notes:
        _check_size(_written_out(tree))
    return Parsed(tree, grammar.opened, options, notes)


def _directed(pattern: str, options: Options, notes: set[str]) -> tuple[int, Options]:
    """What `***` at the beginning says of the rest, and where the rest begins."""
    if not pattern.startswith("***") or len(pattern) == 3:
        return 0, options
    if pattern[3] == "?":
        fail("BADPAT")
    if pattern[3] not in "=:":
        fail("BADRPT")
    notes.add("UNONPOSIX")
    return 4, replace(options, flavor=Flavor.LITERAL if pattern[3] == "=" else Flavor.ADVANCED)


def _embedded(pattern: str, at: int, options: Options) -> tuple[int, Options]:
    """The options of `(?letters)`; the later letter counts."""
    while pattern[at : at + 1].isalpha():
        letter = pattern[at]
        if letter in _FLAVORS:
            options = replace(options, flavor=_FLAVORS[letter])
        elif letter in _LETTERS:
            options = replace(options, **_LETTERS[letter])
        else:
            fail("BADOPT")
        at += 1
    if pattern[at : at + 1] != ")":
        fail("BADOPT")
    return at + 1, options


def _literal(scan: Scanner) -> Node:
    text = scan.text[scan.at :]
    if not text:
        scan.notes.add("UUNSPEC")
    return Sequence(tuple(scan.character(char) for char in text))


def _check_size(characters: int) -> None:
    if characters > _MOST_CHARACTERS:
        fail("ETOOBIG" if characters > _MOST_BUILT else "ESPACE")


def _written_out(node: Node) -> int:
    """The number of characters when every x{m,n} is written out."""
    size = sum(map(_written_out, children(node))) + isinstance(node, Set)
    return size * max(node.low, node.high or 1) if isinstance(node, Repeat) else size
