nons::foo
# ----
namespace eval foo {
 error x
}
# ----
namespace eval foo {variable x 5; proc get {} {variable x; return $x}}; foo::get
# ----
namespace eval foo {variable x 5; proc g {} {return hi}; namespace export g}; namespace import foo::g; list [g] [namespace origin g] [namespace which g] [info commands g]
# ----
namespace eval a::b {namespace current}
# ----
namespace eval a {proc unknown args {return U$args}}; namespace eval a {foo}
# ----
namespace delete nosuch
# ----
namespace children nosuch
# ----
namespace qualifiers ::a::b::c
# ----
namespace tail ::a::b::c
# ----
namespace eval foo {set x 1}; info exists ::x
# ----
set x 5; namespace eval foo {set x 1}; list $x [info exists foo::x]
# ----
proc a {} {
   error aaa
}
proc b {} {
   catch a
   a
}
namespace eval x {
   b
}
# ----
namespace
# ----
namespace wombat
# ----
namespace e
# ----
namespace eval
# ----
namespace eval a
# ----
namespace eval a {} {}
# ----
namespace eval "" {namespace current}
# ----
namespace eval :: {namespace current}
# ----
namespace eval a:::b {namespace current}
# ----
namespace eval ::a::b:: {namespace current}
# ----
namespace eval a:: {namespace current}
# ----
namespace eval a::b {}; namespace children a
# ----
namespace eval a::b {}; namespace children ::a ::a::*
# ----
namespace eval a::b {}; namespace children a b*
# ----
namespace children a b c
# ----
namespace children nosuch
# ----
namespace eval a {namespace children ::nosuch}
# ----
namespace eval a {namespace children nosuch}
# ----
namespace current x
# ----
namespace parent x
# ----
namespace parent x y
# ----
namespace eval a::b {namespace parent}
# ----
namespace parent
# ----
namespace eval a::b {}; namespace parent a::b
# ----
namespace delete
# ----
namespace delete a
# ----
namespace delete ::a
# ----
namespace eval a {}; namespace delete a a
# ----
namespace eval a {}; namespace delete a ::b
# ----
namespace eval a {proc p {} {namespace delete [namespace current]; set x 1; catch {set ::a::y 2} m; list $m [namespace current]}}; a::p
# ----
namespace eval a {variable v 1; proc p {} {variable v; namespace delete ::a; list [info exists v] [catch {set v} m] $m}}; a::p
# ----
namespace eval a {variable v 1; proc p {} {variable v; namespace delete ::a; set v 3; namespace eval ::a {}; info exists ::a::v}}; a::p
# ----
namespace eval a {namespace delete ::a; namespace current}
# ----
namespace eval a {namespace delete ::a; set x 1}; namespace exists a
# ----
namespace exists
# ----
namespace exists a b
# ----
namespace exists ""
# ----
namespace exists ::
# ----
namespace exists {}
# ----
namespace qualifiers
# ----
namespace qualifiers a b
# ----
namespace qualifiers ::
# ----
namespace qualifiers :::
# ----
namespace qualifiers ""
# ----
namespace qualifiers a::b
# ----
namespace qualifiers ::a
# ----
namespace qualifiers a:::b
# ----
namespace qualifiers a::b::
# ----
namespace qualifiers ::a::b::c::::d
# ----
namespace qualifiers ::::a
# ----
namespace qualifiers a:b
# ----
namespace qualifiers a::::b:::::c
# ----
namespace tail
# ----
namespace tail a b
# ----
namespace tail ::
# ----
namespace tail ""
# ----
namespace tail a:::b
# ----
namespace tail a::b::
# ----
namespace tail :a
# ----
namespace tail a:b
# ----
namespace tail a::::
# ----
namespace tail a::b:c
# ----
namespace code
# ----
namespace code a b
# ----
namespace eval a {namespace code {x y}}
# ----
namespace eval a {namespace code [namespace code {x y}]}
# ----
namespace code {::namespace inscope a b}
# ----
namespace code {namespace inscope a b}
# ----
namespace code {::namespace inscope a b c}
# ----
namespace code {  ::namespace inscope a b}
# ----
namespace code unknown
# ----
namespace code {::nameSpace in x}
# ----
namespace inscope
# ----
namespace inscope a
# ----
namespace inscope a b
# ----
namespace eval a {variable x 3}; namespace inscope a {set x}
# ----
namespace eval a {variable x 3}; namespace inscope a {set x} 4
# ----
namespace eval a {variable x 3}; namespace inscope a {list a b} {c d} e
# ----
namespace inscope :: {error foo}
# ----
namespace eval a {}; namespace inscope a {error foo} bar
# ----
namespace eval a {error foo}
# ----
namespace eval a {
# ----
  error foo
# ----
}
# ----
namespace eval a error foo
# ----
namespace eval a [list error foo]
# ----
namespace eval a {break}
# ----
namespace eval a {return 5}; list 3
# ----
namespace eval a {proc p {} {return [info level 0]}; p}
# ----
namespace eval a {info level}
# ----
namespace eval a {info level 0}
# ----
namespace eval a {namespace eval b {info level}}
# ----
proc p {} {namespace eval a {info level}}; p
# ----
proc p {} {namespace eval a {info level 1}}; p
# ----
proc p {} {namespace eval a {info level 2}}; p
# ----
proc p {} {set x 1; namespace eval a {info exists x}}; p
# ----
proc p {} {set x 1; namespace eval a {uplevel 1 {set x}}}; p
# ----
proc p {} {set x 1; namespace eval a {upvar 1 x y; set y}}; p
# ----
namespace export a::b
# ----
namespace export -clear
# ----
namespace export
# ----
namespace eval a {namespace export b c* b; namespace export}
# ----
namespace eval a {namespace export b c* ; namespace export -clear d; namespace export}
# ----
namespace eval a {namespace export b -clear; namespace export}
# ----
namespace import
# ----
namespace import nosuch::*
# ----
namespace import ""
# ----
namespace import foo
# ----
namespace import ::foo
# ----
namespace import *
# ----
namespace eval a {namespace export p; proc p {} {}; namespace import ::a::p}
# ----
namespace eval a {namespace import p}
# ----
namespace eval a {namespace export p; proc p {} {list A}}; namespace import a::*; p
# ----
namespace eval a {namespace export p; proc p {} {list A}}; namespace import a::*; namespace import a::*
# ----
namespace eval a {namespace export p; proc p {} {list A}}; namespace import a::*; namespace import -force a::*; p
# ----
namespace eval a {namespace export p; proc p {} {list A}}; proc p {} {}; namespace import a::*
# ----
namespace eval a {namespace export p; proc p {} {list A}}; proc p {} {}; namespace import -force a::p; p
# ----
namespace eval a {namespace export p; proc p {} {list A}}; namespace import a::*; namespace import
# ----
namespace eval a {namespace export p; proc p {} {list A}}; namespace import a::*; proc a::p {} {list B}; p
# ----
namespace eval a {namespace export p; proc p {} {list A}}; namespace import a::*; rename a::p a::q; p
# ----
namespace eval a {namespace export p; proc p {} {list A}}; namespace import a::*; rename a::p q; list [p] [namespace origin p]
# ----
namespace eval a {namespace export p; proc p {} {list A}}; namespace import a::*; rename a::p {}; p
# ----
namespace eval a {namespace export p; proc p {} {list A}}; namespace import a::*; rename p q; list [q] [namespace origin q]
# ----
namespace eval a {namespace export p; proc p {} {list A}}; namespace import a::*; namespace delete a; info commands p
# ----
namespace eval a {namespace export p; proc p {} {list A}}; namespace import a::*; namespace eval b {namespace import ::a::p; namespace export p}; namespace import -force b::p; namespace origin p
# ----
namespace eval a {namespace export p; namespace import ::b::*}; namespace eval b {namespace export p; proc p {} {}}; namespace eval a {namespace import ::b::*}; namespace eval b {namespace import -force ::a::p}
# ----
namespace eval a {namespace export p; proc p {} {list A}}; namespace import a::*; namespace forget p; info commands p
# ----
namespace eval a {namespace export p; proc p {} {list A}}; namespace import a::*; namespace forget a::p; info commands p
# ----
namespace eval a {namespace export p; proc p {} {list A}}; namespace import a::*; namespace forget ::p; info commands p
# ----
namespace eval a {namespace export p; proc p {} {list A}}; namespace import a::*; namespace forget a::q*; info commands p
# ----
namespace eval a {namespace export p; proc p {} {list A}}; namespace eval b {namespace import ::a::p; namespace export p}; namespace import b::p; namespace forget a::p; info commands p
# ----
namespace eval a {namespace export p; proc p {} {list A}}; namespace eval b {namespace import ::a::p; namespace export p}; namespace import b::p; namespace forget b::p; info commands p
# ----
namespace forget
# ----
namespace forget nosuch
# ----
namespace forget nosuch::x
# ----
namespace forget ::
# ----
namespace which
# ----
namespace which a b c
# ----
namespace which -x
# ----
namespace which -x y
# ----
namespace which -command
# ----
namespace which -comm set
# ----
namespace which -var tcl_version
# ----
namespace which -variable tcl_version
# ----
namespace which -variable ::tcl_version
# ----
namespace which -variable env(PATH)
# ----
namespace which -variable nosuch
# ----
namespace which nosuch
# ----
namespace eval a {variable x}; namespace eval a {namespace which -variable x}
# ----
namespace eval a {namespace which -variable tcl_version}
# ----
namespace eval a {namespace which set}
# ----
namespace eval a {proc set {} {}; namespace which set}
# ----
namespace which a::nosuch
# ----
namespace which ::set
# ----
namespace which {}
# ----
namespace origin
# ----
namespace origin a b
# ----
namespace origin nosuch
# ----
namespace origin set
# ----
namespace origin ::set
# ----
namespace eval a {namespace origin set}
# ----
namespace path a b
# ----
namespace path nosuch
# ----
namespace path "a \{"
# ----
namespace path
# ----
namespace eval a {namespace path ::; namespace path}
# ----
namespace eval a {}; namespace eval b {namespace path ::a; namespace path}
# ----
namespace eval a {proc p {} {list A}}; namespace eval b {namespace path ::a; p}
# ----
namespace eval a {proc p {} {list A}}; namespace eval b {namespace path ::a; proc p {} {list B}; p}
# ----
namespace eval a {proc p {} {list A}}; namespace eval b {namespace path ::a; namespace which p}
# ----
namespace eval a {proc p {} {list A}}; namespace eval b {namespace path ::a}; namespace delete a; namespace eval b {namespace path}
# ----
namespace eval a {proc p {} {list A}}; namespace eval b {namespace path {::a ::a}; namespace path}
# ----
namespace eval a::c {proc p {} {list AC}}; namespace eval b {namespace path ::a; c::p}
# ----
namespace unknown
# ----
namespace unknown a b
# ----
namespace unknown {}
# ----
namespace unknown "a \{"
# ----
namespace unknown {list X}; nosuch a b
# ----
namespace eval a {namespace unknown {list X}; nosuch a b}
# ----
namespace eval a {namespace unknown {list X}; namespace unknown}
# ----
namespace eval a {namespace unknown {list X}; namespace unknown {}; nosuch a}
# ----
namespace eval a {namespace unknown {list X}; proc p {} {nosuch 1}}; a::p
# ----
namespace eval a {namespace unknown {list X}}; namespace unknown {list G}; namespace eval b {nosuch}
# ----
namespace eval a {namespace unknown {nope}; nosuch a}
# ----
proc unknown args {list U $args}; foo bar
# ----
namespace eval a {proc unknown args {list U $args}; foo bar}
# ----
rename unknown {}; foo bar
# ----
namespace upvar
# ----
namespace upvar a
# ----
namespace upvar :: a
# ----
namespace upvar :: a b
# ----
namespace upvar :: a b c
# ----
namespace upvar nosuch a b
# ----
namespace eval a {variable x 4}; proc p {} {namespace upvar ::a x y; incr y}; p; set a::x
# ----
namespace eval a {variable x 4}; proc p {} {namespace upvar a x y; set y}; p
# ----
namespace eval a {variable x}; proc p {} {namespace upvar a x(1) y; set y 4}; p; array get a::x
# ----
proc p {} {namespace upvar :: newvar y; set y 4}; p; set newvar
# ----
proc p {} {set y 1; namespace upvar :: newvar y; set y 4}; p
# ----
proc p {} {namespace upvar :: newvar y(1); set y 4}; p
# ----
namespace ensemble
# ----
namespace ensemble foo
# ----
namespace ensemble create a
# ----
namespace ensemble create -foo bar
# ----
namespace ensemble create -command
# ----
namespace ensemble exists
# ----
namespace ensemble exists a b
# ----
namespace ensemble configure
# ----
namespace ensemble configure foo
# ----
namespace ensemble configure set
# ----
namespace ensemble configure foo bar
# ----
namespace eval a {namespace ensemble create; namespace export x y; proc x {} {list X}; proc y {q} {list Y$q}}; list [a x] [a y 1] [catch {a z} m] $m
# ----
namespace eval a {namespace ensemble create}; a z
# ----
namespace eval a {namespace ensemble create; namespace export x; proc x {} {}}; a
# ----
namespace eval a {namespace ensemble create; namespace export x; proc x {} {}}; a z
# ----
namespace eval a {namespace ensemble create; namespace export x y; proc x {} {}; proc y {} {}}; a z
# ----
namespace eval a {namespace ensemble create; namespace export x y; proc x {} {}; proc y {} {error foo}}; a y
# ----
namespace eval a {namespace ensemble create; namespace export x y; proc x {} {}; proc y {a {b 3} args} {error foo}}; a y
# ----
namespace eval a {namespace ensemble create; namespace export xa xb; proc xa {} {list XA}; proc xb {} {}}; a xa
# ----
namespace eval a {namespace ensemble create; namespace export xa xb; proc xa {} {list XA}; proc xb {} {}}; a x
# ----
namespace eval a {namespace ensemble create -prefixes 0; namespace export xa xb; proc xa {} {list XA}; proc xb {} {}}; a x
# ----
namespace eval a {namespace ensemble create -prefixes foo}
# ----
namespace eval a {namespace ensemble create -map {a b c}}
# ----
namespace eval a {namespace ensemble create -map {a {}}}
# ----
namespace eval a {namespace ensemble create -map {a b c d}}; namespace ensemble configure a
# ----
namespace eval a {namespace ensemble create -map {a b c d}}; namespace ensemble configure a -map
# ----
namespace eval a {namespace ensemble create -map {a b c d}}; namespace ensemble configure a -namespace
# ----
namespace eval a {namespace ensemble create -map {a b c d}}; namespace ensemble configure a -namespace x
# ----
namespace eval a {namespace ensemble create -map {a b c d}}; namespace ensemble configure a -foo
# ----
namespace eval a {namespace ensemble create -map {a b c d}}; namespace ensemble configure a -foo bar
# ----
namespace eval a {namespace ensemble create -map {a b c d}}; namespace ensemble configure a -pre no; namespace ensemble configure a -prefixes
# ----
namespace eval a {namespace ensemble create -map {a b c d}}; a c
# ----
namespace eval a {namespace ensemble create -map {a {list x}}}; a a 1 2
# ----
namespace eval a {namespace ensemble create -map {a ::list b {::list b}}}; list [a a 1 2] [a b 1 2] [catch {a c} m] $m
# ----
namespace eval a {namespace ensemble create -subcommands {x y} -map {x ::list}}; a x 1
# ----
namespace eval a {namespace ensemble create -subcommands {x y} -map {x ::list}}; a y 1
# ----
namespace eval a {namespace ensemble create -subcommands {x y} -map {x ::list}; proc y a {list Y$a}}; a y 1
# ----
namespace eval a {namespace ensemble create -command foo -map {x ::list}}; list [a::foo x 1] [namespace ensemble exists a::foo] [namespace ensemble exists a]
# ----
namespace eval a {namespace ensemble create -command ::foo -map {x ::list}}; foo x 2
# ----
namespace ensemble create -command foo -map {x list} -parameters {p q}; foo a b x c
# ----
namespace ensemble create -command foo -map {x list} -parameters {p q}; foo a b
# ----
namespace ensemble create -command foo -map {x list} -parameters {p q}; foo a b c
# ----
namespace ensemble create -command foo -map {x list} -parameters {p q}; foo
# ----
namespace ensemble create -command foo -map {x list} -unknown bar; foo y
# ----
namespace ensemble create -command foo -map {x list} -unknown {list list}; foo y 1
# ----
proc bar args {list ::list $args}; namespace ensemble create -command foo -map {x list} -unknown ::bar; foo y 1
# ----
proc bar args {return}; namespace ensemble create -command foo -map {x list} -unknown ::bar; foo y 1
# ----
proc bar args {error X}; namespace ensemble create -command foo -map {x list} -unknown ::bar; foo y 1
# ----
proc bar args {break}; namespace ensemble create -command foo -map {x list} -unknown ::bar; foo y 1
# ----
proc bar args {return -code break}; namespace ensemble create -command foo -map {x list} -unknown ::bar; foo y 1
# ----
proc bar args {return -code 99}; namespace ensemble create -command foo -map {x list} -unknown ::bar; foo y 1
# ----
proc bar args {return "a \{"}; namespace ensemble create -command foo -map {x list} -unknown ::bar; foo y 1
# ----
proc bar {e args} {namespace ensemble configure $e -map {y ::list}; return}; namespace ensemble create -command foo -map {x list} -unknown ::bar; foo y 1
# ----
proc bar {e args} {rename $e {}; return}; namespace ensemble create -command foo -map {x list} -unknown ::bar; foo y 1
# ----
namespace eval a {namespace ensemble create; namespace export x; proc x {} {info level 0}}; a x
# ----
namespace eval a {namespace ensemble create; namespace export x; proc x args {error $args}}; a x 1 2
# ----
namespace eval a {namespace ensemble create}; rename a b; list [namespace ensemble exists b] [catch {b} m] $m
# ----
namespace eval a {namespace ensemble create}; namespace delete a; info commands a
# ----
namespace eval a {namespace ensemble create}; rename a {}; namespace exists a
# ----
namespace ensemble create -command x -map {a b}; namespace ensemble configure x -map
# ----
namespace eval a {namespace ensemble create -map {a b}; namespace ensemble configure a -map}
# ----
namespace ensemble exists string
# ----
namespace ensemble configure string -namespace
# ----
lsort [dict keys [namespace ensemble configure string -map]]
# ----
lsort [dict keys [namespace ensemble configure dict -map]]
# ----
lsort [dict keys [namespace ensemble configure namespace -map]]
# ----
lsort [dict keys [namespace ensemble configure array -map]]
# ----
lsort [dict keys [namespace ensemble configure file -map]]
# ----
lsort [dict keys [namespace ensemble configure clock -map]]
# ----
lsort [dict keys [namespace ensemble configure binary -map]]
# ----
::tcl::string::length abc
# ----
::tcl::dict::get {a b} a
# ----
::tcl::info::exists x
# ----
::tcl::array::size x
# ----
namespace eval a::b {proc p {} {}}; info commands a::b::*
# ----
set ::a:::b 1
# ----
namespace eval a {set ::a:::b 1; set b}
# ----
namespace eval a {variable x:y 2; set ::a::x:y}
# ----
set a:b 3; set :a:b
# ----
namespace eval a {set :b 3; set ::a:::b}
# ----
proc a:::b {} {list hi}; namespace eval a {}; proc a:::b {} {list hi}; a::b
# ----
namespace eval a {}; proc a:: {} {list empty}; a::
# ----
namespace eval a {}; set a:: 3; list [set a::] [info vars a::*]
# ----
namespace eval a {proc {} {} {list E}}; a::
# ----
proc : {} {list colon}; :
# ----
proc :x {} {list colonx}; list [:x] [::x]
# ----
namespace eval a {proc :x {} {list cx}}; a:::x
# ----
namespace eval same {namespace eval same {namespace current}}
# ----
namespace eval near {}; namespace eval far {list [namespace exists near] [catch {namespace children near} m] $m}
# ----
namespace eval near {}; namespace eval far {catch {namespace delete near} m; set m}
# ----
namespace eval near {}; namespace eval far {namespace eval near {namespace current}}
