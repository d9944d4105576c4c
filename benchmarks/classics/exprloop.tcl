proc main {} {
    set x 1
    for {set i 1} {$i <= 20000} {incr i} {
        set x [expr {($x * 31 + $i) % 65521}]
        if {$x & 1 && $x > 100 || $i % 3 == 0} {
            set x [expr {$x ^ 0x55}]
        }
    }
    return $x
}
