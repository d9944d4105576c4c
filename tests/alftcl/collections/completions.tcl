proc
# ----
proc a
# ----
proc a b
# ----
proc a b c d
# ----
proc p {{a b c}} {}
# ----
proc p {a {}} {}
# ----
proc p {a {{}}} {}
# ----
proc p "a \{" {}
# ----
proc p {a(1)} {}
# ----
proc p {a::b} {}
# ----
proc p {{a::b 1}} {}
# ----
proc p {(a} {}
# ----
proc {} {} {list hi}; {}
# ----
proc a::b::c {} {}
# ----
proc ::x {} {}; info commands ::x
# ----
proc p {a args b} {list $a $args $b}; p 1 2 3
# ----
proc p {a args b} {list $a $args $b}; p 1 2 3 4
# ----
proc p {a args b} {list $a $args $b}; p
# ----
proc p {{args 3}} {list $args}; p
# ----
proc p {a {args 3}} {list $args}; p 1
# ----
proc p {args} {list $args}; p 1 2
# ----
proc p {{a 1} b} {list $a $b}; p 1
# ----
proc p {{a 1} b} {list $a $b}; p 1 2
# ----
proc p {{a 1} b} {list $a $b}; p
# ----
proc p {a a} {list $a}; p 1 2
# ----
proc p {a {b {}} {c "x y"}} {list $a $b $c}; p 1
# ----
proc p {a {b {}} {c "x y"}} {list $a $b $c}; p
# ----
proc {p q} {a} {}; {p q}
# ----
proc {p q} {a} {error x}; {p q} 1
# ----
proc p {{a b}} {}; p 1 2 3
# ----
proc p {{{a b} 3}} {}; p 1 2 3
# ----
proc p {{a b}} {return $c}; p
# ----
proc p {} {break}; p
# ----
proc p {} {continue}; p
# ----
proc p {} {return -code 5 x}; p
# ----
proc p {} {return -code break}; p
# ----
proc p {} {return -code continue}; p
# ----
proc p {} {return -code ok x}; p
# ----
proc p {} {return -code return x}; p
# ----
proc p {} {return -code error x}; p
# ----
proc p {} {return -code 1 x}; p
# ----
proc p {} {return -code 99 x}; p
# ----
proc p {} {return -level 0 x; list 3}; p
# ----
proc p {} {return -level 2 x}; proc q {} {p; list 3}; q
# ----
proc p {} {return -level 3 x}; proc q {} {p; list 3}; q
# ----
proc p {} {return -level 2 -code error x}; proc q {} {p; list 3}; q
# ----
proc p {} {return -level 2 -code 7 x}; proc q {} {p; list 3}; q
# ----
return
# ----
return x
# ----
return -code
# ----
return -code foo
# ----
return -code foo x
# ----
return -code {} x
# ----
return -level x
# ----
return -level -1 x
# ----
return -level {}
# ----
return -options {}
# ----
return -options {a b c} x
# ----
return -options {-code 3 -level 0} x
# ----
return -options {-code foo} x
# ----
return -options {-level foo} x
# ----
return -options {-foo bar} x
# ----
return -errorcode {a {b} x
# ----
return -errorcode "a \{b" x
# ----
return -code error -errorcode "a \{b" x
# ----
return -code error -errorstack "a \{b" x
# ----
return -code error -errorstack "a b c" x
# ----
return -code error -errorstack "INNER {a b}" x
# ----
return -code error -errorinfo foo x
# ----
return -code error -errorinfo foo -errorcode {A B} x
# ----
return -code error -errorinfo foo -errorcode {A B} -errorstack {INNER x} x
# ----
return -code error -foo bar x
# ----
return -code error -foo bar -baz x
# ----
return -foo
# ----
return -foo bar
# ----
return -foo bar baz quux
# ----
return a b
# ----
return a b c
# ----
return -code 3 -level 0 x
# ----
catch {return -level 0 -code 1 foo} m o; list $m $o
# ----
catch {return -code error foo} m o; list $m $o
# ----
catch {return -code error -errorinfo INFO -errorcode CODE foo} m o; list $m $o
# ----
catch {return -level 0 -code error -errorinfo INFO -errorcode CODE foo} m o; list $m $o
# ----
catch {return -foo bar -level 5 -code 7 foo} m o; list $m $o
# ----
catch {return -options {-a b -c d} -a x} m o; list $m $o
# ----
catch {return -options {-a b -options {-c d}} -a x} m o; list $m $o
# ----
catch {return -code break foo} m o; list $m $o
# ----
catch {break} m o; list $m $o
# ----
catch {continue} m o; list $m $o
# ----
catch {error a b c} m o; list $m $o
# ----
catch {error a} m o; list $m $o
# ----
catch {error a {} {}} m o; list $m $o
# ----
catch {error a b {c d}} m o; list $m $o
# ----
catch
# ----
catch a b c d
# ----
catch {error a} x(1 y
# ----
catch {error a} m m; list $m
# ----
set m 1; catch {error a} m(1)
# ----
set m 1; catch {error a} x m(1)
# ----
set m(1) 2; catch {error a} m
# ----
set m(1) 2; catch {error a} x m
# ----
catch {error a} ::foo::bar
# ----
error
# ----
error a b c d
# ----
error {}
# ----
error a b
# ----
error a {} b
# ----
error "a b" "info here" {C D}
# ----
throw
# ----
throw a
# ----
throw a b c
# ----
throw {} x
# ----
throw "a \{" x
# ----
throw {a b c} x
# ----
throw a b
# ----
eval
# ----
eval {}
# ----
eval set a 1
# ----
eval {set a} 1
# ----
eval {error foo}
# ----
eval error foo
# ----
eval {
# ----
set a 1
# ----
error foo
# ----
}
# ----
eval break
# ----
eval [list error "a b"]
# ----
eval {set a "x}
# ----
apply
# ----
apply {}
# ----
apply {a}
# ----
apply {a b c d}
# ----
apply {a b c}
# ----
apply {{} {}}
# ----
apply {{} {}} a
# ----
apply {{a b} {list $a $b}} 1 2
# ----
apply {{a b} {list $a $b}} 1
# ----
apply {{a {b 3}} {list $a $b}} 1
# ----
apply {{a args} {list $a $args}} 1 2 3
# ----
apply {{a args} {list $a $args}}
# ----
apply {{{a b c}} {}}
# ----
apply {{{}} {}}
# ----
apply {{} {namespace current} a}
# ----
namespace eval a {}; apply {{} {namespace current} a}
# ----
namespace eval a {apply {{} {namespace current} a}}
# ----
namespace eval a {namespace eval a {}; apply {{} {namespace current} a}}
# ----
apply {{} {info level 0}} 
# ----
apply {{x} {info level 0}} 5
# ----
apply {{} {error foo}}
# ----
apply {{} {
# ----
error foo}}
# ----
apply {{x {y 2}} {set z}} 1
# ----
apply {{} break}
# ----
apply {{} continue}
# ----
apply {{} {return -code 5}}
# ----
apply {{} {return -code error foo}}
# ----
apply "{} \{"
# ----
apply "a \{"
# ----
apply [list x {return "veryverylonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglong"; error} ]
# ----
apply [list x {error a; return "veryverylonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglong"; error} ] 1
# ----
rename
# ----
rename a
# ----
rename a b c
# ----
rename nosuch b
# ----
rename nosuch {}
# ----
proc a {} {}; proc b {} {}; rename a b
# ----
proc a {} {}; rename a ::x; x
# ----
namespace eval n {}; proc a {} {namespace current}; rename a n::a; n::a
# ----
namespace eval n {proc a {} {namespace current}}; rename n::a a; a
# ----
proc a {} {rename a {}; set x 1}; a
# ----
proc a {} {rename a b; b2}; proc b2 {} {info level 1}; a
# ----
proc a {} {proc a {} {list new}; a}; a
# ----
proc a {} {}; rename a {a b}; {a b}
# ----
proc a {} {}; rename a a
# ----
rename {} x
# ----
uplevel
# ----
uplevel x
# ----
uplevel 1
# ----
uplevel #0
# ----
uplevel #0 set x 1
# ----
uplevel #1 set x 1
# ----
uplevel 1 set x 1
# ----
uplevel 0 set x 1
# ----
uplevel -1 set x 1
# ----
uplevel a set x 1
# ----
uplevel #a set x 1
# ----
uplevel 1a set x 1
# ----
uplevel #-1 set x 1
# ----
uplevel {} set x 1
# ----
proc p {} {uplevel {set x 1}}; p; set x
# ----
proc p {} {uplevel 2 {set x 1}}; p; set x
# ----
proc p {} {uplevel 1 {error foo}}; p
# ----
proc p {} {uplevel 1 error foo}; p
# ----
proc p {} {uplevel 1 {
# ----
error foo}}; p
# ----
proc p {} {uplevel 1 break}; while 1 p; set x 3
# ----
proc p {} {uplevel 1 return 4}; proc q {} {p; list 5}; q
# ----
proc p {} {uplevel 0x1 set x 4}; p; set x
# ----
proc p {} {uplevel { 1} set x 4}; p; set x
# ----
proc p {} {uplevel 01 set x 4}; p; set x
# ----
proc p {} {uplevel +1 set x 4}; p; set x
# ----
proc p {} {uplevel #0x0 set x 4}; p; set x
# ----
proc p {} {uplevel 1.0 set x 4}; p; set x
# ----
proc p {} {uplevel 100000000000000000000 set x 4}; p; set x
# ----
proc p {} {uplevel #100000000000000000000 set x 4}; p; set x
# ----
proc p {} {upvar 1.0 a b}; p
# ----
proc p {} {upvar #0 a b c d; set b 1; set d 2}; p; list $a $c
# ----
upvar
# ----
upvar a
# ----
upvar a b
# ----
upvar 1 a b
# ----
upvar 0 a b; set b 1; set a
# ----
upvar #0 a b; set a 1; set b
# ----
upvar #1 a b
# ----
upvar 1 a b c
# ----
proc p {} {upvar a b; set b 1}; p; set a
# ----
proc p {} {upvar 0 a b; set b 1; list $a [info locals]}; p
# ----
proc p {} {upvar 0 a a}; p
# ----
proc p {} {upvar 1 a b(1)}; p
# ----
proc p {} {set b 1; upvar 1 a b}; p
# ----
proc p {} {upvar 1 a b; upvar 1 c b; set b 4}; p; set c
# ----
proc p {} {upvar 1 a(1) b; set b 4}; p; array get a
# ----
proc p {} {upvar 1 a b; set b(1) 4}; p; array get a
# ----
proc p {} {upvar 1 a b; unset b; info exists b}; set a 1; list [p] [info exists a]
# ----
proc p {} {upvar 1 a b; unset b; set b 3}; set a 1; p; set a
# ----
proc p {} {upvar 1 nosuch::a b}; p
# ----
proc p {} {upvar 1 a nosuch::b}; p
# ----
namespace eval n {upvar 0 ::a b; set b 3}; set a
# ----
namespace eval n {upvar #0 a b; set b 3}; list $a [info vars n::*]
# ----
proc p {} {upvar 1 a ::b}; p
# ----
proc p {} {upvar a b c d; set b 1; set d 2}; p; list $a $c
# ----
proc p {} {upvar {} a b}; p
# ----
set x 1; upvar 0 x x
# ----
global
# ----
global a
# ----
global a(1)
# ----
proc p {} {global}; p
# ----
proc p {} {global a; set a 3}; p; set a
# ----
proc p {} {global a(1)}; p
# ----
proc p {} {set a 1; global a}; p
# ----
proc p {} {global a; global a; set a 3}; p
# ----
proc p {} {global ::n::x}; p
# ----
namespace eval n {}; proc p {} {global ::n::x; set x 4}; p; set n::x
# ----
namespace eval n {variable x 3; proc p {} {global x; set x 4}; p; set x}
# ----
proc p {a} {global a}; p 3
# ----
proc p {} {global {a b}; set {a b} 3}; p; set {a b}
# ----
proc p {} {global :: }; p
# ----
proc p {} {global {}; set {} 4}; p; set {}
# ----
variable a
# ----
variable a 1; set a
# ----
variable a(1)
# ----
variable a(1) 2
# ----
namespace eval n {variable ::x 1}; set x
# ----
proc p {} {variable x 4; incr x}; p; set x
# ----
proc p {} {set x 1; variable x 4}; p
# ----
namespace eval n {proc p {} {variable x 4; incr x; info locals}; list [p] $x}
# ----
namespace eval n {variable x; proc p {} {variable x; info exists x}; p}
# ----
namespace eval n {variable x; set x}
# ----
namespace eval n {variable x; info exists x}
# ----
namespace eval n {variable x; namespace which -variable x}
# ----
namespace eval n {variable x}; info vars n::*
# ----
variable {}
# ----
variable :: 1
# ----
try
# ----
try {list 1}
# ----
try {list 1} finally
# ----
try {list 1} finally a b
# ----
try {list 1} on
# ----
try {list 1} on ok
# ----
try {list 1} on ok {}
# ----
try {list 1} on ok {} {list 2}
# ----
try {list 1} on foo {} {list 2}
# ----
try {list 1} on ok {a b c} {list 2}
# ----
try {list 1} on ok {a b} {list $a $b}
# ----
try {error foo} on error {a b} {list $a [dict get $b -code]}
# ----
try {error foo} trap {} {a b} {list $a}
# ----
try {error foo} trap NONE {a b} {list $a}
# ----
try {throw {A B C} foo} trap {A B} {a b} {list $a}
# ----
try {throw {A B C} foo} trap {A C} {a b} {list $a}
# ----
try {throw {A B C} foo} trap {A B C D} {a b} {list $a}
# ----
try {throw {A B C} foo} trap "A \{" {a b} {list $a}
# ----
try {error foo} trap
# ----
try {error foo} trap a
# ----
try {error foo} trap a b
# ----
try {error foo} foo a b c
# ----
try {error foo} on error {} -
# ----
try {error foo} on error {} - on ok {} {list 3}
# ----
try {list 4} on error {} - on ok {} {list 3}
# ----
try {list 4} on ok {} - trap {} {} - on error {} {list 3}
# ----
try {error foo} on error {} - finally {list 3}
# ----
try {error foo} finally {list 3}
# ----
try {error foo} finally {error bar}
# ----
try {error foo} on error {} {error bar}
# ----
try {error foo} on error {} {
# ----
error bar}
# ----
try {error foo} trap {} {} {error bar}
# ----
try {error foo} trap {X Y} {} {error bar}
# ----
try {list a} finally {error bar}
# ----
try {list a} finally {break}
# ----
while 1 {try {list a} finally {break}}; list z
# ----
while 1 {try {break} on break {} {break}}; list z
# ----
proc p {} {try {return 3} on return {a b} {list R $a $b}}; p
# ----
proc p {} {try {return 3} finally {set ::z 1}; list 4}; list [p] $z
# ----
proc p {} {try {return -code 7 3} on 7 {a b} {list R $a $b}}; p
# ----
proc p {} {try {return -level 0 -code 7 3} on 7 {a b} {list R $a $b}}; p
# ----
proc p {} {try {error foo} on error {} {error bar}}; catch p m o; dict get $o -during
# ----
catch {try {error foo} on error {} {error bar}} m o; dict get [dict get $o -during] -errorinfo
# ----
catch {try {error foo} finally {error bar}} m o; dict get [dict get $o -during] -errorinfo
# ----
catch {try {error foo} on error {} {error bar} finally {error baz}} m o; dict get $o -during
# ----
catch {try {list x} on ok {} {error bar}} m o; dict exists $o -during
# ----
catch {try {list x} on ok {} {error bar} finally {error baz}} m o; dict get $o -during
# ----
try {error foo} on error {a(1 b} {list 1}
# ----
set a 1; try {error foo} on error {a(1) b} {list 1}
# ----
try {set x 1} on ok v {incr v}
# ----
try {error foo} on 1 v {list $v}
# ----
try {error foo} on 0 v {list $v}
# ----
try {list 1} on 99999999999 {} {}
# ----
proc p {} {try {error foo} on ok {} {}}; p
# ----
proc p {} {try {
# ----
error foo
# ----
} trap X {} {}}; p
# ----
proc p {} {set x {error foo}; try $x trap X {} {}}; p
# ----
proc p {} {set x {error foo}; try $x finally {list 3}}; p
# ----
proc p {} {set x {error foo}; try {list 1} finally $x}; p
# ----
proc p {} {set x {error foo}; try {list 1} on ok {} $x}; p
# ----
proc p {} {try {error foo} on error {m o} {return -options $o $m}}; p
# ----
proc p {} {try {error foo} on error {m o} {return -options $o -code 5 $m}}; p
# ----
proc p {} {catch {error foo} m o; return -options $o $m}; p
# ----
proc p {} {catch {error foo} m o; return -options $o -code ok $m}; p
# ----
proc p {} {catch {error foo} m o; return -options [dict incr o -level] $m}; p
# ----
proc p {} {catch {error foo} m o; dict unset o -level; return -options $o $m}; p
# ----
proc p {} {if {[catch {error foo} m o]} {return -code error -errorinfo $::errorInfo -errorcode {X Y} $m}}; p
# ----
proc p {} {if {[catch {error foo} m o]} {error $m $::errorInfo $::errorCode}}; p
# ----
proc p {} {error foo "INFO" {X Y}}; proc q {} {p}; q
# ----
if
# ----
if 1
# ----
if {}
# ----
if 1 then
# ----
if 1 then {} else
# ----
if 1 {} else
# ----
if 1 {} foo bar
# ----
if 1 {} else {} foo
# ----
if 0 {} else {} foo
# ----
if 0 {} elseif
# ----
if 0 {} elseif 1
# ----
if 0 {} elseif 1 then
# ----
if 0 {} elseif 1 {list 3}
# ----
if 0 then {list 1} {list 2}
# ----
if foo {list 1}
# ----
if {foo} {list 1}
# ----
if "a b" {list 1}
# ----
if 1 {error foo}
# ----
if 0 {} {error foo}
# ----
set x {error foo}; if 1 $x
# ----
proc p {} {if 1 {error foo}}; p
# ----
proc p {} {set x {error foo}; if 1 $x}; p
# ----
proc p {} {if 0 {} elseif {[error foo]} {}}; p
# ----
proc p {} {set x {[error foo]}; if $x {}}; p
# ----
if {[error foo]} {}
# ----
if 0 {set x
# ----
while
# ----
while 1
# ----
while 1 2 3
# ----
while {[error foo]} {}
# ----
while foo {}
# ----
while 1 {error foo}
# ----
while 1 {
# ----
 error foo
# ----
}
# ----
set x {error foo}; while 1 $x
# ----
set x {[error foo]}; while $x {}
# ----
proc p {} {while 1 {error foo}}; p
# ----
proc p {} {set x {error foo}; while 1 $x}; p
# ----
set i 0; while {[incr i]<5} {if {$i==3} continue; lappend l $i}; set l
# ----
while 1 {return -code break}; list 3
# ----
for
# ----
for a b c
# ----
for {} 1 {}
# ----
for {} {} {} {}
# ----
for {} foo {} {}
# ----
for {error a} 1 {} {}
# ----
for {} {[error b]} {} {}
# ----
for {} 1 {error c} {}
# ----
for {} 1 {} {error d}
# ----
set x {error d}; for {} 1 {} $x
# ----
set x {error d}; for {} 1 $x {}
# ----
set x {error d}; for $x 1 {} {}
# ----
set x {[error d]}; for {} $x {} {}
# ----
proc p {} {for {} 1 {error c} {}}; p
# ----
proc p {} {set x {error d}; for {} 1 {} $x}; p
# ----
for {set i 0} {$i<3} {incr i} {lappend l $i; if {$i==1} break}; list $l $i
# ----
for {set i 0} {1} {break} {}; list 3
# ----
for {set i 0} {$i<3} {incr i; continue} {}; list 3
# ----
for {break} 1 {} {}
# ----
for {continue} 1 {} {}
# ----
foreach
# ----
foreach a
# ----
foreach a b
# ----
foreach a b c d
# ----
foreach {} {1 2} {}
# ----
foreach "a \{" {1 2} {}
# ----
foreach a "1 \{" {}
# ----
foreach a {1 2} {error foo}
# ----
foreach a(1) {1 2} {error foo}
# ----
set b 1; foreach b(1) {1 2} {error foo}
# ----
proc p {} {foreach a {1 2} {error foo}}; p
# ----
proc p {} {set x {error foo}; foreach a {1 2} $x}; p
# ----
proc p {} {foreach {} {1 2} {error foo}}; p
# ----
lmap
# ----
lmap {} {1 2} {}
# ----
lmap a {1 2} {error foo}
# ----
lmap a {1 2 3} {break}
# ----
proc p {} {lmap a {1 2} {error foo}}; p
# ----
proc p {} {lmap {} {1 2} {error foo}}; p
# ----
break a
# ----
continue a
# ----
incr
# ----
incr a b c
# ----
incr a b
# ----
set a x; incr a
# ----
set a 1.5; incr a
# ----
set a {}; incr a
# ----
incr a 1.5
# ----
incr a 99999999999999999999
# ----
incr a(1)
# ----
set a(1) 1; incr a
# ----
proc p {} {incr a(1); incr a(1) 5; set a(1)}; p
# ----
proc p {} {set a x; incr a}; p
# ----
proc p {} {incr a x}; p
# ----
set
# ----
set a b c
# ----
set a
# ----
set {}
# ----
set {} 1; set {}
# ----
set a(b) 1; set a(c)
# ----
set a() 1; set a()
# ----
set (a) 1; list $(a) [array get {}]
# ----
set a(b 1; set a(b
# ----
set a)b( 1
# ----
set a(b)c 1; set a(b)c
# ----
set ::a 1; set ::a::b 1
# ----
set a(b)(c) 1; array get a
# ----
tailcall
# ----
tailcall list
# ----
proc p {} {tailcall list 1 2; error foo}; p
# ----
proc p {} {tailcall; list 3}; p
# ----
proc p {} {tailcall nosuch a}; p
# ----
proc p {} {tailcall error foo}; p
# ----
proc p {} {tailcall}; p
# ----
proc p {} {uplevel 1 {tailcall list 3}}; proc q {} {p; list 4}; q
# ----
proc p {} {uplevel 1 {tailcall list 3}}; p
# ----
proc p {} {catch {tailcall list 3} m o; list [catch {tailcall list 3} m] $m $o}; p
# ----
proc p {} {try {tailcall list 3} finally {set ::z 1}}; list [p] $z
# ----
proc p {} {eval {tailcall list 3}; list 4}; p
# ----
proc p {} {namespace eval foo {tailcall list 3}; list 4}; p
# ----
namespace eval n {proc p {} {tailcall q}; proc q {} {list NQ}}; proc q {} {list Q}; n::p
# ----
apply {{} {tailcall info level 0}}
# ----
proc q {} {info level 0}; apply {{} {tailcall q}}
# ----
proc p {} {tailcall set x 3}; p; set x
# ----
proc p {} {tailcall return 3}; proc q {} {p; list 4}; q
# ----
proc p {} {tailcall break}; while 1 {p}; list z
# ----
proc p {} {set x 1; tailcall apply {{} {info exists x}}}; p
# ----
eval {tailcall list}
