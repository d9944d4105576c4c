interp
# ----
interp foo
# ----
interp create
# ----
interp create -s
# ----
interp create -foo
# ----
interp create -safe
# ----
interp create -- -x
# ----
interp create a b
# ----
interp create a; interp create a
# ----
interp create {a b}
# ----
interp create {}
# ----
interp create a; a
# ----
interp create a; a foo
# ----
interp create a; a eval
# ----
interp create a; a eval {error foo}
# ----
interp create a; a eval {error foo bar baz}
# ----
interp create a; a eval {set x y; foo}
# ----
interp create a; a eval {proc p {} {error foo}}; a eval p
# ----
interp create a; a eval {return 3}
# ----
interp create a; a eval {return -code error 3}
# ----
interp create a; a eval {return -code 7 3}
# ----
interp create a; a eval {break}
# ----
interp create a; a eval {continue}
# ----
interp create a; catch {a eval {break}} m o; list $m $o
# ----
interp create a; interp eval a
# ----
interp eval a x
# ----
interp eval
# ----
interp create a; interp eval a set x 3
# ----
interp create a; interp eval a {set x} 3
# ----
interp create a; interp eval a {expr 1 +} 3
# ----
interp alias
# ----
interp alias {}
# ----
interp alias {} foo
# ----
interp alias {} foo {}
# ----
interp alias {} foo {} list
# ----
interp alias {} foo {} list; foo 1
# ----
interp alias {} foo {} list a b; list [foo 1] [interp alias {} foo] [interp aliases {}] [interp target {} foo]
# ----
interp alias {} foo {} list a b; interp alias {} foo {}; foo
# ----
interp alias {} foo {} error a; foo
# ----
interp alias {} foo {} nosuch a; foo
# ----
interp alias {} foo {} foo
# ----
interp alias {} foo {} bar; interp alias {} bar {} foo
# ----
interp create a; interp alias a foo {} list 1; a eval {foo 2}
# ----
interp create a; interp alias a foo {} error; a eval {foo 2}
# ----
interp create a; a alias foo list 1; list [a eval {foo 2}] [a alias foo] [a aliases] [interp aliases a] [interp target a foo]
# ----
interp create a; a alias foo list 1; a alias foo {}; list [a aliases] [catch {a eval foo} m] $m
# ----
interp create a; a alias foo list 1; a eval {rename foo bar}; list [a aliases] [a alias foo] [a eval bar]
# ----
interp create a; a alias foo list 1; a eval {rename foo {}}; list [a aliases] [a alias foo]
# ----
interp create a; a alias
# ----
interp create a; a alias foo
# ----
interp create a; a aliases b
# ----
interp create a; a alias foo nosuch; a eval foo
# ----
interp create a; a alias foo foo; a eval foo
# ----
interp alias {} foo {} set; foo
# ----
interp create a; a alias set set; a eval {set q}
# ----
interp create a; a alias foo return; a eval {foo 3}
# ----
interp create a; a alias foo break; a eval {while 1 {foo}}
# ----
interp create a; a alias foo return -code 5; catch {a eval {foo 3}}
# ----
interp target
# ----
interp target a b
# ----
interp target {} b
# ----
interp create a; interp target a b
# ----
interp create a; interp create b; interp alias a foo b list; list [interp target a foo] [a eval {catch {interp target {} foo} m; set m}]
# ----
interp exists
# ----
interp exists {}
# ----
interp exists a b
# ----
interp create {a}; interp create {a b}; list [interp exists {a b}] [interp exists {b a}] [interp children] [interp children a] [interp slaves a]
# ----
interp children a b
# ----
interp children nosuch
# ----
interp delete
# ----
interp delete {}
# ----
interp delete a
# ----
interp create a; interp delete a a
# ----
interp create a; interp delete a; a eval {}
# ----
interp create a; a eval {interp delete {}}
# ----
interp create a; rename a b; list [interp children] [b eval {set x 1}]
# ----
interp create a; rename a {}; interp exists a
# ----
interp create a; rename a {}; interp children
# ----
interp create a; a alias del interp delete a; a eval {del; set x 1}
# ----
interp create a; a alias del interp delete a; a eval {del}
# ----
interp create a; a alias del interp delete a; catch {a eval {del; set x 1}} m o; list $m
# ----
interp issafe
# ----
interp issafe a b
# ----
interp create -safe a; list [interp issafe a] [a issafe] [a eval {interp issafe}]
# ----
interp create -safe a; a eval {set tcl_version}
# ----
interp create -safe a; a eval {info library}
# ----
interp create -safe a; a eval {encoding system}
# ----
interp create -safe a; a eval {encoding dirs}
# ----
interp create -safe a; a eval {encoding names}; list
# ----
interp create -safe a; a eval {file join a b}
# ----
interp create -safe a; a eval {file exists a}
# ----
interp create -safe a; a eval {glob *}
# ----
interp create -safe a; a eval {clock seconds}; list
# ----
interp create -safe a; a eval {open x}
# ----
interp create -safe a; a eval {exit}
# ----
interp create -safe a; a eval {source x}
# ----
interp create -safe a; a eval {load x}
# ----
interp create -safe a; a eval {after 1}
# ----
interp create -safe a; a eval {interp create b; b eval {open x}}
# ----
interp create -safe a; a eval {interp create b; interp issafe b}
# ----
interp create -safe a; a eval {interp expose {} open}
# ----
interp create -safe a; a eval {interp hide {} set}
# ----
interp create -safe a; a eval {interp invokehidden {} open x}
# ----
interp create -safe a; a eval {interp marktrusted {}}
# ----
interp create -safe a; a eval {interp recursionlimit {} 10}
# ----
interp create -safe a; a eval {interp limit {} commands}
# ----
interp create -safe a; a eval {interp create b; interp limit b commands -value 10; b eval {while 1 {}}}
# ----
interp create -safe a; a expose file; a eval {file exists /nosuch}
# ----
interp create -safe a; a invokehidden file exists /nosuch
# ----
interp create -safe a; a invokehidden
# ----
interp create -safe a; a invokehidden -foo x
# ----
interp create -safe a; a invokehidden -global
# ----
interp create -safe a; a invokehidden nosuch
# ----
interp create -safe a; a invokehidden -namespace ::foo file exists /nosuch
# ----
interp create -safe a; a invokehidden -global -namespace ::foo file exists /nosuch
# ----
interp create -safe a; a invokehidden -- file exists /nosuch
# ----
interp create -safe a; a invokehidden tcl:file:exists /nosuch
# ----
interp invokehidden
# ----
interp invokehidden a
# ----
interp invokehidden {} foo
# ----
interp hide
# ----
interp hide a
# ----
interp hide {} set
# ----
interp hide {} set foo; list [interp hidden {}] [interp invokehidden {} foo x 3]
# ----
interp create a; a hide set; a hide set
# ----
interp create a; a hide set; a eval {proc set args {list my $args}}; a hide set
# ----
interp create a; a hide nosuch
# ----
interp create a; a hide set foo::bar
# ----
interp create a; a hide ::foo::bar
# ----
interp create a; a eval {namespace eval foo {proc bar {} {}}}; a hide foo::bar
# ----
interp create a; a eval {namespace eval foo {proc bar {} {}}}; a hide foo::bar bar
# ----
interp create a; a hide set a b
# ----
interp create a; a hide
# ----
interp create a; a hidden x
# ----
interp create a; a expose
# ----
interp create a; a expose foo
# ----
interp create a; a hide set; a expose set foo; a eval {foo x 1}
# ----
interp create a; a hide set; a expose set foo::bar
# ----
interp create a; a hide set; a expose set list
# ----
interp create a; a hide set; a expose set; a eval {set x 1}
# ----
interp create a; a hide list; a eval {proc list {} {}}; a expose list
# ----
interp expose
# ----
interp expose {} foo
# ----
interp hidden a b
# ----
interp hidden a
# ----
interp hidden
# ----
interp recursionlimit
# ----
interp recursionlimit {}
# ----
interp recursionlimit {} foo
# ----
interp recursionlimit {} 0
# ----
interp recursionlimit {} -1
# ----
interp recursionlimit {} 100000000000
# ----
interp recursionlimit {} 10 20
# ----
interp recursionlimit {} 50; proc p {} {uplevel 0 p}; catch p m; list $m $errorCode
# ----
interp create a; a recursionlimit 30; a eval {proc p {n} {incr n; set ::d $n; p $n}; catch {p 0} m; list $m $d}
# ----
interp create a; a recursionlimit 30; a eval {proc p {n} {incr n; set ::d $n; eval {p $n}}; catch {p 0} m; list $m $d}
# ----
interp create a; a recursionlimit 30; a eval {proc p {n} {incr n; set ::d $n; if 1 {p $n}}; catch {p 0} m; list $m $d}
# ----
interp create a; a recursionlimit 30; a eval {proc p {n} {incr n; set ::d $n; uplevel 1 [list p $n]}; catch {p 0} m; list $m $d}
# ----
interp create a; a recursionlimit 30; a eval {proc p {n} {incr n; set ::d $n; namespace eval foo [list ::p $n]}; catch {p 0} m; list $m $d}
# ----
interp create a; a recursionlimit 30; a eval {proc p {n} {incr n; set ::d $n; expr {[p $n]}}; catch {p 0} m; list $m $d}
# ----
interp create a; a recursionlimit 30; a eval {proc p {n} {incr n; set ::d $n; expr "\[p $n\]"}; catch {p 0} m; list $m $d}
# ----
interp create a; a recursionlimit 30; a eval {proc p {n} {incr n; set ::d $n; set s "p $n"; catch $s m; set m}; catch {p 0} m; list $m $d}
# ----
interp create a; a recursionlimit 30; a eval {set p {n {set ::d [incr n]; apply $::p $n}}; catch {apply $p 0} m; list $m $d}
# ----
interp create a; a recursionlimit 5; a eval {catch {proc p {} {}} m; set m}
# ----
interp bgerror
# ----
interp bgerror a
# ----
interp bgerror {}
# ----
interp bgerror {} {}
# ----
interp bgerror {} "a \{"
# ----
interp bgerror {} foo bar
# ----
interp bgerror {} foo; interp bgerror {}
# ----
interp create a; a bgerror foo; list [a bgerror] [interp bgerror a]
# ----
interp create a; a bgerror a b
# ----
interp debug
# ----
interp debug {}
# ----
interp debug {} -frame
# ----
interp debug {} -frame 1
# ----
interp debug {} -foo
# ----
interp debug {} -frame foo
# ----
interp debug {} -frame 1; interp debug {} -frame 0
# ----
interp create a; a debug -frame
# ----
interp create a; a debug
# ----
interp limit
# ----
interp limit {}
# ----
interp limit {} commands
# ----
interp create a; interp limit a
# ----
interp create a; interp limit a foo
# ----
interp create a; interp limit a commands
# ----
interp create a; interp limit a time
# ----
interp create a; interp limit a commands -foo
# ----
interp create a; interp limit a commands -value
# ----
interp create a; interp limit a commands -value foo
# ----
interp create a; interp limit a commands -value -1
# ----
interp create a; interp limit a commands -granularity 0
# ----
interp create a; interp limit a commands -granularity foo
# ----
interp create a; interp limit a commands -value 5 -granularity
# ----
interp create a; interp limit a time -seconds -1
# ----
interp create a; interp limit a time -milliseconds 5
# ----
interp create a; interp limit a time -milliseconds -5
# ----
interp create a; interp limit a time -milliseconds foo
# ----
interp create a; interp limit a time -seconds 5; interp limit a time
# ----
interp create a; interp limit a time -seconds 5 -milliseconds 1500; interp limit a time
# ----
interp create a; interp limit a time -seconds 5 -milliseconds {}
# ----
interp create a; interp limit a time -seconds {} -milliseconds 3
# ----
interp create a; interp limit a commands -value 5 -command foo -granularity 2; interp limit a commands
# ----
interp create a; a limit commands -value 100; catch {a eval {catch {while 1 {incr x}}; set y 3}} m; list $m $errorCode
# ----
interp create a; a limit time -seconds 1; a eval {while 1 {incr x}}
# ----
interp create a; a limit
# ----
interp create a; a limit foo
# ----
interp create a; a limit commands -command {set ::fired 1} -value 50; catch {a eval {while 1 {incr x}}} m; list $m $fired
# ----
interp create a; interp limit a commands -value 50 -command {interp limit a commands -value {}}; catch {a eval {while {$x<1000} {incr x}}}; list
# ----
interp marktrusted
# ----
interp marktrusted a
# ----
interp share
# ----
interp share a b c
# ----
interp share {} nosuch {}
# ----
interp create a; interp share {} nosuch a
# ----
interp create a; interp share {} stdout a
# ----
interp transfer
# ----
interp transfer {} x y
# ----
interp cancel
# ----
interp cancel -foo
# ----
interp cancel nosuch
# ----
interp cancel {}; set x
# ----
interp cancel -- {} foo
# ----
catch {interp cancel; set x 1} m; set m
# ----
interp create a; interp cancel a; a eval {set x 1}
# ----
interp create a; a alias c interp cancel a msg; catch {a eval {c; set x 1}} m; list $m $errorCode
# ----
interp create a; a alias c interp cancel a; a eval {catch {c; set x 1} m; set m}
# ----
interp create {a b c}
# ----
interp create a; interp create {a b}; interp create {a b c}; interp eval {a b c} {info level}
# ----
interp create a; a eval {interp create b}; interp alias {a b} foo {} list X; interp eval {a b} foo
# ----
interp create a; interp alias a p {} p; proc p {} {info level}; a eval {proc q {} {p}; q}
# ----
interp create a; interp alias a p {} p; proc p {} {uplevel 1 {set zz 3}}; a eval {proc q {} {p}; q}; set zz
# ----
interp create a; interp alias a p {} p; proc p {} {info level 0}; a eval {p 3}
# ----
proc p args {info level 0}; interp alias {} a {} p 1 2; a 3
# ----
proc p args {error foo}; interp alias {} a {} p 1 2; a 3
# ----
proc p {} {}; interp alias {} a {} p 1 2; a 3
# ----
interp alias {} a {} string length; a
# ----
interp alias {} a {} string; a
# ----
namespace eval n {interp alias {} foo {} list 3}; foo
# ----
namespace eval n {}; interp alias {} n::foo {} list 3; list [n::foo] [interp aliases {}]
# ----
interp alias {} ::foo {} list 3; list [foo] [interp aliases {}] [interp alias {} foo] [interp alias {} ::foo]
# ----
interp alias {} foo {} list; interp alias {} foo {} list 2; interp aliases {}
# ----
interp alias {} foo {} list; proc foo {} {}; interp aliases {}
# ----
interp create a; a eval {set x [list 1 2 3]}
# ----
interp create a; a eval {info script}
# ----
interp create a; a eval {info patchlevel}
