"""A maitre-d vouches for the users of a site at each other's dispatchers.

    bob's alfred           ann's dispatcher           maitre-d
      Hello  ---------------->
                               Vouch ------------------>   it can derive bob's key
                               <----------------- Vouched   the proofs of both sides in this one hello
      <--------------- Welcome
      Proof ----------------->  the same?

A dispatcher has its own user's key alone, so it can check nobody else's proof by itself. It learns no key this way, and
no proof that is good anywhere but at a dispatcher of its own user: that is what `vouched` makes sure of.
"""

from __future__ import annotations

import msgspec

from daemons.hello import TAKES, Hello, Proofs, Welcome, proofs
from daemons.keys import Keyring
from runtime.farm_messages import Vouch, Vouched

_ROLE = "dispatcher"
_encoder = msgspec.msgpack.Encoder()
_hello = msgspec.msgpack.Decoder(Hello)
_welcome = msgspec.msgpack.Decoder(Welcome)


def question(serial: int, hello: Hello, welcome: Welcome) -> Vouch:
    """What a dispatcher asks its maitre-d about a hello."""
    return Vouch(serial, _encoder.encode(hello), _encoder.encode(welcome))


def vouched(keyring: Keyring, user: str, asked: Vouch) -> Vouched:
    """The answer to the dispatcher of `user`: proofs, or none for a hello that is not at a dispatcher of his."""
    none = Vouched(asked.serial)
    try:
        hello, welcome = _hello.decode(asked.hello), _welcome.decode(asked.welcome)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return none
    at_his = hello.expect == welcome.role == _ROLE and welcome.user == user
    if not at_his or hello.role not in TAKES[_ROLE] or not keyring.master:
        return none
    key = keyring.key_of(hello.user)
    if key is None:
        return none
    both = proofs(key, hello, welcome)
    return Vouched(asked.serial, both.acceptor, both.connector)


def proofs_in(answer: Vouched) -> Proofs | None:
    """The proofs of an answer; None where the maitre-d does not vouch."""
    return Proofs(answer.acceptor, answer.connector) if answer.acceptor and answer.connector else None
