"""dict get, exists, set, incr and for on Python dicts; dict append, lappend and unset on Variables."""

from __future__ import annotations

from alftcl.generated.emitter import BOXED, NOTHING, Emitter, Loop, Want, constant_text, rule
from alftcl.generated.kinds import ANY, BOOL, DICT, EMPTY, INT, STR, Open, Operand
from alftcl.generated.pure import changing_call
from alftcl.tree import Command, Literal, Word
from alftcl.values import to_list, to_str

_CHANGING = ("append", "lappend", "unset")


@rule("dict")
def emit_dict(emitter: Emitter, node: Command, want: Want) -> Operand | None:
    if len(node.words) < 2:
        raise Open("dict without a subcommand")
    what = constant_text(node.words[1])
    words = node.words[2:]
    if what == "get" and len(words) == 2:
        return _get(emitter, words)
    if what == "exists" and len(words) == 2:
        return _exists(emitter, words)
    by_path = what == "set" and len(words) > 3
    if what in _CHANGING or by_path or (what == "incr" and _is_boxed(emitter, words)):
        return _changed(emitter, what, words)
    if what == "set" and len(words) == 3:
        return _set(emitter, words)
    if what == "incr" and len(words) in (2, 3):
        return _incr(emitter, words)
    if what == "for" and len(words) == 3:
        return _for(emitter, words)
    if what == "create" and len(words) % 2 == 0:
        return _create(emitter, words)
    if what in ("with", "update", "map", "filter"):
        raise Open(f"dict {what}")
    return emitter.builtin("dict", node)


def _is_boxed(emitter: Emitter, words: list[Word]) -> bool:
    return bool(words) and isinstance(words[0], Literal) and emitter.links.get(words[0].text) == BOXED


def _changed(emitter: Emitter, what: str, words: list[Word]) -> Operand:
    """A command that has no code of its own, called as the direct engine calls it; the dict is kept in a Variable."""
    name = constant_text(words[0]) if words else ""
    if name in emitter.arrays or emitter.links.get(name, BOXED) != BOXED:
        raise Open(f"dict {what} of {name}")
    code = emitter.resolver.constant(changing_call(what, len(words)))
    values = [operand.value for operand in emitter.operands(words[1:])]
    variable = emitter.boxed(words[0])
    return Operand(f"changed({code}, interp, space, {variable}, [{', '.join([repr(name), *values])}])", DICT)


def _as_dict(emitter: Emitter, operand: Operand) -> str:
    if operand.kind == DICT:
        return operand.code
    if operand.kind == ANY:
        name = emitter.simple(operand).code
        return f"({name} if type({name}) is dict else to_dict({name}))"
    return f"to_dict({operand.value})"


def _dict_and_key(emitter: Emitter, words: list[Word]) -> tuple[str, str]:
    found, key = emitter.operands(words)
    code = _as_dict(emitter, found)
    text = emitter.text(key)
    return code, text if key.fixed or text.isidentifier() else emitter.pinned(Operand(text, STR)).code


def _get(emitter: Emitter, words: list[Word]) -> Operand:
    code, key = _dict_and_key(emitter, words)
    found = emitter.temporary()
    emitter.emit(f"{found} = {code}.get({key})")
    emitter.emit(f"if {found} is None: no_key({key})")
    return Operand(found, ANY, safe=True, fixed=True)


def _exists(emitter: Emitter, words: list[Word]) -> Operand:
    found, key = emitter.operands(words)
    if found.kind == DICT:
        return Operand(f"({emitter.text(key)} in {found.code})", BOOL)
    return Operand(f"has_key({found.value}, {emitter.text(key)})", BOOL)


def _create(emitter: Emitter, words: list[Word]) -> Operand:
    operands = emitter.operands(words)
    pairs = [f"{emitter.text(key)}: {item.value}" for key, item in zip(operands[::2], operands[1::2], strict=True)]
    return Operand(f"{{{', '.join(pairs)}}}", DICT)


def _variable(emitter: Emitter, word: Word) -> tuple[str, str]:
    """The Python name of a dict that is changed, and the condition under which that may happen in place."""
    name = constant_text(word)
    if name in emitter.links or name in emitter.arrays or "::" in name or name.endswith(")"):
        raise Open(f"a dict in {name}")
    emitter.writes(name)
    if name not in emitter.sure:
        emitter.learn(emitter.maybe, name)
    emitter.learn(emitter.growing_dicts, name)
    emitter.becomes(name, DICT)
    code = emitter.python(name)
    certain = emitter.kinds[name] == DICT and name in emitter.sure
    alone = f"getrefcount({code}) == ALONE"
    return code, alone if certain else f"type({code}) is dict and {alone}"


def _set(emitter: Emitter, words: list[Word]) -> Operand:
    key, item = emitter.operands(words[1:])
    text = emitter.text(key)
    if not key.fixed:
        text = emitter.pinned(Operand(text, STR)).code
    value = item if item.fixed else emitter.pinned(Operand(item.value, item.stored))
    name = constant_text(words[0])
    emitter.check_name(name)
    if name in emitter.links:
        return Operand(f"set_key_linked({emitter.python(name, 'g_')}, {name!r}, {text}, {value.value})", DICT)
    code, alone = _variable(emitter, words[0])
    emitter.emit(f"if {alone}: {code}[{text}] = {value.value}")
    emitter.emit(f"else: {code} = with_key({code}, {text}, {value.value})")
    emitter.sure.add(constant_text(words[0]))
    return Operand(code, DICT, safe=True)


def _incr(emitter: Emitter, words: list[Word]) -> Operand:
    operands = emitter.operands(words[1:])
    text = emitter.text(operands[0])
    if not operands[0].fixed:
        text = emitter.pinned(Operand(text, STR)).code
    step = operands[1] if len(operands) == 2 else Operand("1", INT, safe=True, fixed=True)
    if step.kind != INT:
        raise Open("dict incr by what may be no int")
    if not step.fixed:
        step = emitter.pinned(step)
    code, alone = _variable(emitter, words[0])
    now = emitter.temporary()
    emitter.emit(f"{now} = None if {code} is None else to_dict({code}).get({text})")
    emitter.emit(f"{now} = {now} + {step.code} if type({now}) is int else increased({now}, {step.code})")
    emitter.emit(f"if {alone}: {code}[{text}] = {now}")
    emitter.emit(f"else: {code} = with_key({code}, {text}, {now})")
    emitter.sure.add(constant_text(words[0]))
    return Operand(code, DICT, safe=True)


def _for(emitter: Emitter, words: list[Word]) -> Operand:
    names = [to_str(name) for name in to_list(constant_text(words[0]))]
    constant_text(words[2])
    if len(names) != 2 or not emitter.in_procedure:
        raise Open("dict for of another form")
    site = emitter.writer.site
    found = emitter.word(words[1])
    before = emitter.branches()
    targets = []
    for name in names:
        if name in emitter.links or name in emitter.arrays or "::" in name or name.endswith(")"):
            raise Open(f"{name} as the variable of a loop")
        emitter.writes(name)
        emitter.becomes(name, ANY)
        targets.append(emitter.python(name))
    emitter.emit(f"for {targets[0]}, {targets[1]} in list({_as_dict(emitter, found)}.items()):")
    emitter.sure.update(names)
    emitter.loops.append(Loop())
    emitter.literal_body(words[2], NOTHING)
    emitter.loops.pop()
    emitter.sure = before
    emitter.writer.site = site
    return EMPTY
