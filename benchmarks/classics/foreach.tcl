proc main {} {
    set items {}
    foreach a {1 2 3 4 5 6 7 8 9 10} {
        foreach b {a b c d e f g h i j} {
            foreach {x y} {1 2 3 4 5 6 7 8 9 10} {
                lappend items $a$b [expr {$x + $y}]
            }
        }
    }
    set sum 0
    foreach {name value} $items {
        incr sum $value
    }
    return "$sum [llength $items]"
}
