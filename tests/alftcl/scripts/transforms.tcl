t {chan push}
t {chan push x}
t {chan push nosuch foo}
set f [open tt.txt w+]; puts $f "hello world\nfoo"; close $f
set f [open tt.txt r+]
t {chan push $f "foo \{"}
t {chan push $f {}}
t {chan push $f nosuch}
foreach r {{} \{ {initialize finalize} {initialize finalize read} {initialize finalize write} {initialize finalize blah} {initialize read write} {finalize read write} {initialize finalize clear read} {initialize finalize drain write} {initialize finalize write flush} {initialize finalize read limit? write}} {
 proc foo {args} "return [list $r]"
 t {puts [chan push $f foo]}
 t {chan pop $f}
}
proc foo {args} {error BOO}
t {chan push $f foo}
proc foo {args} {return -code break BOO}
t {chan push $f foo}
t {chan pop}
t {chan pop nosuch}
set log {}
proc foo {args} {lappend ::log $args; switch [lindex $args 0] { initialize {return {initialize finalize read write drain flush clear limit?}} read - write {return [string toupper [lindex $args 2]]} drain - flush {return <[lindex $args 0]>} limit? {return -1}}}
t {chan push $f foo}
t {read $f 3}
t {gets $f}
t {read $f}
t {eof $f}
t {read $f}
t {seek $f 0}
t {gets $f}
t {tell $f}
t {seek $f 0 end}
t {puts $f abc}
t {flush $f}
t {seek $f 0}
t {puts $f abc}
t {chan pop $f}
t {seek $f 0}
t {read $f}
t {chan pop $f}
note [join $log \n]
exec cat tt.txt
foreach {what val} {read {error BOO} read {return -code break BOO} write {error BOO} write {return -code 777 BOO} drain {error BOO} flush {error BOO} limit? {error BOO} limit? {return -1} finalize {error BOO} clear {error BOO} finalize {return -code 5 foo}} {
 note "--- $what $val"
 set f [open tt.txt w+]; puts $f "hello world\nfoo"; seek $f 0
 proc foo {args} [string map [list WHAT $what VAL $val] {lappend ::log $args; if {[lindex $args 0] eq {WHAT}} {VAL}; switch [lindex $args 0] { initialize {return {initialize finalize read write drain flush clear limit?}} read - write {return [string toupper [lindex $args 2]]} drain - flush {return <[lindex $args 0]>} limit? {return -1}}}]
 set log {}
 chan push $f foo
 t {gets $f}
 t {read $f}
 t {eof $f}
 t {puts $f xxx}
 t {flush $f}
 t {chan pop $f}
 t {seek $f 0}
 t {read $f}
 t {close $f}
 note [join $log \n]
}
 note "--- min"
 set f [open tt.txt w+]; puts $f "hello world\nfoo"; seek $f 0
 proc foo {args} {lappend ::log $args; switch [lindex $args 0] { initialize {return {initialize finalize read write}} read - write {return [string toupper [lindex $args 2]]}}}
 set log {}
 gets $f
 t {chan push $f foo}
 t {chan configure $f}
 t {tell $f}
 t {read $f 1}
 t {tell $f}
 t {seek $f 0 end}
 t {puts $f aaa}
 t {tell $f}
 t {flush $f}
 t {puts $f b\n}
 t {tell $f}
 t {close $f}
 note [join $log \n]
 set f [open tt.txt r]
 proc foo {args} {lappend ::log $args; switch [lindex $args 0] { initialize {return {initialize finalize write}} read - write {return [string toupper [lindex $args 2]]}}}
 t {chan push $f foo}
 t {read $f}
 close $f
 note [exec cat tt.txt]
