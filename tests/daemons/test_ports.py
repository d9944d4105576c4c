"""daemons.ports: where an alfserver listens when its command line does not say."""

import pytest

from daemons.ports import alfserver_port
from runtime.settings import Settings


def port(tmp_path, netrman=None, **settings):
    if netrman is not None:
        (tmp_path / "etc").mkdir()
        (tmp_path / "etc/netrman.ini").write_text(netrman)
    return alfserver_port({"RMANTREE": str(tmp_path)}, Settings(**settings))


@pytest.mark.parametrize(
    "line", ["/alfserver/port 1601", "/alfserver/port=1601", "  /alfserver/port : 1601 ", "x\n/alfserver/port\t1601\n"]
)
def test_netrman_ini_names_a_port(tmp_path, line):
    assert port(tmp_path, line) == 1601


@pytest.mark.parametrize("line", ["/alfserver/port", "/alfserver/port 99999", "# /alfserver/port 1601", "/nrm/port 7"])
def test_other_lines_name_none(tmp_path, line, monkeypatch):
    monkeypatch.setattr("socket.getservbyname", no_service)

    assert port(tmp_path, line) == 1501


def test_alfred_ini_goes_before_netrman_ini(tmp_path):
    assert port(tmp_path, "/alfserver/port 1601", alfserver_port=1701) == 1701


def test_the_services_of_the_machine_go_before_the_default(tmp_path, monkeypatch):
    monkeypatch.setattr("socket.getservbyname", lambda name, protocol: {("alfserver", "tcp"): 1801}[name, protocol])

    assert port(tmp_path) == 1801


def no_service(name, protocol):
    raise OSError("service/proto not found")
