set nosuch
# ----
set a(1) 2; set a
# ----
set a(2)
# ----
set nosuch(1)
# ----
set s 1; set s(1)
# ----
set s(1) 2
# ----
set a 1
# ----
set ::nons::x 1
# ----
set ::nons::x
# ----
unset nosuch
# ----
unset a(7)
# ----
unset s(1)
# ----
unset nosuch(1)
# ----
unset ::nons::x
# ----
incr a
# ----
append a 2
# ----
lappend a 2
# ----
proc p {} {upvar x}; p
# ----
proc p {} {upvar 1 x}; p
# ----
proc p {} {upvar foo x y}; p
# ----
proc p {} {upvar 7 x y}; p
# ----
proc p {} {upvar #7 x y}; p
# ----
proc p {} {upvar 1 x y(1)}; p
# ----
proc p {} {set y 1; upvar 1 x y}; p
# ----
proc p {} {upvar 0 y y}; p
# ----
proc p {} {global a(1)}; p
# ----
proc p {} {global ::a}; p; global
# ----
proc p {} {set q 1;global q}; p
# ----
proc p {} {variable q(1)}; p
# ----
proc p {} {variable nons::q}; p
# ----
foo
# ----
foo::bar 1
# ----
set x [expr {1 + "a"}]
# ----
set a [foo
# ----
proc f {} {upvar 1 x y; incr y}; set x 4; f; f; set x
# ----
proc f {} {upvar #0 a(b) y; set y 7}; f; array get a
# ----
set x 1; append x 2 3; incr x; lappend x b; set x
# ----
unset a b
# ----
array set a {x 1 y 2}; unset a(x); array names a
# ----
set x 1; set y [incr x]foo$x
# ----
set x "a\
   b"
# ----
set x 08; expr {$x + 1}
# ----
set x {}; expr {$x + 1}
# ----
set x 1; incr x 08
# ----
foo {a b
c}
