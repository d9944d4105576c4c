# Corners of the generated engine, as cases/generated.tcl: each paragraph defines `main`.

proc main {} { set l {a}; lappend l $l; lappend l x [lappend l y]; set m [list 1 2]; lset m 0 $m; list $l $m }

proc main {} { foreach s {a b} {append s x}; set s }

proc main {} { set s {}; for {set i 0} {$i<3} {incr i} { append s 1; incr s; append s 2 }; set s }

proc main {} { set s {}; for {set i 0} {$i<3} {incr i} { append s 1; lappend s a; append s 2 }; set s }

proc main {} { set s {}; for {set i 0} {$i<3} {incr i} { append s " 1 2"; lset s 0 z; append s 2 }; set s }

proc main {} { set s {}; for {set i 0} {$i<3} {incr i} { append s " a b"; dict set s a 5; append s " q r" }; set s }

proc main {} { set s {}; for {set i 0} {$i<3} {incr i} { append s " a b"; lassign {a b c} s r; append s " q r" }; set s }

proc main {} { set s {}; for {set i 0} {$i<3} {incr i} { append s " a b"; dict for {s t} {1 2 3 4} {append s x}; append s " q r" }; set s }

proc main {} { set s {}; for {set i 0} {$i<3} {incr i} { append s " a b"; regexp {.} abc s; append s " q r" }; set s }

proc main {} { set s {}; for {set i 0} {$i<3} {incr i} { append s " a b"; catch {append s x; error foo} s; append s " q r" }; set s }

proc main {} { set _1 a; set a-b 5; set _2 b; set {a b} 6; set _3 c; set _0 d; set _4 e; set _5 f; list $_1 ${a-b} $_2 ${a b} $_3 $_0 $_4 $_5 }

proc f x { string length $x }
proc main {} { list [f abc] [f abc] [f 5] [f 5.5] [f {a b}] [f [list 1 2]] }

proc f x { append x y; incr i [string length $x]; string index $x end }
proc main {} { set r {}; foreach v {abc 5 5.5} { lappend r [f $v] }; lappend r [f [list 1 2]] [f [dict create a b]] [f [expr {1.0}]] }

proc f x { foreach y $x { lappend r $y }; set r }
proc main {} { list [f {a b}] [f 5] [f 5.5] [f [list 1 2]] [f [dict create a b]] [f [expr {1.0}]] }

proc f {d} { dict set d k v; dict incr d n; dict get $d k }
proc main {} { list [f {a b}] [catch {f 5} m] $m [f [list 1 2]] [f [dict create a b]] [catch {f [expr {1.0}]} m] $m }

proc main {} { set s "12x"; list [string is integer -failindex v $s] $v }

proc main {} { for {set j 0} {$j < 3} {incr j} { for {set i 0} {$i<3} {incr i; continue} {lappend r $i}; lappend r z }; set r }

proc main {} { catch {for {set i 0} {$i<3} {incr i; continue} {lappend r $i}} m; list $r $m }

proc main {} { set l {}; for {set i 0} {$i<3} {incr i; break} {lappend l $i}; list $l $i }

proc main {} { set x [expr {10**400}]; expr {$x * 1.0} }

proc main {} { set x [expr {10**400}]; set y 1.5; list [expr {$x * $y}] [expr {$x > $y}] [expr {$x / $y}] [expr {double($x)}] }

proc main {} { set x [expr {10**400}]; sqrt $x }

proc main {} { set x [expr {10**400}]; list [catch {expr {sqrt($x)}} m] $m [catch {expr {int(-$x)}} m] $m  [catch {expr {round($x*1.0)}} m] $m [catch {expr {$x ** 1.5}} m] $m [catch {expr {1<<$x}} m] $m [catch {expr {1 << -1}} m] $m}

proc main {} { set x 1e400; list $x [catch {expr {$x}} m] $m [catch {expr {int($x)}} m] $m [catch {expr {$x - $x}} m] $m }

proc main {} { string repeat a [expr {10**400}] }

proc main {} { set x [expr {10**400}]; list [catch {lindex {a b} $x} m] $m [catch {string index abc $x} m] $m [catch {string range abc 0 $x} m] $m [catch {lrange {a b} 0 $x} m] $m [catch {lset l $x a} m] $m }

proc main {} { set x [expr {10**40}]; set l {a b}; list [catch {lindex $l $x} m] $m [catch {string index abc $x} m] $m [catch {string range abc 0 $x} m] $m [catch {lrange {a b} 0 $x} m] $m [catch {lset l $x a} m] $m }

proc main {} { set l {a b}; set i 3000000000; list [catch {lindex $l $i} m] $m [catch {lset l $i a} m] $m [catch {incr i 1e3} m] $m [catch {lset l 2 z} m] $m $l }

proc main {} { set a(x) 1; unset a(x); array exists a }

proc main {} { set x 5; for {set i 0} {$i < 5} {incr i} { if {$i == 3} { unset x } }; info exists x }

proc main {} { set l {1 2 3}; foreach x $l { lset l 0 $x; lappend l $x }; set l }

proc main {} { set l [list [list 1 2] [list 3 4]]; foreach row $l { lset l 0 0 x; lset l 1 1 y; lappend out $row }; list $l $out }

proc main {} { set x abc; set r {}; foreach v {1 2} { set x $v; lappend r [string length $x] [expr {$x + 1}]; set x [list a $v]; lappend r [llength $x] }; set r }

proc main {} { set i 5; set i "0$i"; list [catch {expr {$i + 1}} m] $m [incr i] }

proc main {} { while 1 { catch { break } c; if {$c eq {}} { break }; lappend c x; break }; set c }

proc main {} { set r {}; foreach x {1 2 3} { set c [catch { if {$x == 2} continue; if {$x == 3} { return foo }; set x } m]; lappend r $c $m }; set r }

proc main {} { set r {}; set i 0; while {[catch {incr i; if {$i > 3} {break}; set q $i} m] == 0} { lappend r $m }; list $r $i $m }

proc main {} { set v [break] }

proc main {} { foreach x {1 2} { set v [continue]; lappend r no }; list $x [info exists v] [info exists r] }

proc main {} { foreach x {1 2} { lappend r [if {$x == 1} continue else {set x}] }; set r }

proc main {} { list [return early] }

proc main {} { expr {[return 5] + 1} }

proc main {} { set x {a b}; list [lindex $x 0 0] [lindex $x {0 0}] [lindex $x 1 end] [catch {lindex $x a b} m] $m }

namespace eval lib {namespace export *; proc llength x {return lib}}
namespace eval user {proc count x {llength $x}}
proc main {} { set r [list [user::count a] [user::count a]]; namespace eval user {namespace path ::lib}; lappend r [user::count a] [user::count a]; namespace eval user {namespace path {}}; lappend r [user::count a]; set r }

namespace eval lib {proc llength x {return lib}}
namespace eval user {namespace path ::lib; proc count x {llength $x}}
proc main {} { set r [list [user::count a] [user::count a]]; catch {namespace delete lib}; lappend r [user::count a] [user::count a]; set r }

namespace eval user {proc count x {llength $x}}
proc main {} { set r [list [user::count a] [user::count a]]; proc user::llength x {return own}; lappend r [user::count a] [user::count a]; rename user::llength {}; lappend r [user::count a]; set r }

proc count x {string length $x}
proc main {} { set r [list [count a] [count a]]; namespace ensemble configure string -map [dict merge [namespace ensemble configure string -map] {length {string toupper}}]; lappend r [count a] [count a]; namespace ensemble configure string -map [dict merge [namespace ensemble configure string -map] {length ::tcl::string::length}];lappend r [count a]; set r }

proc count x {expr {sqrt($x)}}
proc main {} { set r [list [count 4] [count 4]]; rename ::tcl::mathfunc::sqrt ::saved; proc ::tcl::mathfunc::sqrt x {return mine}; lappend r [count 4] [count 4]; rename ::tcl::mathfunc::sqrt {}; rename ::saved ::tcl::mathfunc::sqrt; lappend r [count 4]; set r }

namespace eval user {proc count x {expr {sqrt($x)}}}
proc main {} { set r [list [user::count 4] [user::count 4]]; namespace eval user::tcl::mathfunc {proc sqrt x {return mine}}; lappend r [user::count 4] [user::count 4]; namespace delete user::tcl::mathfunc; lappend r [user::count 4]; set r }

proc count x {llength $x}
proc main {} { set r [list [count 4] [count 4]]; rename llength saved; interp alias {} llength {} list alias; lappend r [count 4] [count 4]; interp alias {} llength {}; rename saved llength; lappend r [count 4]; set r }

proc inner x {incr x}
proc count x {inner $x}
proc main {} { set r [list [count 4] [count 4]]; set ::seen {}; trace add execution inner enter {apply {args {lappend ::seen $args}}}; lappend r [count 4] [count 4] $::seen; trace remove execution inner enter {apply {args {lappend ::seen $args}}}; lappend r [count 4]; set r }

proc inner x {llength $x}
proc count x {inner $x}
proc main {} { set r [list [count 4] [count 4]]; set ::seen {}; trace add execution llength enter {apply {args {lappend ::seen $args}}}; lappend r [count 4] [count 4] $::seen; trace remove execution llength enter {apply {args {lappend ::seen $args}}}; lappend r [count 4]; set r }

proc inner x {llength $x}
proc count x {inner $x}
proc main {} { set r [list [count 4] [count 4]]; set ::seen {}; trace add execution count enterstep {apply {args {lappend ::seen $args}}}; lappend r [count 4] [count 4] $::seen; trace remove execution count enterstep {apply {args {lappend ::seen $args}}}; lappend r [count 4]; set r }

proc inner x {return old$x}
proc user {} {inner 1}
proc main {} { set r [list [user] [user]]; rename inner {}; lappend r [catch user m] $m; proc inner x {return new$x}; lappend r [user] [user]; proc inner {x {y 5}} {return newer$x$y}; lappend r [user] [user]; proc inner {x y} {}; lappend r [catch user m] $m; proc inner x {return old$x}; set r }

proc a n {if {$n > 0} {b [expr {$n - 1}]} else {return done}}
proc b n {if {$n > 0} {a [expr {$n - 1}]} else {return other}}
proc main {} { set r [list [a 3] [a 4]]; set body [info body b]; proc b n {return cut}; lappend r [a 3] [a 4]; proc b n $body; lappend r [a 3]; set r }

proc w {} {global done n; incr n; set done $n}
proc main {} { set ::n 0; set r {}; for {set i 0} {$i < 4} {incr i} {after 0 w; vwait ::done; lappend r $::done}; set r }

proc sum n {set s 0; for {set i 0} {$i < $n} {incr i} {incr s $i}; set s}
proc gen {} {yield; for {set k 0} {$k < 4} {incr k} {yield [sum $k]}; return end}
proc main {} { coroutine c gen; list [c] [c] [c] [c] [c] [catch c m] $m }

proc deep n {if {$n == 0} {return bottom}; deep [expr {$n - 1}]}
proc main {} { set r [list [deep 10] [deep 500]]; lappend r [catch {deep 1200} m] $m; set old [interp recursionlimit {} 100]; lappend r [catch {deep 120} m] $m [catch {deep 80} m] $m; interp recursionlimit {} 1000; lappend r [catch {deep 120} m] $m; set ::errorInfo {}; set r }

namespace eval n {variable v 1; proc get {} {variable v; incr v}}
proc main {} { set r [list [n::get] [n::get]]; namespace delete n; lappend r [catch n::get m] $m; namespace eval n {variable v 1; proc get {} {variable v; incr v}}; lappend r [n::get]; set r }

namespace eval n {variable v 1; proc get {} {variable v; return $v}}
proc main {} { set r [list [n::get] [n::get]]; unset n::v; lappend r [catch n::get m] $m; set n::v 7; lappend r [n::get]; unset n::v; array set n::v {a b}; lappend r [catch n::get m] $m; unset n::v; set n::v 1; set r }

proc p {} {global x; set x 1; lappend x 2; append x 3; lset x 0 9; set x}
proc main {} { list [p] [p] [unset ::x] }

proc p {} {global x; unset x; info exists x}
proc main {} { set ::x 1; list [p] [catch p m] $m [info exists ::x] }

proc p {k} {set a($k) 1; set a(x$k) 2; foreach n [lsort [array names a]] {lappend r $n $a($n)}; incr a($k) 4; array unset a x*; list $r [array get a]}
proc main {} { list [p 1] [p 0x10] [p {a b}] [p {}] [p 1.50] [p [list a b]] }

proc main {} { set a(1) x; unset a(1); for {set i 0} {$i < 5} {incr i} { set a($i) $i; if {$i > 2} {unset a($i)} }; for {set i 0} {$i<3} {incr i} {incr a($i) 10; unset a($i)}; array get a }

set ::r {}; set ::s {}; set ::a(x) 1
proc main {} { uplevel #0 { set r {}; unset -nocomplain u; for {set i 0} {$i < 5} {incr i} { lappend r $i; append s $i; incr a(x); if {$i == 2} {unset a(x)}; catch {unset nosuch} m; set u $i; if {$i == 3} {unset u} }; list $r $s [array get a] $m [info exists u] } }

proc main {} { uplevel #0 { set n 0; while {$n < 5} { incr n; if {$n == 4} { array set q {a 1 b 2} }; if {$n == 5} {unset q(a)} }; list $n [array get q] [array exists q] [unset q]} }

proc main {} { array set q {a 1}; foreach x {1 2 3} { unset -nocomplain q(a); set q(a) $x; lappend r [array exists q] [array size q] [array get q] [array names q] }; set r }

proc main {} { array set q {a 1}; foreach x {a b} { unset q($x) } }

proc main {} { array set q {a 1}; foreach x {a b} { array set q {c d} ; set y $q($x) } }

proc main {} { set y 1; upvar 0 y z; for {set i 0} {$i < 5} {incr i} { incr y; incr z }; list $y $z }

proc f {} { upvar 1 y z; for {set i 0} {$i < 5} {incr i} { incr z }; if {$z > 9} {unset z}; for {set i 0} {$i < 5} {incr i} { incr z $i } }
proc main {} { set y 1; f; f; f; set y }

proc main {} { lappend r [catch {foreach {} {a b} {}} m] $m [catch {foreach x} m] $m [catch {foreach {a b} "x \{" {}} m] $m [catch {foreach "a \{" x {}} m] $m }

proc main {} { foreach {a b} {1 2 3 4} c {x} {d e f} {p q r s} { lappend r $a$b$c$d$e$f }; set r }

proc main {} { set r {}; foreach a {} b {} {lappend r x}; foreach a {1 2} b {} {lappend r $a|$b}; set r }

proc f {a {b 5} {c "x y"} args} { set b [expr {$a + $b}]; set args [linsert $args 0 $b]; list $a $b $c $args }
proc main {} { list [f 1] [f 1 2] [f 1.5 2] [f 1 2 3] [f 1 2 3 4] [f 1 0x10 3 4 5] [catch {f a} m] $m [catch {f} m] $m }

proc f {x} { if {$x} {return yes}; return no }
proc main {} { list [f 1] [f 0] [f true] [f off] [f 1.5] [f 0.0] [catch {f abc} m] $m [catch {f {}} m] $m [f " 1 "] [f 0x0] }

proc f {x y} { list [expr {$x + $y}] [expr {$x * $y}] [expr {$x < $y}] [expr {$x == $y}] [expr {$x eq $y}] [expr {$x / $y}] }
proc main {} { list [f 1 2] [f 1.0 2] [f 1 2.0] [f 1e300 1e300] [f 123456789012345678901234567890 3] [catch {f 1 0} m] $m [f 1.0 0] [catch {f 0.0 0} m] $m [f 0x10 010] [catch {f a 1} m] $m [f " 1" "2 "] [catch {f 1 {}} m] $m [f Inf 1] [catch {f Inf Inf} m] $m [catch {f NaN 1} m] $m }

proc f {x y} { list [catch {expr {$x % $y}} m] $m [catch {expr {$x << $y}} m] $m [catch {expr {$x >> $y}} m] $m [catch {expr {$x & $y}} m] $m [catch {expr {$x ** $y}} m] $m [catch {expr {~$x}} m] $m [catch {expr {!$x}} m] $m [catch {expr {-$x}} m] $m [catch {expr {$x && $y}} m] $m [catch {expr {$x ? $y : 3}} m] $m [catch {expr {$x in $y}} m] $m}
proc main {} { list [f 7 2] [f 7 0] [f -7 3] [f 7 -1] [f 7.5 2] [f 7 2.5] [f abc 2] [f 2 abc] [f {} 1] [f 99999999999999999999 2] [f 2 70] [f true false] [f 1 "a \{"] }

proc f x { list [catch {expr {int($x)}} m] $m [catch {expr {round($x)}} m] $m [catch {expr {double($x)}} m] $m [catch {expr {abs($x)}} m] $m [catch {expr {wide($x)}} m] $m [catch {expr {sqrt($x)}} m] $m [catch {expr {entier($x)}} m] $m [catch {expr {bool($x)}} m] $m [catch {expr {ceil($x)}} m] $m [catch {expr {floor($x)}} m] $m [catch {expr {isqrt($x)}} m] $m [catch {expr {max($x,1)}} m] $m [catch {expr {fmod($x,3)}} m] $m [catch {expr {exp($x)}} m] $m [catch {expr {pow($x,2)}} m] $m }
proc main {} { list [f 4] [f -4] [f 2.5] [f -2.5] [f 1e30] [f 1e300] [f Inf] [f -Inf] [f 99999999999999999999999] [f abc] [f {}] [f 0x10] [f true] [f 9223372036854775808] [f -9223372036854775809] [f 0.0] [f -0.0] }

proc f x { set y $x; incr y; set z $x; append z 1; set w $x; lappend w 1; list $y $z $w $x }
proc main {} { list [f 1] [f -1] [f 99999999999999999999] [f 0x10] [f " 5 "] [catch {f 1.5} m] $m [catch {f 08} m] $m [f 010] [f +3] }

proc main {} { set d {}; foreach w {a b a c a} { dict incr d $w; dict lappend e $w 1; dict append g $w x; dict set h $w k $w }; list $d $e $g $h }

proc main {} { set d [dict create a [dict create b 1]]; set e $d; dict set d a b 2; set in [dict get $d a]; dict set in b 3; dict set d a c 4; list $d $e $in [dict get $d a b] }

proc main {} { set d {a 1 b 2}; dict for {k v} $d { dict set d $k [expr {$v * 2}]; dict set d x$k 1; if {$k eq "b"} break }; set d }

proc main {} { set x [dict create]; dict set x a 1; set y $x; dict unset x a; dict set y b 2; list $x $y [dict size $y] [dict keys $y] [dict values $y] [dict exists $y b] [catch {dict get $y zz} m] $m }

proc main {} { set s ""; for {set i 0} {$i < 300} {incr i} { append s $i; if {$i % 100 == 0} { lappend marks [string length $s] [string range $s end-3 end] } }; list $marks [string length $s] }

proc main {} { for {set i 0} {$i < 3} {incr i} { append s $i; set t $s; append s - ; append t + ; lappend out $s $t; set s $t }; list $out $s $t }

proc main {} { set s ""; set i 0; while {[string length [append s x]] < 5} { incr i }; list $s $i }

proc main {} { set s a; foreach x {1 2 3} { catch { append s $x; error $s } m; lappend out $m $s }; set out }

proc main {} { foreach x {a bb 1 1.0 {} ab} { lappend r [switch $x a {set y 1} bb - 1 {set y 2} 1.0 {set y 3} "" {set y 4} default {set y 5}] [switch -glob $x {a* {set y g} [0-9]* {set y n} default {set y d}}] [switch -regexp -- $x {^a {set y re} default {set y none}}] [switch -exact -nocase -- $x A {set y nc} default {}] }; set r }

proc main {} { switch x { a {set y 1} default - } }

proc main {} { set i 0; foreach x {1 2 3} { switch $x { 1 continue 2 {incr i 10} 3 break }; incr i }; set i }

proc main {} { regexp {(\d+)} abc12 m a; regsub {b} $m x m; scan "1 2.5 foo" "%d %f %s" i f s; list $m $a $i $f $s [regexp -indices {c} abc m] $m [scan 5 %d q] [scan x %d q2] $q [info exists q2] }

proc main {} { foreach x {a1 b2 c3} { regexp {([a-z])(\d)} $x all l d; lappend r $l $d [incr d]; regsub -all {\d} $x _ x; lappend r $x }; set r }

proc main {} { list [lmap x {1 2 3} {set y $x; incr y}] [lmap {a b} {1 2 3} {list $b $a}] [lmap x {1 2 3} y {a b} {string cat $x $y}] [lmap x {} {error x}] [lmap x {1 2 3} {if {$x == 2} {continue}; set x}] }

proc main {} { array set q {a 1}; foreach x {1 2 3} { lappend r [array exists q] [array size q] [array get q] [array names q]; if {[info exists q(a)]} {unset q(a)} }; set r }

proc main {} { foreach x {1 2 3} { array set q {}; lappend r [array exists q]; array set q "a" } }

proc main {} { array set q {}; foreach x {1 2 3} { lappend r [array exists q]; array set q "a" } }
