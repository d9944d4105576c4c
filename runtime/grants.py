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

import msgspec

from runtime.farm_messages import LeaseId

_encoder = msgspec.msgpack.Encoder()


def proof_of(key: bytes, lease: LeaseId, user: str, dispatcher: str, slot: str, host: str) -> bytes:
    """The maitre-d's word that this slot of this host is in this lease; empty without a key."""
    return hmac.digest(key, _encoder.encode((lease, user, dispatcher, slot, host)), "sha256") if key else b""


def is_proven(proof: bytes, key: bytes, lease: LeaseId, user: str, dispatcher: str, slot: str, host: str) -> bool:
    """Whether `proof` is that word. Without a key everything is."""
    return hmac.compare_digest(proof, proof_of(key, lease, user, dispatcher, slot, host)) if key else True
