proc main {} {
    set text [string repeat "The quick brown fox. " 400]
    set vowels 0
    set length [string length $text]
    for {set i 0} {$i < $length} {incr i} {
        set c [string index $text $i]
        if {$c eq "o" || $c eq "u"} {
            incr vowels
        }
    }
    set words 0
    set at 0
    while {[set at [string first "fox" $text $at]] >= 0} {
        incr words
        incr at 3
    }
    set upper [string toupper [string range $text 4 8]]
    return "$vowels $words $upper [string match *fox* $text] [string map {quick slow} [string range $text 0 19]]"
}
