set f [open tt.txt w]; puts $f "12345678901234567890"; close $f
 set log {}
 proc foo {args} {lappend ::log $args; switch [lindex $args 0] { initialize {return {initialize finalize watch read write}} read {return} write {return 3}}}
 set c [chan create {read write} foo]
 t {fileevent $c readable {lappend log RRR; fileevent $c readable {}}; chan postevent $c read; lappend log after}
 t {update}
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
 proc foo {args} {lappend ::log $args; switch [lindex $args 0] { initialize {return {initialize finalize watch read}} read {if {[incr ::n]<5} {return ab}; return \ncd} write {return 3}}}
set log {}
 set c [chan create {read} foo]
 t {gets $c}
 t {read $c 1}
 t {read $c 1}
 t {read $c 1}
 t {close $c write}
 t {chan close $c read}
  note LOG:$log
  t {set c [chan create read foo]}
  t {rename foo {}}
  t {read $c}
  t {close $c}
  t {puts stdout a b}
  set f [open tt.txt w+]
  t {puts $f hello; chan pending output $f}
  t {chan pending input $f}
  t {chan pending foo $f}
  t {chan pending}
  t {chan pending input stdout}
  t {chan event}
  t {chan event $f foo}
  t {chan event $f}
  t {chan names foo bar}
  t {chan truncate}
  t {chan foo}
  t {chan}
  t {chan truncate $f 2; file size tt.txt}
  t {chan blocked stdout}
  t {chan copy}
  t {chan copy a}
  t {chan copy $f}
  t {chan copy $f stdout -size}
  t {chan copy $f stdout -siz x}
  t {chan copy $f stdout -foo 1}
  t {chan copy $f nosuch -size -1}
  t {chan copy stdout $f}
  t {chan copy $f stdin}
  t {fcopy $f nosuch}
