"""The message glossary: every short message of the job queue window, what it means, and what to do.

words(...)       gui.models.job_queue makes its messages of these; so none is missing here
explained(text)  the entries that a message was made of
page()           docs/glossary.md; a test compares them
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Message:
    """`text` with {gaps}; `like`: an example of it; `then`: what a user may do about it."""

    text: str
    like: str
    means: str
    then: str

    def words(self, **gaps: object) -> str:
        """The message, with its gaps filled."""
        return self.text.format(**gaps)

    def fits(self, said: str) -> bool:
        """Whether these words can be this message."""
        return self._pattern.fullmatch(said) is not None

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        parts = re.split(r"\{\w+\}", self.text)
        return re.compile("(.+?)".join(map(re.escape, parts)), re.DOTALL)


_NOTHING = "Nothing."
_WHY = "Job > Why is it waiting? says what stands in its way."
_LOOK = "Open the job's detail (+): Next error goes from one to the next, See Output Log shows what it printed."

ACTIVE = Message(
    "active: {tasks}", "active: frame 41, frame 42 and 3 more",
    "Commands of these tasks run now.", _NOTHING,
)  # fmt: skip
WITH_ERRORS = Message(
    "{message}; {errors} errors", "active: frame 43; 2 tasks have errors",
    "Commands of so many tasks have failed; what does not need them goes on.",
    f"{_LOOK} Retry errors runs them again, Skip all tasks with errors goes on without them.",
)  # fmt: skip
FOR_SERVER = Message(
    "waiting for server", "waiting for server",
    "The job could run, and has asked the maitre-d for slots; it has none yet.", _WHY,
)  # fmt: skip
NO_MAITRED = Message(
    "waiting for server: no maitre-d answers", "waiting for server: no maitre-d answers",
    "The job wants slots of the farm, and nobody gives any now.",
    "Nothing: it goes on when one answers. The line at the foot of the window says which one is meant.",
)  # fmt: skip
FOR_SLOT = Message(
    "waiting for a slot", "waiting for a slot",
    "The job could run; all slots of this machine are in use, or what it needs is not free.", _WHY,
)  # fmt: skip
NOTED = Message(
    "waiting: {notice}", "waiting: no such limit tag: nuke",
    "The job could run and does not; the dispatcher says why.", _WHY,
)  # fmt: skip
ERROR_WAIT = Message(
    "error-wait: {errors} errors", "error-wait: 2 tasks have errors",
    "So many tasks have failed, and nothing else of the job can run without them.",
    f"{_LOOK} Then Retry errors, Skip all tasks with errors, or Restart entire job.",
)  # fmt: skip
STUCK = Message(
    "error-wait", "error-wait",
    "Nothing of the job can run any more though no command has failed: it waits for Instances that never came.",
    f"{_WHY} Restart entire job, or delete it and correct the script.",
)  # fmt: skip
DELAYED = Message(
    "delayed until {when}", "delayed until 18:30",
    "The job was queued with a time (-after) that has not come.",
    "Nothing; or Unpause, or Edit its \"Not before\", to have it sooner.",
)  # fmt: skip
WAITING = Message(
    "waiting", "waiting",
    "Nothing of it has started: it waits for other jobs (-afterjids), or was queued a moment ago.", _WHY,
)  # fmt: skip
PAUSED = Message(
    "paused", "paused", "Somebody has paused it: nothing of it starts.", "Unpause it."
)  # fmt: skip
PAUSED_RUNNING = Message(
    "paused; still running: {tasks}", "paused; still running: frame 41",
    "It starts nothing new; what ran when it was paused runs to its end.",
    "Unpause it; in the job's detail a running task can be killed.",
)  # fmt: skip
DONE_AT = Message(
    "done at {when}", "done at 03 Nov 18:30", "Every task is done or skipped since then.",
    "Nothing; Restart entire job runs it from the beginning, Delete takes it out of the queue.",
)  # fmt: skip
DONE = Message("done", "done", "Every task is done or skipped.", DONE_AT.then)
DELETING = Message(
    "deleting", "deleting", "It leaves the queue: its commands are ended, its clean-up commands run.", _NOTHING
)

JOBS = (
    ACTIVE, WITH_ERRORS, NO_MAITRED, FOR_SERVER, FOR_SLOT, NOTED, ERROR_WAIT, STUCK, DELAYED, WAITING, PAUSED_RUNNING,
    PAUSED, DONE_AT, DONE, DELETING,
)  # fmt: skip
"""What stands beside a job's bar."""

MAITRED = Message(
    "maitre-d: {place}", "maitre-d: snappy:9000", "The maitre-d that gives your jobs slots of the farm.", _NOTHING
)
NOBODY = Message(
    "no maitre-d answers", "no maitre-d answers",
    "The site has a maitre-d, and none can be reached; what runs goes on.",
    "Nothing: it is looked for all the time. If that lasts, tell who looks after the farm.",
)  # fmt: skip
CHAOS = Message(
    "no maitre-d: by the schedule alone", "no maitre-d: by the schedule alone",
    "No maitre-d has answered for long: dispatchers take slots by the schedule's word alone, until one is back.",
    _NOTHING,
)  # fmt: skip
IN_USE = Message("slots in use: {used}", "slots in use: 4", "Slots of the farm on which your commands run.", _NOTHING)
IN_USE_HERE = Message(
    "slots in use: {busy} of {slots}", "slots in use: 2 of 8",
    "There is no farm: so many commands run on this machine, of so many that may at once.", _NOTHING,
)  # fmt: skip
WANTED = Message(
    "waiting: {number}", "waiting: 12", "So many more slots, or tasks that are ready without a farm, wait.",
    "Watch servers shows who has the slots.",
)  # fmt: skip
HERE = Message(
    "here: {busy} of {slots}", "here: 1 of 8",
    "Commands without a service key run on this machine: so many do, of so many that may at once.", _NOTHING,
)  # fmt: skip

FOOT = (MAITRED, NOBODY, CHAOS, IN_USE_HERE, IN_USE, WANTED, HERE)
"""The line at the foot of the window, where it says nothing else."""

LAUNCHED = Message(
    "[{attempt}] {command}", "[4121] prman -t:0 rib/f0041.rib",
    "A command has started. The number is the attempt's: the line of its end has it, too.", _NOTHING,
)  # fmt: skip
ENDED = Message(
    "[{attempt}] done  rc={status}", "[4121] done  rc=0  (0:00:38)", "It has ended well, after that time.", _NOTHING
)
FAILED = Message(
    "[{attempt}] exit  rc={status}", "[4122] exit  rc=1  (0:00:49)",
    "It has failed: its exit status is not 0; below 0 it is the number of the signal that ended it.", _LOOK,
)  # fmt: skip
AGAIN = Message(
    "[{attempt}] again  rc={status}", "[4122] again  rc=-15  (0:00:03)",
    "It has ended through no fault of its own, or is to be tried again: it is queued again.", _NOTHING,
)  # fmt: skip
NOTE = Message(
    "note {where}: {text}", "note 3.14: -maxrun 5 is over",
    "Something that the dispatcher wants to be known of a job (3) or a task (3.14).", _WHY,
)  # fmt: skip
JOB_ENDED = Message(
    "job {jid} {state}: {tasks}", "job 3 done: 120 of 120 tasks done, 2:05:00",
    "A job is done, or stopped because of errors.", _NOTHING,
)  # fmt: skip

LOG = (ENDED, FAILED, AGAIN, LAUNCHED, NOTE, JOB_ENDED)
"""The lines of the command launch log, after their time."""

SECTIONS = (
    ("The status message of a job", JOBS),
    ("The line at the foot of the window", FOOT),
    ("The command launch log", LOG),
)


def explained(said: str, among: tuple[Message, ...] = JOBS) -> tuple[Message, ...]:
    """The entries that these words were made of; none, where they are no message of ours."""
    if among is JOBS and WITH_ERRORS.fits(said):
        return (*explained(said.rpartition("; ")[0]), WITH_ERRORS)
    return tuple([entry for entry in among if entry.fits(said)][:1])


def lines() -> Iterator[tuple[str, bool]]:
    """The glossary to be read in a window: lines, and whether each is a message (or a heading) itself."""
    for title, entries in SECTIONS:
        yield title.upper(), True
        yield "", False
        for entry in entries:
            yield entry.like, True
            yield entry.means, False
            if entry.then != _NOTHING:
                yield entry.then, False
            yield "", False


def page() -> str:
    """docs/glossary.md."""
    parts = [
        "# The message glossary\n\nThe short messages of the job queue window, as Help > Message Glossary has them.\n"
    ]
    for title, entries in SECTIONS:
        rows = "".join(f"| {entry.like} | {entry.means} | {entry.then} |\n" for entry in entries)
        parts.append(f"## {title}\n\n| message | it means | what to do |\n|---|---|---|\n{rows}")
    return "\n".join(parts)
