break
# ----
proc p {} break; p
# ----
foreach a {1 2} {set b [foo "x}
# ----
foreach {a b} {1 2 3} {lappend l $a-$b}; set l
# ----
set l {}; foreach a {1 2} b {x y z} {lappend l $a$b}; set l
# ----
lmap x {1 2 3} {if {$x==2} continue; set x}
# ----
switch -glob abc {a* {list 1} default {list 2}}
# ----
switch -regexp -matchvar m -- abc {b(.) {set m}}
# ----
switch a {a - b {list ab}}
# ----
switch a {a - b}
# ----
switch a {a}
# ----
switch -foo a {b c}
# ----
switch
# ----
switch a
# ----
switch -exact -glob a {b c}
# ----
switch a b c d
# ----
case abc in {a*} {list 1} default {list 2}
# ----
proc f {n} {if {$n} {uplevel 1 {incr z}; f [expr {$n-1}]}}; f 1; set z
# ----
subst {a[break]b}
# ----
time {set x 1} 0
# ----
time foo bar
# ----
if
# ----
if 1
# ----
if 0 {} else
# ----
if 0 {} elseif
# ----
if 0 {} elseif 1
# ----
if 0 {} else {} foo
# ----
if 0 then {} else {list e}
# ----
if 0 {list a} {list b}
# ----
while
# ----
for a b
# ----
foreach a
# ----
foreach {} {a} {}
# ----
foreach a b c d
# ----
proc p {} {
  if {$x > 1} {
  }
}
p
# ----
proc p {} {
  switch a {
     a {
         foo bar
     }
  }
}
p
# ----
set a(x) 1; foreach a {1 2} {}
