"""Which hosts of the network are shown."""

import pytest

from gui.models.host_list import hosts_in, shown_hosts, typed_host
from runtime.schedule.model import Server

HOSTS = ["vast", "node10", "node9", "Janus", "janus.lan", "boris"]
SERVERS = [Server("j1", "janus")]


@pytest.mark.parametrize(
    ("pattern", "matching", "hide", "shown"),
    [
        ("", False, False, ["boris", "Janus", "janus.lan", "node9", "node10", "vast"]),
        ("node*", True, False, ["node9", "node10"]),
        ("AS", True, False, ["vast"]),
        ("node*", False, False, ["boris", "Janus", "janus.lan", "node9", "node10", "vast"]),
        ("", False, True, ["boris", "node9", "node10", "vast"]),
    ],
)
def test_hosts_are_filtered(pattern, matching, hide, shown):
    assert shown_hosts(HOSTS, SERVERS, pattern, matching=matching, hide_included=hide) == shown


def test_a_name_that_was_typed_is_a_host_and_a_pattern_is_none():
    assert [typed_host(text) for text in (" boris ", "node*", "", "a b")] == ["boris", "", "", ""]


def test_the_hosts_file_names_hosts_and_not_the_loop():
    text = "127.0.0.1 localhost\n::1 localhost ip6-localhost\n10.0.0.7 janus.lan janus # old\n# 10.0.0.8 gone\n"

    assert hosts_in(text) == ["janus.lan"]
