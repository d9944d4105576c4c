"""What scripts measure and look at values with: ::tcl::unsupported::timerate and representation.

Of the other commands there, inject and corotype are in commands/coroutines.py; those of the byte code are left out,
for there is none.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from alftcl.errors import Break, Continue
from alftcl.table import command, wrong_args
from alftcl.values import Value, to_float, to_str, to_wide

if TYPE_CHECKING:
    from alftcl.interp import Interp

_TIMERATE = "?-direct? ?-calibrate? ?-overhead double? command ?time ?max-count??"
_USUAL_MS = 1000
_NO_LIMIT = (1 << 63) - 1
_KINDS: dict[type, str] = {int: "int", float: "double", list: "list", dict: "dict", str: "pure string"}
_WIDE = 1 << 63
_SHOWN = 16  # characters of a value; of a longer one the first few


@command("::tcl::unsupported::timerate", _TIMERATE, least=1, most=8)
def timerate(interp: Interp, args: list[Any]) -> Value:
    """How long a command takes on average: run until so many milliseconds or rounds are over."""
    overhead, words = _timerate_options(args)
    if not 1 <= len(words) <= 3:
        raise wrong_args(f"{to_str(interp.command_word)} {_TIMERATE}")
    limit_ms = to_wide(words[1]) if len(words) > 1 else _USUAL_MS
    most = to_wide(words[2]) if len(words) > 2 else _NO_LIMIT
    rounds = 0
    began = now = time.perf_counter()
    while rounds < most:
        rounds += 1
        try:
            interp.eval_body(words[0])
        except Continue:
            pass
        except Break:
            now = time.perf_counter()
            break
        now = time.perf_counter()
        if now >= began + limit_ms / 1000:
            break
    return _rate(rounds, max(0.0, (now - began) * 1e6 - rounds * overhead))


def _timerate_options(args: list[Any]) -> tuple[float, list[Any]]:
    """What to take off for each round, in microseconds, and the other words. The last word is never an option."""
    overhead, place = 0.0, 0
    while place < len(args) - 1:
        word = to_str(args[place])
        if word == "--":
            return overhead, args[place + 1 :]
        if word == "-overhead":
            place += 1
            overhead = to_float(args[place])
        elif word not in ("-calibrate", "-direct"):
            break
        place += 1
    return overhead, args[place:]


def _rate(rounds: int, micros: float) -> Value:
    if rounds == 0:
        return "0 µs/# 0 # 0 #/sec 0 net-ms"
    each = micros / rounds
    a_second = rounds * 1_000_000 / max(micros, 1.0)
    shown = f"{each:.6f}" if each < 10 else f"{each:.6g}"
    rate = str(int(a_second)) if a_second >= 1000 else f"{a_second:.6g}"
    return f"{shown} µs/# {rounds} # {rate} #/sec {micros / 1000:.3f} net-ms"


@command("::tcl::unsupported::representation", "value")
def representation(interp: Interp, args: list[Any]) -> Value:
    """What a value is held as, in Tcl's words; the numbers are of one's own making."""
    value = args[0]
    kind = _KINDS[type(value)]
    if isinstance(value, int) and not -_WIDE <= value < _WIDE:
        kind = "bignum"
    told = f"value is a {kind} with a refcount of 1, object pointer at {id(value):#x}"
    if not isinstance(value, str):
        return f"{told}, internal representation {id(value):#x}:(nil), no string representation"
    shown = value if len(value) <= _SHOWN else value[: _SHOWN - 3] + "..."
    return f'{told}, string representation "{shown}"'
