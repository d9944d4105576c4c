file mkdir d/sub e .hd; foreach f {a.c b.c x.h .hid {sp ace} br[1] q\{z d/f1 d/f2.c d/sub/g e/f1 back\\sl ~til} {close [open ./$f w]}
file link lnk a.c; close [open nowhere w]; file link dang nowhere; file delete nowhere
proc g {args} {lsort [glob {*}$args]}
t {glob}
t {glob --}
t {glob -}
t {glob -foo *}
t {glob -nocomplain}
t {glob -nocomplain -- }
t {g *}
t {g .*}
t {g *.c}
t {g *.{c,h}}
t {g {{a,b}.c}}
t "g \\{a,b"
t "g a,b\\}"
t {g {{a,{b,x}}.[ch]}}
t {g {[ab].c}}
t {g {[a-b].?}}
t {g {[^a].c}}
t {g {[!a].c}}
t {g {[a}}
t {g d/*}
t {g */f1}
t {g */*}
t {g d/s*/g}
t {g {d/{f1,sub/g}}}
t {g {{d,e}/f1}}
t {g -directory d *}
t {g -dir d *}
t {g -directory}
t {g -directory d -directory e *}
t {g -directory d -path e *}
t {g -path d *}
t {g -path d/f *}
t {g -path {} *.c}
t {g -path {br[} *}
t {g -tails -directory d *}
t {g -tails *}
t {g -tails -path d/f *}
t {g -join d *}
t {g -join * f1}
t {g -join d sub *}
t {g -types d *}
t {g -types f *}
t {g -types l *}
t {g -types {f l} *}
t {g -types {f r} *.c}
t {g -types {d hidden} *}
t {g -types hidden *}
t {g -types {hidden f} .*}
t {g -types x *}
t {g -types foo *}
t {g -types {f foo} *}
t {g -types {d f} *}
t {g -types b -nocomplain *}
t {g -types {macintosh type TEXT} *}
t {g -types}
t {g nosuch}
t {g nosuch* foo*}
t {g -nocomplain nosuch* foo*}
t {g a.c nosuch*}
t {g a.c b.c}
t {g *.c a.c}
t {g nosuchdir/*}
t {g ~nouser/*}
t {g ~root}
t {g {~til}}
t {g ./~til}
t {g -nocomplain -directory nosuch *}
t {g {br\[1\]}}
t {g {br[[]1]}}
t {g q\\\{z}
t {g {sp ace}}
t {g sp*}
t {g {back\\sl}}
t {g d//*}
t {g ./d/*}
t {g ../gx/a*}
t {g {}}
t {g {d/}}
t {g */}
t {g -directory d sub/g}
t {g -directory [pwd]/d *}
t {g /et[c]}
t {g {/{etc,usr}}}
t {g -types d /*tc}
t {g dang lnk}
t {g -types l -directory . *}
t {g {*{.c,.h}}}
t {g {\*}}
t {g -nocomplain {\a.c}}
t {g -n *.c}
t {g -nocomp *.zzz}
t {g -t d *}
t {g -types {rw} *}
t {g -types readonly *}
t {g . .. }
t {g d/.}
t {g d/..}
t {g */.}
t {g -join -directory d s* g}
t {g -join -path d / f1}
t {g {{}}}
t {g {{,x}a.c}}
t {g {a{.c,}} }
t {g a.c/ }
t {g a.c/* }
t {g -directory a.c * }
t {glob -types {{macintosh type TEXT}} zz*}
t {glob -types {{macintosh creator TEXT} {macintosh type TEXT} {macintosh type FOO}} zz*}
t {glob -types TEXT zz*}
t {glob -types {TEXT ABCD} zz*}
t {glob -types {TEXT ABCD EFGH} zz*}
t {glob -types {macintosh f} zz*}
t {glob -directory d -path x zz*}
t {glob -path d -directory x zz*}
t {glob -path d -path x zz*}
