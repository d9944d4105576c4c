"""One launch: from a command that has its slots to the orders that start it.

    slots, a shared check-out or a lease      runtime.serving, runtime.leasing: who gets what
      | new_attempt, then what it runs on
    Attempt
      | begin
    Started is recorded, Launch or RunBuiltin ordered, its % codes (runtime.job.substitute) bound to those slots

A command that has a lease of the farm is recorded before it is started: no log of this machine would tell after a crash
that it runs on another one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from runtime.facts import AttemptId, Started
from runtime.job.environment import read_envkey
from runtime.job.model import Cmd, CmdId, CmdKind, Options, TaskId
from runtime.job.substitute import Binding, builtin_words, launch_words, message, substitute_words
from runtime.job.words import split_words
from runtime.licences import patterns_for
from runtime.orders import Change, Launch, RunBuiltin
from runtime.outbox import Outbox
from runtime.queued import Attempt, QueuedJob
from runtime.settings import Settings
from runtime.verdict import quiet_s_of, seconds_of

GPU_VARIABLE = "CUDA_VISIBLE_DEVICES"
"""Tells programs which GPUs are theirs: those that their command has reserved."""


class Launching:
    """Launches, and those that have not been concluded: `attempts`, by number."""

    def __init__(
        self,
        first_attempt: AttemptId,
        root: str,
        home: Callable[[str], str | None],
        presets: Mapping[str, Mapping[str, str]],
        settings: Settings,
    ) -> None:
        self.settings = settings
        self.next_attempt = first_attempt
        self.attempts: dict[AttemptId, Attempt] = {}
        self._root = root
        self._home = home
        self._presets = presets

    def new_attempt(self, job: QueuedJob, tid: int, cid: int, now: float) -> Attempt:
        """The next attempt of a command; it has nothing to run on yet."""
        attempt = Attempt(self.next_attempt, job.jid, tid, cid, now)
        attempt.could_run = max(job.spooled.time, job.graph.ready_at.get(tid, 0.0))
        self.next_attempt += 1
        return attempt

    def begin(self, job: QueuedJob, attempt: Attempt, out: Outbox, prefix: str = "") -> None:
        """Record and order the launch of an attempt that has its slots. `prefix`: words that come before its own."""
        cid = CmdId(attempt.cid)
        cmd = job.graph.cmd(cid)
        binding = self.binding(job, attempt, cmd)
        words = builtin_words if cmd.kind is CmdKind.BUILTIN else launch_words
        attempt.argv = words(cmd, binding)
        if prefix:
            attempt.argv = (*substitute_words(split_words(prefix), binding), *attempt.argv)
        self.attempts[attempt.number] = attempt
        if "id" in cmd.options:
            job.named[cmd.options["id"].strip()] = attempt.hosts
        place = attempt.place
        out.record(
            job,
            Started(
                job.jid,
                out.now,
                cid,
                attempt.number,
                attempt.argv,
                attempt.slot_names,
                attempt.hosts,
                job.graph.loop(cid),
                place,
                attempt.gpus if place is None else (),
            ),
            barrier=place is not None,
        )
        out.orders.append(self._order(job, attempt, cmd, binding, out))
        out.announce(Change.STARTED, job, attempt.tid, cid, attempt.number)

    def _order(self, job: QueuedJob, attempt: Attempt, cmd: Cmd, binding: Binding, out: Outbox) -> Launch | RunBuiltin:
        jid, tid, cid, cwd = job.jid, TaskId(attempt.tid), CmdId(attempt.cid), job.spooled.cwd
        if cmd.kind is CmdKind.BUILTIN:
            return RunBuiltin(attempt.number, jid, tid, cid, attempt.argv, cwd)
        options = cmd.options
        env = dict(job.env)
        env["TR_ENV_TID"] = str(tid)
        env["TR_ENV_CID"] = str(cid)
        if self._root:
            env["TR_ENV_TRACTOR_ROOT"] = self._root
        if attempt.gpus:
            env[GPU_VARIABLE] = ",".join(map(str, attempt.gpus))
        place = attempt.remote_place
        presets: tuple[str, ...] = ()
        if "envkey" in job.graph.options or "envkey" in options:
            presets = self._apply_envkeys(env, job, options, binding, out, away=place is not None)
        watch: tuple[str, ...] = ()
        if self.settings.licence_lines:
            watch = patterns_for(self.settings.licence_lines, job.tags_of(tid, cmd))
        quiet_s = quiet_s_of(options, job.graph.options, self.settings.no_progress_s)
        if not options and place is None:
            return Launch(attempt.number, jid, tid, cid, attempt.argv, cwd, env, quiet_s=quiet_s, watch=watch)
        text = options.get("msg")
        return Launch(
            attempt.number,
            jid,
            tid,
            cid,
            attempt.argv,
            cwd,
            env,
            stdin=None if text is None else message(text, binding),
            keep_stdout=options.get("expand", "").strip() == "1",
            maxrun_s=seconds_of(options, "maxrunsecs"),
            place=place,
            presets=presets,
            quiet_s=quiet_s,
            watch=watch,
        )

    def _apply_envkeys(
        self, env: dict[str, str], job: QueuedJob, options: Options, binding: Binding, out: Outbox, *, away: bool
    ) -> tuple[str, ...]:
        """Put what -envkey asks for into `env`. With `away` the presets are the alfserver's: their names come back."""
        names: list[str] = []
        for text in (job.graph.options.get("envkey", ""), options.get("envkey", "")):
            keys = read_envkey(text)
            if away:
                names += keys.presets
            else:
                for preset in keys.presets:
                    if preset not in self._presets:
                        out.notice(job, f"-envkey {preset}: this machine has no such preset")
                    env.update(self._presets.get(preset, {}))
            env.update(keys.environment(binding))
        return tuple(names)

    def binding(self, job: QueuedJob, attempt: Attempt, cmd: Cmd) -> Binding:
        """What the % codes of a command mean in this attempt."""
        graph, cid = job.graph, attempt.cid
        loop = graph.loop(cid)
        return Binding(
            attempt.hosts,
            attempt.slot_names,
            job.jid,
            attempt.tid,
            cid,
            graph.retry_of(cid),
            loop,
            quality_of(loop) if "resumewhile" in cmd.options else 1.0,
            attempt.zone,
            job.dirmaps,
            job.named,
            self.home_for(job),
        )

    def home_for(self, job: QueuedJob) -> Callable[[str], str | None]:
        return lambda user: job.spooled.env.get("HOME") if not user else self._home(user)


def quality_of(loop: int) -> float:
    """%q of a command with -resumewhile: 0.5 on its first pass, then ever nearer to 1.0 (ours: no source says how)."""
    return 1.0 - 0.5 ** (loop + 1)
