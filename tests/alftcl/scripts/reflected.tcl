t {chan create}
t {chan create a b c}
t {chan create {} foo}
t {chan create {c} foo}
t {chan create {r} foo}
t {chan create {read write x} foo}
t {chan create {read} "foo \{"}
t {chan create {read} {}}
t {chan create {read} nosuch}
proc foo {args} {return}
t {chan create {read} foo}
proc foo {args} {return "\{"}
t {chan create {read} foo}
proc foo {args} {return "initialize finalize watch blah"}
t {chan create {read} foo}
proc foo {args} {return "initialize finalize watch"}
t {chan create {read} foo}
t {chan create {write} foo}
t {chan create {write} {foo bar}}
proc foo {args} {return "initialize finalize"}
t {chan create {read} foo}
proc foo {args} {return "initialize finalize watch read write cget"}
t {chan create {read} foo}
proc foo {args} {return "initialize finalize watch read write cgetall"}
t {chan create {read write} foo}
proc foo {args} {return "finalize watch read write"}
t {chan create {read write} foo}
proc foo {args} {error BOO}
t {chan create {read write} foo}
proc foo {args} {return -code break BOO}
t {chan create {read write} foo}
proc foo {args} {return -code 777 BOO}
t {chan create {read write} foo}
set ::errorInfo
set log {}
proc foo {args} {lappend ::log $args; switch [lindex $args 0] { initialize {return {initialize finalize watch read write seek configure cget cgetall blocking}} read {return [string range "abcdefghi\njkl" 0 3]} write {return [string length [lindex $args 2]]} seek {return 7} cgetall {return {-a 1 -b 2}} cget {return 17}}; return}
t {set c [chan create {read write} foo]}
t {fconfigure $c}
t {fconfigure $c -a}
t {fconfigure $c -foo}
t {fconfigure $c -foo bar}
t {fconfigure $c -blocking 0}
t {read $c 5}
t {gets $c}
t {puts $c hello}
t {flush $c}
t {puts -nonewline $c hello}
t {seek $c 5}
t {tell $c}
t {fileevent $c readable {puts r}}
t {fileevent $c readable}
t {fileevent $c readable {}}
t {chan postevent $c}
t {chan postevent $c {}}
t {chan postevent $c x}
t {chan postevent $c {read x}}
t {chan postevent stdin read}
t {chan postevent nosuch read}
t {chan postevent $c read}
t {fileevent $c readable {puts r}}
t {chan postevent $c {read write}}
t {chan truncate $c 5}
t {chan pending input $c}
t {chan close $c read}
t {close $c}
note [join $log \n]
