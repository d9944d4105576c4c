proc main {} {
    set total 0
    for {set i 0} {$i < 200} {incr i} {
        for {set j 0} {$j < 200} {incr j} {
            incr total [expr {$i * $j % 7}]
        }
    }
    return $total
}
