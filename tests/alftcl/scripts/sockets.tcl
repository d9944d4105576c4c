t {socket}
t {socket a}
t {socket -server}
t {socket -server x}
t {socket -foo}
t {socket -myaddr}
t {socket -myport}
t {socket -myport xx}
t {socket -myport xx localhost 80}
t {socket -async}
t {socket -async localhost}
t {socket -server foo -async 0}
t {socket -async -server foo 0}
t {socket -server foo -myport 5 0}
t {socket -server foo bar}
t {socket -server foo 80 x}
t {socket localhost nosuchservice}
t {socket localhost 1}
t {socket localhost 99999}
t {socket nosuchhost.invalid 80}
t {socket -server foo 99999}
t {socket -server foo -1}
t {socket a b c d}
t {set s [socket -server {acc} -myaddr 127.0.0.1 0]}
t {fconfigure $s}
t {fconfigure $s -sockname}
t {fconfigure $s -peername}
t {fconfigure $s -foo}
t {fconfigure $s -foo bar}
t {fconfigure $s -sockname bar}
t {fconfigure $s -error}
t {fconfigure $s -error x}
t {gets $s}
t {puts $s x}
t {fileevent $s readable x}
t {eof $s}
t {tell $s}
t {seek $s 0}
proc acc {args} {note [list acc [llength $args] [lindex $args 1]]; set ::c2 [lindex $args 0]}
t {set c [socket 127.0.0.1 [lindex [fconfigure $s -sockname] 2]]}
t {fconfigure $c}
t {fconfigure $c -peername}
t {fconfigure $c -foo}
t {fconfigure $c -foo x}
t {fconfigure $c -err}
t {vwait c2}
t {fconfigure $c2}
t {puts $c hello; flush $c; gets $c2}
t {fconfigure $c2 -blocking 0; gets $c2}
t {fblocked $c2}
t {close $c write}
t {puts $c x}
t {read $c2}
t {eof $c2}
t {puts $c2 ok; close $c2; gets $c}
t {chan close $c read}
t {close $c}
t {close $s read}
t {close $s}
t {set c [socket -async 127.0.0.1 1]}
t {fconfigure $c -connecting}
t {fileevent $c writable {set y 1}}
t {vwait y}
t {fconfigure $c -error}
t {puts $c x; flush $c}
t {gets $c}
t {close $c}
t {socket -server foo -myaddr 127.0.0.1 -reuseaddr 0 0}
t {socket -server {} 0}
