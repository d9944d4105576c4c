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


def one(*texts: str) -> st.SearchStrategy[str]:
    """One of these texts."""
    return st.sampled_from(texts)


def filled_in(template: str, **parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """The template with each <name> replaced by what a strategy gives."""

    def filled(values: dict[str, str]) -> str:
        text = template
        for name, value in values.items():
            text = text.replace(f"<{name}>", value)
        return text

    return st.fixed_dictionaries(parts).map(filled)


integer_names = one(*INTEGERS)
text_names = one(*TEXTS)
list_names = one(*LISTS)
dict_names = one(*DICTS)
keys = one("k", "kk", "1", "{a b}", "$s", "$i")
indices = one("0", "1", "end", "end-1", "2", "7", "-1", "$i", "x")
literals = one("abc", "{a b}", '""', "{}", "x1", "{ }", "0x1F", "1.5", "-3", "Z", "{a {b c}}", '"q;w"', "#", r"\{", "é")
small = st.integers(-3, 12).map(str)


@cache
def numbers(scope: Scope) -> st.SearchStrategy[str]:
    """A word that mostly is an integer."""
    return st.one_of(
        small,
        integer_names.map("${}".format),
        filled_in("[llength $<l>]", l=list_names),
        filled_in("[string length $<s>]", s=text_names),
        filled_in("[expr {<e>}]", e=expressions(scope)) if scope.depth < DEEPEST else small,
        filled_in("[dict size $<d>]", d=dict_names),
    )


@cache
def operands(scope: Scope) -> st.SearchStrategy[str]:
    """What an operator of expr works on."""
    return st.one_of(
        small,
        one("1.5", "0.25", "true", '"b"', "{}", "100000000000000000000", "$a(k)", "$none", "0x10", "1e3"),
        integer_names.map("${}".format),
        integer_names.map("${}".format),
        text_names.map("${}".format),
        filled_in("[llength $<l>]", l=list_names),
        filled_in("[lindex $<l> <x>]", l=list_names, x=indices),
        filled_in("[dict exists $<d> <k>]", d=dict_names, k=keys),
    )


@cache
def expressions(scope: Scope) -> st.SearchStrategy[str]:
    """What expr takes, without braces around it."""
    return st.recursive(
        operands(scope),
        lambda inner: st.one_of(
            st.tuples(inner, one(*OPERATORS), inner).map(" ".join),
            filled_in("<e> in $<l>", e=inner, l=list_names),
            inner.map("({})".format),
            filled_in("<f>(<e>)", f=one("abs", "int", "double", "round", "bool", "!", "-", "~", "isqrt"), e=inner),
            filled_in("<f>(<e>, <o>)", f=one("max", "min", "hypot"), e=inner, o=inner),
            filled_in("(<e>) ? <y> : <z>", e=inner, y=inner, z=inner),
            filled_in("<e> << 2", e=inner),
        ),
        max_leaves=4,
    )


@cache
def lists(scope: Scope) -> st.SearchStrategy[str]:
    """A word that mostly is a short list."""
    return st.one_of(
        list_names.map("${}".format),
        one("{1 2 3}", "{a b c}", "{}", "{3 1 2 10}", "{{a 1} {b 2}}", "{b a b}", r"{a \{ b}", "{a {b}c}"),
        filled_in("[list <w> <v>]", w=literals, v=text_names.map("${}".format)),
        filled_in("[lrange $<l> <x> <y>]", l=list_names, x=indices, y=indices),
        filled_in("[lsort <o> $<l>]", l=list_names, o=one("", "-unique", "-integer", "-decreasing", "-dictionary")),
        filled_in("[lreplace $<l> <x> <x> <w>]", l=list_names, x=indices, w=literals),
        filled_in("[linsert $<l> <x> <w>]", l=list_names, x=indices, w=literals),
        filled_in("[lsearch -all <o> $<l> <w>]", l=list_names, o=one("-inline", "-not", "-exact", "-glob"), w=literals),
        filled_in("[lreverse $<l>]", l=list_names),
        filled_in("[split $<s> <c>]", s=text_names, c=one("{}", "a", '" "')),
        filled_in("[dict keys $<d>]", d=dict_names),
        filled_in("[lmap y $<l> {string cat $y <w>}]", l=list_names, w=literals),
        filled_in("[concat $<l> <w>]", l=list_names, w=literals),
        one("[lsort [array names a]]"),
    )


@cache
def words(scope: Scope) -> st.SearchStrategy[str]:
    """Any word."""
    return st.one_of(
        literals,
        text_names.map("${}".format),
        numbers(scope),
        filled_in("[lindex <l> <x>]", l=lists(scope), x=indices),
        filled_in("[string <c> <w>]", c=one("toupper", "length", "reverse", "trim", "totitle"), w=literals),
        filled_in("[string range $<s> <x> <y>]", s=text_names, x=indices, y=indices),
        filled_in("[string index $<s> <x>]", s=text_names, x=indices),
        filled_in("[string map {a b b c} $<s>]", s=text_names),
        filled_in("[string <c> $<s> <w>]", c=one("equal", "compare", "match"), s=text_names, w=literals),
        filled_in("[string is <c> -strict $<s>]", c=one("integer", "double", "alpha", "list", "boolean"), s=text_names),
        filled_in("[format %<f> <w>]", f=one("d", "5s|", "-5s|", "x", ".2f", "03d"), w=numbers(scope)),
        filled_in("[join <l> <w>]", l=lists(scope), w=literals),
        filled_in("[dict get $<d> <k>]", d=dict_names, k=keys),
        filled_in("[lsort [dict values $<d>]]", d=dict_names),
        filled_in('"<u>$<s>-<v>"', u=one("", "x", r"\n"), s=text_names, v=one("", "$i", r"\$", "[llength $l]")),
        filled_in("$a(<k>)", k=one("k", "1", "$s", "$i")),
        filled_in("[regexp -inline {<r>} $<s>]", r=one("a+", "(.)(.)", "^b|c$", r"\d+"), s=text_names),
        filled_in("[info exists <v>]", v=one("i", "s", "a(k)", "none", "l")),
        filled_in("[subst {<t>}]", t=one("$i-$s", "[llength $l]", r"a\tb", "x$none")),
    )


@cache
def conditions(scope: Scope) -> st.SearchStrategy[str]:
    """An expression that mostly is a boolean."""
    return st.one_of(
        filled_in("<x> <o> <y>", x=numbers(scope), o=one("<", ">", "==", "!="), y=numbers(scope)),
        filled_in("$<s> <o> <w>", s=text_names, o=one("eq", "ne"), w=one('"abc"', '""', "{a b}")),
        expressions(scope),
    )


@cache
def simple_commands(scope: Scope) -> st.SearchStrategy[str]:
    """A command without a body."""
    number, word, some = numbers(scope), words(scope), lists(scope)
    choices = [
        filled_in("set <n> [expr {int(<e>) % 1000}]", n=integer_names, e=expressions(scope)),
        filled_in("set <n> <v>", n=integer_names, v=small),
        filled_in("incr <n>", n=integer_names),
        filled_in("incr <n> <v>", n=integer_names, v=number),
        filled_in("set <s> [string range <w> 0 11]", s=text_names, w=word),
        filled_in("set <s> <w>", s=text_names, w=literals),
        filled_in("append <s> <w>", s=text_names, w=literals),
        filled_in("set <l> [lrange <v> 0 5]", l=list_names, v=some),
        filled_in("lappend <l> <w> <v>", l=list_names, w=literals, v=small),
        filled_in("lset <l> <x> <w>", l=list_names, x=indices, w=literals),
        filled_in("lassign <v> <n> <s>", v=some, n=integer_names, s=text_names),
        filled_in("set <d> [dict create <k> <v> <q> <v>]", d=dict_names, k=keys, q=keys, v=small),
        filled_in("dict set <d> <k> <w>", d=dict_names, k=keys, w=literals),
        filled_in("dict set <d> <k> <q> <w>", d=dict_names, k=keys, q=keys, w=literals),
        filled_in("dict incr <d> <k> <v>", d=dict_names, k=keys, v=small),
        filled_in("dict lappend <d> <k> <w>", d=dict_names, k=keys, w=literals),
        filled_in("dict unset <d> <k>", d=dict_names, k=keys),
        filled_in("dict append <d> <k> <w>", d=dict_names, k=keys, w=literals),
        filled_in("set a(<k>) <w>", k=one("k", "1", "$s", "$i"), w=literals),
        filled_in("array set a {k 1 z <w>}", w=literals),
        filled_in("unset <o> <v>", o=one("", "-nocomplain"), v=one("s", "i", "l", "a(k)", "none")),
        filled_in("eval [list set <s> <w>]", s=text_names, w=literals),
        filled_in("uplevel <u> {set <n> <v>}", u=one("#0", "0"), n=integer_names, v=small),
        filled_in("global <n>", n=one("i", "s", "l")),
        filled_in("error <w>", w=literals),
        filled_in("throw {A B} <w>", w=literals),
        filled_in("return <w>", w=word),
        filled_in("expr {<e>}", e=expressions(scope)),
        filled_in("list <w> <v>", w=word, v=word),
        filled_in("<c>", c=one("set", "llength", "incr i 1 2", "nosuch", "string foo", "dict get", 'set "x"y')),
    ]
    if scope.loops:
        choices += [one("break", "continue")] * 2
    if scope.callable:
        calls = st.one_of(
            filled_in("<p> <x> <w>", p=one(*scope.callable), x=number, w=literals),
            filled_in("set <n> [<p> <x> <w>]", n=text_names, p=one(*scope.callable), x=number, w=literals),
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
    last = one("set n 1", "set n", "list done").map(_block)  # two errors in one try: Tcl's line is that of neither
    condition, some, text = conditions(scope), lists(scope), text_names.map("${}".format)
    c = f"c{scope.depth}"
    return st.one_of(
        filled_in("if {<c>} <b>", c=condition, b=inner),
        filled_in("if {<c>} <b> elseif {<k>} <x> else <y>", c=condition, k=condition, b=inner, x=inner, y=inner),
        filled_in(f"for {{set {c} 0}} {{${c} < <n>}} {{incr {c}}} <b>", n=one("1", "2", "3"), b=looped),
        filled_in(f"set {c} 0; while {{[incr {c}] < <n>}} <b>", n=one("2", "3", "4"), b=looped),
        filled_in("foreach <v> <l> <b>", v=one("i", "s", "{i s}"), l=some, b=looped),
        filled_in("foreach i <l> s <m> <b>", l=some, m=some, b=looped),
        filled_in("dict for {s i} $<d> <b>", d=dict_names, b=looped),
        filled_in("switch <w> {abc <b> 1 - 2 <x> default <y>}", w=text, b=inner, x=inner, y=inner),
        filled_in("switch <o> -- <w> abc <b> default <y>", o=one("-exact", "-glob"), w=text, b=inner, y=inner),
        filled_in("catch <b> <s>", b=inner, s=text_names),
        filled_in("catch <b>; set <s> [string range $::errorCode 0 20]", b=inner, s=text_names),
        filled_in("try <b> on error {m o} <x> finally <y>", b=inner, x=inner, y=last),
        filled_in("try <b> trap {A B} s <x>", b=inner, x=inner),
        filled_in("apply {{i {s abc}} <b>} <n>", b=alone, n=numbers(scope)),
        filled_in("namespace eval space <b>", b=inner),
        filled_in("eval <b>", b=inner),
        filled_in("dict with <d> <b>", d=dict_names, b=inner),
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
    heads = one("{x s}", "{x {s def}}", "{i args}", "{x s}")
    starts = one(
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
