proc p {} {return -code error -errorinfo INFO -errorcode {A B} x}; p
# ----
info level
# ----
proc p {a} {info level 0}; p 3
# ----
proc p {a} {info level 1}; proc q {} {p 4}; q
# ----
info level 3
# ----
proc p {a {b 3} args} {}; list [info args p] [info body p] [info default p b x] $x [info default p a y] $y
# ----
info args nosuch
# ----
info default p x y
# ----
proc p {a} {}; info default p x y
# ----
info complete "foo {"
# ----
info complete "foo \["
# ----
info complete "foo {}a"
# ----
info complete {foo "a}
# ----
info exists a(b)
# ----
proc p {} {set a 1; global b; upvar c d; lsort [info locals]}; p
# ----
proc p {} {set a 1; global b; lsort [info vars]}; set b 1; p
# ----
unset -nocomplain nosuch; set a(1) 2; unset a; info exists a
# ----
info frame
# ----
info frame x
# ----
info frame 99
# ----
info frame -99
# ----
info frame 0 1
# ----
proc p {} {info frame 0}; p
# ----
proc p {} {list [info frame 0]}; p
# ----
proc p {} {info frame}; p
# ----
proc p {} {eval {info frame}}; p
# ----
proc p {} {if 1 {info frame}}; p
# ----
apply {{} {info frame}}
# ----
namespace eval foo {proc q {} {info frame 0}; q}
# ----
proc p {} {q}; proc q {} {info frame -1}; p
# ----
proc p {} {if 1 {
  info frame 0}}; p
# ----
info level x
# ----
info level 0 1
# ----
info level -1
# ----
info body
# ----
info body set
# ----
info args set
# ----
info commands a b
# ----
info complete
# ----
info complete a b
# ----
info default a
# ----
info exists
# ----
info locals a b
# ----
info procs a b
# ----
info script a b
# ----
info vars a b
# ----
info tclversion x
# ----
info
# ----
info cmdcount x
# ----
info sharedlibextension x
# ----
proc p {} {}; info default p x y
# ----
proc p {x} {}; set y(1) 2; info default p x y
# ----
proc p {{x 3}} {}; info default p x y; set y
# ----
proc p {{x 3}} {}; set y(1) 2; info default p x y
# ----
namespace eval n {proc p {a {b 1}} {list}}; list [info args n::p] [info body ::n::p] [info procs n::*] [info commands ::n::*]
# ----
namespace eval n {proc p {} {}}; namespace eval n {info procs}
# ----
proc p {} {set a 1; set b(1) 2; global c; upvar d e; info locals}; p
# ----
proc p {args} {info locals a*}; p
# ----
set a 1; info globals a
# ----
namespace eval n {variable x 1; info vars x*}
# ----
info vars ::n::*
# ----
namespace eval n {variable x 1}; info vars ::n::*
# ----
namespace eval n {variable x 1}; info vars n::*
# ----
proc p {} {uplevel 1 {info level}}; p
# ----
proc p {} {info level [info level]}; p
# ----
proc p {a b} {info level -1}; proc q {} {p 1 2}; q
# ----
unknown
# ----
unknown foo
# ----
unknown foo bar
# ----
case
# ----
case a
# ----
case a b
# ----
case a in
# ----
case a in {}
# ----
case a in {a}
# ----
case a in a {list 1}
# ----
case a in {a {list 1} b {list 2}}
# ----
case c in {{a c} {list 1} default {list 2}}
# ----
case d in {{a c} {list 1} default {list 2}}
# ----
case d {{a c} {list 1} default {error foo}}
# ----
case a in a {error foo}
# ----
time
# ----
history
# ----
package
# ----
package foo
# ----
package provide
# ----
package provide a
# ----
package provide a x
# ----
package provide a 1.0; package provide a 1.1
# ----
package provide a 1.0; package require a 1.1
# ----
package provide a 1.0; package require a 2
# ----
package provide a 1.0; package require -exact a 1.1
# ----
package require
# ----
package require -exact nosuch 1.0
# ----
package require -exact nosuch
# ----
package require a b
# ----
package require a 1.0-
# ----
package require a 1.0-2.0-3.0
# ----
package ifneeded a
# ----
package ifneeded a 1.0
# ----
package ifneeded a 1.0 {error foo}; package require a
# ----
package ifneeded a 1.0 {package provide a 2.0}; package require a
# ----
package ifneeded a 1.0 {list 1}; package require a
# ----
package ifneeded a 1.0 {return -code 5 x}; package require a
# ----
package ifneeded a 1.0 {break}; package require a
# ----
package ifneeded a 1.0 {package provide a 1.0}; package ifneeded a 1.5 {package provide a 1.5}; package ifneeded a 2.0a1 {package provide a 2.0a1}; list [package require a] [package versions a]
# ----
package ifneeded a 1.0 {package require a}; package require a
# ----
package ifneeded a 1.0 {package require b; package provide a 1.0}; package ifneeded b 1.0 {package require a}; package require a
# ----
package present
# ----
package present a
# ----
package provide a 1.0; package present a 2.0
# ----
package vcompare
# ----
package vcompare 1 a
# ----
package vcompare 1.0 1.0a1
# ----
package vsatisfies 1.0
# ----
package vsatisfies 1.0 1.0 2.0
# ----
package vsatisfies 1.0 a
# ----
package versions
# ----
proc u {name args} {package provide $name 1.0}; package unknown u; package require a
# ----
package prefer x
# ----
package prefer
# ----
package prefer latest; package prefer stable
# ----
package forget a b
# ----
incr x 1 2
