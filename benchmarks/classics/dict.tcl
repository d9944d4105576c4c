proc main {} {
    set ages [dict create]
    for {set i 0} {$i < 10000} {incr i} {
        dict set ages "name[expr {$i % 500}]" $i
    }
    set sum 0
    dict for {name age} $ages {
        incr sum $age
        if {[dict exists $ages $name]} {
            incr sum [dict get $ages $name]
        }
    }
    return "$sum [dict size $ages]"
}
