proc main {} {
    set x 0.5
    set sum 0.0
    for {set i 0} {$i < 20000} {incr i} {
        set x [expr {3.7 * $x * (1.0 - $x)}]
        set sum [expr {$sum + sqrt($x) / 2.0}]
    }
    return [format %.6f $sum]
}
