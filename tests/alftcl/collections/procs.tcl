proc p {} {set x}; p
# ----
proc p {} {set a(1) 2; set a(2)}; p
# ----
proc p {} {set a(1) 2; set a}; p
# ----
proc p {} {set a(1) 1; set a 1}; p
# ----
proc p {} {set a 1; set a(1) 1}; p
# ----
proc p {} {unset z}; p
# ----
proc p {} {incr a(1) x}; p
# ----
proc p {} {incr a b c}; p
# ----
uplevel
# ----
uplevel 5 set x
# ----
proc p {a {b 2} args} {}; p
# ----
proc p {a b} {}; p 1 2 3
# ----
proc p args {}; p
# ----
proc {a b} {x} {}; {a b}
# ----
proc p {{a 1 2}} {}
# ----
proc p {{}} {}
# ----
proc p {a(1)} {}
# ----
proc p {a::b} {}
# ----
proc p "\{" {}
# ----
proc nons::p {} {}
# ----
proc "" {} {}
# ----
proc p {{a {}} b} {}; p
# ----
proc p {{args 1}} {}; p 1 2
# ----
proc p {a args b} {}; p
# ----
apply foo
# ----
apply {{x} {y} nons} 1
# ----
proc fact n {expr {$n<2 ? 1 : $n*[fact [expr {$n-1}]]}}; fact 30
# ----
rename nosuch x
# ----
rename nosuch {}
# ----
proc a {} {}; proc b {} {}; rename a b
# ----
proc a {} {list 1}; rename a c; c
# ----
proc a {} {list 1}; rename a {}; a
# ----
unknown foo
# ----
subst {a $x}
# ----
set x 5; subst {a $x [list b c] \n\x41 ${x} $ [}
# ----
set x 5; subst -nocommands {a $x [list b] \n}
# ----
subst {a[continue]b}
# ----
subst -foo x
# ----
eval list a {b c}
# ----
eval {list a} {b c}
# ----
apply {x {expr {$x*2}}} 4
# ----
apply {{x {y 3}} {expr {$x*$y}}} 4
# ----
proc p {} {tailcall list 1 2}; p
# ----
proc
# ----
proc p {} {
 set x 1
 incr x 08
}; p
# ----
proc p {} {
  eval {
     foo
  }
}
p
# ----
proc p {} {
  set a {
    x
  }
  set b [foo \
     bar]
}
p
# ----
proc p {} {
   set x "unterminated
}
p
