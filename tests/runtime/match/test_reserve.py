"""-reserve as it is written, and the room of one machine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.match.reserve import ReserveError, combined, read_reserve, reserve_words, understood
from runtime.match.room import Room


def room(**has: float) -> Room:
    made = Room()
    made.set_has(has)
    return made


def test_memory_is_in_gigabytes_and_gpus_are_pieces() -> None:
    assert combined(["mem 8 gpu 1"]) == (("gpu", 1.0), ("mem", 8.0))
    assert combined(["MEM 0.5"]) == (("mem", 0.5),)


def test_memory_is_rounded_up_to_whole_megabytes() -> None:
    assert read_reserve("mem 0.0001") == {"mem": 1 / 1024}


def test_the_last_one_that_names_a_resource_counts() -> None:
    assert combined(["mem 2", "mem 8 gpu 1", "gpu 2", ""]) == (("gpu", 2.0), ("mem", 8.0))


def test_nothing_takes_a_reservation_off() -> None:
    assert combined(["mem 8", "mem 0"]) == ()


def test_it_is_shown_as_it_is_written() -> None:
    assert reserve_words(combined(["gpu 1 mem 8.5"])) == "gpu 1 mem 8.5"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mem", "mem has no amount; it is written {mem 8 gpu 1}"),
        ("ram 8", "there is no ram; mem (GB) and gpu (pieces) can be reserved"),
        ("mem much", 'mem: expected floating-point number but got "much"'),
        ("mem -1", "mem cannot be -1"),
        ("mem Inf", "mem cannot be Inf"),
        ("gpu 0.5", "GPUs are reserved whole, not 0.5 of one"),
        ("mem {", "unmatched open brace in list"),
    ],
)
def test_what_cannot_be_reserved_is_said(text: str, words: str) -> None:
    with pytest.raises(ReserveError) as error:
        read_reserve(text)

    assert str(error.value) == f"-reserve {{{text}}}: {words}"


def test_of_what_another_program_says_counts_what_can_be() -> None:
    said = [("mem", 8.0), ("gpu", float("nan")), ("tape", 1.0)]

    assert understood(said) == (("mem", 8.0),)
    assert understood([("mem", float("inf")), ("gpu", -1.0)]) == ()


def test_what_is_held_is_no_more_than_there_is() -> None:
    here = room(mem=64, gpu=2)

    here.take((("mem", 40.0),))

    assert here.fits((("mem", 24.0),))
    assert not here.fits((("mem", 25.0),))
    assert here.why_not((("mem", 25.0),)) == "it reserves 25 GB of memory: 24 of 64 GB of memory are left"


def test_a_machine_that_has_less_now_counts_what_is_held_all_the_same() -> None:
    here = room(mem=64)
    here.take((("mem", 40.0),))

    here.set_has({"mem": 32})

    assert not here.fits((("mem", 1.0),))
    here.give((("mem", 40.0),), ())
    assert here.fits((("mem", 32.0),))


def test_what_nobody_knows_cannot_be_reserved() -> None:
    assert not room(mem=64).fits((("gpu", 1.0),))
    assert "is not known" in room().why_not((("mem", 1.0),))


def test_gpus_are_given_by_number_each_once() -> None:
    here = room(gpu=3)

    assert here.take((("gpu", 2.0),)) == (0, 1)
    assert here.take((("gpu", 1.0),)) == (2,)
    here.give((("gpu", 2.0),), (0, 1))
    assert here.take((("gpu", 1.0),)) == (0,)


def test_gpus_that_are_somebodys_already_are_nobody_elses() -> None:
    here = room(gpu=2)

    here.take((("gpu", 1.0),), (0,))

    assert here.take((("gpu", 1.0),)) == (1,)


def test_what_is_kept_is_not_left_for_others() -> None:
    here = room(mem=64)

    here.keep((("mem", 48.0),), 1)

    assert here.why_not((("mem", 20.0),)) == (
        "it reserves 20 GB of memory: 64 of 64 GB of memory are left, 48 kept for others"
    )
    here.keep((("mem", 48.0),), -1)
    assert here.fits((("mem", 64.0),))


@given(st.lists(st.floats(0.001, 100), max_size=30), st.randoms())
def test_amounts_leave_nothing_behind(amounts: list[float], random: object) -> None:
    here = room(mem=64)
    held = [(("mem", read_reserve(f"mem {amount!r}")["mem"]),) for amount in amounts]

    for one in held:
        here.take(one)
    random.shuffle(held)  # type: ignore[attr-defined]  # hypothesis gives a Random
    for one in held:
        here.give(one, ())

    assert here.left == {"mem": 64.0}
    assert here.held == {}
