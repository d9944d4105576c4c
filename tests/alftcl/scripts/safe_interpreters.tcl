t {exec echo x |cat y}
t {exec echo x |& cat}
t {exec echo x |&cat y}
t {exec echo x |x| cat y}
t {exec echo x |x cat | cat}
t {load 123.so}
t {load {} {}}
t {load {} foo nosuch}
t {load x foo nosuch}
t {unload {}}
t {unload {} {}}
t {unload x foo nosuch}
t {unload -nocomplain {} foo}
t {unload -nocomplain -- {} {}}
t {unload -keeplibrary -- x}
t {interp create -safe s; s eval {load x}}
t {s eval {open x}}
t {s eval {file join a b}}
t {s eval {file mkdir a}}
t {s eval {file}}
t {s eval {file foo}}
t {s eval {encoding system}}
t {s eval {encoding dirs}}
t {s eval {encoding names}; list}
t {s eval {chan create read foo}}
t {s eval {puts hi}}
t {s eval {socket a b}}
t {s eval {exec a}}
t {s eval {fconfigure stdout}}
t {s eval {pwd}}
t {s eval {cd}}
t {s eval {glob *}}
t {s eval {exit}}
t {s eval {source x}}
t {s eval {after 0 foo}; list}
t {s eval {chan push x foo}}
t {s eval {array get env}}
t {interp share {} stdout s; s eval {fconfigure stdout -buffering}}
t {s eval {after info x}}
t {s eval {auto_load}}
t {s eval {unload x}}
t {s eval {fcopy a b}}
t {s eval {file atime x}}
t {s eval {file normalize x}}
t {s eval {file dirname /a/b}}
t {s eval {file tail /a/b}}
t {s eval {file split a/b}}
t {s eval {file channels}}
t {s eval {file delete x}}
