proc next {n step} {
    return [expr {$n + $step}]
}
proc main {} {
    set n 0
    while {$n < 30000} {
        set n [next $n 2]
    }
    return $n
}
