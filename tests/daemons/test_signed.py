"""daemons.signed: datagrams that were forged, changed, repeated, overtaken or kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemons.signed import WINDOW_S, Checker, SignatureError, Signer

KEY = b"k" * 32


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_what_was_signed_is_what_comes_out(clock: Clock) -> None:
    assert Checker(KEY, clock).check(Signer(KEY, clock).sign(b"samples")) == b"samples"


def test_another_sites_key_does_not_sign_for_this_one(clock: Clock) -> None:
    with pytest.raises(SignatureError, match="does not have this site's master key"):
        Checker(KEY, clock).check(Signer(b"x" * 32, clock).sign(b"samples"))


@given(st.integers(0, 60), st.integers(0, 7))
def test_a_changed_bit_is_noticed_wherever_it_is(place: int, bit: int) -> None:
    clock = Clock()
    datagram = bytearray(Signer(KEY, clock).sign(b"x"))
    datagram[place % len(datagram)] ^= 1 << bit

    with pytest.raises(SignatureError):
        Checker(KEY, clock).check(bytes(datagram))


def test_a_repeated_datagram_is_refused(clock: Clock) -> None:
    checker, datagram = Checker(KEY, clock), Signer(KEY, clock).sign(b"samples")
    checker.check(datagram)

    with pytest.raises(SignatureError, match="has come before"):
        checker.check(datagram)


def test_one_that_was_overtaken_is_refused(clock: Clock) -> None:
    checker, signer = Checker(KEY, clock), Signer(KEY, clock)
    older, newer = signer.sign(b"older"), signer.sign(b"newer")
    checker.check(newer)

    with pytest.raises(SignatureError, match="a newer one of its sender has"):
        checker.check(older)


def test_senders_do_not_share_numbers(clock: Clock) -> None:
    checker = Checker(KEY, clock)

    assert [checker.check(Signer(KEY, clock).sign(b"x")) for _ in range(3)] == [b"x", b"x", b"x"]


@pytest.mark.parametrize("age", [WINDOW_S + 1, -WINDOW_S - 1])
def test_one_that_was_kept_or_comes_from_a_wrong_clock_is_refused(clock: Clock, age: float) -> None:
    datagram = Signer(KEY, clock).sign(b"samples")
    clock.now += age

    with pytest.raises(SignatureError, match="the clocks of the two hosts differ"):
        Checker(KEY, clock).check(datagram)


def test_nothing_is_accepted_again_when_its_sender_is_forgotten(clock: Clock) -> None:
    checker, old = Checker(KEY, clock), Signer(KEY, clock).sign(b"old")
    checker.check(old)
    clock.now += 10 * WINDOW_S
    checker.check(Signer(KEY, clock).sign(b"another"))

    with pytest.raises(SignatureError):
        checker.check(old)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_with_words(datagram: bytes) -> None:
    with pytest.raises(SignatureError):
        Checker(KEY, Clock()).check(datagram)
    with pytest.raises(SignatureError):
        Checker(KEY, Clock()).check(b"ALF1" + datagram)
