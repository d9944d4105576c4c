# A day at the studio: what is queued when, by whom; how long commands take; who wants his desktop back.
start 2026-03-02
machine -start 0.1

foreach user {anna ben carl} {
    arrive 9:30 -user $user -script shot.alf -var {frames {uniform 40 120}} -every {exponential 75m} -until 19:00
}
foreach user {dora emil} {
    arrive 10:00 -user $user -script shot.alf -var {frames {uniform 60 200}} -every {exponential 2h} -until 21:00
}

takes prman  {lognormal 8m 0.5}
takes encode {normal 3m 30s}
fails prman  0.01 -status 7

nimby desk* {mon-fri 9:00-12:30 13:30-18:00} -chance 0.8
dies  rack3 15:00 -lasts 40m
