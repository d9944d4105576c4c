proc kind word {
    switch -- $word {
        alpha { return 1 }
        beta { return 2 }
        gamma -
        delta { return 3 }
        default { return 0 }
    }
}
proc main {} {
    set sum 0
    foreach word [lrepeat 3000 alpha beta gamma delta omega] {
        incr sum [kind $word]
    }
    return $sum
}
