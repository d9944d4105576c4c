"""Questions of tools and windows to the maitre-d of alfred.ini, or to the first of its fall-backs that answers.

    link = await reach(settings, identity)              the proof is made, nothing is asked yet
    answer = await ask(link, AskFarm(1, True), 90.0)    one question, its answer; more may follow on the same link

Who does not answer is a NoMaitred, with words for the user. After one the link is of no use any more.
"""

from __future__ import annotations

import trio

from daemons.link import Identity, Link, LinkError, Unreachable, connect
from daemons.unanswered import NoMaitred
from runtime.farm_messages import Farm, FarmMessage, Refused, whole_farm
from runtime.settings import Settings


async def reach(settings: Settings, identity: Identity) -> Link:
    """A link to the first maitre-d that answers. Raises NoMaitred."""
    tried = []
    for host, port in settings.maitreds:
        try:
            return await connect(host, port, identity, expect="maitre-d")
        except Unreachable as error:
            tried.append(str(error))
        except LinkError as error:
            raise NoMaitred(f"the maitre-d at {host}:{port} refuses: {error}") from error
    if not tried:
        raise NoMaitred(
            "no maitre-d is configured: set alfConfig(maitredHost) HOST in alfred.ini (-ini FILE names another one)"
        )
    raise NoMaitred("\n        ".join((*tried, "is a maitre-d running? alfred -maitre_d starts one")))


async def ask(link: Link, question: FarmMessage, answer_s: float) -> FarmMessage:
    """The answer to a question, whose `serial` it has; it may take so many seconds. Raises NoMaitred."""
    serial: int = getattr(question, "serial", 0)
    parts: list[Farm] = []
    try:
        with trio.fail_after(answer_s):
            link.post(question)
            await link.flush()
            while (message := await link.receive()) is not None:
                if isinstance(message, Refused) and not message.serial:
                    raise NoMaitred(f"the maitre-d has closed the connection: {message.text}")
                if getattr(message, "serial", None) != serial:
                    continue
                if not isinstance(message, Farm):
                    return message
                parts.append(message)
                if not message.more:
                    return whole_farm(parts)
    except LinkError as error:
        raise NoMaitred(f"the maitre-d has closed the connection: {error}") from error
    except trio.TooSlowError:
        raise NoMaitred(f"the maitre-d does not answer within {answer_s:g} s") from None
    raise NoMaitred("the maitre-d has closed the connection without an answer")
