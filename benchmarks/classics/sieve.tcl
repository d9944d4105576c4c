proc main {} {
    set limit 8000
    for {set i 2} {$i <= $limit} {incr i} {
        set prime($i) 1
    }
    for {set i 2} {$i * $i <= $limit} {incr i} {
        if {$prime($i)} {
            for {set j [expr {$i * $i}]} {$j <= $limit} {incr j $i} {
                set prime($j) 0
            }
        }
    }
    set count 0
    for {set i 2} {$i <= $limit} {incr i} {
        incr count $prime($i)
    }
    return $count
}
