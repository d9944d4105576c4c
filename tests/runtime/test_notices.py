"""Who hears of a job's end, and that everybody does so at least once."""

from __future__ import annotations

from typing import Any

import pytest
from farm import Farm, job, task
from hypothesis import given
from hypothesis import strategies as st

from runtime.messages import Action, JobState
from runtime.notices import NotifyError, Target, read_targets, targets_for, why_not
from runtime.settings import Settings

CHAT = "https://chat.example/hooks/1"
SITE = Settings(notify=(Target("error", "mailto:%u@studio.example"), Target("always", CHAT)))
OPEN = Settings(notify_hosts=("*.example",))


def told(farm: Farm) -> list[str]:
    return [order.where for order in farm.notices_ordered]


def notified(farm: Farm, where: str, trouble: str = "") -> None:
    [order] = [order for order in farm.notices_ordered if order.where == where]
    farm.carry_out(farm.core.notified(order.jid, where, order.rested, trouble, farm.now))


# ---- who ----------------------------------------------------------------------------------------------------


def test_the_site_names_who_hears_of_which_end() -> None:
    done, failed = Farm(settings=SITE), Farm(settings=SITE)
    done.submit(job(task("a")))
    failed.submit(job(task("a")))

    done.end("a")
    failed.end("a", 3)

    assert told(done) == [CHAT]
    assert told(failed) == ["mailto:anna@studio.example", CHAT]


def test_a_jobs_own_word_takes_the_place_of_the_sites() -> None:
    farm = Farm(settings=Settings(notify=SITE.notify))
    farm.submit(job(task("a"), notify="done mailto:ben@studio.example"))
    farm.submit(job(task("b"), notify=""))

    farm.finish()

    assert told(farm) == ["mailto:ben@studio.example"]


def test_without_a_word_nobody_is_told() -> None:
    farm = Farm()
    farm.submit(job(task("a")))

    farm.end("a")

    assert told(farm) == []


def test_a_job_names_no_host_that_the_site_does_not_allow() -> None:
    farm = Farm()
    farm.submit(job(task("a"), notify=f"done {CHAT}"))
    farm.end("a")

    assert told(farm) == []
    assert farm.notices == [
        "-notify https://chat.example: nobody will be told: alfConfig(notifyHosts) does not name chat.example"
    ]


def test_a_job_names_a_host_that_the_site_allows() -> None:
    farm = Farm(settings=OPEN)
    farm.submit(job(task("a"), notify=f"done {CHAT}"))

    farm.end("a")

    assert told(farm) == [CHAT]


@pytest.mark.parametrize(
    "text", ["done", "later mailto:a@b", "done mailto:a", "done ftp://a/b", "done http://", "done x y z"]
)
def test_what_cannot_be_read_is_told_when_the_job_comes(text: str) -> None:
    farm = Farm(settings=OPEN)
    farm.submit(job(task("a"), notify=text))
    farm.end("a")

    assert farm.notices[0].startswith("-notify: nobody will be told: ")
    assert (told(farm), farm.job_state()) == ([], JobState.DONE)


@pytest.mark.parametrize(
    "where",
    [
        "http://chat.example@evil.test/",
        "http://evil.test\\@chat.example/",
        "http://chat.example\nHost: evil.test/",
        "http://user:secret@chat.example/",
        "http://chat.example:99999/",
        "mailto:a@b\r\nBcc: everybody@b",
        "mailto:a@b,c@d",
        "mailto:<a@b>",
        "file:///etc/passwd",
    ],
)
def test_addresses_that_could_be_read_in_two_ways_are_refused(where: str) -> None:
    with pytest.raises(NotifyError):
        read_targets(["always", where])


@given(st.text(max_size=20))
def test_no_users_name_makes_an_address_of_another_kind(user: str) -> None:
    found = targets_for(SITE.notify, True, user)

    assert found[-1] == CHAT
    assert all(where.endswith("@studio.example") and "\n" not in where for where in found[:-1])


def test_patterns_say_what_a_job_may_name() -> None:
    assert why_not("http://Chat.Example/x", ["*.example"], []) == ""
    assert why_not("http://169.254.169.254/latest", ["*.example"], ["*"]) != ""
    assert why_not("mailto:Anna@Studio.example", [], ["*@studio.example"]) == ""
    assert why_not("mailto:anna@home.example", [], ["*@studio.example"]) != ""


# ---- what ---------------------------------------------------------------------------------------------------


def test_a_notice_says_what_failed_and_how_many_did() -> None:
    farm = Farm(settings=SITE)
    farm.submit(job(*(task(f"t{n}") for n in range(25)), title="film"))
    farm.finish(3)

    notice = farm.notices_ordered[0].notice
    assert (notice.event, notice.jid, notice.title, notice.tasks) == ("error", 1, "film", {"error": 25})
    assert (len(notice.errors), notice.more_errors) == (20, 5)
    assert (notice.errors[0].task, notice.errors[0].reason) == ("1.1", "exit status 3")
    assert notice.text == 'job 1 "film" of anna on here is stopped: 25 tasks in error'


def test_a_single_failed_task_is_no_tasks() -> None:
    farm = Farm(settings=SITE)
    farm.submit(job(task("a")))
    farm.end("a", 3)

    assert farm.notices_ordered[0].notice.text.endswith(" is stopped: 1 task in error")


# ---- at least once ------------------------------------------------------------------------------------------


def test_the_dispatcher_is_not_idle_until_everybody_was_told() -> None:
    farm = Farm(settings=SITE)
    farm.submit(job(task("a")))
    farm.end("a")
    assert not farm.core.idle

    notified(farm, CHAT)

    assert farm.core.idle
    assert farm.job_state() is JobState.DONE


def test_what_cannot_be_delivered_is_told_and_holds_nobody_up() -> None:
    farm = Farm(settings=SITE)
    farm.submit(job(task("a")))
    farm.end("a")

    notified(farm, CHAT, "it answers 500 (5 tries)")

    assert farm.notices == ["https://chat.example was not told of its end: it answers 500 (5 tries)"]
    assert farm.core.idle


def test_who_had_not_been_told_is_told_by_the_next_dispatcher_and_nobody_else() -> None:
    farm = Farm(settings=SITE)
    farm.submit(job(task("a")))
    farm.end("a", 1)
    notified(farm, CHAT)

    back = farm.returned()
    back.adopt([], {})

    assert told(back) == ["mailto:anna@studio.example"]
    assert back.notices_ordered[0].notice == farm.notices_ordered[0].notice


def test_a_job_that_came_to_rest_again_is_told_again() -> None:
    farm = Farm(settings=SITE)
    jid = farm.submit(job(task("a")))
    farm.end("a", 1)
    farm.now += 10
    farm.act(Action.RETRY, jid)
    farm.end("a")

    assert told(farm) == ["mailto:anna@studio.example", CHAT, CHAT]
    first, second = (order for order in farm.notices_ordered if order.where == CHAT)
    assert first.notice.id != second.notice.id


def test_a_late_answer_about_an_earlier_end_is_no_answer_about_this_one() -> None:
    farm = Farm(settings=SITE)
    jid = farm.submit(job(task("a")))
    farm.end("a", 1)
    early = farm.notices_ordered[1]
    farm.now += 10
    farm.act(Action.RETRY, jid)
    farm.end("a")

    farm.carry_out(farm.core.notified(early.jid, CHAT, early.rested, "", farm.now))

    assert not farm.core.idle


def test_a_job_that_is_deleted_needs_nobody_to_be_told() -> None:
    farm = Farm(settings=SITE)
    jid = farm.submit(job(task("a")))
    farm.end("a")
    order: Any = farm.notices_ordered[0]

    farm.act(Action.DELETE, jid)
    assert farm.core.notified(order.jid, order.where, order.rested, "", farm.now) == []

    assert jid not in farm.core.jobs
