"""set, incr, append, unset, global, variable, info exists and array on Python variables."""

from __future__ import annotations

from alftcl.generated.byname import pairs
from alftcl.generated.emitter import NOTHING, PASSED, Emitter, Want, constant_text, rule
from alftcl.generated.kinds import ANY, EMPTY, INT, LIST, STR, Open, Operand
from alftcl.tree import Command, Compound, Literal, Word


def element_name(emitter: Emitter, word: Word) -> tuple[str, str] | None:
    """The array and the code of the key of a word that names an element, a(b); None for a plain name."""
    if isinstance(word, Literal):
        base, paren, key = word.text.partition("(")
        if paren and word.text.endswith(")"):
            return base, repr(key[:-1])
        return None
    if not isinstance(word, Compound) or not isinstance(word.parts[0], Literal):
        raise Open("a variable whose name is not literal")
    first, last = word.parts[0].text, word.parts[-1]
    base, paren, begun = first.partition("(")
    if not paren or not isinstance(last, Literal) or not last.text.endswith(")"):
        raise Open("a variable whose name is not literal")
    parts: list[Word] = [Literal(begun, word.start, word.start)] if begun else []
    parts += word.parts[1:-1]
    if last.text != ")":
        parts.append(Literal(last.text[:-1], last.start, last.end))
    if len(parts) == 1:
        return base, emitter.key(parts[0])
    return base, emitter.compound(Compound(parts, word.start, word.end)).code


@rule("set")
def emit_set(emitter: Emitter, node: Command, want: Want) -> Operand:
    words = node.words
    if len(words) not in (2, 3):
        raise Open("set with the wrong number of words")
    element = element_name(emitter, words[1])
    if element is not None:
        name, key = element
        if len(words) == 2:
            return emitter.read_element(name, key)
        if not key.isidentifier() and not isinstance(words[2], Literal) and not key.startswith("'"):
            key = emitter.pinned(Operand(key, STR)).code
        operand = emitter.word(words[2])
        value = operand if operand.fixed else emitter.pinned(Operand(operand.value, operand.stored))
        emitter.emit(f"{emitter.elements(name, key)}[{key}] = {value.value}")
        return value
    name = constant_text(words[1])
    if len(words) == 2:
        return emitter.read(name)
    value_word = words[2]
    if isinstance(value_word, Literal) and not value_word.text:
        if name in emitter.growing:
            return emitter.assign(name, Operand("[]", LIST, safe=True))
        if name in emitter.growing_dicts:
            return emitter.assign(name, Operand("{}", "dict", safe=True))
    return emitter.assign(name, emitter.word(value_word))


@rule("incr")
def emit_incr(emitter: Emitter, node: Command, want: Want) -> Operand:
    words = node.words
    if len(words) not in (2, 3):
        raise Open("incr with the wrong number of words")
    element = element_name(emitter, words[1])
    if element is not None:
        return _incr_element(emitter, element, words)
    name = constant_text(words[1])
    emitter.check_name(name)
    step = _step(emitter, words)
    if name in emitter.links:
        link = emitter.python(name, "g_")
        value, changed = emitter.temporary(), emitter.temporary()
        check = "" if step.kind == INT else f" and type({step.code}) is int"
        emitter.emit(
            f"if type({value} := {link}.value) is int{check}: {link}.value = {changed} = {value} + {step.code}"
        )
        emitter.emit(f"else: {changed} = increase({link}, {step.code})")
        return Operand(changed, INT, safe=True, fixed=True)
    if name in emitter.arrays or "::" in name:
        raise Open(f"incr of {name}")
    code = emitter.python(name)
    emitter.writes(name)
    if name not in emitter.sure:
        emitter.learn(emitter.maybe, name)
    emitter.becomes(name, INT)
    kind = emitter.kinds[name]
    if kind == INT and step.kind == INT and name in emitter.sure:
        emitter.emit(f"{code} += {step.code}")
    elif kind == INT and name in emitter.sure:
        emitter.emit(f"{code} = {code} + {step.code} if type({step.code}) is int else increased({code}, {step.code})")
    else:
        check = "" if step.kind == INT else f" and type({step.code}) is int"
        emitter.emit(f"{code} = {code} + {step.code} if type({code}) is int{check} else increased({code}, {step.code})")
    emitter.sure.add(name)
    return Operand(code, INT if kind == INT else ANY, safe=True)


def _step(emitter: Emitter, words: list[Word]) -> Operand:
    if len(words) == 2:
        return Operand("1", INT, safe=True, fixed=True)
    step = emitter.word(words[2])
    if step.fixed and step.kind == INT:
        return step
    return emitter.pinned(Operand(step.value, step.stored)) if not step.code.isidentifier() else step


def _incr_element(emitter: Emitter, element: tuple[str, str], words: list[Word]) -> Operand:
    name, key = element
    if not key.isidentifier():
        key = emitter.pinned(Operand(key, STR)).code
    step = _step(emitter, words)
    array = emitter.elements(name, key)
    if not array.isidentifier():
        array = emitter.pinned(Operand(array)).code
    changed = emitter.temporary()
    check = "" if step.kind == INT else f" and type({step.code}) is int"
    emitter.emit(
        f"if type({changed} := {array}.get({key})) is int{check}: {array}[{key}] = {changed} = {changed} + {step.code}"
    )
    emitter.emit(f"else: {array}[{key}] = {changed} = increased({changed}, {step.code})")
    return Operand(changed, INT, safe=True, fixed=True)


@rule("append")
def emit_append(emitter: Emitter, node: Command, want: Want) -> Operand:
    words = node.words
    if len(words) < 3:
        raise Open("append without values")
    element = element_name(emitter, words[1])
    operands = emitter.operands(words[2:])
    texts = [emitter.text(operand) for operand in operands]
    if element is not None:
        name, key = element
        if not key.isidentifier():
            key = emitter.pinned(Operand(key, STR)).code
        array = emitter.elements(name, key)
        changed = emitter.temporary()
        emitter.emit(f"{array}[{key}] = {changed} = to_str({array}.get({key}, '')) + {' + '.join(texts)}")
        return Operand(changed, STR, safe=True, fixed=True)
    name = constant_text(words[1])
    emitter.check_name(name)
    if name in emitter.links:
        added = " + ".join(texts)
        return Operand(f"joined(append_linked({emitter.python(name, 'g_')}, {name!r}, {added}))", STR)
    if name in emitter.arrays:
        raise Open(f"append to {name}")
    code = emitter.python(name)
    emitter.writes(name)
    if name not in emitter.sure:
        emitter.learn(emitter.maybe, name)
    emitter.becomes(name, STR)
    added = texts[0]
    if len(texts) > 1 or emitter.kinds[name] != STR or name not in emitter.sure:
        added = emitter.pinned(Operand(" + ".join(texts), STR)).code
    if emitter.kinds[name] == STR and name in emitter.sure and emitter.loops:
        emitter.learn(emitter.ropes, name)
        pieces = emitter.python(name, "b_")
        emitter.emit(f"{pieces}.append({added})")
        emitter.emit(f"if len({pieces}) > MOST_PIECES: {code} = roped({code}, {pieces})")
        return Operand(code, STR, safe=True) if want is NOTHING else emitter.read(name)
    if name in emitter.ropes:
        emitter.flush(name)
    if emitter.kinds[name] != STR or name not in emitter.sure:
        emitter.emit(f"if type({code}) is not str: {code} = '' if {code} is None else to_str({code})")
    emitter.emit(f"{code} += {added}")
    emitter.emit(f"if len({code}) > LARGEST: joined({code})")
    emitter.sure.add(name)
    return Operand(code, STR, safe=True)


@rule("unset")
def emit_unset(emitter: Emitter, node: Command, want: Want) -> Operand:
    words = node.words[1:]
    if words and isinstance(words[0], Literal) and words[0].text in ("-nocomplain", "--"):
        raise Open("unset with options")
    for word in words:
        element = element_name(emitter, word)
        if element is not None:
            name, key = element
            if name in emitter.links:
                raise Open("unset of a linked element")
            code = emitter.element(name)
            is_given = name in emitter.given_arrays
            emitter.emit(f"remove({code}, {name!r}, {key})" if is_given else f"{code}.remove({key})")
            continue
        name = constant_text(word)
        if name in emitter.links or name in emitter.arrays or "::" in name:
            raise Open(f"unset of {name}")
        if name in emitter.ropes:
            raise Open(f"unset of {name}, which grows piece by piece")
        emitter.learn(emitter.maybe, name)
        emitter.writes(name)
        code = emitter.python(name)
        emitter.emit(f"if {code} is None: unset_missing({name!r}, {emitter.in_procedure})")
        emitter.emit(f"{code} = None")
        emitter.sure.discard(name)
    return EMPTY


@rule("global")
def emit_global(emitter: Emitter, node: Command, want: Want) -> Operand:
    for word in node.words[1:]:
        _link(emitter, constant_text(word), "interp.root")
    return EMPTY


@rule("variable")
def emit_variable(emitter: Emitter, node: Command, want: Want) -> Operand:
    if len(node.words) != 2:
        raise Open("variable with a value")
    _link(emitter, constant_text(node.words[1]), "space")
    return EMPTY


@rule("upvar")
def emit_upvar(emitter: Emitter, node: Command, want: Want) -> Operand:
    linked = pairs(node)
    if linked is None:
        raise Open("upvar of another form")
    for parameter, local in linked:
        if parameter not in emitter.formals or local in emitter.formals:
            raise Open("upvar of what is no parameter")
        _link(emitter, local, PASSED)
    return EMPTY


def _link(emitter: Emitter, name: str, where: str) -> None:
    """A name of the procedure for a variable of a namespace: before all other commands, see engine.py."""
    if emitter.is_loop or emitter.begun or "::" in name or name.endswith(")"):
        raise Open(f"a link to {name}")
    if name in emitter.formals or emitter.links.get(name, where) != where:
        raise Open(f"{name} is linked twice")
    if name not in emitter.links:
        emitter.links[name] = where
        emitter.changed = emitter.facts_changed = True


@rule("info")
def emit_info(emitter: Emitter, node: Command, want: Want) -> Operand:
    """info exists"""
    words = node.words
    if len(words) != 3 or constant_text(words[1]) != "exists":
        raise Open("info")
    element = element_name(emitter, words[2])
    if element is not None:
        name, key = element
        code = emitter.element(name)
        if name in emitter.links:
            link = emitter.python(name, "g_")
            return Operand(f"({link}.elements is not None and {key} in {link}.elements)", "bool")
        return Operand(f"({key} in {code})", "bool")
    name = constant_text(words[2])
    emitter.check_name(name)
    if name in emitter.links:
        return Operand(f"{emitter.python(name, 'g_')}.is_set", "bool", safe=True)
    if name in emitter.arrays or "::" in name:
        raise Open(f"info exists {name}")
    emitter.learn(emitter.maybe, name)
    return Operand(f"({emitter.python(name)} is not None)", "bool", safe=True)


@rule("array")
def emit_array(emitter: Emitter, node: Command, want: Want) -> Operand:
    words = node.words
    what = constant_text(words[1]) if len(words) > 2 else ""
    name = constant_text(words[2]) if len(words) > 2 else ""
    if name in emitter.links or name.endswith(")"):
        raise Open("array of a link")
    if what == "set" and len(words) == 4:
        code = emitter.element(name)
        pairs = emitter.word(words[3]).value
        return Operand(f"fill({code}, {pairs})" if name in emitter.given_arrays else f"{code}.fill({pairs})")
    if len(words) != 3 or what not in ("names", "size", "get", "exists"):
        raise Open(f"array {what}")
    code = emitter.element(name)
    if what == "names":
        return Operand(f"list({code})", LIST)
    if what == "size":
        return Operand(f"len({code})", INT, safe=True)
    if what == "exists":
        asked = "True" if name in emitter.given_arrays else f"({code}.exists or len({code}) > 0)"
        return Operand(asked, "bool", safe=True)
    return Operand(f"[part for pair in {code}.items() for part in pair]", LIST)
