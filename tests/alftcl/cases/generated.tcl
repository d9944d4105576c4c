# Each paragraph defines `main` (or more); it is called three times in both engines and in real Tcl.

proc main {} { set s 0; for {set i 0} {$i < 10} {incr i} { if {$i == 3} continue; if {$i == 7} break; incr s $i }; list $s $i }

proc main {} { set n 5; while {$n} { incr n -1; if {$n == 2} { return "left at $n" } }; return never }

proc main {} { set out {}; foreach {a b} {1 2 3 4 5} { lappend out $b $a }; return $out }

proc main {} { set out {}; foreach a {1 2 3} b {x y} { lappend out $a$b }; return [list $out $a $b] }

proc main {} { lmap x {1 2 3 4} { if {$x == 3} continue; expr {$x * $x} } }

proc main {} { lmap x {1 2 3 4} { if {$x == 3} break; set x a$x } }

proc main {} { switch -glob -- foobar { a* { return 1 } *bar { set x 2 } default { set x 3 } } }

proc main {} { foreach w {a b c d} { switch $w { a - b { lappend l ab } c { lappend l $w } default { lappend l other } } }; set l }

proc main {} { switch -exact x { y { set z 1 } } }

proc main {} { set x 1; set y [catch { incr x; error oops } m]; list $x $y $m }

proc main {} { catch { foreach i {1 2 3} { if {$i == 2} { return two } } } m }

proc main {} { foreach i {1 2 3 4} { catch { if {$i == 2} continue; if {$i == 4} break; lappend l $i } c; lappend l [list c $c] }; set l }

proc main {} { list [catch { expr {1 / 0} } m] $m [catch { expr {1 % 0} } m] $m $::errorCode }

proc main {} { set a 7; set b 0
 expr {$a +
   $a / $b} }

proc main {} {
   set x 1
   foreach y {1 2} {
      if {$y == 2} {
          set z [nosuch $x]
      }
   }
}

proc main {} { set undefined }

proc main {} { puts $undefined }

proc main {} { if {0} { set x 1 }; incr y $x }

proc main {} { set l {a b}; lindex $l [expr {$q + 1}] }

proc main {} { unset x }

proc main {} { set x 1; unset x; set x }

proc main {} { set x 1; unset x; info exists x }

proc main {} { set r [info exists x]; set x 1; append r [info exists x]; unset x; append r [info exists x] }

proc main {} { set a(x) 1; incr a(x) 5; append a(y) foo bar; list $a(x) $a(y) [array size a] [lsort [array names a]] [info exists a(z)] }

proc main {} { set a(x) 1; set a(y) }

proc main {} { set a(x) 1; unset a(x); catch {unset a(x)} m; list $m [array exists a] [array size a] }

proc main {} { catch {unset b(x)} m; set m }

proc main {} { set b(1) 2; set b }

proc main {} { array set a {k v k2 v2}; foreach k [lsort [array names a]] { append s $k=$a($k), }; return $s }

proc main {} { array set a {odd} }

proc main {} { set i 3; set a($i,4) five; set j 4; return $a(3,$j) }

proc main {} { incr c; incr c 4; list $c [incr c -10] }

proc main {} { set c 1.5; incr c }

proc main {} { set c 3; incr c 1.5 }

proc main {} { set c abc; list [catch {incr c} m] $m }

proc main {} { set c 0x10; incr c }

proc main {} { set x 08; catch {expr {$x + 1}} m; set m }

proc main {} { set x " 12 "; expr {$x + 1} }

proc main {} { set x abc; expr {$x + 1} }

proc main {} { set x {}; expr {$x * 2} }

proc main {} { set x 5; set y 5.0; list [expr {$x == $y}] [expr {$x eq $y}] [expr {$x < "abc"}] [expr {"5" == 5.0}] }

proc main {} { list [expr {7 / 2}] [expr {-7 / 2}] [expr {-7 % 3}] [expr {7.0 / 2}] [expr {2 ** 10}] [expr {2 ** -1}] [expr {1 << 70}] [expr {-1 >> 3}] [expr {5 & 3 | 8 ^ 1}] [expr {~5}] [expr {-(-3)}] [expr {!5}] [expr {!0.0}] }

proc main {} { set f 1e308; list [expr {$f * 10}] [expr {-$f * 10}] [catch {expr {$f * 10 - $f * 10}} m] $m }

proc main {} { set z 0.0; list [expr {1.0 / $z}] [expr {-1.0 / $z}] [catch {expr {$z / $z}} m] $m [catch {expr {1 % $z}} m] $m }

proc main {} { set x 3; list [expr {sqrt(16)}] [expr {sqrt($x * 1.0)}] [expr {int(3.7)}] [expr {int(-3.7)}] [expr {round(2.5)}] [expr {abs(-4)}] [expr {abs(-4.5)}] [expr {double($x)}] [expr {max(1, 2.5, $x)}] [expr {hypot(3, 4)}] [expr {int(1e20)}] }

proc main {} { list [catch {expr {sqrt(-1.0)}} m] $m [catch {expr {log(-1)}} m] $m [catch {expr {int("abc")}} m] $m [expr {exp(1000)}] }

proc main {} { set a 3; expr {$a > 2 && $a < 5 || [error no]} }

proc main {} { set a 3; list [expr {$a > 5 && [error no]}] [expr {$a ? "yes" : [error no]}] [expr {$a == 3 ? $a + 1 : $a - 1}] [expr {0 ? 1 : "010"}] }

proc side {} { upvar 1 n n; incr n }
proc main {} { set n 1; set r [expr {$n + [side] + $n}]; list $r $n }

proc bump {x} { incr x; return $x }
proc main {} { set n 1; list [expr {$n + [incr n] + $n}] [bump $n] $n }

proc main {} { set x 1; list $x [set x 2] $x [incr x] $x }

proc main {} { set l {}; lappend l a; set m $l; lappend l b; list $l $m }

proc main {} { set l {1 2 3}; set m $l; lset l 1 x; list $l $m [lset l end y] [lset l 3 new] }

proc main {} { set l {{1 2} {3 4}}; set m $l; set row [lindex $l 0]; lset l 0 1 x; lset l 1 0 y; list $l $m $row }

proc main {} { set l {1 2}; lset l 5 x }

proc main {} { set l {1 2}; lset l foo x }

proc main {} { set l {a b c}; list [lindex $l 0] [lindex $l end] [lindex $l end-1] [lindex $l 7] [lindex $l -1] [lindex $l] [lindex {{a b} c} 0 1] [lindex $l {}] }

proc main {} { set l "a \{b"; llength $l }

proc main {} { set l "a \{b"; catch {foreach x $l {}} m; set m }

proc main {} { lassign {1 2 3 4} a b; set rest [lassign {x} c d]; list $a $b $c $d $rest }

proc main {} { set d [dict create a 1]; dict set d b 2; set e $d; dict set d a 5; dict incr d c; dict incr d c 4; list $d $e [dict get $d b] [dict exists $d z] [dict size $d] }

proc main {} { set d {a 1}; dict get $d nokey }

proc has {d key} { dict exists $d $key }
proc main {} { foreach d {{a 1} {a 1 b} {b {a 1}} "a \{" a {}} { lappend found [has $d a] }; set found }

proc main {} { foreach x {a b a} { dict lappend d $x [string length $x] z; dict append e $x "-$x" }; set f $d; dict unset d a; dict set d b 5; dict incr d n 2; list $d $e $f [dict exists $d n] }

proc main {} { set d {a {b 1}}; set e $d; dict set d a c 2; dict set d x y z 3; dict unset d a b; list $d $e [dict get $d x y z] }

proc main {} { set d {a b c}; list [catch { dict lappend d a 1 } m] $m $d [catch { dict unset none a b } m] $m [info exists none] }

proc main {} { set d {a 1}; dict set d a b c; set d }

proc main {} { set d {k 1}; dict lappend d k {a b} "c d"; set x [dict lappend d k e]; dict lappend d k f; list $x $d }

proc main {} { lappend l 1; dict lappend l 1 x }

proc main {} { array set d {a 1}; dict lappend d k v }

proc main {} { global shared; set shared {}; dict lappend shared k v; dict set shared a b c; set shared }

set top {}
proc main {} { uplevel #0 { foreach k {a b a} { dict lappend top $k 1; dict incr top n } }; set ::top }

proc told args { lappend ::told [lrange $args 0 1] }
set watched {}
trace add variable watched write told
proc main {} { uplevel #0 { for {set i 0} {$i < 3} {incr i} { dict lappend watched $i a; dict unset watched 1 } }; list $::watched $::told }

proc add {name key} { upvar 1 $name d; dict lappend d $key x }
proc main {} { foreach k {a b a} { add found $k }; dict set found c 1; set found }

proc main {} { regexp {(.)(.)(x)?} ab x x y; list $x $y [regexp {q} ab none] [info exists none] }

proc main {} { dict set d {a b} }

proc main {} { dict set new k v; dict for {k v} $new { append s "$k-$v" }; set s }

proc main {} { set d {a 1 b}; dict get $d a }

proc main {} { set s ""; for {set i 0} {$i < 5} {incr i} { append s $i; if {[string length $s] == 3} { append s - } }; set t $s; append s end; list $s $t }

proc main {} { append s a; append s b $s c; set s }

proc main {} { set s hello; list [string length $s] [string index $s 1] [string index $s end] [string range $s 1 3] [string range $s 3 1] [string equal $s hello] [string compare $s help] [string compare zz $s] [string first l $s] [string toupper $s] }

proc main {} { string index abc foo }

proc main {} { string length }

proc main {} { string frob x }

proc main {} { list [string repeat ab 3] [format %05d 42] [format %s-%s a b] [join {a b c} ,] [split a,b,c ,] [concat a {b c}] [lsort -integer {3 1 2}] [lsearch {a b c} b] [lrange {a b c d} 1 2] [lreverse {1 2 3}] [lrepeat 2 x y] }

proc main {} { format %d abc }

proc f {a {b 2} args} { list $a $b $args }
proc main {} { list [f 1] [f 1 3] [f 1 3 4 5] }

proc f {a {b 2}} { list $a $b }
proc main {} { f }

proc f {a b} { list $a $b }
proc main {} { f 1 2 3 }

proc f n { if {$n == 0} { error "bottom" }; f [expr {$n - 1}] }
proc main {} { f 3 }

proc f n { if {$n == 0} { return -code error "asked" }; f [expr {$n - 1}] }
proc main {} { f 2 }

proc f n { if {$n == 0} { break }; f [expr {$n - 1}] }
proc main {} { f 1 }

proc f {} { return -code break }
proc main {} { while 1 { f }; return out }

proc f {} { error msg info CODE }
proc main {} { f }

proc f {} { error msg "" {MY CODE} }
proc main {} { catch f m o; list $m [dict get $o -errorcode] $::errorInfo }

proc f {} { throw {A B} thrown }
proc main {} { catch f m; list $m $::errorCode }

proc main {} { global g; set g 5; incr g; list $g $::g }

proc main {} { global g2; set g2(x) 5; incr g2(x); list $g2(x) [info exists g2(y)] }

proc main {} { global nosuchglobal; set nosuchglobal }

proc main {} { global garr; set garr(1) 2; set garr }

proc count {} { global counter; incr counter }
proc main {} { count; count; set ::counter }

namespace eval ns { variable v 3; proc get {} { variable v; incr v; return $v } }
proc main {} { list [ns::get] [ns::get] }

namespace eval ns2 { proc helper x { expr {$x + "a"} }; proc main {} { helper 1 } }
proc main {} { ns2::main }

proc odd n { if {$n == 0} { return 0 }; even [expr {$n - 1}] }
proc even n { if {$n == 0} { return 1 }; odd [expr {$n - 1}] }
proc main {} { list [odd 7] [even 7] }

proc deep n { deep [expr {$n + 1}] }
proc main {} { catch {deep 0} m; set ::errorInfo {}; set m }

proc changing {} { return old }
proc user {} { changing }
proc main {} { set a [user]; set b [user]; proc changing {} { return new }; set c [user]; proc changing {} { return old }; list $a $b $c }

proc twice x { expr {$x * 2} }
proc main {} { set r [twice 4]; rename twice thrice; set code [catch {twice 5} m]; rename thrice twice; list $r $code $m [twice 6] }

proc user x { llength $x }
proc main {} { set a [user {1 2}]; user {1 2}; rename llength saved; proc llength x { return mine }; set b [user {1 2}]; rename llength {}; rename saved llength; list $a $b [user {1 2}] }

proc main {} { set x 1; proc inner {} { return 7 }; inner }

proc main {} { regexp {(\d+)-(\w+)} "12-ab" all num word; list $all $num $word [regexp nomatch abc] [regsub -all a banana o] [regsub x abc y out] $out }

proc main {} { regexp {(a)(b)?} a all first second third; list $all $first $second $third }

proc main {} { scan "12 abc" "%d %s" n s; list $n $s }

proc main {} { set x [list a b]; set x [concat $x $x]; return $x[llength $x] }

proc main {} { set a 1; set b "$a[set a 2]$a"; return $b }

proc main {} { return [expr {"abc" in {abc def}}][expr {"x" ni {abc def}}] }

proc main {} { set x 0x1F; list [expr {$x}] $x [expr {$x eq 31}] [string length $x] }

proc main {} { set big 99999999999999999999; incr big; list $big [expr {$big * $big}] [expr {$big > 1.0}] }

proc main {} { set i 9223372036854775807; incr i; list $i [expr {int($i)}] [expr {$i & 0xff}] }

proc main {} { set true yes; if {$true} { set r 1 } else { set r 2 }; list $r [expr {!$true}] [expr {$true && 1}] [expr {$true ? 3 : 4}] }

proc main {} { set cond maybe; if {$cond} { set r 1 } }

proc main {} { while {"foo"} { break } }

proc main {} { for {set i 0} {$i < 3} {incr i; if {$i == 2} break} { lappend l $i }; list $l $i }

proc main {} { if 1 {} }

proc main {} { if {1} { } else { set x } }

proc main {} {}

proc main {} { return }

proc main {} { return a b }

proc main {} { expr {} }

proc main {} { expr {1 +} }

proc main {} { set a {1 2 3}; foreach x $a { lappend a $x }; set a }

proc main {} { set l {}; foreach x {1 2 3} { lappend l $x; foreach y $l { append s $y } ; append s | }; set s }

proc main {x} { if {$x > 1} { set x [expr {$x - 1}]; error "x is $x" } }
proc main {} { set r {}; foreach v {3 2.5 abc} { catch { outer $v } m; lappend r $m }; set r }
proc outer {x} { set x [expr {$x + 1}]; error "x is $x" }

proc f x { incr x 5; string length $x$x }
proc main {} { list [f 1] [f 10] [catch {f 1.5} m] $m [f 100] [catch {f abc} m] $m }

proc f {l i} { lindex $l $i }
proc main {} { list [f {a b c} 1] [f "x y" 0] [f [list p q] end] [f {} 0] [f 5 0] }

proc main {} { set x -5; set y [expr {-$x}]; set z [expr {+$x}]; list $y $z [expr {- 3.5}] [expr {~ $y}] }

proc main {} { set a 10; set s 0; while {[incr a -1] > 0} { if {$a % 2} continue; incr s $a }; list $s $a }

proc main {} { set n 0; while {[set x [incr n]] < 5 && $x != 3} { lappend seen $x }; list $seen $x }

proc main {} { catch { catch { error inner } a; error outer } b; list $a $b }

proc main {} { set code [catch { return -code 7 x } m]; list $code $m }

proc main {} { list [catch break m] [catch continue m] [catch {return 5} m] $m }

proc main {} { string is integer 12 }

proc main {} { set e \u20ac; list [string length $e] $e\x41 "tab\t." {no\n} }

proc main {} { set "odd name" 4; set {a-b} 5; expr {${odd name} + ${a-b}} }

proc main {} { set class 1; set def 2; set None 3; expr {$class + $def + $None} }

proc main args { llength $args }

proc main {{a 1} {b 2}} { expr {$a + $b} }

proc tally args { set t 0; foreach x $args { incr t $x }; return $t }
proc main {} { list [tally] [tally 1] [tally 1 2 3] [tally {*}{4 5}] }

proc main {} { set x 5; foreach x {a b} {}; set x }

proc main {} { foreach x {} { set y 1 }; info exists y }

proc main {} { set r {}; for {set i 0} {$i < 3} {incr i} { for {set j 0} {$j < 3} {incr j} { if {$j == 1} continue; if {$i == 1} break; lappend r $i$j } }; set r }

proc main {} { set i 0; set r {}; while 1 { if {[incr i] > 4} break; lappend r [switch $i { 1 { continue } 2 { set z two } default { expr {$i * 2} } }] }; set r }

proc main {} { set v [if {1} { set q 5 } else { set q 6 }]; set w [if {0} { set q 7 }]; list $v $w $q }

proc main {} { set v [for {set i 0} {$i < 2} {incr i} {}]; set w [foreach x {1 2} { set x }]; list $v $w [while 0 {}] }

proc main {} { time { incr n } 3; set n }

proc main {} { set l [list 1 2 3]; eval lappend l 4 5; set l }

proc setter {name value} { upvar 1 $name v; set v $value }
proc main {} { setter x 5; setter y(1) 6; list $x $y(1) }

proc main {} { uplevel 1 { set fromMain 1 }; set ::fromMain }

proc main {} { info level 0 }

proc main {} { set x 1; trace add variable x write {apply {args {lappend ::seen [lindex $args 2]}}}; set ::seen {}; set x 2; incr x; set ::seen }

proc gen {} { set x 0; while {$x < 3} { yield $x; incr x } }
proc main {} { coroutine c gen; list [c] [c] [catch c] }

proc Task {title body} {uplevel 1 $body}
proc main {} { set n 0; Task a { incr n; Task b { incr n; Task c { incr n [info level] } } }; return $n }

proc Task {title body} {uplevel 1 $body}
proc main {} { Task a { Task b { Task c {
   error oops } } } }

proc Task {title body} {
   uplevel 1 $body
}
proc main {} { set r [list [Task a { return inner }] [catch { Task b { break } } m] $m [catch { Task c { return -code error bad } } m] $m [catch {Task x} m] $m]; Task d { nosuch command } }

proc Task {title body} {uplevel 1 $body}
proc main {} { set r [Task a { expr 1 }]; rename uplevel saved; proc uplevel args { return "mine $args" }; catch { Task a { expr 2 } } m; rename uplevel {}; rename saved uplevel; list $r $m [Task b { expr 3 }] }

proc main {} { set ::qualified 5; incr ::qualified 2; append r $::qualified [info exists ::qualified]; return $r }

proc main {} { list [catch {set ::missing} m] $m $::errorCode }

proc main {} { set ::table(a) 1; incr ::table(a); list $::table(a) [info exists ::table(b)] [catch {set ::table(b)} m] $m }

proc use {} { return $::later }
proc main {} { catch use a; set ::later here; set r [list $a [use]]; unset ::later; lappend r [catch use m] $m }

proc main {} { set ::count 0; for {set i 0} {$i < 5} {incr i} { incr ::count $i }; set ::count }

proc main {} { set l {b c}; list [list a {*}$l d] [llength [concat {*}$l $l]] [string length {*}$l] }

proc main {} { set l {1 2 3}; llength {*}$l }

proc f {a {b x} args} { list $a $b $args }
proc main {} { set l {1 2 3 4}; set none {}; list [f {*}$l] [f q {*}$none] [catch {f {*}$none} m] $m }

proc f {a} { error "in f $a" }
proc main {} { set l {1}; f {*}$l }

proc main {} { set l "a \{b"; list {*}$l }

proc push {name x} { upvar 1 $name l; lappend l $x }
proc main {} { push mine a; push mine b; set copy $mine; push mine c; list $mine $copy [llength $mine] [info exists mine] }

proc bumpBy {name {n 1}} { upvar $name v; incr v $n; return $v }
proc main {} { set total 5; for {set i 0} {$i < 4} {incr i} { bumpBy total $i; bumpBy other }; list $total $other $i }

proc swap {a b} { upvar 1 $a x $b y; set t $x; set x $y; set y $t; return }
proc main {} { set p 1; set q two; swap p q; foreach p2 {a b} { swap p p2; append r $p$p2 }; list $p $q $p2 $r }

proc setel {name k v} { upvar 1 $name arr; set arr($k) $v; incr arr(count); append arr(all) $k }
proc main {} { setel t a 1; setel t b 2; list $t(a) $t(b) $t(count) $t(all) [info exists t(zz)] [catch {set t(none)} m] $m }

proc get {name} { upvar 1 $name v; return $v }
proc main {} { set a(x) 5; set s 3; list [get s] [catch {get nothing} m] $m [get a(x)] [catch {get a} m2] $m2 }

proc get {name} { upvar 1 $name v; return $v }
proc main {} { global gg; set gg 7; set ::hh 8; list [get gg] [get ::hh] [catch {get gg(x)} m] $m }

proc sum {name args} { upvar 1 $name acc; foreach x $args { incr acc $x }; return $acc }
proc main {} { set acc 1; set n acc; list [sum acc 1 2 3] [sum $n 4] $acc [sum fresh 5] $fresh }

proc outer {name} { upvar 1 $name o; inner o; append o "-outer" }
proc inner {name} { upvar 1 $name i; append i "-inner" }
proc main {} { set v start; outer v; outer v; set v }

proc walk {name depth} { upvar 1 $name seen; lappend seen $depth; if {$depth > 0} { walk seen [expr {$depth - 1}] }; llength $seen }
proc main {} { list [walk trail 5] $trail }

proc chg {name} { upvar 1 $name v; foreach v {a b c} { append out $v }; dict set v k 1; return $out$v }
proc main {} { set v keep; list [chg v] $v }

proc failing {name} { upvar 1 $name v; incr v; error "v is $v" }
proc main {} { set x 4; catch { failing x } m; list $m $x [failing x] }

proc param {p} { push2 p z; return $p }
proc push2 {name x} { upvar 1 $name l; lappend l $x }
proc main {} { set l {1 2}; set r [param $l]; list $r $l [param {}] }

proc total {listName} { upvar 1 $listName l; set s 0; foreach x $l { incr s $x }; set s }
proc main {} { set nums {}; for {set i 0} {$i < 200} {incr i} { lappend nums $i; if {$i % 50 == 0} { append log [total nums] , } }; list $log [total nums] }
for {set k 0} {$k < 300} {incr k} { lappend topnums $k; if {$k % 100 == 0} { append toplog [llength $topnums] [expr {[info procs total] eq ""}] } }

proc tr {name} { upvar 1 $name v; incr v }
proc main {} { set x 1; trace add variable x write {apply {args {incr ::fired}}}; set ::fired 0; tr x; tr x; list $x $::fired }

proc check x { if {$x < 0} { return -code error "negative: $x" }; return ok }
proc main {} { list [check 1] [catch {check -1} m] $m }

proc check x { if {$x < 0} { return -code error -errorcode {MY NEG} "negative: $x" }; return ok }
proc middle x { check $x }
proc main {} { catch {middle -1} m; set r [list $m $::errorCode]; middle -5 }

proc check x { return -code error -errorinfo "my info" -errorcode BAD "msg $x" }
proc main {} { check 3 }

proc check x { list [catch {return -code error inner} m] $m }
proc main {} { check 3 }

proc check x { foreach y {1 2 3} { if {$y == $x} { return -code error "found $y" } }; return none }
proc main {} { catch {check 2} m; list $m [check 9] }

proc main {} { set n 0; set s abcdef; set e end; list [string index $s [incr n]] [string index [append s g] end] [string range [append s h] [incr n] $e] $n $s }

proc main {} { set d {a {b 1}}; set n 0; list [dict get [dict set d [incr n] x] a b] [dict exists [dict set d q r] a b] [dict exists [dict set d s t] a] $n $d }
