"""How a schedule is read and written by those who edit it: at a maitre-d, and beside the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from daemons import schedule_desk
from runtime.farm_messages import (
    LARGEST_SCHEDULE_BYTES,
    AskSchedule,
    Did,
    FarmMessage,
    Refused,
    ScheduleIs,
    WriteSchedule,
)
from tests.daemons.maitreds import Server, connected, running, slots


async def asked(server: Server, *messages: FarmMessage, user: str = "") -> list[FarmMessage]:
    """What the maitre-d answers to a tool."""
    answers = []
    async with connected(server, "client", user) as client:
        for message in messages:
            client.say(message)
            answers.append(await client.hear(Did | Refused | ScheduleIs))  # type: ignore[arg-type]  # any of them
    return answers


async def test_a_wrangler_reads_edits_and_writes_the_schedule(tmp_path: Path) -> None:
    with running(tmp_path / "m", slots(1)) as server:
        [held] = await asked(server, AskSchedule(1))
        assert isinstance(held, ScheduleIs)
        [done] = await asked(server, WriteSchedule(2, held.data + slots(1, first=2).encode(), held.version))
        await server.logged("schedule: written by client")
        async with connected(server, "client") as ann:
            while len((await ann.farm()).slots) < 2:
                pass

    assert (held.data, held.barred) == (slots(1).encode(), "")
    assert isinstance(done, Did)
    assert server.schedule.read_text() == slots(1) + slots(1, first=2)
    [old] = (tmp_path / "m" / "oldSchedules").iterdir()
    assert old.read_text() == slots(1)


async def test_who_is_no_wrangler_may_look_and_not_write(tmp_path: Path) -> None:
    with running(tmp_path / "m", slots(1), keyed=True) as server:
        held, refused = await asked(server, AskSchedule(1), WriteSchedule(2, b"", None), user="guest")
        await server.logged("refused WriteSchedule")

    assert isinstance(held, ScheduleIs) and held.data == slots(1).encode()
    assert "wranglers" in held.barred
    assert isinstance(refused, Refused) and "wranglers" in refused.text
    assert server.schedule.read_text() == slots(1)


async def test_who_was_overtaken_is_given_the_newer_schedule(tmp_path: Path) -> None:
    with running(tmp_path / "m", slots(1)) as server:
        [held] = await asked(server, AskSchedule(1))
        assert isinstance(held, ScheduleIs)
        first = WriteSchedule(2, held.data + b"set alfLimit(a) 1\n", held.version)
        second = WriteSchedule(3, held.data + b"set alfLimit(b) 1\n", held.version)
        done, newer = await asked(server, first, second)
        assert isinstance(newer, ScheduleIs)
        again = WriteSchedule(4, newer.data + b"set alfLimit(b) 1\n", newer.version)
        assert isinstance((await asked(server, again))[0], Did)

    assert isinstance(done, Did)
    assert newer.data == first.data
    assert server.schedule.read_bytes().endswith(b"set alfLimit(a) 1\nset alfLimit(b) 1\n")


async def test_what_is_known_already_is_not_sent_again(tmp_path: Path) -> None:
    with running(tmp_path / "m", slots(1)) as server:
        [first] = await asked(server, AskSchedule(1))
        assert isinstance(first, ScheduleIs)
        [again] = await asked(server, AskSchedule(2, first.version))
        server.schedule.write_text(slots(2))
        [other] = await asked(server, AskSchedule(3, first.version))

    assert isinstance(again, ScheduleIs) and (again.is_known, again.data) == (True, b"")
    assert isinstance(other, ScheduleIs) and (other.is_known, other.data) == (False, slots(2).encode())


GOOD = b"set alfServer(a) {-host a}\n"


def held(path: Path) -> ScheduleIs:
    found = schedule_desk.answer(path, AskSchedule(1))
    assert isinstance(found, ScheduleIs)
    return found


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"set alfServer(a) {", "it is broken"),
        (b"", "it is empty"),
        (GOOD + b"set alfCrew(c) {-priority much}\n", "not understood: alfCrew(c)"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "alfred.schedule"
    path.write_bytes(GOOD)

    refused = schedule_desk.answer(path, WriteSchedule(2, data, held(path).version))

    assert isinstance(refused, Refused) and words in refused.text
    assert not data or f"{path}:" in refused.text.partition("\n")[2]
    assert path.read_bytes() == GOOD


def test_what_was_not_understood_before_is_no_reason_to_refuse(tmp_path: Path) -> None:
    path = tmp_path / "alfred.schedule"
    path.write_bytes(GOOD + b"set alfLimit(a) many\n")

    assert isinstance(
        schedule_desk.answer(path, WriteSchedule(2, held(path).data + b"set alfLimit(b) 1\n", held(path).version)), Did
    )


def test_what_was_written_already_is_written(tmp_path: Path) -> None:
    path = tmp_path / "alfred.schedule"
    message = WriteSchedule(2, GOOD, None)

    answers = [schedule_desk.answer(path, message), schedule_desk.answer(path, message)]

    assert all(isinstance(answer, Did) for answer in answers)


def test_a_schedule_that_does_not_fit_into_a_message_is_edited_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "alfred.schedule"
    path.write_bytes(b"#" * (LARGEST_SCHEDULE_BYTES + 1))

    assert "by hand" in held(path).barred
