set f [open tt.txt w]; fconfigure $f -encoding utf-8; puts -nonewline $f "a\u00e9\u20acbcd\nline2\r\nline3"; close $f
set f [open tt.txt]; set g [open t2.txt w]
t {fcopy $f $g}
t {tell $g}
t {fcopy $f $g}
t {seek $f 0; fcopy $f $g -size 3}
t {tell $f}
t {fconfigure $f -encoding utf-8; fconfigure $g -encoding iso8859-1; seek $f 0; fcopy $f $g -size 3}
t {tell $f}
t {fcopy $f $g}
t {fconfigure $g -encoding utf-8 -translation crlf; seek $f 0; fcopy $f $g}
t {fconfigure $g -encoding utf-8 -translation lf; fconfigure $f -translation binary; seek $f 0; fcopy $f $g}
t {fconfigure $g -translation binary; fconfigure $f -translation binary; seek $f 0; fcopy $f $g}
t {seek $f 0; fcopy $f $g -command {set x}; fcopy $f $g}
t {gets $f}
t {read $f}
t {puts $g foo}
t {eof $f}
t {fconfigure $f}
t {tell $f}
t {seek $f 0}
t {fconfigure $f -blocking}
t {fconfigure $f -buffersize 20}
t {fileevent $f readable {}}
t {vwait x; set x}
t {seek $f 0; fcopy $f $g -size 4 -command {set x}; vwait x; set x}
t {seek $f 0; fcopy $f $g -size 4 -command {set x}; close $f}
t {update; set x}
t {fcopy $g $g}
set f [open tt.txt];
t {fcopy $f $g -command {error boo}; update}
proc bgerror m {set ::told_of 1; note "BG $m $::errorInfo"}
t {fcopy $f $g -command {error boo}; while {![info exists told_of]} {update}}
t {fcopy $f $g -command}
t {fcopy $f $g -command {} -size 0}
t {fcopy $f $g -command {lappend x} -size 0; set x}
t {update; set x}
lassign [chan pipe] r w
t {fcopy $r $g -command {set x}; close $r}
close $w
set f [open |cat r+]; set g [open tt.txt]
t {puts $f hello; close $f write; read $f}
t {fconfigure $f}
t {eof $f}
t {close $f}
set f [open "|cat >@stdout 2>@stderr" w]
t {fconfigure $f}
t {close $f read}
t {close $f write}
t {close $f}
set f [open "|sh -c {exit 3}" r]
t {close $f}
set f [open "|sh -c {kill -9 \$\$}" r]
t {regsub -all {\d\d+} [list [catch {close $f} m o] $m $::errorCode] N}
set f [open "|sh -c {echo hi >&2; exit 3}" r]
t {close $f}
set f [open "|sh -c {exec <\&-; echo closed >\&2}  2>closed" w]; while {![file size closed]} {update}; file delete closed
t {puts $f hello; flush $f}
t {puts $f hello; close $f}
set f [open "|sh -c {exec <\&-; echo closed >\&2}  2>closed" w]; while {![file size closed]} {update}; file delete closed; puts $f hello
t {close $f}
set f [open "|sh -c {exec <\&-; echo closed >\&2}  2>closed" w]; while {![file size closed]} {update}; file delete closed; fconfigure $f -blocking 0; puts $f hello
t {close $f}
t {open "|cat <foo" w}
t {open "|cat >foo" r}
t {open "|cat" {RDONLY CREAT}}
t {open "|cat |" r}
t {open tt.txt {RDONLY TRUNC}}
t {open tt.txt {CREAT WRONLY EXCL}}
t {open tt.txt r 0600 x}
t {open tt.txt rb}
