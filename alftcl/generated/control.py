"""if, while, for, foreach, switch, break, continue, return, catch and expr as Python's own statements."""

from __future__ import annotations

from collections.abc import Callable

from alftcl.commands.procs import tcl_return
from alftcl.errors import TclError
from alftcl.generated.emitter import NOTHING, Emitter, Loop, Want, constant_text, rule
from alftcl.generated.expressions import condition, expression
from alftcl.generated.kinds import ANY, EMPTY, INT, LIST, Open, Operand, native
from alftcl.tree import Command, Literal, Word
from alftcl.values import to_list, to_str


@rule("expr")
def emit_expr(emitter: Emitter, node: Command, want: Want) -> Operand:
    if len(node.words) != 2:
        raise Open("expr with several words")
    return expression(emitter, node.words[1])


# ---- if ------------------------------------------------------------------------------------------------


@rule("if")
def emit_if(emitter: Emitter, node: Command, want: Want) -> Operand | None:
    """Each `elseif` becomes an if in the else of the one before: its condition may need lines of its own."""
    clauses, otherwise = _clauses(node.words[1:])
    writer = emitter.writer
    indent = writer.indent
    site = writer.site
    before = emitter.branches()
    ends: list[set[str]] = []
    for place, (asked, body) in enumerate(clauses):
        if place:
            emitter.emit("else:")
            writer.indent += 1
        emitter.emit(f"if {condition(emitter, asked)}:")
        known = emitter.branches()
        emitter.literal_body(body, want)
        ends.append(emitter.sure)
        emitter.sure = known
        writer.site = site
    if otherwise is not None:
        emitter.emit("else:")
        emitter.literal_body(otherwise, want)
    elif want.returns or want.name is not None:
        emitter.emit("else:")
        writer.indent += 1
        emitter.deliver(EMPTY, want)
        writer.indent -= 1
    ends.append(emitter.sure)
    writer.indent = indent
    emitter.sure = before | set.intersection(*ends)
    return None


def _clauses(words: list[Word]) -> tuple[list[tuple[Word, Word]], Word | None]:
    texts = [constant_text(word) for word in words]
    clauses: list[tuple[Word, Word]] = []
    place = 0
    while True:
        body = place + 1 + (texts[place + 1 : place + 2] == ["then"])
        if body >= len(words):
            raise Open("an if that is cut off")
        clauses.append((words[place], words[body]))
        place = body + 1
        if place == len(words):
            return clauses, None
        if texts[place] != "elseif":
            break
        place += 1
        if place >= len(words):
            raise Open("an if that is cut off")
    place += texts[place] == "else"
    if place != len(words) - 1:
        raise Open("an if with words too many")
    return clauses, words[place]


# ---- loops ---------------------------------------------------------------------------------------------


def emit_rounds(
    emitter: Emitter,
    asked: Word,
    body: Word,
    following: Word | None,
    labels: tuple[str | None, str | None] = (None, None),
) -> None:
    """while, and for without its start. `labels` are for a body and a `following` that are code of their own."""
    writer = emitter.writer
    site = writer.site
    before = emitter.branches()
    mark = writer.mark
    writer.indent += 1
    code = condition(emitter, asked)
    writer.indent -= 1
    if writer.mark == mark:
        writer.insert(mark, f"while {code}:", writer.indent)
    else:
        writer.insert(mark, "while True:", writer.indent)
        writer.indent += 1
        emitter.emit(f"if not {code}: break")
        writer.indent -= 1
    if following is None:
        emitter.loops.append(Loop())
        emitter.literal_body(body, NOTHING, labels[0])
        emitter.loops.pop()
    else:
        step = following
        line, script, base, enclosing = emitter.line, emitter.script, emitter.base, emitter.enclosing

        def step_on() -> None:
            emitter.sure = set(before)  # a continue may have left out what the body sets
            emitter.loops.append(Loop(_leave_to_outer))
            outer = emitter.line, emitter.script, writer.indent, emitter.base, emitter.enclosing
            emitter.line, emitter.script, writer.indent = line, script, writer.indent - 1
            emitter.base, emitter.enclosing = base, enclosing
            writer.site = site
            emitter.literal_body(step, NOTHING, labels[1])
            emitter.line, emitter.script, writer.indent, emitter.base, emitter.enclosing = outer
            emitter.loops.pop()

        emitter.loops.append(Loop(step_on))
        emitter.literal_body(body, NOTHING, labels[0])
        emitter.loops.pop()
        writer.indent += 1
        step_on()
        writer.indent -= 1
    emitter.sure = before
    writer.site = site


def _leave_to_outer() -> None:
    """A continue in the end of a `for` is for the loop around it."""
    raise Open("continue in the end of a for")


@rule("while")
def emit_while(emitter: Emitter, node: Command, want: Want) -> Operand:
    if len(node.words) != 3:
        raise Open("while with the wrong number of words")
    for word in node.words[1:]:
        constant_text(word)
    emit_rounds(emitter, node.words[1], node.words[2], None)
    return EMPTY


@rule("for")
def emit_for(emitter: Emitter, node: Command, want: Want) -> Operand:
    if len(node.words) != 5:
        raise Open("for with the wrong number of words")
    for word in node.words[1:]:
        constant_text(word)
    start, asked, following, body = node.words[1:]
    writer = emitter.writer
    site = writer.site
    if isinstance(start, Literal) and emitter.resolver.interp.parse(start.text).commands:
        writer.indent -= 1
        emitter.literal_body(start, NOTHING)
        writer.indent += 1
        writer.site = site
    emit_rounds(emitter, asked, body, following)
    return EMPTY


@rule("foreach")
def emit_foreach(emitter: Emitter, node: Command, want: Want) -> Operand:
    lists = [Operand(item.value, item.kind, item.safe, item.fixed) for item in _foreach_lists(emitter, node)]
    label = None if emitter.in_procedure else '"foreach" body line {line}'
    _rounds(emitter, node, lists, lambda: emitter.literal_body(node.words[-1], NOTHING, label))
    return EMPTY


@rule("lmap")
def emit_lmap(emitter: Emitter, node: Command, want: Want) -> Operand:
    lists = _foreach_lists(emitter, node)
    results = emitter.temporary()
    emitter.emit(f"{results} = []")

    def body() -> None:
        value = Want(emitter.temporary())
        emitter.literal_body(node.words[-1], value, None if emitter.in_procedure else '"lmap" body line {line}')
        emitter.writer.indent += 1
        emitter.emit(f"{results}.append({value.name})")
        emitter.writer.indent -= 1

    _rounds(emitter, node, lists, body)
    return Operand(results, LIST, safe=True, fixed=True)


def _foreach_lists(emitter: Emitter, node: Command) -> list[Operand]:
    if len(node.words) < 4 or len(node.words) % 2:
        raise Open("foreach with the wrong number of words")
    constant_text(node.words[-1])
    return emitter.operands(node.words[2:-1:2])


def _rounds(emitter: Emitter, node: Command, lists: list[Operand], body: Callable[[], None]) -> None:
    writer = emitter.writer
    site = writer.site
    groups = [[to_str(name) for name in to_list(constant_text(word))] for word in node.words[1:-1:2]]
    if not all(groups):
        raise Open("foreach without variables")
    before = emitter.branches()
    kind = ANY
    literal = node.words[2] if len(groups) == 1 else None
    if isinstance(literal, Literal):
        items = _natives(literal.text)
        if items and all(type(item) is int for item in items) and len(items) % len(groups[0]) == 0:
            lists = [Operand(emitter.resolver.constant(items), LIST, safe=True, fixed=True)]
            kind = INT
    targets = [[_target(emitter, name, kind) for name in names] for names in groups]
    if len(groups) == 1:
        code = lists[0].code if lists[0].kind == LIST else f"to_list({lists[0].value})"
        if len(groups[0]) > 1:
            code = f"groups({lists[0].value}, {len(groups[0])})"
        emitter.emit(f"for {', '.join(targets[0])} in {code}:")
    else:
        rows = ", ".join(f"groups({item.value}, {len(names)})" for item, names in zip(lists, groups, strict=True))
        shapes = ", ".join(f"({', '.join(names)},)" for names in targets)
        widths = ", ".join(f"('',) * {len(names)}" for names in groups)
        emitter.emit(f"for {shapes} in rounds(({rows},), ({widths},)):")
    writer.indent += 1
    for names, codes in zip(groups, targets, strict=True):
        for name, code in zip(names, codes, strict=True):
            if name in emitter.links:
                emitter.assign(name, Operand(code, kind, safe=True, fixed=True))
            else:
                emitter.sure.add(name)
    writer.indent -= 1
    emitter.loops.append(Loop())
    body()
    emitter.loops.pop()
    emitter.sure = before
    writer.site = site


def emit_groups(emitter: Emitter, names: str, body: Word, label: str | None) -> None:
    """A foreach over one list whose first rounds are over: `given_rounds` has the others."""
    variables = [to_str(name) for name in to_list(names)]
    targets = [_target(emitter, name) for name in variables]
    if not emitter.links.keys().isdisjoint(variables):
        raise Open("a variable of the loop that is handed on")
    emitter.emit(f"for {', '.join(targets)} in given_rounds:")
    before = emitter.branches()
    emitter.sure.update(variables)
    emitter.loops.append(Loop())
    emitter.literal_body(body, NOTHING, label)
    emitter.loops.pop()
    emitter.sure = before


def _natives(text: str) -> list[object]:
    """The elements of a literal list, digits as ints."""
    try:
        return [native(item) if isinstance(item, str) and item.isdigit() else item for item in to_list(text)]
    except TclError:
        return []  # the foreach will say so


def _target(emitter: Emitter, name: str, kind: str = ANY) -> str:
    emitter.check_name(name)
    if name in emitter.arrays:
        raise Open(f"{name} as the variable of a loop")
    if name in emitter.links:
        return emitter.temporary()
    emitter.writes(name)
    emitter.becomes(name, kind)
    return emitter.python(name)


@rule("break")
def emit_break(emitter: Emitter, node: Command, want: Want) -> Operand | None:
    if len(node.words) != 1:
        raise Open("break with words")
    if emitter.loops and emitter.loops[-1] is not None:
        emitter.emit("break")
    else:
        emitter.emit("raise Break")
    return _nothing_follows(want)


@rule("continue")
def emit_continue(emitter: Emitter, node: Command, want: Want) -> Operand | None:
    if len(node.words) != 1:
        raise Open("continue with words")
    loop = emitter.loops[-1] if emitter.loops else None
    if loop is None:
        emitter.emit("raise Continue")
        return _nothing_follows(want)
    if loop.following is not None:
        emitter.loops.pop()
        site = emitter.writer.site
        loop.following()
        emitter.writer.site = site
        emitter.loops.append(loop)
    emitter.emit("continue")
    return _nothing_follows(want)


def _nothing_follows(want: Want) -> Operand | None:
    """The value of a command that never ends: no line may be written for it."""
    if want.name is not None:
        want.kind = want.kind or ANY
    return None


@rule("return")
def emit_return(emitter: Emitter, node: Command, want: Want) -> Operand | None:
    if len(node.words) > 2:
        return _asking(emitter, node, want)
    emitter.leave(emitter.word(node.words[1]) if len(node.words) == 2 else EMPTY)
    return _nothing_follows(want)


def _asking(emitter: Emitter, node: Command, want: Want) -> Operand | None:
    """return -code error: what it raises passes through the procedure as a Return (failures.py)."""
    options = node.words[1:-1]
    if node.expands or len(options) % 2:
        raise Open("return without a value")
    names = [constant_text(word) for word in options[::2]]
    if names[:1] != ["-code"] or len(names) != len(set(names)):
        raise Open("return with options")
    if constant_text(options[1]) not in ("error", "1") or not {"-code", "-errorcode", "-errorinfo"}.issuperset(names):
        raise Open("return with other options")
    words = [operand.value for operand in emitter.operands(node.words[1:])]
    emitter.emit(f"{emitter.resolver.constant(tcl_return)}(interp, [{', '.join(words)}])")
    return _nothing_follows(want)


# ---- switch --------------------------------------------------------------------------------------------


@rule("switch")
def emit_switch(emitter: Emitter, node: Command, want: Want) -> Operand | None:
    words = node.words[1:]
    how = "-exact"
    is_compiled = False
    while len(words) > 2 and isinstance(words[0], Literal) and words[0].text in ("-exact", "-glob", "--"):
        option = constant_text(words.pop(0))
        if option == "--":
            is_compiled = True
            break
        how = option
    is_compiled = is_compiled or len(words) == 2
    if len(words) < 2 or (isinstance(words[0], Literal) and words[0].text.startswith("-") and len(node.words) > 3):
        raise Open("a switch of another form")
    arms = _arms(emitter, words)
    subject = emitter.word(words[0])
    name = emitter.temporary()
    emitter.emit(f"{name} = {emitter.text(subject)}")
    site = emitter.writer.site
    before = emitter.branches()
    ends: list[set[str]] = []
    keyword = "if"
    has_default = False
    for patterns, body, line in arms:
        if "default" in patterns and patterns is arms[-1][0]:
            emitter.emit("else:" if keyword == "elif" else "if True:")
            has_default = True
        else:
            emitter.emit(f"{keyword} {_matched(name, patterns, how)}:")
        keyword = "elif"
        enclosing = emitter.base, emitter.enclosing
        if not is_compiled:
            assert site is not None
            if len(patterns) > 1:
                raise Open("arms as words, of which several have one body")
            line, emitter.base, emitter.enclosing = 1, body, (_arm_label(patterns[0]), site)
        emitter.writer.indent += 1
        emitter.body(emitter.resolver.interp.parse(body), line, want)
        emitter.writer.indent -= 1
        emitter.base, emitter.enclosing = enclosing
        ends.append(emitter.sure)
        emitter.sure = set(before)
        emitter.writer.site = site
    if not has_default:
        ends.append(emitter.sure)
        if want.returns or want.name is not None:
            emitter.emit("else:")
            emitter.writer.indent += 1
            emitter.deliver(EMPTY, want)
            emitter.writer.indent -= 1
    emitter.sure = before | set.intersection(*ends)
    return None


def _arm_label(pattern: str) -> str:
    shown = pattern[:50] + "..." * (len(pattern) > 50)
    escaped = shown.replace("{", "{{").replace("}", "}}")
    return f'"{escaped}" arm line {{line}}'


def _matched(name: str, patterns: list[str], how: str) -> str:
    if how == "-glob":
        return " or ".join(f"match_glob({pattern!r}, {name})" for pattern in patterns)
    if len(patterns) == 1:
        return f"{name} == {patterns[0]!r}"
    return f"{name} in {tuple(patterns)!r}"


def _arms(emitter: Emitter, words: list[Word]) -> list[tuple[list[str], str, int]]:
    """The patterns of each body, the body, and the line it begins in."""
    if len(words) == 2:
        text = constant_text(words[1])
        try:
            items = [to_str(item) for item in to_list(text)]
        except TclError:
            raise Open("a switch that is no list") from None
        lines = _lines_of_items(text, items, emitter.line_of(words[1]))
    else:
        items = [constant_text(word) for word in words[1:]]
        lines = [emitter.line_of(word) for word in words[1:]]
    if len(items) % 2 or not items or items[-1] == "-":
        raise Open("a switch that is cut off")
    arms: list[tuple[list[str], str, int]] = []
    patterns: list[str] = []
    for place in range(0, len(items), 2):
        patterns.append(items[place])
        if items[place + 1] != "-":
            if "default" in patterns[:-1] or ("default" in patterns and len(patterns) > 1):
                raise Open("a default among other patterns")
            if "default" in patterns and place != len(items) - 2:
                raise Open("a default before the end")
            arms.append((patterns, items[place + 1], lines[place + 1]))
            patterns = []
    return arms


def _lines_of_items(text: str, items: list[str], line: int) -> list[int]:
    lines = []
    place = 0
    for item in items:
        found = text.find(item, place)
        if found < 0:
            raise Open("a switch whose bodies have backslashes")
        lines.append(line + text.count("\n", 0, found))
        place = found + len(item)
    return lines


# ---- catch ---------------------------------------------------------------------------------------------


@rule("catch")
def emit_catch(emitter: Emitter, node: Command, want: Want) -> Operand:
    if not 2 <= len(node.words) <= 3:
        raise Open("catch with options")
    variable = constant_text(node.words[2]) if len(node.words) == 3 else None
    body = node.words[1]
    constant_text(body)
    site = emitter.writer.site
    code, value = emitter.temporary(), Want(emitter.temporary())
    before = emitter.branches()
    emitter.emit("try:")
    emitter.loops.append(None)
    enclosing, emitter.enclosing = emitter.enclosing, None
    emitter.literal_body(body, value if variable is not None else NOTHING)
    emitter.enclosing = enclosing
    emitter.loops.pop()
    emitter.sure = before
    emitter.writer.site = site
    emitter.writer.indent += 1
    emitter.emit(f"{code} = 0")
    emitter.writer.indent -= 1
    problem = emitter.temporary()
    emitter.emit(f"except Exception as {problem}:")
    emitter.writer.indent += 1
    given = ", ".join([problem, *emitter.call_words()])
    emitter.emit(f"{problem} = unit.caught({given}); {code} = {problem}.code; {value.name} = {problem}.value")
    emitter.writer.indent -= 1
    if variable is not None:
        emitter.assign(variable, Operand(str(value.name), ANY, safe=True, fixed=True))
    return Operand(code, INT, safe=True, fixed=True)


@rule("error")
def emit_error(emitter: Emitter, node: Command, want: Want) -> Operand:
    if len(node.words) != 2:
        raise Open("error with more than its message")
    return Operand(f"fail({emitter.word(node.words[1]).value})")
