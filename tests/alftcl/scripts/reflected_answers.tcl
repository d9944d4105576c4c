set log {}
foreach {what val} {read {error BOO} read {return -code break BOO} read {return -code 777 X} read {error EAGAIN} read {return [string repeat a 5000]} write {error BOO} write {return x} write {return 0} write {return -5} write {return 10000} write {return {}} write {error EAGAIN} write {return -code 9 R}
 seek {error BOO} seek {return x} seek {return -45} seek {return -code 5 U}  cgetall {error BOO} cgetall {return a} cgetall {return -a} cgetall {return "\{"} cget {error BOO} cget {return -code 5 X} configure {error BOO} configure {return -code 4 X} watch {error BOO} blocking {error BOO} blocking {return -code 5 X} finalize {error BOO} finalize {return -code 5 foo} } {
 note "--- $what $val"
 proc foo {args} [string map [list WHAT $what VAL $val] {lappend ::log $args; if {[lindex $args 0] eq {WHAT}} {VAL}; switch [lindex $args 0] { initialize {return {initialize finalize watch read write seek configure cget cgetall blocking}} read {return [string range "abcdefghi\njkl" 0 3]} write {return [string length [lindex $args 2]]} seek {return 7} cgetall {return {-a 1 -b 2}} cget {return 17}}; return}]
 set c [chan create {read write} foo]
 fconfigure $c -translation lf
 set log {}
 switch $what {
  read {t {read $c 5};t {gets $c}; t {fblocked $c}}
  write {t {puts -nonewline $c snarf; flush $c}; t {close $c}; continue}
  seek {t {seek $c 10}; t {tell $c}; t {seek $c 0 end}}
  cgetall - cget - configure {t {fconfigure $c}; t {fconfigure $c -a}; t {fconfigure $c -a b}}
  watch {t {fileevent $c readable {set x}}}
  blocking {t {fconfigure $c -blocking 0}}
  }
  t {close $c}
  note LOG:$log
}
note "--- minimal"
 proc foo {args} {lappend ::log $args; switch [lindex $args 0] { initialize {return {initialize finalize watch read write}} read {return} write {return 3}}}
 set log {}
 set c [chan create {read write} foo]
 t {fconfigure $c}
 t {seek $c 0}
 t {tell $c}
 t {fconfigure $c -foo}
 t {fconfigure $c -foo bar}
 t {fconfigure $c -blocking 0}
 t {read $c}
 t {eof $c}
 t {puts $c hello\nxx;}
 t {flush $c}
 t {fileevent $c writable {}}
 t {fileevent $c writable {foo}}
 t {fileevent $c readable {foo}}
 t {fileevent $c readable {foo2}}
 t {fileevent $c writable {}}
 t {interp create a; interp transfer {} $c a}
 t {a eval [list puts $c hi]}
 t {a eval [list flush $c]}
 t {interp share a $c {}}
 t {puts $c x;flush $c}
 t {interp delete a}
 t {puts $c x}
 t {close $c}
  note LOG:$log
set log {}
 proc foo {args} {lappend ::log $args; switch [lindex $args 0] { initialize {return {initialize finalize watch read}} read {return [string repeat x 10]} write {return 3}}}
 set c [chan create {read} foo]
 t {gets $c; list}
 proc foo {args} {lappend ::log $args; switch [lindex $args 0] { initialize {return {initialize finalize watch read}} read {if {[incr ::n]<5} {return ab}; return \ncd} write {return 3}}}
 close $c
set log {}
 set c [chan create {read} foo]
 t {gets $c}
 t {read $c 1}
 t {read $c 1}
 t {read $c 1}
 t {close $c write}
 t {chan close $c read}
  note LOG:$log
  t {chan create read {foo bar}}
  t {rename foo {}}
  t {read rc10}
  t {chan names}
