"""Options of commands, tasks and jobs, users, and restarts, as the dispatcher's core decides them."""

from __future__ import annotations

import msgspec
import pytest
from farm import Farm, cmd, instance, iterate, job, local, task

from runtime.dispatcher import ActionError
from runtime.facts import Ended, Grown, JobSpooled, NeverStarted, Outcome, Rested, Started
from runtime.job.model import Cmd, CmdId, CmdKind, JobId, Scope, Task, TaskId
from runtime.job.numbering import Unreadable
from runtime.machine import Machine, Slot
from runtime.match.keys import slot_keys
from runtime.messages import Action, JobState
from runtime.orders import Began, Change, Exit, Lost, Record, RunBuiltin
from runtime.schemes import Scheme
from runtime.serving import PASSED_FOR_S
from runtime.settings import Settings


def two_hosts(count: int) -> Machine:
    names = [(f"{host}-{number}", host) for host in ("ada", "bob") for number in range(count)]
    return Machine([Slot(name, host, slot_keys((), slot=name, host=host)) for name, host in names])


# ---- what a launch is given ---------------------------------------------------------------------------


def test_a_launch_has_its_numbers_in_the_environment() -> None:
    farm = Farm(root="/opt/alftcl")
    farm.submit(job(task("a"), task("b"), projects="film"))

    env = farm.order("b").env
    assert env == {
        "TR_ENV_JID": "1",
        "TR_ENV_TID": "2",
        "TR_ENV_CID": "2",
        "TR_ENV_JOB_PROJECT": "film",
        "TR_ENV_TRACTOR_ROOT": "/opt/alftcl",
    }


@pytest.mark.parametrize("spelling", ["projects", "project"])
def test_a_launch_knows_the_project_of_its_job(spelling: str) -> None:
    farm = Farm()
    farm.submit(job(task("a"), **{spelling: "{film}"}))

    assert farm.order("a").env["TR_ENV_JOB_PROJECT"] == "film"


def test_a_launch_runs_in_the_directory_of_its_job() -> None:
    farm = Farm()
    farm.submit(job(task("a")))

    assert farm.order("a").cwd == "/work"


def test_percent_codes_are_those_of_the_attempt() -> None:
    farm = Farm()
    farm.submit(job(task("a", cmds=[cmd("x %j %t %c %r %n %s %h")])))

    assert farm.at_work == ["x 1 1 1 0 1 here-1 here"]


def test_retry_code_is_0_on_the_first_launch_and_1_after() -> None:
    farm = Farm()
    jid = farm.submit(job(task("a", cmds=[cmd("x %r")])))
    farm.end("x 0", 1)

    farm.act(Action.RETRY, jid)

    assert farm.at_work == ["x 1"]


def test_tilde_is_the_home_of_the_jobs_user_or_of_another() -> None:
    farm = Farm(home=lambda user: f"/home/{user}")
    farm.submit(job(task("a", cmds=[cmd("x ~/a ~ben/b")])))

    assert farm.at_work == ["x /home/anna/a /home/ben/b"]


def test_envkey_variables_apply_and_an_unknown_preset_is_a_notice() -> None:
    farm = Farm(presets={"rms": {"RMSTREE": "/opt/rms"}})
    farm.submit(job(task("a", cmds=[cmd("a", envkey="{setenv A=%j} odd")]), envkey="rms"))

    env = farm.order("a").env
    assert (env["A"], env["RMSTREE"]) == ("1", "/opt/rms")
    assert farm.notices == ["-envkey odd: this machine has no such preset"]


def test_msg_is_given_to_stdin_with_its_codes_replaced() -> None:
    farm = Farm()
    farm.submit(job(task("a", cmds=[cmd("a", msg="job %j\n")])))

    assert farm.order("a").stdin == "job 1\n"


@pytest.mark.parametrize("spelling", ["dirmaps", "dirmap"])
def test_dirmaps_are_those_of_the_slots_zone(spelling: str) -> None:
    machine = Machine([Slot("s", "s", frozenset(), zone="NFS")])
    farm = Farm(machine=machine)
    farm.submit(job(task("a", cmds=[cmd("x %D(F:/a)")]), **{spelling: "{{F:/} {/mnt/} NFS}"}))

    assert farm.at_work == ["x /mnt/a"]


def test_a_builtin_is_run_by_the_dispatcher() -> None:
    farm = Farm()
    farm.submit(job(task("a", cmds=[Cmd(CmdKind.BUILTIN, "File delete %{j}.rib")])))

    order = next(iter(farm.running.values())).order
    assert isinstance(order, RunBuiltin)
    assert order.argv == ("File", "delete", "1.rib")
    farm.end("File delete 1.rib", 1, reason="no such file")
    assert farm.reason("a") == "no such file"


def test_an_empty_command_is_an_error() -> None:
    farm = Farm()
    farm.submit(job(task("a", cmds=[cmd("")])))

    assert farm.reason("a") == "the command is empty"


# ---- -if ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("condition", "runs"), [("0", False), ("1", True), ("$n > 2", True), ("$n > 3", False)])
def test_if_is_an_expression_over_the_jobs_variables(condition: str, runs: bool) -> None:
    farm = Farm()
    scope = Scope({"n": "3"}, Scope({"n": "0"}))
    farm.submit(job(task("a", cmds=[cmd("first", if_=condition, scope=scope), cmd("second")])))

    assert farm.at_work == (["first"] if runs else ["second"])


def test_if_is_evaluated_when_the_command_becomes_ready() -> None:
    farm = Farm()
    farm.submit(job(task("a", cmds=[cmd("first"), cmd("second", if_="1/0")])))

    assert farm.job_state() is JobState.ACTIVE
    farm.end("first")

    assert farm.state("a") == "error"
    assert farm.reason("a") == "-if {1/0}: divide by zero"


def test_if_0_counts_as_done() -> None:
    farm = Farm()
    farm.submit(job(task("p", task("a", cmds=[cmd("a", if_="0")]))))

    assert farm.state("a") == "done"
    assert farm.at_work == ["p"]


# ---- how a command ends -------------------------------------------------------------------------------


def test_a_reported_status_replaces_the_real_one() -> None:
    farm = Farm()
    farm.submit(job(task("a"), task("b")))

    farm.end("a", 0, reported=7)
    farm.end("b", 1, reported=0)

    assert farm.reason("a") == "exit status 7"
    assert farm.state("b") == "done"


def test_a_signal_is_named() -> None:
    farm = Farm()
    farm.submit(job(task("a")))

    farm.end("a", -11)

    assert farm.reason("a") == "ended by SIGSEGV"


def test_too_short_is_an_error() -> None:
    farm = Farm()
    farm.submit(job(task("a", cmds=[cmd("a", minrunsecs="10")])))

    farm.end("a", 0, run_s=2.0)

    assert farm.reason("a") == "ended after 2.0 s, before -minrunsecs 10"


def test_long_enough_is_none() -> None:
    farm = Farm()
    farm.submit(job(task("a", cmds=[cmd("a", minrunsecs="10")])))

    farm.end("a", 0, run_s=10.0)

    assert farm.state("a") == "done"


def test_too_long_is_an_error() -> None:
    farm = Farm()
    farm.submit(job(task("a", cmds=[cmd("a", maxrunsecs="10")])))

    assert farm.order("a").maxrun_s == 10
    farm.end("a", -15, swept=True, timed_out=True)

    assert farm.reason("a") == "ran longer than -maxrunsecs 10"


@pytest.mark.parametrize(
    ("job_option", "own", "quiet_s"),
    [(None, None, 600.0), ("60", None, 60.0), ("60", "5", 5.0), ("60", "0", None), ("0", None, None)],
)
def test_the_nearest_word_says_how_long_a_command_may_show_no_sign_of_life(
    job_option: str | None, own: str | None, quiet_s: float | None
) -> None:
    farm = Farm(settings=Settings(no_progress_s=600.0))
    options = {} if job_option is None else {"noprogresssecs": job_option}
    farm.submit(job(task("a", cmds=[cmd("a", **({} if own is None else {"noprogresssecs": own}))]), **options))

    assert farm.order("a").quiet_s == quiet_s


def test_without_a_word_a_command_may_be_silent_for_ever() -> None:
    farm = Farm()
    farm.submit(job(task("a")))

    assert farm.order("a").quiet_s is None


def test_what_showed_no_sign_of_life_is_an_error() -> None:
    farm = Farm()
    farm.submit(job(task("a", cmds=[cmd("a", noprogresssecs="60")])))

    farm.end("a", -15, run_s=75.0, stalled=True)

    assert farm.reason("a") == "no output and no progress for too long; ended after 75 s (-noprogresssecs)"


def test_what_showed_no_sign_of_life_is_tried_as_often_as_the_site_says() -> None:
    farm = Farm(settings=Settings(no_progress_s=60.0, no_progress_retries=1))
    farm.submit(job(task("a")))

    farm.end("a", -15, stalled=True)
    assert farm.at_work == ["a"]
    farm.end("a", -15, stalled=True)

    assert farm.state("a") == "error"


def test_retryrc_repeats_three_times_at_most() -> None:
    farm = Farm()
    farm.submit(job(task("a", cmds=[cmd("a", retryrc="7 8")])))

    for _ in range(3):
        farm.end("a", 7)
        assert farm.at_work == ["a"]
    farm.end("a", 8)

    assert farm.state("a") == "error"


def test_retryrc_repeats_as_often_as_retry_max_says() -> None:
    farm = Farm(settings=Settings(retry_max=1))
    farm.submit(job(task("a", cmds=[cmd("a", retryrc="7")])))

    farm.end("a", 7)
    farm.end("a", 7)

    assert farm.state("a") == "error"


def test_other_statuses_than_retryrcs_are_not_repeated() -> None:
    farm = Farm()
    farm.submit(job(task("a", cmds=[cmd("a", retryrc="7")])))

    farm.end("a", 6)

    assert farm.state("a") == "error"


def test_a_retry_by_its_user_counts_retryrc_anew() -> None:
    farm = Farm(settings=Settings(retry_max=1))
    jid = farm.submit(job(task("a", cmds=[cmd("a", retryrc="7")])))
    farm.end("a", 7)
    farm.end("a", 7)

    farm.act(Action.RETRY, jid)
    farm.end("a", 7)

    assert farm.at_work == ["a"]


# ---- -resumewhile -------------------------------------------------------------------------------------


def test_a_command_runs_again_while_its_test_holds() -> None:
    farm = Farm()
    farm.submit(job(task("a", cmds=[cmd("x %R %q", resumewhile="test -f %j")])))

    farm.end("x 0 0.5")
    assert farm.tests[0].argv == ("test", "-f", "1")
    farm.resume(0)
    assert farm.at_work == ["x 1 0.75"]
    farm.end("x 1 0.75")
    farm.resume(1)

    assert farm.state("a") == "done"


def test_resumewhile_may_be_a_list_of_words() -> None:
    farm = Farm()
    farm.submit(job(task("a", cmds=[cmd("x", resumewhile="{test {a b}}")])))

    farm.end("x")

    assert farm.tests[0].argv == ("test", "a b")


def test_an_error_is_not_resumed() -> None:
    farm = Farm()
    farm.submit(job(task("a", cmds=[cmd("x", resumewhile="true")])))

    farm.end("x", 1)

    assert farm.tests == []
    assert farm.state("a") == "error"


def test_resumepin_runs_on_the_same_host() -> None:
    farm = Farm(machine=two_hosts(1))
    pinned = cmd("x %h", resumewhile="true", resumepin="1")
    farm.submit(job(task("a", cmds=[pinned]), task("b"), task("c"), task("d")))
    farm.end("x ada")

    farm.resume(0)
    assert farm.at_work == ["b", "c"]
    farm.end("b")
    assert farm.at_work == ["c", "d"]
    farm.end("c")

    assert farm.at_work == ["d", "x ada"]


def test_a_resumeblock_is_run_again_as_a_unit() -> None:
    farm = Farm(1)
    block = task("block", task("prepare %R"), cmds=[cmd("render", resumewhile="more"), cmd("show")], resumeblock="1")
    farm.submit(job(block))

    farm.end("prepare 0")
    farm.end("render")
    farm.resume(0)
    farm.end("show")
    farm.end("prepare 1")
    farm.end("render")
    farm.resume(1)
    farm.end("show")

    assert farm.launched == ["prepare 0", "render", "show", "prepare 1", "render", "show"]
    assert farm.state("block") == "done"


# ---- -expand ------------------------------------------------------------------------------------------


def test_what_an_expand_command_prints_becomes_children_and_the_rest_of_the_task_waits() -> None:
    farm = Farm(4)
    farm.submit(job(task("a", cmds=[cmd("grow", expand="1"), cmd("later")])))

    assert farm.order("grow").keep_stdout
    farm.end("grow", stdout_path="/log/1.stdout")
    assert farm.reads[0].path == "/log/1.stdout"
    farm.read("x\ny")

    assert farm.at_work == ["x", "y"]
    farm.finish()
    assert farm.launched == ["grow", "x", "y", "later"]


def test_grown_tasks_may_be_iterates_and_instances() -> None:
    farm = Farm(1)
    farm.submit(job(task("old"), task("a", cmds=[cmd("grow", expand="1"), cmd("later")])))
    farm.end("old")
    farm.end("grow")

    farm.read("Iterate s\nInstance old")
    farm.finish()

    assert farm.launched == ["old", "grow", "s 1", "s 2", "s 3", "later"]


def test_an_instance_binds_to_what_an_expand_adds_later() -> None:
    farm = Farm(4)
    farm.submit(job(task("u", instance("x")), task("a", cmds=[cmd("grow", expand="1")])))

    farm.end("grow")
    farm.read("x")
    assert farm.at_work == ["x"]
    farm.end("x")

    assert farm.at_work == ["u"]


def test_a_bad_script_is_the_commands_error() -> None:
    farm = Farm()
    farm.submit(job(task("a", cmds=[cmd("grow", expand="1")])))

    farm.end("grow")
    farm.read("wrong")

    assert farm.state("a") == "error"
    assert farm.reason("a") == "1:1: error: wrong"


def test_an_output_that_cannot_be_read_is_the_commands_error() -> None:
    farm = Farm()
    farm.submit(job(task("a", cmds=[cmd("grow", expand="1")])))

    farm.end("grow")
    farm.read(None, "no such file")

    assert farm.reason("a") == "no such file"


def test_a_restart_replaces_what_was_grown() -> None:
    farm = Farm(4)
    jid = farm.submit(job(task("a", cmds=[cmd("grow", expand="1"), cmd("later")])))
    farm.end("grow")
    farm.read("old")

    farm.act(Action.RESTART, jid, farm.tid("a"))
    farm.swept()
    farm.end("grow")
    farm.read("new")
    farm.finish()

    assert farm.launched == ["grow", "old", "grow", "new", "later"]
    assert farm.job_state() is JobState.DONE


def test_a_chunk_joins_the_job_while_its_command_runs() -> None:
    farm = Farm(4)
    farm.submit(job(task("a", cmds=[cmd("grow"), cmd("later")])))

    farm.carry_out(farm.core.chunk(farm.attempt("grow"), "c1.alf", farm.now))
    farm.read("x")
    assert farm.at_work == ["grow", "x"]
    farm.end("grow")
    assert farm.at_work == ["x"]
    farm.end("x")

    assert farm.at_work == ["later"]


def test_a_bad_chunk_is_the_commands_error_when_it_ends() -> None:
    farm = Farm(4)
    farm.submit(job(task("a", cmds=[cmd("grow")])))

    farm.carry_out(farm.core.chunk(farm.attempt("grow"), "c1.alf", farm.now))
    farm.end("grow")
    assert farm.state("a") == "active"
    farm.read("wrong")

    assert farm.state("a") == "error"


def test_a_retry_replaces_the_chunks_of_the_failed_attempt() -> None:
    farm = Farm(4)
    jid = farm.submit(job(task("a", cmds=[cmd("grow")])))
    farm.carry_out(farm.core.chunk(farm.attempt("grow"), "c1.alf", farm.now))
    farm.read("old")
    farm.end("grow", 1)

    farm.act(Action.RETRY, jid)
    farm.swept()
    farm.end("grow")

    assert farm.state("old") == "withdrawn"
    assert farm.job_state() is JobState.DONE


def test_an_expand_of_0_reads_nothing() -> None:
    farm = Farm()
    farm.submit(job(task("a", cmds=[cmd("grow", expand="0")])))

    farm.end("grow")

    assert farm.reads == []
    assert farm.state("a") == "done"


# ---- what a command needs -----------------------------------------------------------------------------


def test_every_positive_key_is_accepted_and_negated_keys_hold() -> None:
    farm = Farm()
    farm.submit(job(task("a", cmds=[cmd("a", service="PixarRender && odd")])))
    farm.submit(job(task("b", cmds=[cmd("b", service="!here")])))

    assert farm.at_work == ["a"]
    assert farm.reason("b", 2).startswith("no slot of this machine can ever match -service")


def test_a_negated_slot_name_leaves_the_others() -> None:
    farm = Farm(2)
    farm.submit(job(task("a", cmds=[cmd("a %s", service="!here-1")])))

    assert farm.at_work == ["a here-2"]


def test_the_jobs_service_is_added_to_remote_commands_and_to_cmds_that_have_one() -> None:
    farm = Farm()
    cmds = [local("plain"), local("keyed", service="x"), cmd("remote")]
    farm.submit(job(*[task(one.launch, cmds=[one]) for one in cmds], service="!here"))

    assert farm.at_work == ["plain"]
    assert [farm.state(title) for title in ("keyed", "remote")] == ["error", "error"]


def test_metrics_of_the_machine_are_asked_at_each_launch() -> None:
    load = {"loadavg": 2.0}
    farm = Farm(1)
    farm.machine.metrics = load.get
    farm.submit(job(task("a", cmds=[cmd("a", metrics="[Mget loadavg] < 1")])))
    assert farm.at_work == []

    load["loadavg"] = 0.5
    assert farm.core.next_deadline() == farm.now + 5
    farm.pass_time(5)

    assert farm.at_work == ["a"]


def test_at_least_and_at_most_slots() -> None:
    farm = Farm(4)
    farm.submit(job(task("a", cmds=[cmd("a %n", atleast="2", atmost="3")]), task("b", cmds=[cmd("b %n")])))

    assert farm.at_work == ["a 3", "b 1"]


def test_a_command_gets_its_atleast_slots_at_once_or_none() -> None:
    farm = Farm(2)
    farm.submit(job(task("a"), task("b", cmds=[cmd("b", atleast="2")])))

    assert farm.at_work == ["a"]
    farm.end("a")
    assert farm.at_work == ["b"]


def test_atmost_defaults_to_atleast_and_numbers_are_decimal() -> None:
    farm = Farm(16)
    farm.submit(job(task("a", cmds=[cmd("a %n", atleast="0010")])))

    assert farm.at_work == ["a 10"]


def test_the_jobs_atleast_is_the_default_of_its_commands() -> None:
    farm = Farm(4)
    farm.submit(job(task("a", cmds=[cmd("a %n")]), atleast="2"))

    assert farm.at_work == ["a 2"]


def test_the_jobs_atmost_is_the_default_of_its_commands() -> None:
    farm = Farm(4)
    farm.submit(job(task("a", cmds=[cmd("a %n")]), atmost="3"))

    assert farm.at_work == ["a 3"]


def test_atleast_is_capped_at_the_slots_there_are_with_a_notice() -> None:
    farm = Farm(2)
    farm.submit(job(task("a", cmds=[cmd("a %n", atleast="9")])))

    assert farm.at_work == ["a 2"]
    assert farm.notices == ["-atleast 9 is more than this machine has: 2 slots are used"]


def test_an_atleast_that_is_no_number_is_an_error() -> None:
    farm = Farm()
    farm.submit(job(task("a", cmds=[cmd("a", atleast="many")])))

    assert farm.reason("a") == '-atleast "many" is not a number'


def test_a_command_that_wants_several_slots_is_not_passed_for_ever() -> None:
    farm = Farm(2)
    small = [task(f"s{number}") for number in range(9)]
    farm.submit(job(*small[:2], task("big", cmds=[cmd("big", atleast="2")]), *small[2:]))

    farm.end("s0")
    farm.now += PASSED_FOR_S
    farm.end("s1")
    farm.end("s2")

    assert farm.at_work == ["big"]


def test_samehost_takes_slots_of_one_host() -> None:
    farm = Farm(machine=two_hosts(2))
    farm.submit(job(task("x"), task("a", cmds=[cmd("a %h", atleast="2", samehost="8")])))

    assert farm.at_work == ["x", "a bob bob"]


def test_without_samehost_slots_may_be_of_several_hosts() -> None:
    farm = Farm(machine=two_hosts(2))
    farm.submit(job(task("x"), task("a", cmds=[cmd("a %h", atleast="2")])))

    assert farm.at_work == ["x", "a ada bob"]


def test_the_jobs_samehost_is_the_default_of_its_commands() -> None:
    farm = Farm(machine=two_hosts(2))
    farm.submit(job(task("x"), task("a", cmds=[cmd("a %h", atleast="2")]), samehost="1"))

    assert farm.at_work == ["x", "a bob bob"]


@pytest.mark.parametrize("tag", ["prman", "pixarrender", "licence"])
def test_program_service_keys_and_tags_count_against_limits(tag: str) -> None:
    farm = Farm(4, settings=Settings(limits_local={tag: 1}))
    limited = [task(f"t{n}", cmds=[cmd(f"/opt/prman {n}", service="PixarRender", tags="licence")]) for n in range(3)]
    farm.submit(job(*limited, task("other")))

    assert farm.at_work == ["/opt/prman 0", "other"]
    farm.end("/opt/prman 0")
    assert farm.at_work == ["other", "/opt/prman 1"]


def test_the_jobs_tags_are_added_to_its_commands() -> None:
    farm = Farm(4, settings=Settings(limits_local={"t": 1}))
    farm.submit(job(task("a"), task("b"), tags="t"))

    assert farm.at_work == ["a"]


# ---- shared check-outs --------------------------------------------------------------------------------


def test_commands_that_refer_to_a_task_use_its_slots_one_after_the_other() -> None:
    farm = Farm(4)
    below = [task(name, cmds=[cmd(f"{name} %s", refersto="srv")]) for name in ("a", "b")]
    farm.submit(job(task("p", *below, cmds="", id="srv", service="Render")))

    assert farm.at_work == ["a here-1"]
    farm.end("a here-1")
    assert farm.at_work == ["b here-1"]


def test_a_shared_check_out_is_taken_when_the_first_command_is_next_and_given_back_after_the_last() -> None:
    farm = Farm(2)
    shared = task("p", cmds=[cmd("own"), cmd("a", refersto='"srv"'), cmd("own 2")], id="srv", service="Render")
    farm.submit(job(shared))

    assert farm.machine.busy == 1
    farm.end("own")
    assert farm.core.jobs[1].checkouts.leases
    farm.end("a")

    assert not farm.core.jobs[1].checkouts.leases
    assert farm.at_work == ["own 2"]


def test_a_check_out_keeps_its_slots_between_its_commands() -> None:
    farm = Farm(2)
    farm.submit(
        job(
            task("p", cmds=[cmd("a", refersto="srv"), cmd("pause"), cmd("b", refersto="srv")], id="srv", service="R"),
            task("x"),
            task("y"),
        )
    )

    farm.end("a")

    assert farm.machine.free == 0
    assert farm.at_work == ["x"]


def test_an_error_gives_a_check_out_back() -> None:
    farm = Farm(1)
    farm.submit(
        job(task("p", cmds=[cmd("a", refersto="s"), cmd("b", refersto="s")], id="s", service="R"), task("other"))
    )

    farm.end("a", 1)

    assert farm.at_work == ["other"]


def test_check_outs_never_block_the_only_slot() -> None:
    farm = Farm(1)
    farm.submit(job(task("p", cmds=[cmd("a", refersto="s"), cmd("own"), cmd("b", refersto="s")], id="s", service="R")))

    farm.finish()

    assert farm.launched == ["a", "own", "b"]


def test_a_check_out_ignores_the_jobs_atleast() -> None:
    farm = Farm(4)
    shared = task("p", cmds=[cmd("a %n", refersto="s")], id="s", service="R", atleast="2")
    farm.submit(job(shared, atleast="4"))

    assert farm.at_work == ["a 2"]


def test_a_check_out_takes_as_many_slots_as_its_own_atmost() -> None:
    farm = Farm(4)
    farm.submit(job(task("p", cmds=[cmd("a %n", refersto="s")], id="s", service="R", atmost="3")))

    assert farm.at_work == ["a 3"]


def test_a_check_out_counts_under_the_tags_of_its_task() -> None:
    farm = Farm(4, settings=Settings(limits_local={"t": 1}))
    shared = task("p", cmds=[cmd("a", refersto="s")], id="s", service="R", tags="t")
    farm.submit(job(shared, task("q", cmds=[cmd("b", tags="t")])))

    assert farm.at_work == ["a"]


def test_a_tasks_service_without_any_reference_is_the_key_of_its_commands() -> None:
    farm = Farm()
    farm.submit(job(task("a", service="!here"), task("b", cmds=[cmd("b", service="x")], service="!here")))

    assert farm.state("a") == "error"
    assert farm.at_work == ["b"]


def test_the_hosts_of_a_named_command_can_be_used_by_others() -> None:
    farm = Farm(machine=two_hosts(1))
    farm.submit(job(task("a", cmds=[cmd("server", id="srv")]), task("b", cmds=[cmd("client %srv(host)")])))

    assert farm.at_work == ["server", "client ada"]


# ---- jobs among each other ----------------------------------------------------------------------------


def test_spill_over_gives_later_jobs_what_earlier_ones_cannot_use() -> None:
    farm = Farm(3)
    farm.submit(job(task("a1"), task("a2")))
    farm.submit(job(task("b1"), task("b2")))

    assert farm.at_work == ["a1", "a2", "b1"]


def test_job_parallel_serves_jobs_about_equally() -> None:
    farm = Farm(1, scheme=Scheme.JOB_PARALLEL)
    farm.submit(job(*[task(f"a{n}") for n in range(4)]))
    farm.submit(job(*[task(f"b{n}") for n in range(4)]))

    farm.finish()

    assert farm.launched == ["a0", "b0", "a1", "b1", "a2", "b2", "a3", "b3"]


def test_another_scheme_counts_for_what_starts_from_then_on() -> None:
    farm = Farm(1)
    farm.submit(job(*[task(f"a{n}") for n in range(4)]))
    farm.submit(job(*[task(f"b{n}") for n in range(4)]))

    farm.carry_out(farm.core.use_scheme(Scheme.JOB_PARALLEL, farm.now))
    farm.finish()

    assert farm.launched == ["a0", "b0", "a1", "b1", "a2", "b2", "a3", "b3"]


@pytest.mark.parametrize("option", ["priority", "pbias"])
def test_higher_priority_is_served_first(option: str) -> None:
    farm = Farm(1)
    farm.submit(job(task("a1"), task("a2")))
    farm.submit(job(task("b"), **{option: "5"}))

    farm.end("a1")

    assert farm.at_work == ["b"]


def test_a_priority_given_at_the_spool_beats_the_jobs() -> None:
    farm = Farm(1)
    farm.submit(job(task("a")), priority=7.0)

    assert farm.core.jobs[1].graph.priority == 7.0


def test_a_user_may_move_a_job() -> None:
    farm = Farm(1)
    farm.submit(job(task("a1"), task("a2")))
    jid = farm.submit(job(task("b")))

    farm.act(Action.PRIORITY, jid, value="9")
    farm.end("a1")

    assert farm.at_work == ["b"]


def test_maxactive_bounds_what_a_job_runs_at_once() -> None:
    farm = Farm(4)
    farm.submit(job(*[task(f"a{n}") for n in range(4)], maxactive="2"))
    farm.submit(job(task("b")))

    assert farm.at_work == ["a0", "a1", "b"]


def test_a_dispatcher_is_inactive_when_every_job_is_done_and_not_before() -> None:
    farm = Farm()
    farm.submit(job(task("good")))
    farm.submit(job(task("bad")))
    farm.end("good")
    assert not farm.core.inactive
    farm.end("bad", status=1)

    assert (farm.core.idle, farm.core.inactive) == (True, False)


def test_a_paused_job_starts_nothing_until_it_is_resumed() -> None:
    farm = Farm()
    jid = farm.submit(job(task("a")), paused=True)

    assert farm.job_state() is JobState.PAUSED
    assert farm.core.idle
    farm.act(Action.RESUME, jid)

    assert farm.at_work == ["a"]


def test_a_pause_lets_finish_what_runs() -> None:
    farm = Farm(1)
    jid = farm.submit(job(task("a"), task("b")))

    farm.act(Action.PAUSE, jid)
    assert farm.at_work == ["a"]
    farm.end("a")

    assert farm.at_work == []


def test_after_holds_a_job_until_its_time() -> None:
    farm = Farm()
    farm.submit(job(task("a")), after=1100.0)

    assert farm.at_work == []
    assert farm.job_state() is JobState.WAITING
    assert farm.core.next_deadline() == 1100.0
    farm.pass_time(100)

    assert farm.at_work == ["a"]


@pytest.mark.parametrize("facts", [{"after": 1100.0}, {}])
def test_resume_starts_a_job_before_its_time_and_a_restart_remembers(facts: dict[str, float]) -> None:
    farm = Farm()
    jid = farm.submit(job(task("a"), after="12 24 10:00"), **facts)
    assert farm.at_work == []

    farm.act(Action.RESUME, jid)
    assert farm.at_work == ["a"]

    back = farm.returned()
    back.adopt([], {})
    assert back.at_work == ["a"]


def test_resume_does_not_wait_for_other_jobs_any_longer() -> None:
    farm = Farm()
    first = farm.submit(job(task("a")))
    second = farm.submit(job(task("b"), afterjids=f"{first}"))

    farm.act(Action.RESUME, second)

    assert farm.at_work == ["a", "b"]


def test_an_after_that_is_no_time_is_a_notice_and_starts_now() -> None:
    farm = Farm()
    farm.submit(job(task("a"), after="soon"))

    assert farm.at_work == ["a"]
    assert "-after" in farm.notices[0]


def test_afterjids_waits_for_jobs() -> None:
    farm = Farm(4)
    first = farm.submit(job(task("a")))
    farm.submit(job(task("b"), afterjids=f"{first}"))

    assert farm.at_work == ["a"]
    farm.end("a")

    assert farm.at_work == ["b"]


def test_a_job_that_stopped_is_still_waited_for() -> None:
    farm = Farm(4)
    first = farm.submit(job(task("a")))
    farm.submit(job(task("b"), afterjids=f"{first}"))

    farm.end("a", 1)

    assert farm.at_work == []


def test_a_deleted_job_is_waited_for_no_longer() -> None:
    farm = Farm(4)
    first = farm.submit(job(task("a")))
    farm.submit(job(task("b"), afterjids=f"{first}"))

    farm.act(Action.DELETE, first)
    farm.swept()

    assert farm.at_work == ["b"]


def test_an_unknown_job_in_afterjids_counts_as_done_with_a_notice() -> None:
    farm = Farm()
    farm.submit(job(task("a"), afterjids="77"))

    assert farm.at_work == ["a"]
    assert farm.notices == ["-afterjids 77: there is no such job; it counts as done"]


# ---- users --------------------------------------------------------------------------------------------


def test_a_killed_command_is_in_error() -> None:
    farm = Farm()
    jid = farm.submit(job(task("a", cmds=[cmd("a", retryrc="-15")])))

    farm.act(Action.KILL, jid, farm.tid("a"))
    farm.swept()

    assert farm.reason("a") == "ended by its user"


def test_a_requeued_command_is_no_error_and_runs_again_with_its_retry_code() -> None:
    farm = Farm()
    jid = farm.submit(job(task("a", cmds=[cmd("a %r")])))

    farm.act(Action.PAUSE, jid)
    farm.act(Action.REQUEUE, jid)
    farm.swept()
    assert (farm.at_work, farm.job_state()) == ([], JobState.PAUSED)
    farm.act(Action.RESUME, jid)

    assert farm.at_work == ["a 1"]


@pytest.mark.parametrize("action", [Action.CHASER, Action.PREVIEW])
def test_chaser_and_preview_are_started_on_demand(action: Action) -> None:
    farm = Farm()
    jid = farm.submit(job(task("a", **{action.value: "sho a.%{j}.tif"})))

    assert farm.shown == []
    farm.act(action, jid, farm.tid("a"))

    assert farm.shown[0].argv == ("sho", "a.1.tif")


def test_an_edited_option_counts_from_the_next_launch() -> None:
    farm = Farm(1)
    jid = farm.submit(job(task("a"), task("b")))

    farm.act(Action.EDIT, jid, value="service=!here")
    farm.end("a")

    assert farm.state("b") == "error"


@pytest.mark.parametrize(
    ("action", "jid", "tid", "value", "words"),
    [
        (Action.PAUSE, 9, None, "", "there is no job 9"),
        (Action.SKIP, 1, 9, "", "job 1 has no task 9"),
        (Action.RETRY, 1, None, "", "nothing has failed there"),
        (Action.SKIP_ERRORS, 1, None, "", "nothing has failed there"),
        (Action.SKIP, 1, None, "", "say which task to skip, as JID.TID"),
        (Action.PRIORITY, 1, None, "x", 'a priority is a number, not "x"'),
        (Action.CHASER, 1, 1, "", "task 1.1 has no chaser"),
        (Action.EDIT, 1, None, "subtasks=x", "OPTION=VALUE is wanted"),
        (Action.PAUSE, 1, 1, "", "a task alone cannot be paused"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    action: Action, jid: int, tid: int | None, value: str, words: str
) -> None:
    farm = Farm()
    farm.submit(job(task("a")))
    before = list(farm.facts)

    with pytest.raises(ActionError, match=words):
        farm.act(action, jid, tid, value)

    assert farm.facts == before


# ---- reports that are late or wrong -------------------------------------------------------------------


def test_stale_reports_change_nothing_and_are_counted() -> None:
    farm = Farm()
    jid = farm.submit(job(task("a")))
    number = farm.attempt("a")
    farm.end("a", 1)
    farm.act(Action.RETRY, jid)

    assert farm.core.exited(Exit(number, 0, 1.0), farm.now) == []
    assert farm.core.never_started(number, "x", True, farm.now) == []
    assert farm.core.progress(number, 5, farm.now) == []
    assert farm.core.exited(Exit(999, 0, 1.0), farm.now) == []

    assert farm.core.stale == 4
    assert farm.state("a") == "active"


def test_attempt_numbers_rise_for_ever() -> None:
    farm = Farm(first_attempt=100)
    farm.submit(job(task("a"), task("b")))

    assert list(farm.running) == [100, 101]


def test_a_launch_that_never_began_for_now_is_queued_again_and_its_slot_rests() -> None:
    farm = Farm(1)
    farm.submit(job(task("a", cmds=[cmd("a %r")])))

    farm.carry_out(farm.core.never_started(farm.attempt("a 0"), "out of memory", True, farm.now))
    assert farm.at_work == []
    assert farm.core.next_deadline() == farm.now + 60
    farm.pass_time(60)

    assert farm.at_work == ["a 0"]


def test_what_is_queued_again_is_announced_as_that_and_not_as_an_error() -> None:
    farm = Farm(2)
    farm.submit(job(task("a"), task("b")))

    farm.carry_out(farm.core.never_started(farm.attempt("a"), "out of memory", True, farm.now))
    farm.act(Action.REQUEUE, 1, 2)
    farm.swept()

    told = [(order.change, order.text) for order in farm.announced if order.change in (Change.AGAIN, Change.ENDED)]
    assert told == [(Change.AGAIN, "out of memory"), (Change.AGAIN, "ended to run again")]


def test_a_program_that_does_not_exist_is_an_error() -> None:
    farm = Farm(1)
    farm.submit(job(task("a"), task("b")))

    farm.carry_out(farm.core.never_started(farm.attempt("a"), "no such program: a", False, farm.now))

    assert farm.reason("a") == "no such program: a"
    assert farm.at_work == ["b"]


def test_whatever_a_user_does_is_announced_to_those_who_watch() -> None:
    farm = Farm(1)
    farm.submit(job(task("a")))
    farm.announced.clear()

    farm.act(Action.PRIORITY, 1, value="5")

    assert [order.jid for order in farm.announced] == [1]


def test_progress_is_announced() -> None:
    farm = Farm()
    farm.submit(job(task("a")))

    farm.carry_out(farm.core.progress(farm.attempt("a"), 42, farm.now))

    assert farm.announced[-1].percent == 42


# ---- shutdown and restart -----------------------------------------------------------------------------


def test_a_shutdown_sweeps_everything_at_once_and_queues_it_again() -> None:
    farm = Farm(2)
    farm.submit(job(task("a", cmds=[cmd("a %r")]), task("b"), task("c")))

    farm.carry_out(farm.core.shutdown(farm.now))
    assert [sweep.attempts for sweep in farm.sweeps] == [(1, 2)]
    farm.swept()
    assert farm.at_work == []
    back = farm.returned()
    back.adopt([], {})

    assert back.at_work == ["a 1", "b"]


def test_finished_commands_do_not_run_again_after_a_restart() -> None:
    farm = Farm(1)
    farm.submit(job(task("a", cmds=[cmd("a1"), cmd("a2")]), task("b")))
    farm.end("a1")

    back = farm.returned()
    back.adopt([Exit(2, 0, 1.0)], {})

    assert back.at_work == ["b"]


def test_what_still_runs_goes_on_with_its_slots() -> None:
    farm = Farm(2)
    farm.submit(job(task("a"), task("b"), task("c")))

    back = farm.returned()
    back.adopt([], farm.running)

    assert back.at_work == ["a", "b"]
    assert back.machine.free == 0
    back.end("a")
    assert back.at_work == ["b", "c"]


def test_an_exit_that_only_the_launcher_knows_counts() -> None:
    farm = Farm(1)
    farm.submit(job(task("a"), task("b")))

    back = farm.returned()
    back.adopt([Exit(1, 3, 1.0)], {})

    assert back.reason("a") == "exit status 3"
    assert back.at_work == ["b"]


def test_what_was_lost_with_its_launcher_runs_again_with_r_1() -> None:
    farm = Farm(1)
    farm.submit(job(task("a", cmds=[cmd("a %r")])))

    back = farm.returned()
    back.adopt([Began(1, JobId(1), TaskId(1), CmdId(1), 1.0)], {})

    assert back.at_work == ["a 1"]
    assert [fact.outcome for fact in back.facts if isinstance(fact, Ended)] == [Outcome.LOST]


def test_what_the_launcher_never_began_runs_with_r_0() -> None:
    farm = Farm(1)
    farm.submit(job(task("a", cmds=[cmd("a %r")])))

    back = farm.returned()
    back.adopt([], {})

    assert back.at_work == ["a 0"]


def test_an_attempt_whose_start_did_not_reach_the_journal_is_taken_up() -> None:
    farm = Farm(1)
    farm.submit(job(task("a"), task("b")))
    journal = [fact for fact in farm.facts if not isinstance(fact, Started)]

    back = farm.returned(journal)
    back.adopt([Began(1, JobId(1), TaskId(1), CmdId(1), 1.0)], farm.running)

    assert back.state("a") == "active"
    assert back.launched == []
    back.end("a")
    assert back.at_work == ["b"]


def test_an_unknown_attempt_that_runs_is_swept() -> None:
    farm = Farm(1)
    farm.submit(job(task("a")))

    back = farm.returned()
    back.carry_out(back.core.adopt([], {1, 77}, back.now))

    assert back.sweeps[0].attempts == (77,)


def test_attempt_numbers_rise_over_a_restart() -> None:
    farm = Farm(1)
    farm.submit(job(task("a"), task("b")))

    back = farm.returned()
    back.adopt([Exit(1, 0, 1.0)], {})

    assert list(back.running) == [2]


def test_numbers_of_attempts_that_only_the_launcher_has_seen_are_not_given_again() -> None:
    farm = Farm(1)
    farm.submit(job(task("a")))

    back = farm.returned([fact for fact in farm.facts if not isinstance(fact, Started)])
    back.carry_out(back.core.adopt([], (), back.now, seen=7))

    assert list(back.running) == [8]


@pytest.mark.parametrize("log", [[Began(1, JobId(1), TaskId(1), CmdId(1), 1.0), Lost(1)], [Lost(1)], []])
def test_what_ran_again_after_a_loss_that_did_not_reach_the_journal_does_not_run_a_third_time(
    log: list[Began | Exit | Lost],
) -> None:
    farm = Farm(1)
    farm.submit(job(task("a"), task("b")))
    journal = list(farm.facts)
    farm.carry_out(farm.core.lost(1, farm.now))
    assert farm.at_work == ["a"]

    back = farm.returned(journal)
    back.adopt([*log, Began(2, JobId(1), TaskId(1), CmdId(1), 2.0), Exit(2, 0, 1.0)], {})

    assert back.state("a") == "done"
    assert back.launched == ["b"]


def test_nothing_starts_on_the_word_of_a_built_in_or_of_an_if_before_it_is_safe() -> None:
    farm = Farm(1)
    farm.submit(job(task("a", cmds=[Cmd(CmdKind.BUILTIN, "File mkdir x"), cmd("b", if_="0"), cmd("c")])))

    orders = farm.core.exited(Exit(1, 0, 1.0), farm.now)

    records = [order for order in orders if isinstance(order, Record)]
    assert [(type(record.fact).__name__, record.barrier) for record in records] == [
        ("Ended", True),
        ("Skipped", True),
        ("Started", False),
    ]


def test_no_postscript_starts_before_it_is_safe_that_its_job_rests() -> None:
    farm = Farm(1)
    farm.submit(job(task("a"), postscript=[cmd("after")]))

    orders = farm.core.exited(Exit(1, 0, 1.0), farm.now)

    rested = next(order for order in orders if isinstance(order, Record) and isinstance(order.fact, Rested))
    assert rested.barrier


def test_what_its_launcher_swept_for_want_of_a_dispatcher_runs_again() -> None:
    farm = Farm(1)
    farm.submit(job(task("a", cmds=[cmd("a %r")])))

    back = farm.returned()
    back.adopt([Began(1, JobId(1), TaskId(1), CmdId(1), 1.0), Exit(1, -15, 61.0, swept=True)], {})

    assert back.at_work == ["a 1"]


def test_what_is_being_swept_for_a_shutdown_that_a_kill_cut_short_runs_again() -> None:
    farm = Farm(1)
    farm.submit(job(task("a", cmds=[cmd("a %r")])))
    farm.carry_out(farm.core.shutdown(farm.now))

    back = farm.returned()
    back.adopt([Began(1, JobId(1), TaskId(1), CmdId(1), 1.0)], farm.running)
    back.end("a 0", -9, swept=True)

    assert back.at_work == ["a 1"]


@pytest.mark.parametrize("status", [0, 1])
def test_nothing_starts_on_the_word_of_a_resume_test_before_it_is_safe(status: int) -> None:
    farm = Farm(1)
    farm.submit(job(task("a", cmds=[cmd("x", resumewhile="more"), cmd("y")])))
    farm.end("x")

    orders = farm.core.resume_tested(1, status, farm.now)

    record = next(order for order in orders if isinstance(order, Record))
    assert isinstance(record.fact, Ended)
    assert record.barrier


def test_a_job_that_can_be_replayed_only_in_part_is_left_out_and_its_attempt_numbers_stay_used() -> None:
    farm = Farm(1)
    farm.submit(job(task("a", cmds=[cmd("a", expand="1")])))
    farm.end("a")
    farm.read("b")
    farm.submit(job(task("c")))
    facts = [msgspec.structs.replace(fact, text="wrong") if isinstance(fact, Grown) else fact for fact in farm.facts]
    back = farm.returned([])
    with pytest.raises(Unreadable):
        back.core.replay((fact for fact in facts if fact.jid == 1), lambda fact: back.scripts[fact.jid])

    back.core.leave_out(JobId(1), facts)
    back.core.replay((fact for fact in facts if fact.jid == 2), lambda fact: back.scripts[fact.jid])
    back.adopt([], {})

    assert list(back.core.jobs) == [2]
    assert back.at_work == ["c"]
    assert min(back.running) > max(farm.running)


@pytest.mark.parametrize(("status", "hook"), [(0, "tell done"), (1, "tell error")])
def test_whendone_follows_a_job_that_is_done_and_whenerror_one_that_failed(status: int, hook: str) -> None:
    farm = Farm()
    farm.submit(job(task("a"), whendone="tell done", whenerror="tell error"))
    farm.end("a", status)

    assert [order.command for order in farm.hooks] == [hook]


def test_a_hook_that_was_cut_off_runs_again_and_one_that_ran_does_not() -> None:
    farm = Farm(1)
    farm.submit(job(task("a"), whendone="mail"))
    farm.end("a")

    cut_off = farm.returned()
    cut_off.adopt([], {})
    farm.carry_out(farm.core.hook_done(JobId(1), farm.now))
    over = farm.returned()
    over.adopt([], {})

    assert len(cut_off.hooks) == 1
    assert over.hooks == []


def test_a_deleted_job_that_is_gone_stays_gone() -> None:
    farm = Farm(1)
    jid = farm.submit(job(task("a")))
    farm.act(Action.DELETE, jid)
    farm.swept()

    assert farm.returned().core.jobs == {}


def test_limits_count_what_was_taken_up() -> None:
    settings = Settings(limits_local={"t": 1})
    farm = Farm(4, settings=settings)
    farm.submit(job(task("a"), task("b"), tags="t"))

    back = Farm(4, settings=settings)
    back.scripts = farm.scripts
    back.core.replay(farm.facts, lambda fact: back.scripts[fact.jid])
    back.adopt([], farm.running)

    assert back.at_work == ["a"]


def test_facts_of_a_job_that_is_not_in_the_journal_are_counted_and_passed_over() -> None:
    farm = Farm(1)

    farm.core.replay([NeverStarted(JobId(9), 1.0, CmdId(1), 1, "x", True)], lambda fact: job())

    assert farm.core.stale == 1


def test_two_jobs_of_one_script_are_two_jobs() -> None:
    farm = Farm(2)
    farm.submit(job(task("a")))
    farm.submit(job(task("a")))

    assert [fact.jid for fact in farm.facts if isinstance(fact, JobSpooled)] == [1, 2]
    assert [run.order.jid for run in farm.running.values()] == [1, 2]


def test_steps_are_not_read_before_there_is_room() -> None:
    farm = Farm(1)
    farm.submit(job(task("a")))
    farm.submit(job(iterate(1000, "s")))

    assert farm.reader.steps_read == 0


def test_outcomes_are_in_the_journal() -> None:
    farm = Farm(1)
    farm.submit(job(task("a", cmds=[cmd("a", retryrc="1")])))

    farm.end("a", 1)
    farm.end("a", 0)

    assert [fact.outcome for fact in farm.facts if isinstance(fact, Ended)] == [Outcome.RETRY, Outcome.DONE]


def test_the_jobs_serialsubtasks_runs_its_tasks_in_order() -> None:
    farm = Farm(4)
    farm.submit(job(task("a"), task("b"), serialsubtasks="1"))

    assert farm.at_work == ["a"]
    farm.end("a")
    assert farm.at_work == ["b"]


@pytest.mark.parametrize("below", [[], [task("child")]])
def test_serial_order_holds_for_what_is_grown(below: list[Task]) -> None:
    farm = Farm(4)
    farm.submit(job(task("a", *below, cmds=[cmd("grow", expand="1")], serialsubtasks="1")))
    if below:
        farm.end("child")
    farm.end("grow")

    farm.read("x\ny")

    assert farm.at_work == ["x"]
    farm.end("x")
    assert farm.at_work == ["y"]


def test_a_retry_of_many_passes_over_what_another_retry_withdraws() -> None:
    farm = Farm(4)
    jid = farm.submit(job(task("a", cmds=[cmd("grow")])))
    farm.carry_out(farm.core.chunk(farm.attempt("grow"), "c1.alf", farm.now))
    farm.read("x")
    farm.end("x", 1)
    farm.end("grow", 1)

    farm.act(Action.RETRY, jid)

    assert farm.at_work == ["grow"]


def test_a_restart_leaves_what_others_have_grown_alone() -> None:
    farm = Farm(4)
    jid = farm.submit(job(task("a", cmds=[cmd("grow")]), task("empty", cmds="")))
    farm.carry_out(farm.core.chunk(farm.attempt("grow"), "c1.alf", farm.now))
    farm.read("x")

    farm.act(Action.RESTART, jid, farm.tid("empty"))

    assert farm.at_work == ["grow", "x"]
    assert farm.sweeps == []


# ---- what -refersto binds to --------------------------------------------------------------------------


def test_refersto_binds_to_the_nearest_enclosing_id() -> None:
    farm = Farm(8)
    inner = task("i", task("a", cmds=[cmd("a %n", refersto="s")]), cmds="", id="s", service="R", atleast="2")
    farm.submit(job(task("o", inner, cmds="", id="s", service="R", atleast="4")))

    assert farm.at_work == ["a 2"]


def test_refersto_binds_to_the_nearest_above_else_the_first_below() -> None:
    farm = Farm(16)
    above = task("u", cmds="", id="s", service="R", atleast="2")
    below = task("v", cmds="", id="t", service="R", atleast="3")
    users = [task("a", cmds=[cmd("a %n", refersto="s")]), task("b", cmds=[cmd("b %n", refersto="t")])]
    farm.submit(job(task("w", cmds="", id="s", service="R", atleast="9"), above, *users, below))

    assert farm.at_work == ["a 2", "b 3"]


def test_refersto_of_a_command_runs_on_its_slot_after_it() -> None:
    farm = Farm(4)
    farm.submit(job(task("a", cmds=[cmd("a %s", id="c", service="R")]), task("b", cmds=[cmd("b %s", refersto="c")])))

    assert farm.at_work == ["a here-1"]
    farm.end("a here-1")
    assert farm.at_work == ["b here-1"]


@pytest.mark.parametrize("below", [[], [task("noservice", id="nobody", cmds="")]])
def test_a_refersto_without_a_check_out_takes_its_own_with_a_notice(below: list[Task]) -> None:
    farm = Farm(4)
    farm.submit(job(task("a", *below, cmds=[cmd("a", refersto="nobody")])))

    assert farm.at_work == ["a"]
    assert farm.notices == ["-refersto nobody: no task with that -id has a -service; the command takes its own"]


# ---- many different needs ------------------------------------------------------------------------------


def test_a_lane_that_was_passed_over_is_served_when_its_turn_comes() -> None:
    farm = Farm(2, settings=Settings(limits_local={"slow": 1}))
    slow = [task(name, cmds=[cmd(name, tags="slow")]) for name in ("s1", "s2")]
    others = [task(name, cmds=[cmd(name, service=f"key{name}")]) for name in ("a", "b")]
    farm.submit(job(*slow, *others))

    assert farm.at_work == ["s1", "a"]
    farm.end("a")
    assert farm.at_work == ["s1", "b"]
    farm.end("s1")
    assert farm.at_work == ["b", "s2"]


def test_without_a_free_slot_only_users_of_an_idle_check_out_start() -> None:
    farm = Farm(2)
    shared = task("p", cmds=[cmd("p1", refersto="s"), cmd("own"), cmd("p2", refersto="s")], id="s", service="R")
    farm.submit(job(shared, task("x", cmds=[cmd("x1"), cmd("x2")]), task("y")))

    assert farm.at_work == ["p1", "x1"]
    farm.end("p1")
    assert farm.at_work == ["x1"]
    farm.end("x1")
    assert farm.at_work == ["own"]
