set total 0
set names {}
for {set i 0} {$i < 5000} {incr i} {
    set square [expr {$i * $i}]
    if {$square % 2} {
        incr total $square
    }
    lappend names item$i
}
foreach name $names {
    set length($name) [string length $name]
}
set sum 0
while {$i > 0} {
    incr i -1
    incr sum $length(item$i)
}
set result "$total $sum"
