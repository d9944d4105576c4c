"""The machine itself as the farm: what its slots can serve, now and ever."""

from runtime.machine import Machine, own_slots
from runtime.needs import Need


def machine(slots):
    return Machine(own_slots("here", slots))


def test_sa_is_the_number_of_free_slots():
    here = machine(3)
    need = Need(service="@.sa > 2")
    assert here.find(need) == (0,)
    here.take((1,))
    assert isinstance(here.find(need), str)


def test_more_slots_available_than_there_are_is_never_met():
    assert "can ever match" in machine(2).never(Need(service="(@.sa > 2) && pixarRender"))
    assert machine(3).never(Need(service="(@.sa > 2) && pixarRender")) == ""


def test_what_memory_allows_may_come_true_later():
    assert machine(1).never(Need(service="@.mem > 1000000")) == ""


def test_keys_and_mget_have_their_own_units():
    measured = {"disk": 5000.0, "@.disk": 5.0}
    here = Machine(own_slots("here", 1), measured.get)
    assert here.find(Need(service="@.disk < 10", metrics="[Mget disk] > 1000")) == (0,)


def test_a_metrics_text_that_is_no_expression_tests_nothing():
    assert machine(1).find(Need(metrics="metrics string")) == (0,)


def test_a_metric_that_this_machine_does_not_have_is_never_met():
    here = Machine(own_slots("here", 1), {"disk": 5000.0}.get)
    assert "no metric licences" in here.never(Need(metrics="[Mget licences] > 1"))
    assert here.never(Need(metrics="[Mget disk] > 10000")) == ""


def test_what_is_reserved_is_no_more_than_the_machine_has():
    here = Machine(own_slots("here", 4), {"memtotal": 16 * 1024.0}.get)
    need = Need(reserve=(("mem", 10.0),))

    here.take(here.find(need), need.reserve)

    assert here.find(need) == "it reserves 10 GB of memory: 6 of 16 GB of memory are left"
    assert here.find(Need()) == (1,)
    here.give((0,))
    assert here.find(need) == (1,)


def test_each_of_several_slots_reserves():
    here = Machine(own_slots("here", 4), has="mem 16 gpu 2")

    assert here.find(Need(atleast=1, atmost=4, reserve=(("mem", 6.0),))) == (0, 1)
    assert here.most(Need(reserve=(("gpu", 1.0),))) == 2


def test_what_the_machine_does_not_have_at_all_is_never_met():
    here = Machine(own_slots("here", 4), {"memtotal": 16 * 1024.0}.get)

    assert here.never(Need(reserve=(("mem", 17.0),))) == (
        "it reserves 17 GB of memory: there is 16 GB of memory in all, on this machine"
    )
    assert here.never(Need(reserve=(("gpu", 1.0),))) == "it reserves 1 GPU: there are 0 GPUs in all, on this machine"
    assert here.never(Need(reserve=(("mem", 16.0),))) == ""


def test_the_sites_word_on_what_the_machine_has_counts_more_than_what_is_measured():
    here = Machine(own_slots("here", 4), {"memtotal": 16 * 1024.0}.get, has="mem 8 gpu 1")

    assert here.find(Need(reserve=(("mem", 8.0), ("gpu", 1.0)))) == (0,)
    assert here.never(Need(reserve=(("mem", 9.0),))) != ""


def test_a_command_that_runs_already_has_its_gpus():
    here = Machine(own_slots("here", 4), has="gpu 2")

    here.claim(["here-1"], (("gpu", 1.0),), (1,))

    assert here.gpus((0,)) == (1,)
    here.take((1,), (("gpu", 1.0),))
    assert here.gpus((1,)) == (0,)
