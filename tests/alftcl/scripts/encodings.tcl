t {encoding}
t {encoding foo}
t {encoding convertfrom}
t {encoding convertfrom a b c}
t {encoding convertfrom nosuch abc}
t {encoding convertto}
t {encoding convertto nosuch a}
t {encoding convertto utf-8 \u00e9\u20ac}
t {encoding convertfrom utf-8 \xc3\xa9}
t {encoding names x}
t {encoding system x}
t {encoding system}
t {encoding system a b}
t {encoding dirs a b}
t {encoding dirs \{}
t {encoding convertto unicode ab}
t {encoding convertfrom unicode a\0b\0c}
t {encoding convertto identity \u00e9}
t {encoding convertfrom identity \xc3\xa9}
t {encoding convertto binary \u1234}
t {encoding convertfrom binary ab\xff}
t {binary scan [encoding convertto utf-8 \0] H* x; set x}
t {binary scan [encoding convertto utf-8 \ud800] H* x; set x}
t {binary scan [encoding convertto utf-8 \ud83d\ude00] H* x; set x}
t {binary scan [encoding convertfrom utf-8 \xc0\x80] H* x; set x}
t {binary scan [encoding convertfrom utf-8 \xed\xa0\x80] H* x; set x}
foreach b {\x80 \x81 \x93 \x9f \xa0 \xc3 \xc3a \xe2\x82 \xe2\x82a \xf0\x9f\x98 \xff\xfe \xf8\x88\x80\x80\x80 \xc1\xbf \xe0\x80\x80} { t "encoding convertfrom utf-8 $b"; t "scan \[encoding convertfrom utf-8 $b] %c%c%c" }
foreach e {ascii iso8859-1 iso8859-15 cp1252 cp1251 cp437 koi8-r macRoman shiftjis big5 gb2312 cp1250 cp1258 cp864 cp869 cp874 tis-620 koi8-u iso8859-2 iso8859-9 cp737 cp850 cp866} {
 t "binary scan \[encoding convertto $e {a\u00e9\u20ac\u0416\u3042\u4e9c~\\\\}] H* x; set x"
 t "encoding convertfrom $e {a\x80\xe9\xa4\xe0\x82\xa0\x8f~\\\\}"
 t "encoding convertfrom $e \x1b\$B\$\"\x1b(Ba"
}
for {set i 0} {$i<256} {incr i} {append all [format %c $i]}
foreach e {ascii iso8859-3 iso8859-6 iso8859-7 iso8859-8 iso8859-11 iso8859-10 iso8859-13 iso8859-14 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp1250 cp1251 cp437 cp874 cp864 cp857 koi8-r macRoman} {t "encoding convertfrom $e \$all"}
