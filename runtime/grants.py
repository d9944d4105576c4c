"""The proof that a maitre-d has given a slot: what makes a lease worth more than the word of who names it.

    maitre-d   --Granted: each slot with its proof-->   dispatcher   --Launch: with the proof of its slot-->   alfserver
                                                            `--Attach: with those of the leases it holds-->   maitre-d

HMAC-SHA256 with a key of the site's maitre-ds and alfservers (daemons.keys), over the lease, its user, its dispatcher,
the slot and the slot's host. So nobody can run what was not granted, claim what another one has, or name a term that no
maitre-d had. What is given in chaos (epoch 0) has no proof: alfConfig(chaosAllowed) says whether it counts. A site
without keys has no proofs: there all processes are one user's.
"""

from __future__ import annotations

import hmac
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from runtime.farm_messages import LeaseId

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

_BLOCK = 64
"""Bytes that SHA-256 takes at a time."""
_encoder = msgspec.msgpack.Encoder()


def proof_of(key: bytes, lease: LeaseId, user: str, dispatcher: str, slot: str, host: str) -> bytes:
    """The maitre-d's word that this slot of this host is in this lease; empty without a key."""
    return _hmac(key, _encoder.encode((lease, user, dispatcher, slot, host))) if key else b""


def _hmac(key: bytes, words: bytes) -> bytes:
    """HMAC-SHA256 (RFC 2104). A maitre-d proves each grant with the same key: what follows from the key alone is
    computed once, which is most of it."""
    keyed_inner, keyed_outer = _keyed(key)
    inner, outer = keyed_inner.copy(), keyed_outer.copy()
    inner.update(words)
    outer.update(inner.digest())
    return outer.digest()


@lru_cache(maxsize=4)
def _keyed(key: bytes) -> tuple[Hash, Hash]:
    """SHA-256 begun with a key, for the inner and the outer of the two."""
    block = (key if len(key) <= _BLOCK else sha256(key).digest()).ljust(_BLOCK, b"\0")
    return sha256(bytes(byte ^ 0x36 for byte in block)), sha256(bytes(byte ^ 0x5C for byte in block))


def is_proven(proof: bytes, key: bytes, lease: LeaseId, user: str, dispatcher: str, slot: str, host: str) -> bool:
    """Whether `proof` is that word. Without a key everything is."""
    return hmac.compare_digest(proof, proof_of(key, lease, user, dispatcher, slot, host)) if key else True
