t {after}
t {after foo}
t {after 1.5}
t {after -5}
t {after {}}
t {after cancel}
t {after cancel foo}
t {after cancel after#9999}
t {after info}
t {after info foo}
t {after info a b}
t {after idle}
t {after 0x10 {set x 1}; llength [after info]}
t {after 99999999999999999999 x}
t {after i foo}
t {after c foo}
t {foreach i [after info] {after cancel $i}; after info}
t {set x {}; after 0 {lappend x a}; after 0 {lappend x b}; after idle {lappend x i}; update; set x}
t {set x {}; after idle {lappend x i; after idle {lappend x j}}; update idletasks; set x}
t {update; set x}
t {set id [after 1000 foo bar]; after info $id}
t {after cancel foo bar; after info}
t {after 1000 {foo bar}; after cancel {foo bar}; llength [after info]}
t {set id [after idle foo]; after info $id}
t {after cancel $id}
t {update foo}
t {update idletasks x}
t {vwait}
t {vwait a b}
t {after 10 {set y 1}; vwait y; set y}
t {after 10 {set arr(a) 1}; vwait arr(a); set arr(a)}
t {after 10 {unset y}; vwait y; info exists y}
t {fileevent}
t {fileevent stdin}
t {fileevent stdin foo}
t {fileevent stdin readable a b}
t {fileevent nosuch readable}
t {fileevent stdin writable x}
t {fileevent stdout readable}
t {fileevent stdin r}
t {interp bgerror}
t {interp bgerror {}}
t {interp bgerror {} {}}
t {interp bgerror {} "a \{"}
t {interp bgerror {} foo}
t {interp bgerror {}}
proc foo {m o} {lappend ::bg [list $m [dict get $o -code] [dict get $o -level] [dict exists $o -errorinfo]]}
t {set bg {}; after 0 {error a}; after 0 {error b}; after idle {error c}; update; set bg}
t {set bg {}; after 0 {return -code break}; after 0 {break}; update; set bg}
t {set bg {}; after 0 {return -code 7 x}; after 0 {return foo}; update; set bg}
proc foo {m o} {lappend ::bg $m; return -code break}
t {set bg {}; after 0 {error a}; after 0 {error b}; update; set bg}
t {set bg {}; after 0 {error a}; after 0 {error b}; update; set bg}
interp bgerror {} ::tcl::Bgerror
proc bgerror m {lappend ::bg $m $::errorInfo $::errorCode}
t {set bg {}; after 0 {error a b c}; update; set bg}
t {set bg {}; after 0 {nosuch}; update; set bg}
t {set bg {}; after 0 {proc p {} {error x}; p}; after idle {p}; update; set bg}
t {set bg {}; after 0 {error a}; after 0 {error b}; update; set bg}
lassign [chan pipe] r w
proc bgerror m {lappend ::bg $m}
t {set bg {}; fileevent $r readable {gets $r; error boo}; puts $w hi; flush $w; update; list $bg [fileevent $r readable]}
t {set l {}; fileevent $r readable {lappend l [gets $r] [fblocked $r] [eof $r]; if {[eof $r]} {fileevent $r readable {}}}; fconfigure $r -blocking 0; puts $w abc; puts -nonewline $w de; flush $w; update; set l}
t {close $w; update; set l}
t {close $r}
lassign [chan pipe] r w
t {set l {}; fileevent $w writable {lappend l w; fileevent $w writable {}}; update; set l}
t {fileevent $w writable; }
t {fconfigure $w -blocking 0 -buffersize 100000; set n 0; for {set i 0} {$i<40} {incr i} {puts -nonewline $w [string repeat x 10000]}; flush $w; fileevent $r readable {incr n [string length [read $r 5000]]; if {$n>=400000} {set done 1}}; vwait done; set n}
t {close $w; fconfigure $r -blocking 0; read $r; eof $r}
lassign [chan pipe] r w
t {fconfigure $w -blocking 0; puts -nonewline $w [string repeat x 100000]; close $w; chan names $w}
t {set n 0; fileevent $r readable {incr n [string length [read $r 5000]]; if {$n >= 100000} {set done 1}}; vwait done; close $r; set n}
t {set bg {}; interp create s; s eval {proc bgerror m {lappend ::bg $m}; after 0 {error ss}}; update; s eval {set bg}}
t {after 0 {set q 1}; proc p {} {vwait q; set ::q}; p}
t {proc p {} {set loc 1; after 0 {set loc 2}; update; set loc}; list [p] $loc}
t {fconfigure stdout -buffering foo}
t {fconfigure stdout -translation foo}
t {fconfigure stdout -translation {a b c}}
t {fconfigure stdout -translation {}}
t {fconfigure stdout -eofchar {a b c}}
t {fconfigure stdout -eofchar é}
t {fconfigure stdout -eofchar abc; fconfigure stdout -eofchar}
t {fconfigure stdout -eofchar {}}
t {fconfigure stdout -encoding foo}
t {fconfigure stdout -blocking foo}
t {fconfigure stdout -b 1}
t {fconfigure stdout -bl 1}
t {fconfigure stdout -buff}
t {fconfigure stdout -buffering}
t {fconfigure stdout -e}
t {fconfigure stdout -t}
t {fconfigure stdout - x}
t {fconfigure stdout -buffering full -foo}
t {fconfigure stdout -buffering line -translation}
t {fconfigure stdout foo}
t {puts -foo stdout x}
t {puts -nonewline stdout x y}
t {gets stdin a b}
t {gets stdout}
t {read stdin foo}
t {read stdin -1}
t {read stdin 1 2}
t {read -nonewline stdin x}
t {read -foo stdin}
t {read stdout}
t {eof a b}
t {flush stdin}
t {seek stdin}
t {seek stdin 1 2 3}
t {open foo r x}
t {open foo {}}
t {open foo {r w}}
t {open foo "r\0"}
t {open foo rbw}
t {open foo rb+b}
t {open foo r+b}
t {open foo wx}
t {open foo RDONLYX}
t {open foo {APPEND}}
t {open foo {WRONLY CREAT NONBLOCK}}
t {open {} r}
t {open /nosuch/dir/f w}
t {open / w}
t {open / r}
t {open ~nouser}
t {open foo w 0x}
t {open foo w 9}
