proc main {} {
    for {set i 0} {$i < 10000} {incr i} {
        set key "k[expr {$i % 100}]"
        if {[info exists count($key)]} {
            incr count($key)
        } else {
            set count($key) 1
        }
    }
    set sum 0
    foreach key [lsort [array names count]] {
        incr sum $count($key)
    }
    return "$sum [array size count]"
}
