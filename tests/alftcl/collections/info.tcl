proc p {} {return -code error -errorinfo INFO -errorcode {A B} x}; p
# ----
info level
# ----
proc p {a} {info level 0}; p 3
# ----
proc p {a} {info level 1}; proc q {} {p 4}; q
# ----
info level 3
# ----
proc p {a {b 3} args} {}; list [info args p] [info body p] [info default p b x] $x [info default p a y] $y
# ----
info args nosuch
# ----
info default p x y
# ----
proc p {a} {}; info default p x y
# ----
info complete "foo {"
# ----
info complete "foo \["
# ----
info complete "foo {}a"
# ----
info complete {foo "a}
# ----
info exists a(b)
# ----
proc p {} {set a 1; global b; upvar c d; lsort [info locals]}; p
# ----
proc p {} {set a 1; global b; lsort [info vars]}; set b 1; p
# ----
unset -nocomplain nosuch; set a(1) 2; unset a; info exists a
