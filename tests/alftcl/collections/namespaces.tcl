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
