"""runtime.rights: every request, for everybody."""

from __future__ import annotations

import pytest

from runtime.messages import (
    Act,
    Action,
    AskAbout,
    AskTasks,
    Describe,
    Echo,
    Exclude,
    Follow,
    List,
    Message,
    Prefer,
    Shutdown,
    Spool,
    Watch,
    Why,
)
from runtime.rights import Standing, refusal, standing

HOOK = Act(action=Action.EDIT, jid=1, value="-whendone={rm -rf ~}")
SPOOL = Spool(file="x.alf", text=b"", cwd="/", env={}, user="bob", host="desk")
LOOKS: list[Message] = [List(), Watch(), Describe(jid=1), Follow(jid=1), Why(jid=1), AskTasks(jid=1), Echo()]
ACT = Act(action=Action.DELETE, jid=1)


def test_whose_dispatcher_it_is_makes_the_owner() -> None:
    assert standing("ann", "ann", wrangler=False) is Standing.OWNER
    assert standing("bob", "ann", wrangler=False) is Standing.GUEST
    assert standing("wanda", "ann", wrangler=True) is Standing.WRANGLER


@pytest.mark.parametrize("message", [*LOOKS, ACT, HOOK, SPOOL, Shutdown()])
def test_the_owner_may_everything(message: Message) -> None:
    assert refusal(message, Standing.OWNER, "ann") == ""


@pytest.mark.parametrize("message", LOOKS)
@pytest.mark.parametrize("who", Standing)
def test_everybody_may_look(message: Message, who: Standing) -> None:
    assert refusal(message, who, "ann") == ""


def test_wranglers_act_and_guests_do_not() -> None:
    assert refusal(ACT, Standing.WRANGLER, "ann") == ""
    assert "these are ann's jobs: you may look at them" in refusal(ACT, Standing.GUEST, "ann")


@pytest.mark.parametrize("message", [SPOOL, HOOK, Shutdown(), Exclude(where="node1"), Prefer(name="scheme", value="x")])
@pytest.mark.parametrize("who", [Standing.WRANGLER, Standing.GUEST])
def test_nobody_else_runs_anything_as_the_owner(message: Message, who: Standing) -> None:
    assert "only ann may do that" in refusal(message, who, "ann")


@pytest.mark.parametrize("who", [Standing.WRANGLER, Standing.GUEST])
def test_nobody_else_sees_the_environment(who: Standing) -> None:
    assert "its environment may hold secrets" in refusal(AskAbout(), who, "ann")
    assert refusal(AskAbout(), Standing.OWNER, "ann") == ""
