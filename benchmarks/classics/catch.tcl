proc risky n {
    if {$n % 3 == 0} {
        error "no luck with $n"
    }
    return $n
}
proc main {} {
    set failures 0
    for {set i 0} {$i < 3000} {incr i} {
        if {[catch {risky $i} message]} {
            incr failures
        }
    }
    return "$failures $message"
}
