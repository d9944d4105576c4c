"""Random scripts about variables, links and traces come to the same in real Tcl and in alftcl, step by step."""

import tkinter

from hypothesis import given
from hypothesis import strategies as st
from real_tcl import run_ours, run_real

from alftcl import Interp

NAMES = ("x", "a", "a(k)", "link", "elem", "far", "::g", "::g(k)", "n::v")

WHOLE = tuple(name for name in NAMES if name != "elem" and "(" not in name)

simple = st.sampled_from(
    (
        *("set {0}", "set {0} 1", "set {0} {{p 1}}", "unset {0}", "unset -nocomplain {0}", "incr {0}", "incr {0} 4"),
        *("append {0} z", "append {0}", "lappend {0} e", "lappend {0}", "lset {0} 0 w", "info exists {0}"),
        *("dict set {0} p 2", "dict unset {0} p", "dict incr {0} p", "lassign {{q r}} {0}", "foreach {0} {{1 2}} {{}}"),
        *("catch {{error e}} {0}", "regexp . abc {0}", "trace info variable {0}"),
    )
)
of_arrays = st.sampled_from(
    (
        *("array set {0} {{k 5}}", "array exists {0}", "array get {0}", "array names {0}", "array size {0}"),
        *("array unset {0}", "array unset {0} k*"),
    )
)
using = st.one_of(
    st.builds(str.format, simple, st.sampled_from(NAMES)), st.builds(str.format, of_arrays, st.sampled_from(WHOLE))
)
linking = st.sampled_from(
    (
        "upvar 0 x link",
        "upvar 0 a(k) elem",
        "upvar 0 a link",
        "upvar 0 ::g link",
        "upvar 0 ::g(k) elem",
        "upvar #0 g far",
    )
)
handlers = st.sampled_from(
    ("note", "refuse", "change", "drop", "untrace", "nest", "back {set ::did 1}", "back {set %s 9}")
)
operations = st.lists(st.sampled_from(("read", "write", "unset", "array")), min_size=1, max_size=3, unique=True)
tracing = st.builds(
    lambda name, ops, handler: f"trace add variable {name} {{{' '.join(ops)}}} {{{handler}}}",
    st.sampled_from(NAMES),
    operations,
    handlers,
)
line = st.one_of(using, using, using, tracing, tracing, linking)

HANDLERS = """
namespace eval n {}
set ::log {}
proc here {n1 n2} {if {$n2 eq ""} {return $n1}; return ${n1}($n2)}
proc note {n1 n2 op} {lappend ::log [list $n1 $n2 $op]}
proc refuse {n1 n2 op} {note $n1 $n2 $op; error no [list info $op] {C D}}
proc change {n1 n2 op} {note $n1 $n2 $op; upvar 1 [here $n1 $n2] v; catch {append v c}}
proc drop {n1 n2 op} {note $n1 $n2 $op; upvar 1 [here $n1 $n2] v; if {$op ne "unset"} {catch {unset v}}}
proc nest {n1 n2 op} {note $n1 $n2 $op; upvar 1 $n1 v; catch {set v}; catch {set v(k)}; catch {set v(l) 1}}
proc untrace {n1 n2 op} {
    note $n1 $n2 $op
    upvar 1 [here $n1 $n2] v
    foreach t [trace info variable v] {trace remove variable v {*}$t; break}
}
proc back {script n1 n2 op} {
    note $n1 $n2 $op
    catch {uplevel 1 [string map [list %s [list [here $n1 $n2]]] $script]}
}
"""


def script_of(lines: list[str], in_procedure: bool) -> str:
    """Each line on its own: what it came to and what was told meanwhile."""
    noted = [
        f"set code [catch {{{line}}} result]; lappend ::all [list $code $result $::log]; set ::log {{}}"
        for line in lines
    ]
    body = "\n".join(noted)
    if in_procedure:
        body = f"proc p {{}} {{\n{body}\n}}\np\nlappend ::all [lsort $::log]"  # variables go in no order
    return f"{HANDLERS}\nset ::all {{}}\n{body}\nset ::all"


@given(st.lists(line, min_size=1, max_size=14), st.booleans())
def test_variables_links_and_traces(lines: list[str], in_procedure: bool) -> None:
    script = script_of(lines, in_procedure)

    here = run_ours(script, Interp())

    assert here == run_real(script, tkinter.Tcl())
