proc main {} {
    set text ""
    for {set i 0} {$i < 20000} {incr i} {
        append text "line $i" \n
    }
    return [string length $text]
}
