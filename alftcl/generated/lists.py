"""list, llength, lindex, lappend, lset and lassign on Python lists.

A list is changed in place only when the variable alone holds it (operations.ALONE), as frames.owned_list does it.
"""

from __future__ import annotations

from alftcl.generated.emitter import Emitter, Want, constant_text, rule
from alftcl.generated.kinds import ANY, BOOL, INT, LIST, Open, Operand
from alftcl.tree import Command


@rule("list")
def emit_list(emitter: Emitter, node: Command, want: Want) -> Operand:
    items = emitter.operands(node.words[1:])
    return Operand(f"[{', '.join(item.value for item in items)}]", LIST, all(item.safe for item in items))


@rule("llength")
def emit_llength(emitter: Emitter, node: Command, want: Want) -> Operand:
    if len(node.words) != 2:
        raise Open("llength with the wrong number of words")
    items = emitter.word(node.words[1])
    if items.kind == LIST:
        return Operand(f"len({items.code})", INT, items.safe)
    if items.kind == ANY:
        items = emitter.simple(items)
        return Operand(f"(len({items.code}) if type({items.code}) is list else len(to_list({items.code})))", INT)
    return Operand(f"len(to_list({items.value}))", INT)


@rule("lindex")
def emit_lindex(emitter: Emitter, node: Command, want: Want) -> Operand:
    if len(node.words) < 3:
        raise Open("lindex without an index")
    found, *places = emitter.operands(node.words[1:])
    places = [emitter.simple(place) for place in places]
    for place in places:
        found = _indexed(emitter, found, place)
    return found


def _indexed(emitter: Emitter, items: Operand, place: Operand) -> Operand:
    if place.kind == BOOL or items.kind not in (LIST, ANY):
        return Operand(f"index({items.value}, {place.value})")
    if place.kind == INT and place.fixed and place.code.isdigit():
        items = emitter.simple(items)
        checks = [f"len({items.code}) > {place.code}"]
    elif place.kind in (INT, ANY):
        items = emitter.simple(items)
        checks = [f"-1 < {place.code} < len({items.code})"]
        if place.kind == ANY:
            checks.insert(0, f"type({place.code}) is int")
    else:
        return Operand(f"index({items.value}, {place.value})")
    if items.kind == ANY:
        checks.insert(0, f"type({items.code}) is list")
    return Operand(f"({items.code}[{place.code}] if {' and '.join(checks)} else index({items.code}, {place.code}))")


def _local(emitter: Emitter, name: str) -> str:
    """The Python name of a scalar that a command changes in place."""
    if name in emitter.links or name in emitter.arrays or "::" in name or name.endswith(")"):
        raise Open(f"a list in {name}")
    emitter.writes(name)
    if name not in emitter.sure:
        emitter.learn(emitter.maybe, name)
    return emitter.python(name)


@rule("lappend")
def emit_lappend(emitter: Emitter, node: Command, want: Want) -> Operand:
    if len(node.words) < 3:
        raise Open("lappend without values")
    name = constant_text(node.words[1])
    emitter.check_name(name)
    items = [item.value for item in emitter.operands(node.words[2:])]
    if name in emitter.links:
        return Operand(f"extend_linked({emitter.python(name, 'g_')}, {name!r}, [{', '.join(items)}])", LIST)
    code = _local(emitter, name)
    emitter.learn(emitter.growing, name)
    emitter.becomes(name, LIST)
    certain = emitter.kinds[name] == LIST and name in emitter.sure
    checks = f"getrefcount({code}) == ALONE" if certain else f"type({code}) is list and getrefcount({code}) == ALONE"
    items = [item if _is_fixed(item) and item != code else emitter.pinned(Operand(item)).code for item in items]
    adding = "; ".join(f"{code}.append({item})" for item in items)
    emitter.emit(f"if {checks}: {adding}")
    emitter.emit(f"else: {code} = extended({code}, [{', '.join(items)}])")
    emitter.sure.add(name)
    return Operand(code, LIST, safe=True)


def _is_fixed(code: str) -> bool:
    return code.isidentifier() or code.isdigit()


@rule("lset")
def emit_lset(emitter: Emitter, node: Command, want: Want) -> Operand:
    if len(node.words) < 4:
        raise Open("lset without an index")
    name = constant_text(node.words[1])
    if name not in emitter.sure:
        raise Open("lset of a variable that may not be set")
    own = emitter.python(name)  # the list itself may become an item of its successor, never of itself
    *places, item = [
        operand if operand.fixed or (operand.code.isidentifier() and operand.code != own) else emitter.pinned(operand)
        for operand in emitter.operands(node.words[2:])
    ]
    if len(places) == 1 and places[0].kind not in (INT, ANY):
        raise Open("lset with a path in one word")
    code = _local(emitter, name)
    emitter.becomes(name, LIST)
    path = ", ".join(place.value for place in places)
    change = f"{code} = replaced({code}, [{path}], {item.value}, getrefcount({code}) == ALONE)"
    if len(places) == 1:
        place = places[0]
        checks = [f"getrefcount({code}) == ALONE", f"-1 < {place.code} < len({code})"]
        if place.kind == ANY:
            checks.insert(0, f"type({place.code}) is int")
        if emitter.kinds[name] != LIST:
            checks.insert(0, f"type({code}) is list")
        emitter.emit(f"if {' and '.join(checks)}: {code}[{place.code}] = {item.value}")
        emitter.emit(f"else: {change}")
    else:
        emitter.emit(change)
    return Operand(code, LIST, safe=True)


@rule("lassign")
def emit_lassign(emitter: Emitter, node: Command, want: Want) -> Operand:
    if len(node.words) < 3:
        raise Open("lassign without variables")
    names = [constant_text(word) for word in node.words[2:]]
    given = emitter.word(node.words[1])
    items = emitter.pinned(Operand(f"to_list({given.value})", LIST)).code
    for place, name in enumerate(names):
        emitter.assign(name, Operand(f"({items}[{place}] if len({items}) > {place} else '')"))
    return Operand(f"{items}[{len(names)}:]", LIST, safe=True)
