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
