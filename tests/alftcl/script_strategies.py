"""Whole scripts that Hypothesis makes: procedures with locals, loops, lists, dicts, arrays, upvar, catch, expr.

    scripts()            a script: procedures, then commands at the top or in a procedure of their own
    commands(scope)      some lines, indented, as a body has them
    words(scope), numbers(scope), lists(scope), expressions(scope)      what stands in them

A script always ends: a loop counts with a variable that nothing else writes, a procedure calls only those before
it, and what is stored is cut to a length, so that nothing grows from round to round. It may well fail (a variable
that is not set, a list that is none): then its message, errorCode and errorInfo are what is compared.
"""

from dataclasses import dataclass, replace
from functools import cache

from hypothesis import strategies as st

INTEGERS = ("i", "j", "n")
TEXTS = ("s", "t")
LISTS = ("l", "m")
DICTS = ("d", "e")
OPERATORS = ("+", "-", "*", "/", "%", "<", ">", "<=", ">=", "==", "!=", "eq", "ne", "&", "|", "^", "&&", "||")
DEEPEST = 3
PROCEDURES = ("alpha", "beta", "gamma")

STATE = "set state {}; foreach name {i j n s t l m d e} {if {[info exists $name]} {lappend state $name [set $name]}}"
STATE += "; if {[array exists a]} {lappend state [lsort [array get a]]}; set state"
"""A script that tells what the variables have come to."""


@dataclass(frozen=True)
class Scope:
    """Where a command stands: how deep, in how many loops, and which procedures it may call."""

    depth: int = 0
    loops: int = 0
    callable: tuple[str, ...] = ()

    @property
    def inner(self) -> "Scope":
        """The scope of a body in this one."""
        return replace(self, depth=self.depth + 1)

    @property
    def loop(self) -> "Scope":
        """The scope of a loop's body."""
        return replace(self, depth=self.depth + 1, loops=self.loops + 1)


def _one(*texts: str) -> st.SearchStrategy[str]:
    return st.sampled_from(texts)


def _format(template: str, **parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """The template with each <name> replaced by what a strategy gives."""

    def filled(values: dict[str, str]) -> str:
        text = template
        for name, value in values.items():
            text = text.replace(f"<{name}>", value)
        return text

    return st.fixed_dictionaries(parts).map(filled)


integer_names = _one(*INTEGERS)
text_names = _one(*TEXTS)
list_names = _one(*LISTS)
dict_names = _one(*DICTS)
keys = _one("k", "kk", "1", "{a b}", "$s", "$i")
indices = _one("0", "1", "end", "end-1", "2", "7", "-1", "$i", "x")
literals = _one(
    "abc", "{a b}", '""', "{}", "x1", "{ }", "0x1F", "1.5", "-3", "Z", "{a {b c}}", '"q;w"', "#", r"\{", "é"
)
small = st.integers(-3, 12).map(str)


@cache
def numbers(scope: Scope) -> st.SearchStrategy[str]:
    """A word that mostly is an integer."""
    return st.one_of(
        small,
        integer_names.map("${}".format),
        _format("[llength $<l>]", l=list_names),
        _format("[string length $<s>]", s=text_names),
        _format("[expr {<e>}]", e=expressions(scope)) if scope.depth < DEEPEST else small,
        _format("[dict size $<d>]", d=dict_names),
    )


@cache
def operands(scope: Scope) -> st.SearchStrategy[str]:
    """What an operator of expr works on."""
    return st.one_of(
        small,
        _one("1.5", "0.25", "true", '"b"', "{}", "100000000000000000000", "$a(k)", "$none", "0x10", "1e3"),
        integer_names.map("${}".format),
        integer_names.map("${}".format),
        text_names.map("${}".format),
        _format("[llength $<l>]", l=list_names),
        _format("[lindex $<l> <x>]", l=list_names, x=indices),
        _format("[dict exists $<d> <k>]", d=dict_names, k=keys),
    )


@cache
def expressions(scope: Scope) -> st.SearchStrategy[str]:
    """What expr takes, without braces around it."""
    return st.recursive(
        operands(scope),
        lambda inner: st.one_of(
            st.tuples(inner, _one(*OPERATORS), inner).map(" ".join),
            _format("<e> in $<l>", e=inner, l=list_names),
            inner.map("({})".format),
            _format("<f>(<e>)", f=_one("abs", "int", "double", "round", "bool", "!", "-", "~", "isqrt"), e=inner),
            _format("<f>(<e>, <o>)", f=_one("max", "min", "hypot"), e=inner, o=inner),
            _format("(<e>) ? <y> : <z>", e=inner, y=inner, z=inner),
            _format("<e> << 2", e=inner),
        ),
        max_leaves=4,
    )


@cache
def lists(scope: Scope) -> st.SearchStrategy[str]:
    """A word that mostly is a short list."""
    return st.one_of(
        list_names.map("${}".format),
        _one("{1 2 3}", "{a b c}", "{}", "{3 1 2 10}", "{{a 1} {b 2}}", "{b a b}", r"{a \{ b}", "{a {b}c}"),
        _format("[list <w> <v>]", w=literals, v=text_names.map("${}".format)),
        _format("[lrange $<l> <x> <y>]", l=list_names, x=indices, y=indices),
        _format("[lsort <o> $<l>]", l=list_names, o=_one("", "-unique", "-integer", "-decreasing", "-dictionary")),
        _format("[lreplace $<l> <x> <x> <w>]", l=list_names, x=indices, w=literals),
        _format("[linsert $<l> <x> <w>]", l=list_names, x=indices, w=literals),
        _format("[lsearch -all <o> $<l> <w>]", l=list_names, o=_one("-inline", "-not", "-exact", "-glob"), w=literals),
        _format("[lreverse $<l>]", l=list_names),
        _format("[split $<s> <c>]", s=text_names, c=_one("{}", "a", '" "')),
        _format("[dict keys $<d>]", d=dict_names),
        _format("[lmap y $<l> {string cat $y <w>}]", l=list_names, w=literals),
        _format("[concat $<l> <w>]", l=list_names, w=literals),
        _one("[lsort [array names a]]"),
    )


@cache
def words(scope: Scope) -> st.SearchStrategy[str]:
    """Any word."""
    return st.one_of(
        literals,
        text_names.map("${}".format),
        numbers(scope),
        _format("[lindex <l> <x>]", l=lists(scope), x=indices),
        _format("[string <c> <w>]", c=_one("toupper", "length", "reverse", "trim", "totitle"), w=literals),
        _format("[string range $<s> <x> <y>]", s=text_names, x=indices, y=indices),
        _format("[string index $<s> <x>]", s=text_names, x=indices),
        _format("[string map {a b b c} $<s>]", s=text_names),
        _format("[string <c> $<s> <w>]", c=_one("equal", "compare", "match"), s=text_names, w=literals),
        _format("[string is <c> -strict $<s>]", c=_one("integer", "double", "alpha", "list", "boolean"), s=text_names),
        _format("[format %<f> <w>]", f=_one("d", "5s|", "-5s|", "x", ".2f", "03d"), w=numbers(scope)),
        _format("[join <l> <w>]", l=lists(scope), w=literals),
        _format("[dict get $<d> <k>]", d=dict_names, k=keys),
        _format("[lsort [dict values $<d>]]", d=dict_names),
        _format('"<u>$<s>-<v>"', u=_one("", "x", r"\n"), s=text_names, v=_one("", "$i", r"\$", "[llength $l]")),
        _format("$a(<k>)", k=_one("k", "1", "$s", "$i")),
        _format("[regexp -inline {<r>} $<s>]", r=_one("a+", "(.)(.)", "^b|c$", r"\d+"), s=text_names),
        _format("[info exists <v>]", v=_one("i", "s", "a(k)", "none", "l")),
        _format("[subst {<t>}]", t=_one("$i-$s", "[llength $l]", r"a\tb", "x$none")),
    )


@cache
def conditions(scope: Scope) -> st.SearchStrategy[str]:
    """An expression that mostly is a boolean."""
    return st.one_of(
        _format("<x> <o> <y>", x=numbers(scope), o=_one("<", ">", "==", "!="), y=numbers(scope)),
        _format("$<s> <o> <w>", s=text_names, o=_one("eq", "ne"), w=_one('"abc"', '""', "{a b}")),
        expressions(scope),
    )


@cache
def simple_commands(scope: Scope) -> st.SearchStrategy[str]:
    """A command without a body."""
    number, word, some = numbers(scope), words(scope), lists(scope)
    choices = [
        _format("set <n> [expr {int(<e>) % 1000}]", n=integer_names, e=expressions(scope)),
        _format("set <n> <v>", n=integer_names, v=small),
        _format("incr <n>", n=integer_names),
        _format("incr <n> <v>", n=integer_names, v=number),
        _format("set <s> [string range <w> 0 11]", s=text_names, w=word),
        _format("set <s> <w>", s=text_names, w=literals),
        _format("append <s> <w>", s=text_names, w=literals),
        _format("set <l> [lrange <v> 0 5]", l=list_names, v=some),
        _format("lappend <l> <w> <v>", l=list_names, w=literals, v=small),
        _format("lset <l> <x> <w>", l=list_names, x=indices, w=literals),
        _format("lassign <v> <n> <s>", v=some, n=integer_names, s=text_names),
        _format("set <d> [dict create <k> <v> <q> <v>]", d=dict_names, k=keys, q=keys, v=small),
        _format("dict set <d> <k> <w>", d=dict_names, k=keys, w=literals),
        _format("dict set <d> <k> <q> <w>", d=dict_names, k=keys, q=keys, w=literals),
        _format("dict incr <d> <k> <v>", d=dict_names, k=keys, v=small),
        _format("dict lappend <d> <k> <w>", d=dict_names, k=keys, w=literals),
        _format("dict unset <d> <k>", d=dict_names, k=keys),
        _format("dict append <d> <k> <w>", d=dict_names, k=keys, w=literals),
        _format("set a(<k>) <w>", k=_one("k", "1", "$s", "$i"), w=literals),
        _format("array set a {k 1 z <w>}", w=literals),
        _format("unset <o> <v>", o=_one("", "-nocomplain"), v=_one("s", "i", "l", "a(k)", "none")),
        _format("eval [list set <s> <w>]", s=text_names, w=literals),
        _format("uplevel <u> {set <n> <v>}", u=_one("#0", "0"), n=integer_names, v=small),
        _format("global <n>", n=_one("i", "s", "l")),
        _format("error <w>", w=literals),
        _format("throw {A B} <w>", w=literals),
        _format("return <w>", w=word),
        _format("expr {<e>}", e=expressions(scope)),
        _format("list <w> <v>", w=word, v=word),
        _format("<c>", c=_one("set", "llength", "incr i 1 2", "nosuch", "string foo", "dict get", 'set "x"y')),
    ]
    if scope.loops:
        choices += [_one("break", "continue")] * 2
    if scope.callable:
        calls = st.one_of(
            _format("<p> <x> <w>", p=_one(*scope.callable), x=number, w=literals),
            _format("set <n> [<p> <x> <w>]", n=text_names, p=_one(*scope.callable), x=number, w=literals),
        )
        choices += [calls] * 4
    return st.one_of(choices)


def _block(body: str) -> str:
    """A body as it is written: on lines of its own, deeper by a blank or two."""
    return "{\n" + "\n".join(f"  {line}" for line in body.split("\n")) + "\n}"


@cache
def compound_commands(scope: Scope) -> st.SearchStrategy[str]:
    """A command with bodies."""
    inner = commands(scope.inner).map(_block)
    looped = commands(scope.loop).map(_block)
    alone = commands(Scope(scope.depth + 1, 0, scope.callable)).map(_block)
    last = _one("set n 1", "set n", "list done").map(_block)  # two errors in one try: Tcl's line is that of neither
    condition, some, text = conditions(scope), lists(scope), text_names.map("${}".format)
    c = f"c{scope.depth}"
    return st.one_of(
        _format("if {<c>} <b>", c=condition, b=inner),
        _format("if {<c>} <b> elseif {<k>} <x> else <y>", c=condition, k=condition, b=inner, x=inner, y=inner),
        _format(f"for {{set {c} 0}} {{${c} < <n>}} {{incr {c}}} <b>", n=_one("1", "2", "3"), b=looped),
        _format(f"set {c} 0; while {{[incr {c}] < <n>}} <b>", n=_one("2", "3", "4"), b=looped),
        _format("foreach <v> <l> <b>", v=_one("i", "s", "{i s}"), l=some, b=looped),
        _format("foreach i <l> s <m> <b>", l=some, m=some, b=looped),
        _format("dict for {s i} $<d> <b>", d=dict_names, b=looped),
        _format("switch <w> {abc <b> 1 - 2 <x> default <y>}", w=text, b=inner, x=inner, y=inner),
        _format("switch <o> -- <w> abc <b> default <y>", o=_one("-exact", "-glob"), w=text, b=inner, y=inner),
        _format("catch <b> <s>", b=inner, s=text_names),
        _format("catch <b>; set <s> [string range $::errorCode 0 20]", b=inner, s=text_names),
        _format("try <b> on error {m o} <x> finally <y>", b=inner, x=inner, y=last),
        _format("try <b> trap {A B} s <x>", b=inner, x=inner),
        _format("apply {{i {s abc}} <b>} <n>", b=alone, n=numbers(scope)),
        _format("namespace eval space <b>", b=inner),
        _format("eval <b>", b=inner),
        _format("dict with <d> <b>", d=dict_names, b=inner),
    )


@cache
def commands(scope: Scope) -> st.SearchStrategy[str]:
    """Some commands, one a line."""
    if scope.depth >= DEEPEST:
        one = simple_commands(scope)
    else:
        one = st.one_of(simple_commands(scope), simple_commands(scope), st.deferred(lambda: compound_commands(scope)))
    return st.lists(one, min_size=1, max_size=4 - scope.depth).map("\n".join)


START = """set ::errorCode NONE
set i 1
set j 5
set n 0
set s abc
set t {}
set l {b a}
set m {1 2 3}
set d {k 1}
set e {}
array set a {k v}"""


def _procedure(name: str, scope: Scope) -> st.SearchStrategy[str]:
    heads = _one("{x s}", "{x {s def}}", "{i args}", "{x s}")
    starts = _one(
        "set i 2", "upvar 1 i i", "upvar #0 l l d d", "global i s", START, START, "variable n 3", "upvar 1 s other"
    )
    body = st.tuples(starts, commands(scope)).map("\n".join).map(_block)
    return st.tuples(heads, body).map(lambda parts: f"proc {name} {parts[0]} {parts[1]}")


@st.composite
def scripts(draw: st.DrawFn) -> str:
    """A whole script."""
    parts: list[str] = []
    known: tuple[str, ...] = ()
    for name in PROCEDURES[: draw(st.integers(0, len(PROCEDURES)))]:
        parts.append(draw(_procedure(name, Scope(1, 0, known))))
        known = (*known, name)
    body = START + "\n" + draw(st.lists(commands(Scope(0, 0, known)), min_size=1, max_size=3).map("\n".join))
    parts.append(f"proc main {{}} {_block(body)}\nmain" if draw(st.booleans()) else body)
    return "\n".join(parts)
