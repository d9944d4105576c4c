proc main {} {
    set hits 0
    set lines {}
    for {set i 0} {$i < 1000} {incr i} {
        lappend lines "frame $i of shot_[expr {$i % 40}].rib took [expr {$i * 3}]s"
    }
    foreach line $lines {
        if {[regexp {^frame (\d+) of (\w+)\.rib took (\d+)s$} $line -> frame shot seconds]} {
            incr hits $frame
        }
        if {[regexp {shot_1\d} $line]} {
            incr hits
        }
        regsub -all {\d+} $line # line
    }
    return "$hits $line"
}
