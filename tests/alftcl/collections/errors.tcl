proc p {} {set a(1) 2; return $a}; p
# ----
proc p {} {set a(1) 2; return $a(3)}; p
# ----
proc p {} {return $a(3)}; p
# ----
uplevel #0 {error foo}
# ----
proc p {} {uplevel 1 {
error foo}}; p
# ----
apply {{x} {error foo}} 1
# ----
apply {{x y} {error foo}} 1
# ----
error a b c
# ----
error
# ----
throw {A B} msg
# ----
throw {} msg
# ----
catch {return -code 5 foo} a b; list $a $b
# ----
catch {break} a b; list $a $b
# ----
catch {set x 4} a b; list $a $b
# ----
proc p {} {return -code 7 x}; p
# ----
return -code foo
# ----
return -level -1
# ----
return -foo
# ----
return -code
# ----
return -options foo x
# ----
proc p {} {return -code error x}; p
# ----
proc p {} {
   return -code error x
   }
proc q {} {
   p
}
q
# ----
eval {
set x 1
error foo}
# ----
set x {}; foreach i {1 2} {
  error foo
}
# ----
while 1 {
 error foo
}
# ----
for {set i 0} {$i<1} {error x} {
 list
}
# ----
for {error x} {$i<1} {error x} {
 list
}
# ----
if 1 {
  error x
}
# ----
proc p {} {
  foreach i {1 2} {
    if 1 {
      while 1 {
         error [error foo]
      }
    }
  }
}
p
# ----
proc p {} {
  set b {
     error foo
   }
  foreach i {1 2} $b
}
p
# ----
switch a {
   a {
      error foo
   }
}
# ----
if {[error foo]} {}
# ----
error aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
# ----
lmap x {1 2} {
 error foo}
# ----
try {
 error foo} finally {set x 1}
# ----
try {
 error foo} on error {} {
  error bar}
# ----
dict for {a b} {1 2} {
 error foo}
# ----
time {
 error foo}
# ----
set b {
error foo}; if 1 $b
# ----
set b {
error foo}; proc p {} {global b;
  if 1 $b}; p
# ----
set b {
error foo}; proc p {} {global b;
  eval $b}; p
# ----
proc p {} {
try {
error foo} finally {}}; p
# ----
proc p {} {
try {error foo} on error {a b} {
  error bar}}; p
# ----
proc p {} {try {error foo} on error {a b} {list $a}}; p
# ----
proc p {} {try {return 5} finally {set x 1}}; p
# ----
try {throw {A B C} x} trap {A B} {m o} {list $m [dict get $o -errorcode]}
# ----
try {list 1} on ok {r} {list got $r}
# ----
try {break} on break {} {list broke}
# ----
while 1 {try {break} finally {set x 1}}; set x
# ----
proc unknown args {return "U:$args"}; foo bar {x y}
# ----
subst {a[return 5]b}
# ----
catch {error a} m; set m
# ----
list [catch {return 5} m] $m
# ----
list [catch {break}] [catch {continue}] [catch {return -code 9 x}]
# ----
proc p {} {return -code 9 x}; catch p
# ----
proc p {} {return -code return x}; proc q {} {p; list no}; q
# ----
proc p {} {return -level 2 x}; proc q {} {p; list no}; q
# ----
proc p {} {return -code break}; foreach i {1 2} {p}; set i
# ----
return -code error -errorcode {A B} foo
# ----
proc p {} {error a b c}; p
# ----
proc p {} {error a "" c}; p
# ----
error "multi
line"
