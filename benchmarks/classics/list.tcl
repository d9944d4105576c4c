proc main {} {
    set items {}
    for {set i 0} {$i < 10000} {incr i} {
        lappend items [expr {$i * 7919 % 10007}]
    }
    set sum 0
    for {set i 0} {$i < [llength $items]} {incr i} {
        incr sum [lindex $items $i]
    }
    set sorted [lsort -integer $items]
    set part [lrange $sorted 100 199]
    return "$sum [lindex $sorted end] [llength [concat $part $part]] [lsearch -exact -integer $items 5003]"
}
