"""The log has a line per grant, return, refusal, recall and job end, and for dispatchers and schedules that change."""

from __future__ import annotations

from site_of import Site, schedule

from runtime.farm_messages import JobEnded


def test_a_grant_and_a_return_are_logged() -> None:
    site = Site(schedule("a"))
    anna = site.join("anna")

    anna.want(jid=7, title="shot 12")
    anna.returns(problem="no answer")

    assert site.logged[1:] == [
        'granted a (anna@ws1 job 7 "shot 12")',
        'returned a (anna@ws1 job 7 "shot 12"): no answer',
    ]


def test_a_request_that_has_to_wait_is_logged_once() -> None:
    site = Site(schedule("a", limits={"pixarRender": 0}))
    anna = site.join("anna")

    anna.want(total=2)
    anna.want(total=2, request=1)

    waiting = [line for line in site.logged if line.startswith("queued")]
    assert waiting == ['queued anna@ws1 job 1 "job 1": 2 of 2 wait (limit pixarrender: 0 of 0 running)']


def test_a_recall_is_logged_with_its_reason() -> None:
    site = Site(schedule("a"))
    anna = site.join("anna")
    anna.want()

    site.carry_out(site.core.eject("a", "ben", site.now))

    assert site.logged[-1] == 'ejected a (anna@ws1 job 1 "job 1"): ejected by ben'


def test_the_end_of_a_job_is_logged() -> None:
    site = Site(schedule("a"))
    anna = site.join("anna")

    site.carry_out(site.core.said(anna.peer, JobEnded(7, "shot 12", "done"), site.now) or [])

    assert site.logged[-1] == 'job 7 "shot 12" of anna@ws1 is done'


def test_dispatchers_that_come_and_go_are_logged() -> None:
    site = Site(schedule("a"))
    anna = site.join("anna")
    anna.want()
    anna.loses_connection()
    site.after(200)
    site.join("ben").leaves()

    lines = [line for line in site.logged if not line.startswith("granted")]
    assert lines == [
        "attached anna@ws1 (anna-1) with 0 leases, 0 of them lost",
        "lost anna@ws1 with 1 leases",
        'ended a (anna@ws1 job 1 "job 1"): its dispatcher is gone',
        "attached ben@ws1 (ben-1) with 0 leases, 0 of them lost",
        "detached ben@ws1",
    ]


def test_another_schedule_is_logged() -> None:
    site = Site(schedule("a"))

    site.read(schedule("a", "b", file="/etc/alfred.schedule"))

    assert site.logged == ["schedule /etc/alfred.schedule: 2 servers, 0 crews"]
