coroutine
# ----
coroutine a
# ----
coroutine a list 1
# ----
coroutine a::b list 1
# ----
yield
# ----
yield a b
# ----
yieldto
# ----
yieldto a
# ----
coroutine c apply {{} {yield 1; yield 2; list 3}}
# ----
coroutine c apply {{} {yield 1; yield 2; list 3}}; list [c] [c] [info commands c] [catch c m] $m
# ----
coroutine c apply {{} {set x [yield 1]; yield $x; list 3}}; c foo
# ----
coroutine c apply {{} {set x [yield 1]; yield $x; list 3}}; c foo bar
# ----
coroutine c apply {{} {yield; error foo}}; c
# ----
coroutine c apply {{} {error foo}}
# ----
coroutine c error foo
# ----
coroutine c apply {{} {yield; break}}; c
# ----
coroutine c apply {{} {yield; return -level 2 x}}; proc p {} {c; list 3}; p
# ----
coroutine c return 3
# ----
coroutine c nosuch
# ----
coroutine c yield 5
# ----
coroutine c eval {yield 5; list 6}; c
# ----
coroutine c eval {yield [info coroutine]}
# ----
info coroutine
# ----
info coroutine x
# ----
coroutine c apply {{} {yield [info level]; info level}}; list [c]
# ----
coroutine c apply {{} {yield [info coroutine]}}
# ----
namespace eval n {coroutine c apply {{} {yield [info coroutine]}}}
# ----
coroutine ::n::c list
# ----
namespace eval n {}; coroutine ::n::c apply {{} {yield [info coroutine]}}
# ----
coroutine c apply {{} {foreach x {1 2 3} {yield $x}; list done}}; list [c] [c] [c]
# ----
coroutine c apply {{} {catch {yield 1} m; yield $m; list done}}; list [c a] [c b]
# ----
coroutine c apply {{} {eval {yield 1}; uplevel 1 {yield 2}; uplevel #0 {yield 3}; namespace eval x {yield 4}; list done}}; list [c] [c] [c] [c]
# ----
coroutine c apply {{} {expr {[yield 1]+[yield 2]}}}; c 4; c 5
# ----
coroutine c apply {{} {c}}
# ----
coroutine c apply {{} {yield; c}}; c
# ----
coroutine c apply {{} {yield; rename c {}; list x}}; c
# ----
coroutine c apply {{} {rename [info coroutine] {}; yield 3}}
# ----
coroutine c apply {{} {yield; rename c d; yield [info coroutine]}}; list [c] [d]
# ----
coroutine c apply {{} {yield}}; rename c {}; info commands c
# ----
coroutine c apply {{} {yield}}; rename c d; list [info commands c] [d]
# ----
coroutine c apply {{} {yield}}; coroutine c apply {{} {yield 3}}; c
# ----
coroutine c apply {{} {yield}}; proc c {} {list P}; c
# ----
coroutine c apply {{} {yieldto return 3; list 4}}
# ----
coroutine c apply {{} {yieldto error foo; list 4}}
# ----
coroutine c apply {{} {yieldto info level 0; list 4}}
# ----
coroutine c apply {{} {yieldto nosuch; list 4}}
# ----
coroutine c apply {{} {yieldto list}}; c; 
# ----
coroutine c apply {{} {yield; tailcall list a b}}; c
# ----
coroutine c tailcall list a
# ----
proc p {} {yield 1; q}; proc q {} {yield 2; list 3}; coroutine c p; list [c] [c]
# ----
proc p {n} {if {$n} {p [incr n -1]}; yield $n}; coroutine c p 3; list [c] [c]
# ----
proc p {} {coroutine d q; yield [d]}; proc q {} {yield x; yield y}; coroutine c p
# ----
proc gen {} {yield [info coroutine]; set i 0; while 1 {yield $i; incr i 2}}; coroutine next gen; list [next] [next] [next]
# ----
coroutine c apply {{} {yield; uplevel #0 {error foo}}}; catch c m o; set errorInfo
# ----
interp create a; a eval {coroutine c apply {{} {yield 1; list 2}}}; a eval c
# ----
interp create a; a alias y yield; a eval {coroutine c apply {{} {y 1; list 2}}}
# ----
coroutine c apply {{} {set ::l [info level]; yield; set ::m [uplevel 1 {info level}]; upvar 1 zz q; set q 5; list}}; proc p {} {c; info locals}; list [p] $l $m $zz
# ----
proc p {} {coroutine c apply {{} {upvar 1 zz q; set q 5; yield; list}}; info locals}; p
# ----
proc p {} {set zz 1; coroutine c apply {{} {uplevel 1 {info locals}}}}; p
