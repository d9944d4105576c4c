set f [open tt.txt w]; puts -nonewline $f "abc\ndef"; close $f
set f [open tt.txt]; fconfigure $f -blocking 0
t {read $f; list [eof $f] [fblocked $f]}
t {read $f; list [eof $f] [fblocked $f]}
seek $f 0
t {gets $f; list [eof $f] [fblocked $f]}
t {list [gets $f] [eof $f] [fblocked $f]}
t {list [gets $f] [eof $f] [fblocked $f]}
t {list [gets $f] [eof $f] [fblocked $f]}
seek $f 0
t {list [read $f 5] [eof $f] [fblocked $f]}
t {list [read $f 5] [eof $f] [fblocked $f]}
close $f
set f [open tt.txt]
t {list [read $f 5] [eof $f] [fblocked $f]}
t {list [read $f 5] [eof $f] [fblocked $f]}
t {list [gets $f] [eof $f] [fblocked $f]}
seek $f 0
t {list [gets $f] [eof $f] [fblocked $f]}
t {list [gets $f] [eof $f] [fblocked $f]}
seek $f 0
t {list [read $f] [eof $f] [fblocked $f]}
t {list [gets $f] [eof $f] [fblocked $f]}
close $f
foreach tr {auto crlf cr lf} {
lassign [chan pipe] r w
fconfigure $w -translation lf -buffering none
fconfigure $r -translation $tr -blocking 0
t "set tr $tr"
t {puts -nonewline $w ab\r;  list [read $r] [eof $r] [fblocked $r] [chan pending input $r]}
t {puts -nonewline $w \ncd\r;  list [gets $r] [eof $r] [fblocked $r] [chan pending input $r]}
t {list [gets $r] [eof $r] [fblocked $r] [chan pending input $r]}
t {puts -nonewline $w \ncd\r;  list [read $r 2] [eof $r] [fblocked $r] [chan pending input $r]}
t {list [read $r 2] [eof $r] [fblocked $r] [chan pending input $r]}
t {puts -nonewline $w ef;  list [read $r 2] [eof $r] [fblocked $r] [chan pending input $r]}
t {puts -nonewline $w ef;  list [gets $r] [eof $r] [fblocked $r] [chan pending input $r]}
t {puts -nonewline $w ef\r;  list [gets $r] [eof $r] [fblocked $r] [chan pending input $r]}
t {close $w;  list [read $r] [eof $r] [fblocked $r] [chan pending input $r]}
t {list [read $r] [eof $r] [fblocked $r] [chan pending input $r]}
close $r
}
lassign [chan pipe] r w
fconfigure $w -translation binary -buffering none
fconfigure $r -translation lf -blocking 0 
t {puts -nonewline $w ab\xc3;  list [read $r] [eof $r] [fblocked $r] [chan pending input $r]}
t {list [gets $r] [eof $r] [fblocked $r] [chan pending input $r]}
t {puts -nonewline $w \xa9\xe2\x82;  list [read $r 4] [eof $r] [fblocked $r] [chan pending input $r]}
t {close $w;  list [read $r] [eof $r] [fblocked $r] [chan pending input $r]}
t {list [gets $r] [eof $r] [fblocked $r] [chan pending input $r]}
set f [open tt.txt w]; fconfigure $f -translation binary; puts -nonewline $f "abc\x1ad\ref\xff\r\n\xe9z\xe2\x82"; close $f
foreach opts {{-eofchar \x1a} {-eofchar d} {-translation binary} {-translation binary -eofchar d} {-encoding unicode} {-encoding ascii} {-encoding iso8859-15} {-encoding cp1252} {-encoding shiftjis -translation crlf}} {
set f [open tt.txt]; fconfigure $f {*}$opts
t "set o [list $opts]"
t {list [read $f 2] [eof $f] [fblocked $f] [tell $f]}
t {list [gets $f] [eof $f] [fblocked $f] [tell $f]}
t {list [gets $f] [eof $f] [fblocked $f] [tell $f]}
t {list [fconfigure $f -eofchar {}] [eof $f]}
t {list [read $f 3] [eof $f] [fblocked $f] [tell $f]}
t {list [read $f] [eof $f] [fblocked $f] [tell $f]}
t {list [gets $f] [eof $f] [fblocked $f] [tell $f]}
close $f
}
set f [open tt.txt w+]
t {puts $f abcdef; list [tell $f] [seek $f 2] [read $f 2] [tell $f] [puts -nonewline $f XY] [tell $f] [read $f] [seek $f 0] [read $f]}
t {seek $f 0; list [gets $f a] $a [gets $f a] $a [eof $f]}
t {seek $f -10}
t {seek $f 1 x}
t {seek $f x}
t {seek $f 1 cur}
t {seek $f 2 end; puts -nonewline $f z; close $f; file size tt.txt}
