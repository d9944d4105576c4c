"""The commands that look at the queue and change it: -queue, -info, -output, -pause, -retry, ...

Looking never starts a dispatcher: without one the queue is read from the journal. Changing starts one where none runs.
"""

from __future__ import annotations

import sys
import time
from bisect import bisect_right
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import trio

from daemons.client import ConnectionLost, DispatcherClient, NoDispatcher, NotReached, connect
from daemons.elsewhere import asked_for
from daemons.json_output import write_json
from daemons.output import read_stamps
from daemons.state import StateError, locate
from daemons.views import FINISHED, farm_words, finished_tasks
from daemons.wording import count, duration, printable
from runtime.messages import Acted, Action, Because, JobState, JobSummary, Logs, Queue, Refusal, TaskState

if TYPE_CHECKING:
    from daemons.offline import OfflineQueue

    _Asked = DispatcherClient | OfflineQueue

DONE, ERRORS, USAGE = 0, 1, 2
_FOLLOW_S = 0.2


def _with_dispatcher(work: Callable[[DispatcherClient], Awaitable[int]]) -> int:
    """Do something with the dispatcher, started if none runs."""

    async def session() -> int:
        async with connect() as client:
            return await work(client)

    return _run(session)


def _looking(work: Callable[[_Asked], Awaitable[int]]) -> int:
    """Ask the dispatcher, or where none runs, the journal."""

    async def session() -> int:
        try:
            async with connect(start=False) as client:
                return await work(client)
        except NoDispatcher:
            from daemons.offline import look  # with all of a dispatcher: only where none answers

            with look(locate()) as offline:
                return await work(offline)

    return _run(session)


def _run(session: Callable[[], Awaitable[int]]) -> int:
    try:
        return trio.run(session)
    except (NoDispatcher, NotReached, ConnectionLost, StateError) as trouble:
        sys.stderr.write(f"alfred: {trouble}\n")
        return USAGE


def _refuse(refusal: Refusal) -> int:
    sys.stderr.write(f"alfred: {printable(refusal.text)}\n")
    return USAGE


# --- -queue -----------------------------------------------------------------------------------------------------------


def show_queue(*, as_json: bool) -> int:
    """List the jobs: a table, or one JSON object (docs/queue-json.md)."""

    async def work(client: _Asked) -> int:
        queue = await client.list()
        if as_json:
            write_json(queue_json(queue))
        else:
            lines = queue_lines(queue, time.time())
            if not isinstance(client, DispatcherClient) and any(job.state not in FINISHED for job in queue.jobs):
                from daemons.offline import NOTHING_RUNS

                lines.append(NOTHING_RUNS)
            sys.stdout.write("".join(line + "\n" for line in lines))
        return DONE

    return _looking(work)


def queue_json(queue: Queue) -> dict[str, Any]:
    """The queue as plain values: jobs, running, failed, slots, busy; farm, where there is one."""
    about = msgspec.to_builtins(queue)
    shown = {key: about[key] for key in ("jobs", "running", "failed", "slots", "busy")}
    return shown if queue.farm is None else {**shown, "farm": about["farm"]}


def queue_lines(queue: Queue, now: float) -> list[str]:
    """The table of -queue, a line a job, its errors below it."""
    if not queue.jobs:
        return ["the queue is empty", *_farm_lines(queue)]
    lines = [f"{'ID':>4}  {'state':<8}  {'done':>13}  {'time':>8}  {'left':>8}  title"]
    for job in queue.jobs:
        lines.append(_queue_line(job, now))
        for failed in queue.failed:
            if failed.jid == job.jid:
                where = f"{failed.jid}.{failed.tid}"
                lines.append(f"      {where} error: {printable(failed.task)}: {printable(failed.reason)}")
    return [*lines, *_farm_lines(queue)]


def _farm_lines(queue: Queue) -> list[str]:
    return [] if queue.farm is None else [farm_words(queue.farm)]


def _queue_line(job: JobSummary, now: float) -> str:
    done = f"{finished_tasks(job):,}/{job.tasks:,}"
    spent = "" if job.started is None else duration((job.ended or now) - job.started)
    left = "" if job.eta_s is None or job.state is not JobState.ACTIVE else duration(job.eta_s)
    errors = job.counts.get(TaskState.ERROR.value, 0)
    title = printable(job.title) or "(no title)"
    notes = [f"{errors} failed"] if errors else []
    if job.priority != 1.0:
        notes.append(f"priority {job.priority:g}")
    if job.after is not None and job.after > now:
        notes.append(time.strftime("after %d %b %H:%M", time.localtime(job.after)))
    if job.notice:
        notes.append(printable(job.notice))
    suffix = f"  ({', '.join(notes)})" if notes else ""
    return f"{job.jid:>4}  {job.state.value:<8}  {done:>13}  {spent:>8}  {left:>8}  {title}{suffix}"


# --- -info ------------------------------------------------------------------------------------------------------------


def show_info(jid: int, tid: int | None, *, as_json: bool) -> int:
    """Everything about a job or a task."""

    async def work(client: _Asked) -> int:
        answer = await client.describe(jid, tid)
        if isinstance(answer, Refusal):
            return _refuse(answer)
        if as_json:
            write_json(answer.about)
        else:
            sys.stdout.write("".join(line + "\n" for line in info_lines(answer.about)))
        return DONE

    return _looking(work)


def info_lines(about: dict[str, Any], indent: str = "") -> list[str]:
    """A description as lines: `key: value`, lists and mappings below their key; what is empty is left out."""
    lines = []
    width = max((len(str(key)) for key in about), default=0)
    for key, value in about.items():
        if value in ("", None, [], {}, ()):
            continue
        if isinstance(value, dict):
            lines += [f"{indent}{key}:", *info_lines(value, indent + "  ")]
        elif isinstance(value, list) and isinstance(value[0], dict):
            for each in value:
                lines += [f"{indent}{key}:", *info_lines(each, indent + "  ")]
        elif isinstance(value, list):
            lines.append(f"{indent}{key:<{width}}  " + " ".join(_word(each) for each in value))
        else:
            lines.append(f"{indent}{key:<{width}}  {printable(str(value))}")
    return lines


def _word(value: object) -> str:
    text = printable(str(value))
    return f"{{{text}}}" if " " in text or not text else text


# --- -output ----------------------------------------------------------------------------------------------------------


def show_output(jid: int, tid: int | None, *, follow: bool, stamped: bool) -> int:
    """Print what a task's newest attempt (or every task of a job) printed, byte by byte as it did; of a dispatcher on
    another machine, where that is."""

    async def work(client: _Asked) -> int:
        shown: dict[str, int] = {}
        while True:
            answer = await client.follow(jid, tid)
            if isinstance(answer, Refusal):
                return _refuse(answer)
            place = asked_for()
            if place is not None:
                sys.stdout.write("".join(f"{place.host}:{printable(name)}\n" for name in answer.files))
                return DONE
            for name in answer.files:
                if tid is None and name not in shown:
                    sys.stdout.write(f"==> {jid}.{Path(name).name.split('.')[0]} <==\n")
                    sys.stdout.flush()
                shown[name] = _print_from(Path(name), shown.get(name, 0), stamped)
            if not (follow and answer.live):
                if not answer.files:
                    sys.stderr.write(f"alfred: {_name(jid, tid)} has printed nothing\n")
                return DONE
            await _until_more(answer, shown)

    return _looking(work)


def _name(jid: int, tid: int | None) -> str:
    return f"{jid}" if tid is None else f"{jid}.{tid}"


async def _until_more(logs: Logs, shown: dict[str, int]) -> None:
    """Wait for one of the files to grow, or a moment."""
    for _ in range(5):
        await trio.sleep(_FOLLOW_S)
        for name in logs.files:
            with suppress(OSError):
                if Path(name).stat().st_size > shown.get(name, 0):
                    return


def _print_from(path: Path, offset: int, stamped: bool) -> int:
    """Copy the file from an offset to stdout; the offset after it."""
    out = sys.stdout.buffer
    try:
        with path.open("rb") as log:
            log.seek(offset)
            if stamped:
                offset = _print_stamped(path, log.read(), offset)
            else:
                while piece := log.read(1 << 20):
                    out.write(piece)
                    offset += len(piece)
    except FileNotFoundError:
        return offset
    out.flush()
    return offset


def _print_stamped(path: Path, text: bytes, offset: int) -> int:
    """Copy whole lines, each behind the time of the chunk that it came in; the offset after them."""
    end = text.rfind(b"\n") + 1 or len(text)
    stamps = list(read_stamps(path))
    starts = [start for start, _ in stamps]
    for line in text[:end].splitlines(keepends=True):
        place = bisect_right(starts, offset) - 1
        head = time.strftime("%H:%M:%S", time.localtime(stamps[place][1])) if place >= 0 else " " * 8
        sys.stdout.buffer.write(f"{head} ".encode() + line)
        offset += len(line)
    return offset


# --- -why -------------------------------------------------------------------------------------------------------------


def show_why(jid: int, tid: int | None, *, as_json: bool) -> int:
    """Say why nothing more of a job, or nothing of a task, starts: for each server the test that it fails now."""

    async def work(client: _Asked) -> int:
        answer = await client.why(jid, tid)
        if isinstance(answer, Refusal):
            return _refuse(answer)
        if as_json:
            about = msgspec.to_builtins(answer)
            shown = {"reasons": about["reasons"], "waiting": about["waiting"]}
            write_json(shown)
        else:
            sys.stdout.write("".join(line + "\n" for line in why_lines(answer)))
        return DONE

    return _looking(work)


def why_lines(because: Because) -> list[str]:
    """The answer as lines: what holds the job, then each need with where it stands, and a line a server, in columns."""
    lines = [printable(reason) for reason in because.reasons]
    for waiting in because.waiting:
        what = printable(waiting.need) or "any server"
        lines.append(f"{count(waiting.wanted, 'slot')} wanted for {what}: {printable(waiting.summary)}")
        lines += [f"  {printable(line)}" for line in waiting.standing]
        width = max((len(printable(name)) for name, _ in waiting.servers), default=0)
        lines += [f"  {printable(name):<{width}}  {printable(words)}" for name, words in waiting.servers]
    return lines or ["nothing waits for a server"]


# --- the huntgroup ----------------------------------------------------------------------------------------------------


def exclude(where: str, *, excluded: bool) -> int:
    """Deselect a slot or a host for all of this user's jobs, or select it again."""

    async def work(client: DispatcherClient) -> int:
        answer = await client.exclude(where, excluded)
        if isinstance(answer, Acted):
            sys.stdout.write(f"{printable(answer.text)}\n")
            return DONE
        return _refuse(answer)

    return _with_dispatcher(work)


# --- actions ----------------------------------------------------------------------------------------------------------


def act(action: Action, jid: int, tid: int | None = None, value: str = "") -> int:
    """Do something to a job or task, and say what was done."""

    async def work(client: DispatcherClient) -> int:
        answer = await client.act(action, jid, tid, value)
        if isinstance(answer, Acted):
            sys.stdout.write(f"{printable(answer.text)}\n" if answer.text else "")
            return DONE
        return _refuse(answer)

    return _with_dispatcher(work)
