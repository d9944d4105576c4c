"""lint, as cases: a script and what is said of it, as LINE:COLUMN: severity: text (hint)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alftcl.lint import lint
from alftcl.lint.reading import list_elements

ROOT = Path(__file__).parents[2]


def told(script: str, name: str = "a.tcl") -> list[str]:
    return [str(finding).removeprefix(f"{name}:") for finding in lint([(name, script)])]


FAULTY = {
    # unknown commands
    "pust hi": ['1:1: error: unknown command "pust" (did you mean "puts"?)'],
    "set x [nonsense 1]": ['1:8: error: unknown command "nonsense"'],
    "if {[nonsense]} {set a 1}": ['1:6: error: unknown command "nonsense"'],
    "proc total {} {}\ntotl": ['2:1: error: unknown command "totl" (did you mean "total"?)'],
    "proc f {} {nonsense}": ['1:12: warning: unknown command "nonsense" (if it is of another file, give that one too)'],
    "package require Tk\nstring lenght a": ['2:8: error: "string" has no subcommand "lenght" (did you mean "length"?)'],
    "package require Tk\npust hi": ['2:1: warning: unknown command "pust" (did you mean "puts"?)'],
    "expr {nonsense(1)}": ['1:7: error: unknown math function "nonsense"'],
    # numbers of words
    "lindex": ['1:1: error: wrong # args: should be "lindex list ?index ...?"'],
    "set a b c": ['1:1: error: wrong # args: should be "set varName ?newValue?"'],
    "string length": ['1:1: error: wrong # args: should be "string length string"'],
    "proc f {a {b 1}} {}\nf": ['2:1: error: wrong # args: should be "f a ?b?"'],
    "proc f {a args} {}\nf\nf 1 2 3": ['2:1: error: wrong # args: should be "f a ?arg ...?"'],
    "namespace eval n {proc f {} {}; f 1}": ['1:33: error: wrong # args: should be "f"'],
    "n::f 1\nnamespace eval n {proc f {} {}}": ['1:1: error: wrong # args: should be "n::f"'],
    # subcommands and options
    "string lenght a": ['1:8: error: "string" has no subcommand "lenght" (did you mean "length"?)'],
    "lsort -uniqe a": ['1:7: error: "lsort" has no option "-uniqe" (did you mean "-unique"?)'],
    "regexp -nocas -strat 1 a b": ['1:15: error: "regexp" has no option "-strat" (did you mean "-start"?)'],
    "clock format 0 -fromat %Y": ['1:16: error: "clock format" has no option "-fromat" (did you mean "-format"?)'],
    "namespace eval shape {}\nshape 1": ['2:1: error: unknown command "shape"'],
    # expressions
    "expr {sqrt(1, 2)}": ['1:7: error: too many arguments for math function "sqrt"'],
    "expr $a + $b": ["1:6: warning: expression without braces (write expr {$a + $b})"],
    'expr "$a"': ["1:6: warning: expression without braces (write expr {$a})"],
    "if $x {set a 1}": ["1:4: warning: condition without braces (write {$x})"],
    "if {$x} {} elseif $y {}": ["1:19: warning: condition without braces (write {$y})"],
    'while "$x" {incr x}': [
        '1:7: warning: the condition of "while" is substituted only once, before the loop (write {$x})'
    ],
    "for {set i 0} $i<3 {incr i} {}": [
        '1:15: warning: the condition of "for" is substituted only once, before the loop (write {$i<3})'
    ],
    "if {1 +} {}": ['1:5: error: missing operand at _@_ in expression "1 +_@_"'],
    'if {1} "set a $b"': [
        '1:8: warning: the body of "if" is substituted before it runs (use braces in place of the quotes)'
    ],
    # what never runs
    "proc f {} {\n  return 1\n  set a 1\n}": ['3:3: warning: this never runs: "return" stands before it'],
    "foreach a {1 2} {break; set b 1; set c 1}": ['1:25: warning: this never runs: "break" stands before it'],
    "proc f {} {if {1} {return} else {error a}\nset a}": ['2:1: warning: this never runs: "if" stands before it'],
    "exit; set a 1": ['1:7: warning: this never runs: "exit" stands before it'],
    # if, else, switch
    "if {1} {set a 1}\nelse {set a 2}": [
        '2:1: error: "else" begins a command of its own (put it on the line of the closing brace: } else {)'
    ],
    "if {1} {set a 1} else if {2} {set a 2}": ['1:23: error: extra words after the "else" clause (write elseif)'],
    "if {1} {set a 1} else": ['1:18: error: no script follows "else"'],
    "if {1}": ['1:4: error: no script follows "{1}" (put the body in braces)'],
    "if {1} set a 1": ["1:12: error: extra words after the body (put the body in braces)"],
    "if {1} break out": ['1:14: warning: "out" is what runs when the condition is false (put the body in braces)'],
    "while {1} break now": ['1:1: error: wrong # args: should be "while test command"'],
    "switch a {\n  # b\n  a {set b 1}\n}": [
        "2:3: warning: a comment between the patterns of switch is a pattern (put it into a body)"
    ],
    "switch $a {a {set b 1} c}": ["1:24: error: extra switch pattern with no body"],
    # braces and quotes
    "if {1}{set a 1}": ["1:7: error: extra characters after close-brace (a blank is missing before {)"],
    "if {1} {set a 1}else {set a 2}": [
        "1:17: error: extra characters after close-brace (a blank is missing before else)"
    ],
    'set a "b"c': ["1:10: error: extra characters after close-quote (a blank is missing, or the word ends too early)"],
    "set a [list 1": ["1:7: error: missing close-bracket (it is opened here and never closed)"],
    "proc f {} {\n  # if {\n  set a 1\n}\n": [
        "1:11: error: missing close-brace (it is opened here and never closed)",
        "2:3: warning: the braces in this comment do not match (braces count in comments, too)",
    ],
    "proc f {} {\n  # }\n  set a 1\n}\n": [
        "2:3: warning: the braces in this comment do not match (braces count in comments, too)",
        '4:1: error: "}" begins a command of its own (a close-brace too many, or a comment closed the body)',
    ],
    # variables
    "proc f {name} {return $nmae}": [
        '1:23: warning: variable "nmae" is read but never set in procedure "f" (did you mean "name"?)'
    ],
    "proc f {} {puts $env(HOME)}": [
        '1:17: warning: variable "env" is read but never set in procedure "f" (global env, or $::env)'
    ],
    "proc f {} {if {$no > 1} {return}}": ['1:16: warning: variable "no" is read but never set in procedure "f"'],
    "apply {{a {b 1}} {list $a $b $c}} 1": ['1:30: warning: variable "c" is read but never set in the lambda'],
    "proc f {} {return [list [list $no $no]]}": ['1:31: warning: variable "no" is read but never set in procedure "f"'],
}


@pytest.mark.parametrize(("script", "expected"), FAULTY.items(), ids=list(FAULTY))
def test_says_what_is_wrong(script: str, expected: list[str]) -> None:
    assert told(script) == expected


SOUND = (
    "expr {$a + $b}; expr 1 + 2; expr {*}$words",
    "if 1 {set a 1}; while 1 {break}; if {$a} break else continue",
    "set body {set a 1}; if {1} $body; foreach x {1 2} $body",
    "set x [expr $formula] ;# lint: ignore",
    "# lint: ignore\nset x [expr $formula]",
    "lsort -inc {b a}; regexp -- -x $a; switch -exact -- $a {a - b {set c 1} default {}}",
    "lsort {*}$options $list; string {*}$words; $command a b c; {*}$command a",
    "lsearch -index 1 -exact $list -x; string match -nocase -x $y",
    "namespace eval n {proc set {a} {}; set 1}\nset a 1",
    "proc f {a} {}; if {$old} {proc f {a b} {}}\nf 1 2; f 1",
    "rename puts say; say hi; interp alias {} hello {} puts; hello a",
    "namespace eval shape {namespace export *; namespace ensemble create; proc draw {} {}}\nshape draw",
    "namespace import ::tcl::mathop::*; + 1 2",
    "coroutine walk apply {{} {yield; return 1}}; walk",
    "proc tcl::mathfunc::double2 {x} {return $x}; expr {double2(1)}",
    'package require Tk\nbutton .b -text "a b"',
    "proc unknown {args} {}\nanything at all",
    "source lib.tcl\nfrom_lib 1",
    "source $file\nfrom_lib 1",
    "if 0 {\n  anything at all, it's a comment\n}",
    "proc f {} {upvar 1 a b; global c d; variable e; return [list $b $c $d $e]}",
    "proc f {args} {foreach {k v} $args {puts $k$v}; lassign $args a b; return $a$b}",
    "proc f {} {regexp {(.)} x -> c; scan 1 %d n; catch {error no} message options; return $c$n$message$options}",
    "proc f {} {array set a {x 1}; set b(1) 2; return $a(x)$b(1)}",
    "proc f {} {dict for {k v} {} {puts $k$v}; dict set d a 1; return $d}",
    "proc f {} {dict with d {puts $inside}}",
    "proc f {} {if {[info exists maybe]} {return $maybe}}",
    "proc f {name} {upvar $name x; set $name 1; return $anything}",
    "proc fill {name} {upvar 1 $name x; set x 1}\nproc g {} {fill y; return $y}",
    "proc defaults {} {uplevel 1 {set x 1}}\nproc g {} {defaults; return $x}",
    "proc f {} {eval $script; return $x}",
    "proc f {} {try {set a 1} on error {m o} {puts $m$o} finally {puts $a}}",
    "proc f {} {return [apply {{x} {return $x}} 1]}",
    "proc f {} {set x 1; return [expr {$x > 0 ? $x :\\\n    -$x}]}",
    "proc f {} {while {[gets stdin line] >= 0} {puts $line}; foreach x {} {}; return $x}",
    "proc f {} {namespace upvar ::n a b; return $b$::n::c}",
    "proc f {} {after 10 {puts $global_one}; uplevel #0 {puts $other}}",
    "proc f {} {for {set i 0} {$i < 3} {incr i} {lappend l $i}; return $l}",
    "proc f {x} {switch -regexp -matchvar m -- $x {a {return $m} default {return $x}}}",
    "proc f {} {\n  # {\n  # }\n  set a 1\n}",
    "proc f x {return $x}; proc g {} {set a 1; set b(c$a) 1; return $b(c1)}",
    "proc f {} {return\n# only a comment follows\n}",
    'switch $a {"\\"" {set b 1} {#} {set b 2}}',
    "##AlfredToDo 3.0\nset a 1; after 100 {set b 1}; after idle {set b 1}; after cancel $a",
)


@pytest.mark.parametrize("script", SOUND)
def test_is_silent_about_sound_scripts(script: str) -> None:
    assert told(script) == []


def test_scripts_of_programs_may_have_commands_of_their_own() -> None:
    assert told("Job -title {a} -subtasks {Task {b}}", "a.alf") == []
    assert told("Job a", "a.tcl") == ['1:1: error: unknown command "Job"']


def test_procedures_of_one_file_are_known_in_another() -> None:
    files = [("a.tcl", "proc f {a} {}"), ("b.tcl", "f 1\nf")]
    assert [str(finding) for finding in lint(files)] == ['b.tcl:2:1: error: wrong # args: should be "f a"']


def test_procedures_of_sourced_files_are_known() -> None:
    files = {"lib/a.tcl": "source b.tcl; proc f {a} {}", "lib/b.tcl": "proc g {} {}"}
    script = "source [file join [file dirname [info script]] a.tcl]\nf 1; g; f; h"
    assert [str(finding) for finding in lint([("lib/main.tcl", script)], files.get)] == [
        'lib/main.tcl:2:9: error: wrong # args: should be "f a"',
        'lib/main.tcl:2:12: error: unknown command "h"',
    ]


def test_the_examples_and_jobs_are_sound() -> None:
    for script in [*ROOT.glob("examples/**/*.alf"), *ROOT.glob("tests/jobs/*.alf")]:
        if script.name.startswith("refused"):
            continue
        assert told(script.read_text(encoding="utf-8"), script.name) == [], script


def test_elements_of_a_list_stand_where_they_stand() -> None:
    text = 'a {b {c}} "d\\" e" f\\ g'
    assert [text[first:last] for first, last in list_elements(text)] == ["a", "{b {c}}", '"d\\" e"', "f\\ g"]


PIECES = (
    "if",
    "{",
    "}",
    "[",
    "]",
    '"',
    "$a",
    "expr",
    "proc f {a}",
    "\n",
    " ",
    ";",
    "#",
    "else",
    "\\",
    "switch",
    "(",
    "1 +",
)


@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_has_something_to_say_of_any_text(pieces: list[str]) -> None:
    lines = "".join(pieces).split("\n")
    for finding in lint([("a.tcl", "".join(pieces))]):
        assert 1 <= finding.line <= len(lines) and 1 <= finding.column <= len(lines[finding.line - 1]) + 1


def test_deep_nesting_is_no_matter() -> None:
    for text in ("if 1 {" * 3000 + "}" * 3000, "[list " * 3000 + "]" * 3000, f"expr {{{'+'.join(['1'] * 9000)}}}"):
        assert told(f"set a 1\n{text}") == []


# ---- the program -----------------------------------------------------------------------------------------


def alftcl(*words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "alftcl.shell", "-lint", *words]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, timeout=60, cwd=ROOT)


def test_findings_are_lines_and_the_status_is_1(tmp_path: Path) -> None:
    script = tmp_path / "a.tcl"
    script.write_text("expr $a\n")
    ended = alftcl(str(script))
    assert (ended.returncode, ended.stderr) == (1, "")
    assert ended.stdout == f"{script}:1:6: warning: expression without braces (write expr {{$a}})\n"


def test_nothing_found_is_status_0() -> None:
    ended = alftcl("-", stdin="puts hi\n")
    assert (ended.returncode, ended.stdout) == (0, "")


def test_findings_as_json() -> None:
    ended = alftcl("-json", "-", stdin="pust\n")
    assert json.loads(ended.stdout) == [
        {
            "file": "-",
            "line": 1,
            "column": 1,
            "severity": "error",
            "rule": "unknown-command",
            "text": 'unknown command "pust"',
            "hint": 'did you mean "puts"?',
        }
    ]


def test_a_file_is_read_as_source_reads_it(tmp_path: Path) -> None:
    (tmp_path / "a.tcl").write_bytes(b"\xef\xbb\xbfputs a\r\nset x {\r\n}\r\nputs \\\r\n \xe9\r\n\x1arest")
    ended = alftcl(str(tmp_path / "a.tcl"))
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_a_file_that_is_not_there_is_status_2(tmp_path: Path) -> None:
    missing = os.fspath(tmp_path / "none.tcl")
    ended = alftcl(missing)
    assert (ended.returncode, ended.stderr) == (2, f"alftcl: {missing}: No such file or directory\n")
