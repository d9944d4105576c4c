t {file mkdir a b/c d/e/f; lsort [glob -nocomplain * */*]}
t {close [open x w]; file mkdir x}
t {file mkdir x/y}
t {file mkdir}
t {file mkdir {}}
t {file mkdir ~nouser}
t {file mkdir a/b/../z}
t {file delete}
t {file delete nosuch}
t {file delete d}
t {file delete -force d}
t {file delete -- x}
t {file delete -foo x}
t {file delete -forc x}
t {file delete -force -- a}
t {file delete {}}
t {file delete ~nouser}
t {file delete nosuch/x}
t {close [open x w]; file delete x/y}
t {file rename}
t {file rename x}
t {file rename x y z}
t {file rename x y}
t {file rename nosuch y}
t {file mkdir dd; file rename y dd; file exists dd/y}
t {close [open y w]; file rename y dd}
t {file rename -force y dd}
t {file rename dd dd/y}
t {file mkdir ee; file rename dd ee; glob ee/*}
t {file rename ee ee/dd}
t {file rename ee ee}
t {file rename {} x}
t {file rename x {}}
t {file rename ee nosuch/x}
t {file rename -foo ee x}
t {file rename -force -- ee e2}
t {file rename ~nouser x}
t {file rename e2 ~nouser}
t {close [open f1 w]; close [open f2 w]; file rename f1 f2}
t {file rename f1 e2 f2}
t {file rename f1 f2 nosuchdir}
t {file rename f1 f2 e2; lsort [glob e2/*]}
t {file rename e2/f1 e2/dd}
t {file mkdir e3/dd; file rename -force e2/dd e3}
t {file mkdir g/dd; file rename e3 g/dd}
t {close [open f3 w]; file rename f3 g; file mkdir g2/f3; file rename -force g2/f3 g; file rename g/f3 g2}
t {file rename -force g2/f3 g/f3}
t {file mkdir h; file rename -force f3 h; file rename -force h/f3 f3; file rename h f3}
t {file rename f3 h; file mkdir f3; file rename f3 h}
t {file copy}
t {file copy x}
t {file copy nosuch y}
t {close [open c1 w]; file copy c1 c2; file exists c2}
t {file copy c1 c2}
t {file copy -force c1 c2}
t {file copy c1 c1}
t {file copy -force c1 c1}
t {file copy c1 c2 h; lsort [glob h/*]}
t {file copy c1 h}
t {file copy c1 c2 nosuch}
t {file copy c1 c2 c3}
t {file copy -foo c1 c2}
t {file copy {} c2}
t {file copy c1 {}}
t {file copy h hh; lsort [glob hh/*]}
t {file copy h hh; lsort [glob hh/*]}
t {file copy h hh}
t {file copy -force h hh}
t {file copy h c1}
t {file copy -force h c1}
t {file copy c1 nosuch/c1}
t {file copy c1 c1/c1}
t {file link}
t {file link l1}
t {file link l1 nosuch}
t {file link l1 c1; file readlink l1}
t {file link l1}
t {file link l1 c1}
t {file link -symbolic l2 h; file type l2}
t {file link -hard l3 c1; file stat l3 s; set s(nlink)}
t {file link -hard l4 h}
t {file link -foo l4 h}
t {file link -hard l4 nosuch}
t {file link c1}
t {file readlink c1}
t {file readlink nosuch}
t {file link nosuch/l c1}
t {file link -symbolic l5 l1; file readlink l5}
t {file delete l2; file exists h}
t {file link l2 h; file delete -force l2; file exists h}
t {file lstat l1 s; set s(type)}
t {file stat l1 s; set s(type)}
t {lsort [array names s]}
t {file stat nosuch s}
t {set q 1; file stat c1 q}
t {file stat c1}
t {file attributes c1 -foo}
t {file attributes c1 -permissions}
t {file attributes c1 -permissions 0600; file attributes c1 -permissions}
t {file attributes c1 -permissions u+x,g=rw,o-r; file attributes c1 -permissions}
t {file attributes c1 -permissions rwxr-xr--; file attributes c1 -permissions}
t {file attributes c1 -permissions foo}
t {file attributes c1 -permissions 99}
t {file attributes c1 -permissions a+x}
t {file attributes c1 -permissions ugo=rw; file attributes c1 -permissions}
t {file attributes c1 -permissions u+s,+t; file attributes c1 -permissions}
t {file attributes c1 -permissions u=g; file attributes c1 -permissions}
t {file attributes c1 -permissions 0o644; file attributes c1 -permissions}
t {file attributes c1 -permissions 00777; file attributes c1 -permissions}
t {file attributes c1 -permissions u++x; file attributes c1 -permissions}
t {file attributes c1 -permissions u+z; file attributes c1 -permissions}
t {file attributes c1 -owner}
t {file attributes c1 -group}
t {file attributes c1 -readonly}
t {file attributes c1 -readonly 1}
t {file attributes c1 -owner nosuchuser}
t {file attributes c1 -group nosuchgroup}
t {file attributes c1 -owner root -group}
t {file attributes c1}
t {file attributes nosuch}
t {file attributes nosuch -owner}
t {file attributes nosuch -permissions 0}
t {file attributes nosuch -owner root}
t {file attributes}
t {file attributes {}}
t {file attributes c1 -perm}
t {file attributes c1 -permissions 0600 -group root}
t {file atime c1 100; file atime c1}
t {file mtime c1 100; file mtime c1}
t {file mtime c1 x}
t {file mtime nosuch 5}
t {file mtime c1 -5; file mtime c1}
t {file mtime {} }
t {file mtime}
t {file mtime a b c}
t {file size nosuch}
t {file size h/nosuch}
t {file type nosuch}
t {file type h}
t {file type /dev/null}
t {file type l1}
t {exec mkfifo ff; file type ff}
t {file owned c1}
t {file owned nosuch}
t {file owned /nosuch}
t {file tempfile; list}
t {set f [file tempfile nm [pwd]/foo.ext]; close $f; list [file extension $nm] [string match [pwd]/foo_* $nm]}
t {file tempfile nm nosuchdir/x}
t {file tempfile a b c}
t {file tempfile a(b) ; info exists a(b)}
t {file copy -- -x y}
t {file exists ~nouser}
t {file isdirectory ~}
t {file writable nosuch}
t {file readable c1}
t {file executable c1}
t {file system c1}
t {file system nosuch}
t {file system {}}
t {file separator c1}
t {file separator}
t {file separator ~nouser}
t {file nativename ~nouser}
t {file nativename ~root/x}
t {file nativename a/b//c}
t {file normalize ~nouser}
t {file normalize a/../b/./c//d}
t {file normalize /a/../../b}
t {file normalize {}}
t {file normalize .}
t {file normalize l1/..}
t {file link ld h; file normalize ld/..}
t {file normalize ld/../x}
t {file normalize ~root/../x}
t {file normalize //a//b}
t {file normalize /..}
t {cd nosuch}
t {cd a b}
t {cd {}}
t {pwd x}
t {cd ~nouser}
t {cd /etc/passwd}
