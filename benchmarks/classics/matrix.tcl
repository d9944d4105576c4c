proc make {n} {
    set rows {}
    for {set i 0} {$i < $n} {incr i} {
        set row {}
        for {set j 0} {$j < $n} {incr j} {
            lappend row [expr {$i + $j}]
        }
        lappend rows $row
    }
    return $rows
}
proc multiply {a b n} {
    set product [make $n]
    for {set i 0} {$i < $n} {incr i} {
        for {set j 0} {$j < $n} {incr j} {
            set sum 0
            for {set k 0} {$k < $n} {incr k} {
                set sum [expr {$sum + [lindex $a $i $k] * [lindex $b $k $j]}]
            }
            lset product $i $j $sum
        }
    }
    return $product
}
proc main {} {
    set a [make 25]
    return [lindex [multiply $a $a 25] 24 24]
}
