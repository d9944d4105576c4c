"""Scripts that Hypothesis makes of what the generated engine takes over: closed procedures, and loops of all forms.

    busy_scripts()        procedures that only compute, called with arguments of changing kinds, and loops

The names are those of script_strategies.py (whose STATE tells what became of them). What script_strategies makes is
wider, but a single command that looks at its caller keeps a whole procedure from being generated.
"""

from functools import cache

from hypothesis import strategies as st
from script_strategies import filled_in, one

SCALARS = ("i", "j", "n", "s", "t", "l", "m", "d", "e")
DEEPEST = 3
PROCEDURES = ("one", "two", "three")
START = """set i 1; set j 5; set n 0
set s abc; set t {}
set l {b a}; set m [list 1 2 3]
set d {k 1}; set e [dict create k 2 q 3]
array set a {k v 1 2}"""


integers = one("i", "j", "n")
texts = one("s", "t")
lists = one("l", "m")
dicts = one("d", "e")
any_name = one(*SCALARS)
keys = one("k", "q", "1", "$i", "$s")
indices = one("0", "1", "end", "end-1", "-1", "9", "$i", "$n", "$s")
literals = one(
    "abc", "{a b}", "{}", "0", "7", "-3", "1.5", "0x1F", "08", "{ 12 }", "1e3", "99999999999999999999", "{a {b c}}"
)
values = st.one_of(literals, any_name.map("${}".format), any_name.map("${}".format))


@cache
def expressions(depth: int) -> st.SearchStrategy[str]:
    """What expr takes, without braces around it."""
    operand = st.one_of(
        integers.map("${}".format),
        integers.map("${}".format),
        any_name.map("${}".format),
        one("0", "1", "3", "2.5", "1e300", "1e-300", "12345678901234567890", "$a(k)", "true", '"abc"', "{}", "-7"),
        filled_in("[llength $<l>]", l=lists),
        filled_in("[string length $<s>]", s=texts),
        filled_in("[incr <i>]", i=integers),
        filled_in("[lindex $<l> <x>]", l=lists, x=indices),
        filled_in("[set <i> <v>]", i=integers, v=literals),
    )
    operators = one(
        *("+", "-", "*", "/", "%", "<", ">", "<=", ">=", "==", "!=", "eq", "ne", "&", "|", "^", "&&", "||", ">>")
    )
    return st.recursive(
        operand,
        lambda inner: st.one_of(
            st.tuples(inner, operators, inner).map(" ".join),
            st.tuples(inner, operators, inner).map(" ".join).map("({})".format),
            filled_in("<f>(<e>)", f=one("abs", "int", "double", "round", "!", "-", "~", "sqrt", "bool"), e=inner),
            filled_in("<f>(<e>, <o>)", f=one("max", "min", "hypot"), e=inner, o=inner),
            filled_in("(<c> ? <y> : <z>)", c=inner, y=inner, z=inner),
            filled_in("(<e> in $<l>)", e=inner, l=lists),
        ),
        max_leaves=4 - depth,
    )


@cache
def words(depth: int, callable_: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Any word of a command."""
    choices = [
        values,
        values,
        filled_in("[expr {<e>}]", e=expressions(depth)),
        filled_in("[list <v> <w>]", v=values, w=values),
        filled_in("[lindex $<l> <x>]", l=lists, x=indices),
        filled_in("[lrange $<l> <x> end]", l=lists, x=indices),
        filled_in("[lsort $<l>]", l=lists),
        filled_in("[linsert $<l> <x> <v>]", l=lists, x=indices, v=values),
        filled_in("[string range $<s> <x> <y>]", s=texts, x=indices, y=indices),
        filled_in("[string index <v> <x>]", v=values, x=indices),
        filled_in("[string <f> <v>]", f=one("length", "toupper", "reverse", "trim"), v=values),
        filled_in("[string <f> <v> <w>]", f=one("equal", "compare", "match"), v=values, w=values),
        filled_in("[dict get $<d> <k>]", d=dicts, k=keys),
        filled_in("[dict size $<d>]", d=dicts),
        filled_in("[dict create k <v> <k> <w>]", v=values, k=keys, w=values),
        filled_in('"<v>-$<n>"', v=any_name.map("${}".format), n=any_name),
        filled_in("$a(<k>)", k=one("k", "1", "z", "$i", "$s")),
        filled_in("[info exists <n>]", n=one("i", "s", "none", "a(k)", "a(z)")),
        filled_in("[lmap y $<l> {string cat $y <v>}]", l=lists, v=values),
        filled_in("[set <n>]", n=any_name),
        filled_in("[append <s> <v>]", s=texts, v=literals),
        filled_in("[lappend <l> <v>]", l=lists, v=literals),
        filled_in("[incr <i> <v>]", i=integers, v=values),
        filled_in("[regexp {(.)(b*)} <v> s t]", v=values),
        one("[array size a]", "[lsort [array names a]]", "[array exists a]"),
    ]
    if callable_:
        choices += [filled_in("[<p> <v> <w>]", p=one(*callable_), v=values, w=values)] * 3
    return st.one_of(choices)


@cache
def simple_commands(depth: int, loops: int, callable_: tuple[str, ...]) -> st.SearchStrategy[str]:
    """A command without a body."""
    word = words(depth, callable_)
    choices = [
        filled_in("set <n> <w>", n=any_name, w=word),
        filled_in("set <n> <w>", n=any_name, w=word),
        filled_in("set <n> [expr {<e>}]", n=integers, e=expressions(depth)),
        filled_in("incr <n> <v>", n=integers, v=one("", "2", "-1", "$i", "$s")),
        filled_in("incr <n>", n=any_name),
        filled_in("append <n> <v> <w>", n=texts, v=literals, w=word),
        filled_in("append <n> <v>", n=any_name, v=literals),
        filled_in("lappend <l> <v> <w>", l=lists, v=values, w=word),
        filled_in("lappend <n> <v>", n=any_name, v=values),
        filled_in("lset <l> <x> <w>", l=lists, x=indices, w=word),
        filled_in("lset <l> <x> <y> <w>", l=lists, x=indices, y=indices, w=values),
        filled_in("lassign $<l> <n> <s>", l=lists, n=any_name, s=any_name),
        filled_in("dict set <d> <k> <w>", d=dicts, k=keys, w=word),
        filled_in("dict incr <d> <k>", d=dicts, k=keys),
        filled_in("dict incr <d> <k> 3", d=dicts, k=keys),
        filled_in("dict lappend <d> <k> <v>", d=dicts, k=keys, v=values),
        filled_in("set a(<k>) <w>", k=one("k", "1", "$i", "$s"), w=word),
        filled_in("incr a(<k>)", k=one("1", "z", "$i")),
        filled_in("append a(<k>) <v>", k=one("k", "$i"), v=literals),
        filled_in("unset <n>", n=one("s", "i", "l", "d", "a(k)", "a(1)")),
        filled_in("array set a <v>", v=one("{k 1 z 2}", "{}", "$l", "$d")),
        filled_in("regsub -all {[a-c]} <v> x <s>", v=values, s=any_name),
        filled_in("scan <v> {%d %s} <n> <s>", v=values, n=integers, s=texts),
        filled_in("expr {<e>}", e=expressions(depth)),
        filled_in("error <v>", v=values),
        filled_in("return <w>", w=word),
        word.filter(lambda text: text.startswith("[")).map(lambda text: f"set t {text}"),
    ]
    if loops:
        choices += [one("break", "continue")] * 2
    return st.one_of(choices)


def _block(body: str) -> str:
    """A body as it is written: on lines of its own, deeper by two blanks."""
    return "{\n" + "\n".join(f"  {line}" for line in body.split("\n")) + "\n}"


@cache
def compound_commands(depth: int, loops: int, callable_: tuple[str, ...]) -> st.SearchStrategy[str]:
    """A command with bodies. Every loop counts with a variable of its own, so it ends."""
    inner = commands(depth + 1, loops, callable_).map(_block)
    looped = commands(depth + 1, loops + 1, callable_).map(_block)
    condition = expressions(depth)
    c = f"c{depth}"
    return st.one_of(
        filled_in("if {<c>} <b>", c=condition, b=inner),
        filled_in("if {<c>} <b> elseif {<k>} <x> else <y>", c=condition, k=condition, b=inner, x=inner, y=inner),
        filled_in(f"for {{set {c} 0}} {{${c} < <n>}} {{incr {c}}} <b>", n=one("2", "3", "4"), b=looped),
        filled_in(f"for {{set {c} 0}} {{${c} < 3}} {{incr {c}; append t <v>}} <b>", v=values, b=looped),
        filled_in(f"set {c} 0\nwhile {{[incr {c}] < 4 && (<k>)}} <b>", k=condition, b=looped),
        filled_in(f"set {c} 0\nwhile {{${c} < 3}} {{incr {c}; <b>}}", b=commands(depth + 1, loops + 1, callable_)),
        filled_in("foreach <n> $<l> <b>", n=any_name, l=lists, b=looped),
        filled_in("foreach {<n> <v>} $<l> <b>", n=any_name, v=any_name, l=any_name, b=looped),
        filled_in("foreach <n> {1 2 3} <v> $<l> <b>", n=any_name, v=any_name, l=lists, b=looped),
        filled_in("foreach <n> {1 2 x 3} <b>", n=any_name, b=looped),
        filled_in("set <r> [lmap <n> $<l> <b>]", r=any_name, n=any_name, l=lists, b=looped),
        filled_in("dict for {s i} $<d> <b>", d=dicts, b=looped),
        filled_in("switch <v> {abc <b> 1 - 2 <x> default <y>}", v=values, b=inner, x=inner, y=inner),
        filled_in("switch <o> -- <v> abc <b> {[0-9]*} <y>", o=one("-exact", "-glob"), v=values, b=inner, y=inner),
        filled_in("catch <b>", b=inner),
        filled_in("catch <b> <s>", b=inner, s=any_name),
        filled_in("set <n> [catch <b> <s>]", n=any_name, b=looped, s=any_name),
    )


@cache
def commands(depth: int, loops: int, callable_: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Some commands, one a line."""
    one = simple_commands(depth, loops, callable_)
    if depth < DEEPEST:
        one = st.one_of(one, one, st.deferred(lambda: compound_commands(depth, loops, callable_)))
    return st.lists(one, min_size=1, max_size=4 - depth).map("\n".join)


def _procedure(name: str, callable_: tuple[str, ...]) -> st.SearchStrategy[str]:
    heads = one("{i s}", "{l {d {k 1}}}", "{s args}", "{n m}", "{t j}", "{a1 {i 5} args}")
    links = one("", "", "global n s\n", "global l\n", "variable d\n", "global a\n")
    starts = one("", START + "\n", "set l {1 2 3}; set n 3\n", "set s {}\n")
    body = st.tuples(links, starts, commands(1, 0, callable_)).map("".join).map(_block)
    return st.tuples(heads, body).map(lambda parts: f"proc {name} {parts[0]} {parts[1]}")


@st.composite
def busy_scripts(draw: st.DrawFn) -> str:
    """A whole script: procedures, calls of them with arguments of several kinds, and loops at the top."""
    parts = []
    known: tuple[str, ...] = ()
    for name in PROCEDURES[: draw(st.integers(1, len(PROCEDURES)))]:
        parts.append(draw(_procedure(name, known)))
        known = (*known, name)
    parts.append(START)
    for _ in range(draw(st.integers(1, 3))):
        call = draw(st.tuples(st.sampled_from(known), words(2, ()), words(2, ())).map(" ".join))
        parts.append(f"set told [list [catch {{{call}}} why] $why]\nlappend m $told $::errorInfo")
    parts.append(draw(commands(1, 0, known)))
    return "\n".join(parts)
