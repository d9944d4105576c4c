t {exec}
t {exec -foo}
t {exec -keepnewline}
t {exec --}
t {exec -- }
t {exec echo hi}
t {exec -keepnewline echo hi}
t {exec echo -n hi}
t {exec -- echo -- hi}
t {exec nosuchcmd}
t {exec echo a | cat}
t {exec echo a | nosuch}
t {exec nosuch | cat}
t {exec echo a |}
t {exec | echo a}
t {exec echo a | | cat}
t {exec echo a |& cat}
t {exec sh -c {echo err >&2; echo out} |& cat}
t {exec sh -c {echo err >&2; echo out}}
t {exec -ignorestderr sh -c {echo out}}
t {exec sh -c {echo out; exit 2}}
t {exec sh -c {echo out; echo err >&2; exit 2}}
t {exec sh -c {echo err >&2} 2>@1}
t {exec sh -c {echo err >&2} 2>@1 foo}
t {exec sh -c {echo err >&2} 2>e.txt; exec cat e.txt}
t {exec sh -c {echo err >&2} 2>>e.txt; exec cat e.txt}
t {exec echo hi >o.txt; exec cat <o.txt}
t {exec echo hi >> o.txt; exec cat < o.txt}
t {exec sh -c {echo a; echo b >&2} >& o.txt; exec cat o.txt}
t {exec sh -c {echo a; echo b >&2} >>& o.txt; exec cat o.txt}
t {exec cat << hello}
t {exec cat <<hello}
t {exec cat <<}
t {exec cat <}
t {exec cat >}
t {exec cat >>}
t {exec cat 2>}
t {exec cat <@}
t {exec cat >@}
t {exec cat <@ nosuch}
t {exec cat >@nosuch}
t {exec cat <nosuch}
t {exec echo hi >nosuch/x}
t {exec echo hi 2>nosuch/x}
t {set f [open o.txt]; exec cat <@$f}
t {exec cat <@ $f}
t {exec echo x >@ $f}
t {exec echo x >@$f}
t {close $f; set f [open o.txt w]; puts $f first; exec echo x >@$f; puts $f y; close $f; exec cat o.txt}
t {set f [open o.txt w]; exec cat <@$f}
t {exec sh -c {echo a; echo b >&2} >&@$f; close $f; exec cat o.txt}
t {set f [open o.txt w]; exec sh -c {echo a; echo b >&2} 2>@$f; close $f; exec cat o.txt}
t {set f [open o.txt w]; exec sh -c {echo a; echo b >&2} 2>@ $f >&@ $f; close $f; exec cat o.txt}
t {exec cat < o.txt < e.txt}
t {exec echo a > o.txt > p.txt}
t {exec cat << abc | cat | tr a-z A-Z}
t {exec sh -c "echo abc\n\n\n"}
t {exec printf {a\r\nb\r\n}}
t {string is integer -strict [exec echo hi &]}
t {llength [exec echo a | cat >/dev/null &]}
t {exec sh -c {exit 1} | cat}
t {exec false | true}
t {exec true | false}
t {exec sh -c {exit 3} | sh -c {exit 4}}
t {exec echo {a b} "c"}
t {exec {}}
t {exec ~nouser/x}
t {exec ./o.txt}
t {exec .}
t {exec /nosuch/x}
t {exec echo a&b}
t {exec echo a & b}
t {exec echo "a|b"}
t {exec echo a|b}
t {exec echo a 2>&1}
t {exec echo <a}
t {exec echo 1>x}
t {exec echo >}
t {exec >o2.txt echo hi; exec cat o2.txt}
t {exec <o2.txt}
t {exec | }
t {exec echo x |cat}
t {exec sh -c {cat; echo err >&2} <<in 2>/dev/null}
t {exec cat /dev/null}
t {exec sh -c {exit 0}}
t {exec -ignorestderr sh -c {echo e 1>&2; exit 1} 2>/dev/null}
t {open "|echo hi |& cat"}
t {pid a b}
t {pid nosuch}
t {pid stdin}
t {set f [open "|cat | cat" r+]; llength [pid $f]}
t {fconfigure $f -buffering line; puts $f hi; gets $f}
t {close $f w; read $f}
t {close $f}
t {open |}
t {open {| }}
t {open "|nosuch"}
t {open "|cat <nosuch"}
t {open "|sh -c {echo a; exit 1}"; }
t {set f [open "|sh -c {echo a; echo b >&2}"]; list [gets $f] [catch {close $f} m] $m}
t {set f [open "|sh -c {echo a; exit 4}"]; fconfigure $f -blocking 0; close $f}
t {set f [open "|cat >o3.txt" w]; puts $f zz; close $f; exec cat o3.txt}
t {set env(ZZ) foo; exec sh -c {echo $ZZ}}
t {unset env(ZZ); exec sh -c {echo [$ZZ]}}
t {info exists env(HOME)}
t {set env(ZZ) {}; exec sh -c {echo ${ZZ-unset}}}
t {array set env {ZY 1 ZX 2}; exec sh -c {echo $ZY$ZX}}
t {exec env -i HOME=x sh -c {echo $HOME}}
t {load}
t {load nosuch.so}
t {load {} foo}
t {load {}}
t {load a b c d e}
t {load -foo x}
t {load -lazy}
t {load -global -lazy x.so}
t {load nosuch.so {} nosuchinterp}
t {unload}
t {unload nosuch.so}
t {unload {} foo}
t {unload -foo x}
t {unload -nocomplain nosuch.so}
t {unload -keeplibrary}
t {info loaded}
t {info loaded a b}
t {info sharedlibextension}
t {source}
t {source nosuch}
t {source -foo x}
t {source -encoding}
t {source -encoding utf-8}
t {source -encoding iso8859-1 nosuch}
set f [open s.tcl w]; fconfigure $f -encoding utf-8; puts $f "set zz \u00e9\nset q \x1aerror"; close $f
t {source s.tcl}
t {string length [source -encoding iso8859-1 s.tcl]; string length $zz}
t {source -encoding utf-8 s.tcl; string length $zz}
t {source a b}
t {source -enc utf-8 s.tcl}
set f [open s.tcl w]; puts $f "set a 1\n\nerror boo"; close $f
t {catch {source s.tcl}; set errorInfo}
set f [open s.tcl w]; puts $f "return -code error xyz"; close $f
t {source s.tcl}
t {source .}
