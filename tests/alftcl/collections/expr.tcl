expr {1 + [error foo]}
# ----
expr {1 ? [list a] : [error b]}
# ----
expr {0 && [error b]}
# ----
expr {"abc" in {abc d}}
# ----
expr {1+}
# ----
expr {1 2}
# ----
expr {(1}
# ----
expr {1)}
# ----
expr {}
# ----
expr { }
# ----
expr {1 @ 2}
# ----
expr {1 ? 2}
# ----
expr {1 : 2}
# ----
expr {1 , 2}
# ----
expr {()}
# ----
expr {sin(}
# ----
expr {sin()}
# ----
expr {sin(1,}
# ----
expr {sin(1,)}
# ----
expr {max(,1)}
# ----
expr {1 = 2}
# ----
expr {* 2}
# ----
expr {foo}
# ----
expr {foo(1)}
# ----
expr {sin(1,2)}
# ----
expr {1 + foo}
# ----
expr {"abc}
# ----
expr {[abc}
# ----
expr {${abc}
# ----
expr {$a(abc}
# ----
expr {$}
# ----
expr {$ + 1}
# ----
expr {{abc}
# ----
expr {"a"b}
# ----
expr {1 + }
# ----
expr {1 eq}
# ----
expr {1 & }
# ----
expr {(1+)}
# ----
expr {1 ? 2 : }
# ----
expr {1 ? : 3}
# ----
expr {~1.5}
# ----
expr {1.5 % 2}
# ----
expr {1 << -1}
# ----
expr {0 ** -1}
# ----
expr {2 ** 1000000000}
# ----
expr {-1 ** 0.5}
# ----
expr {(-1) ** 0.5}
# ----
expr {sqrt(-1)}
# ----
expr {log(-1)}
# ----
expr {"a" << 1}
# ----
expr {1 << "a"}
# ----
expr {1 << 100000000000}
# ----
expr {-"a"}
# ----
expr {1.5 | 1}
# ----
expr {fmod(1,0)}
# ----
expr {int(1e30)}
# ----
expr {wide(1e30)}
# ----
expr {entier(1e30)}
# ----
expr {round(-2.5)}
# ----
expr {isqrt(-1)}
# ----
expr {max()}
# ----
expr {abs("x")}
# ----
expr {1 in {1 2 3}}
# ----
expr {1 in "\{"}
# ----
expr 1 + 2
# ----
expr {tru}
# ----
expr {o}
# ----
expr {truex}
# ----
expr {1e}
# ----
expr {1.5.5}
# ----
expr {1x}
# ----
expr {"1" "2"}
# ----
expr aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
# ----
expr {1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 + 10 + 11 + 12 + 13 @ 1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 + 10 + 11 + 12 + 13}
# ----
expr {double(1)}
# ----
expr {bool("foo")}
# ----
expr {5.0/0.0 - 5.0/0.0}
# ----
expr {exp(1000)}
# ----
expr {pow(0,-1)}
# ----
expr {acos(2)}
# ----
expr {10 / 0.0}
# ----
expr {1 % 0}
# ----
expr {hypot(3,4)}
# ----
expr {rand() < 1}
# ----
expr {ceil(1.5)}
# ----
expr {0x7fffffffffffffff + 1}
# ----
expr {1 <  "a"}
# ----
expr {1 == 1.0}
# ----
expr {"1" eq "1.0"}
# ----
expr {a eq b}
# ----
expr {1 ? "a" : "b"}
# ----
expr {"0x10"}
# ----
expr {" 5 "}
# ----
expr {1 && "a"}
# ----
expr {-2 ** 2}
# ----
expr {2 ** 3 ** 2}
# ----
expr {-7 / 2}
# ----
expr {-7 % 3}
# ----
expr {1 #comment
+ 2}
