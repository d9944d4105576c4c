"""The proof of a grant is HMAC-SHA256: other programs, and maitre-ds of another version, find the same."""

import hmac

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from runtime.farm_messages import LeaseId
from runtime.grants import is_proven, proof_of


@given(st.binary(min_size=1, max_size=200), st.text(max_size=100))
def test_a_proof_is_hmac_sha256_whatever_the_length_of_the_key(key: bytes, slot: str) -> None:
    lease = LeaseId(7, 1)
    words = msgspec.msgpack.encode((lease, "wanda", "d1", slot, "host"))
    assert proof_of(key, lease, "wanda", "d1", slot, "host") == hmac.digest(key, words, "sha256")


def test_a_proof_is_that_of_its_own_key_alone() -> None:
    proof = proof_of(b"k" * 32, LeaseId(7, 1), "wanda", "d1", "slot", "host")
    assert is_proven(proof, b"k" * 32, LeaseId(7, 1), "wanda", "d1", "slot", "host")
    assert not is_proven(proof, b"j" * 32, LeaseId(7, 1), "wanda", "d1", "slot", "host")
