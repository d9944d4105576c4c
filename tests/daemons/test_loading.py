"""daemons.loading: what a dispatcher remembers of earlier days, and what it lets go."""

from __future__ import annotations

from pathlib import Path

import trio

from daemons import loading
from daemons.journal import Journal, pack
from daemons.loading import Loader, pack_summary
from daemons.reading import ScriptReader
from runtime.dispatcher import Dispatcher
from runtime.facts import JobSpooled
from runtime.job.model import JobId
from runtime.job.session import LIMITS
from runtime.machine import Machine
from runtime.messages import JobState, JobSummary

NOW = 1_000_000_000.0


def spooled(jid: int, number: int = 0) -> JobSpooled:
    return JobSpooled(JobId(jid), NOW, "a.alf", number, "ann", "here", "/", {})


def finished(jid: int, ended: float) -> JobSummary:
    counts = {"done": 1}
    return JobSummary(jid, "mugs", "ann", "a.alf", JobState.DONE, 1.0, 1, counts, spooled=NOW - 1, ended=ended)


async def filled(path: Path, script: bytes, jobs: list[JobSpooled], ends: dict[int, float]) -> None:
    journal = Journal(path)
    journal.start(lambda trouble: None)
    await journal.add(pack(script), jobs)
    for jid, ended in ends.items():
        journal.finish(JobId(jid), ended, pack_summary(finished(jid, ended)), 0)
    await trio.to_thread.run_sync(journal.close)


def load(path: Path) -> tuple[Loader, Dispatcher]:
    core = Dispatcher(Machine(()), ScriptReader())
    loader = Loader(Journal(path), core, LIMITS)
    loader.load()
    return loader, core


async def test_jobs_in_the_queue_are_read_again_each_as_its_own_job_of_the_script(tmp_path: Path) -> None:
    await filled(tmp_path / "q", b"Job -title {a}\nJob -title {b}\n", [spooled(1), spooled(2, 1)], {})

    _, core = load(tmp_path / "q")

    assert {jid: job.graph.job.title for jid, job in core.jobs.items()} == {1: "a", 2: "b"}


async def test_a_finished_job_is_a_summary_until_it_is_brought_back(tmp_path: Path) -> None:
    await filled(tmp_path / "q", b"Job -title {a}\n", [spooled(1)], {1: NOW})
    loader, core = load(tmp_path / "q")
    assert loader.finished == {1: finished(1, NOW)}
    assert not core.jobs

    assert loader.bring_back(1)

    assert list(core.jobs) == [1]
    assert not loader.finished
    assert not loader.bring_back(1)


async def test_a_job_whose_script_cannot_be_read_any_more_is_told_and_stops_no_other(tmp_path: Path) -> None:
    await filled(tmp_path / "q", b"Tusk {a}\n", [spooled(1)], {})
    journal = Journal(tmp_path / "q")
    journal.start(lambda trouble: None)
    await journal.add(pack(b"Task {b}\n"), [spooled(2)])
    await trio.to_thread.run_sync(journal.close)

    loader, core = load(tmp_path / "q")

    assert list(core.jobs) == [2]
    assert loader.troubles[0].startswith("job 1 (a.alf) cannot be taken up: line 1")


async def test_old_jobs_and_too_many_are_outdated(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(loading, "KEEP_JOBS", 2)
    ends = {1: NOW - 10, 2: NOW - 30, 3: NOW - 20, 4: NOW - loading.KEEP_S - 1}
    script = b"".join(b"Job -title {a}\n" for _ in ends)
    await filled(tmp_path / "q", script, [spooled(jid, jid - 1) for jid in ends], ends)

    loader, _ = load(tmp_path / "q")

    assert sorted(loader.outdated(NOW)) == [2, 4]
