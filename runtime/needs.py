"""What a command needs before it may start: keys, metrics, how many slots, and the tags that it counts under.

Options of the job, of the task and of the command come together here, by the rules of reference 2.1 to 2.3 and of
section 10:

    -service     job's AND command's, on RemoteCmds and on Cmds that have one; a task's own stands in for a missing one
    -tags        job's and command's, with the program's name and the service keys
    -atleast     command's, else job's, else 1; a task's own check-out ignores the job's
    -atmost      command's, else job's, else -atleast; never less
    -samehost    any number but 0
    -reserve     alfConfig(reserveDefault), job's, task's, command's: of each resource the last one that names it
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from runtime.job.model import Cmd, CmdKind, Options
from runtime.job.substitute import argv
from runtime.match.keys import KeyExpressionError, combine
from runtime.match.limits import launch_tags
from runtime.match.reserve import Reserve, ReserveError, combined


class NeedError(ValueError):
    """What a command needs cannot be read; the words are for its user."""


class Need(msgspec.Struct, frozen=True):
    """Commands with equal needs are served in turn: when one of them has to wait, all do."""

    service: str = ""
    metrics: str = ""
    atleast: int = 1
    atmost: int = 1
    samehost: bool = False
    tags: tuple[str, ...] = ()
    reserve: Reserve = ()
    """On each slot (runtime.match.reserve)."""


def need_of(cmd: Cmd, job: Options, task_service: str = "", reserves: tuple[str, ...] = ()) -> Need:
    """What a command needs. `job` are the job's options as they are now; `task_service` is the -service of its task,
    where nothing refers to that; `reserves` is what others reserve for it, the last one counts. Raises NeedError."""
    own = cmd.options
    service = own.get("service", "").strip() or task_service.strip()
    if cmd.kind is CmdKind.BUILTIN:
        service = ""
    elif service or cmd.kind is CmdKind.REMOTE:
        service = combine(job.get("service", ""), service)
    texts = () if cmd.kind is CmdKind.BUILTIN else (*reserves, own.get("reserve", ""))
    return _need(service, own, own, job, argv(cmd), texts)


def need_of_checkout(owner: Options, job: Options, reserves: tuple[str, ...] = ()) -> Need:
    """What a task's own check-out needs; `reserves` as above. Raises NeedError."""
    service = combine(job.get("service", ""), owner.get("service", ""))
    texts = (*reserves, owner.get("reserve", ""))
    return _need(service, owner, owner, {name: job[name] for name in ("tags",) if name in job}, (), texts)


def own_tags(cmd: Cmd, job: Options) -> tuple[str, ...]:
    """What a command names itself: its -tags and its job's; where there are none, its program. Without case."""
    named = launch_tags((), "", _joined(job, cmd.options))
    return named or launch_tags(argv(cmd), "", "")


def is_on(options: Options, name: str) -> bool:
    """Whether a 0/1 option is given and not 0."""
    return options.get(name, "0").strip() not in ("", "0")


def number_of(options: Options, name: str, default: int) -> int:
    """A decimal number (0010 is ten). Raises NeedError."""
    text = options.get(name, "").strip()
    if not text:
        return default
    try:
        return int(text)
    except ValueError:
        raise NeedError(f'-{name} "{text}" is not a number') from None


def _joined(job: Mapping[str, str], tagged: Options) -> str:
    return " ".join(text for text in (job.get("tags", ""), tagged.get("tags", "")) if text)


def _need(
    service: str, own: Options, tagged: Options, job: Mapping[str, str], words: tuple[str, ...], reserves: Iterable[str]
) -> Need:
    atleast = max(1, number_of(own, "atleast", number_of(job, "atleast", 1)))
    atmost = max(atleast, number_of(own, "atmost", number_of(job, "atmost", atleast)))
    try:
        counted = launch_tags(words, service, _joined(job, tagged))
        reserve = combined(reserves)
    except (KeyExpressionError, ReserveError) as error:
        raise NeedError(str(error)) from error
    return Need(
        service=service.strip(),
        metrics=own.get("metrics", "").strip(),
        atleast=atleast,
        atmost=atmost,
        samehost=is_on(own, "samehost") if "samehost" in own else is_on(job, "samehost"),
        tags=counted,
        reserve=reserve,
    )
