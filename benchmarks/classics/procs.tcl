proc square x { expr {$x * $x} }
proc sum args {
    set total 0
    foreach x $args { incr total $x }
    return $total
}
proc scaled {x {by 2}} { return [expr {$x * $by}] }
proc main {} {
    set total 0
    for {set i 0} {$i < 5000} {incr i} {
        set total [sum $total [square $i] [scaled $i] [scaled $i 3]]
    }
    return $total
}
