"""The package msgcat 1.6: messages of scripts in the languages of their readers. msgcat(n).

catalogue    the messages, and which locales are preferred: for everybody, and for packages that choose their own
commands     ::msgcat::mc and its fellows, put in place by `package require msgcat` or by the first use of clock
"""
