"""regexp and regsub against the real Tcl: results, messages and error codes, a fresh interpreter for each line."""

from __future__ import annotations

import tkinter

import pytest

from alftcl.errors import TclError
from alftcl.interp import Interp
from alftcl.values import to_str

SCRIPTS = r"""
regexp
regexp a
regexp -about
regexp -foo a b
regexp -- a b
regexp -nocase A xa m; set m
regexp -all a banana
regexp -all -inline a banana
regexp -all -inline -indices {a(n)?} banana
regexp -inline {(a)|(b)} b
regexp -inline -all {x*} abc
regexp -inline -all {\m\w} abc
regexp -inline -all {\A\w} abc
regexp -inline -all {^.} abc
regexp -inline -all -line {^.} "ab\ncd"
regexp -inline -all -line {.$} "ab\ncd"
regexp -start 2 ^c abc
regexp -start end {\w} abc
regexp -start end+1 {} abc m; set m
regexp -start 10 {} abc
regexp -start -5 {a} abc
regexp -start x {a} abc
regexp -start 3 -inline -all {x*} abc
regexp -start
regexp -inline a b m
regexp a(b)?(c)? ab m x y z; list $m $x $y $z
regexp -indices a(b)?(c)? ab m x y z; list $m $x $y $z
regexp {(} a
regexp -n a b
regexp -line a.b a\nb
regexp -linestop a.b a\nb
regexp -expanded {a b # c} ab
regexp -about (a)(b)
regexp -all {} abc
regexp -all -inline {} abc
regexp -all -inline {} {}
regexp -all {$} abc
regexp a b m; info exists m
regexp a a q(1); set q(1)
set s 1; regexp a a s(1)
regsub
regsub a b
regsub a b c d e
regsub -foo a b c
regsub a banana X
regsub -all a banana X
regsub -all a banana X v; set v
regsub -all a banana <&>
regsub -all {(a)(n)?} banana {<\1-\2-\3-\0-\&-\\>}
regsub z banana X v
regsub -all {} abc -
regsub -all {x*} abc -
regsub -all {x*} {} -
regsub -all {$} abc -
regsub -all {^} abc -
regsub -all -line {^} "a\nb\n" -
regsub -start 2 -all a banana X
regsub -start end -all {} abc -
regsub -start 5 {} abc -
regsub -all {b*} abc -
regsub -all {\w*} {ab cd} <&>
regsub a a {\\x\}
regsub -nocase A a {x&y\}
regsub -start
regsub ( a b
regsub -all {\m} {ab cd} -
regsub -all {(?=b)} abab -
regsub -all c* abcc -
regsub -command a b c
regexp -start 0 -- -a -a
regsub -- - a-b +
regsub -all {} {} -
regsub -all {} abc - v
regsub -all -nocase {} abc -
regsub -all {} abc <&>
"""


def outcome_in_alftcl(script: str) -> tuple[str, str]:
    try:
        return "ok", to_str(Interp().eval_top(script))
    except TclError as error:
        return to_str(error.errorcode), str(error)


def outcome_in_tcl(script: str) -> tuple[str, str]:
    tcl = tkinter.Tcl()
    try:
        return "ok", str(tcl.eval(script))
    except tkinter.TclError as error:
        return str(tcl.eval("set errorCode")), str(error)


@pytest.mark.parametrize("script", SCRIPTS.strip().splitlines())
def test_regexp_and_regsub_do_what_tcl_does(script: str) -> None:
    assert outcome_in_alftcl(script) == outcome_in_tcl(script)
