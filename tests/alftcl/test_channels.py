"""Channels: what real Tcl cannot be asked about, because it is ours: tables, memory, standard streams, buffers."""

import os
from pathlib import Path

import pytest

from alftcl.channel_table import ChannelTable
from alftcl.channels import Channel
from alftcl.devices import FileDevice, MemoryDevice
from alftcl.errors import TclError
from alftcl.interp import Interp


def reader(data: bytes, **options: str) -> Channel:
    channel = Channel("memory", MemoryDevice(data), readable=True, writable=False)
    for name, value in options.items():
        setattr(channel, name, value)
    return channel


def test_puts_goes_to_the_stdout_of_python(capsys: pytest.CaptureFixture[str]) -> None:
    Interp().eval("puts hello; puts stderr trouble")

    assert capsys.readouterr() == ("hello\n", "trouble\n")


def test_an_embedding_program_redirects_stdout() -> None:
    interp, memory = Interp(), MemoryDevice()
    interp.channels.add(Channel("stdout", memory, readable=False, writable=True))

    interp.eval("puts caught; flush stdout")

    assert bytes(memory.written) == b"caught\n"


def test_a_safe_interpreter_has_no_channels() -> None:
    with pytest.raises(TclError, match='can not find channel named "stdout"'):
        Interp(safe=True).eval("puts hello")


def test_a_safe_interpreter_cannot_open_files_or_run_programs() -> None:
    safe = Interp(safe=True)

    for script in ("open x", "exec true", "glob *", "cd /", "pwd", "exit"):
        with pytest.raises(TclError, match="invalid command name"):
            safe.eval(script)


@pytest.mark.parametrize(
    ("translation", "text"),
    [("auto", "a\nb\nc\n"), ("lf", "a\r\nb\rc\n"), ("cr", "a\n\nb\nc\n"), ("crlf", "a\nb\rc\n")],
)
def test_reading_by_ones_and_at_once_agree(translation: str, text: str) -> None:
    by_ones = reader(b"a\r\nb\rc\n", in_translation=translation)
    letters = [by_ones.read(1) for _ in range(12)]

    assert "".join(letters) == text
    assert reader(b"a\r\nb\rc\n", in_translation=translation).read() == text


def test_characters_are_not_cut_between_their_bytes() -> None:
    channel = reader("é€𝄞x".encode())

    assert [channel.read(1) for _ in range(5)] == ["é", "€", "𝄞", "x", ""]


def test_bytes_that_are_not_utf_8_become_characters_of_their_number() -> None:
    assert reader(b"a\xff\xe2\x82z").read() == "a\xff\xe2\x82z"


def test_an_empty_pipe_that_does_not_block_says_so() -> None:
    read_fd, write_fd = os.pipe()
    channel = Channel("pipe", FileDevice(read_fd, None), readable=True, writable=False)
    channel.set_blocking(False)

    os.write(write_fd, b"half a li")

    assert (channel.gets(), channel.is_blocked, channel.at_eof) == (None, True, False)
    os.write(write_fd, b"ne\n")
    assert channel.gets() == "half a line"
    channel.close()
    os.close(write_fd)


def test_env_is_the_environment_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALFTCL_TEST", "before")
    interp = Interp()

    interp.eval("set ::seen $env(ALFTCL_TEST); set env(ALFTCL_TEST) after")

    assert (interp.get_var("seen"), os.environ["ALFTCL_TEST"]) == ("before", "after")
    assert interp.eval("exec sh -c {echo $ALFTCL_TEST}") == "after"
    interp.eval("unset env(ALFTCL_TEST)")
    assert "ALFTCL_TEST" not in os.environ


def test_closing_all_channels_writes_what_is_left(tmp_path: Path) -> None:
    interp = Interp()
    interp.set_var("name", str(tmp_path / "out"))
    interp.eval("set f [open $name w]; puts $f text")

    interp.channels.close_all()

    assert (tmp_path / "out").read_text() == "text\n"


def test_a_table_without_standard_channels_is_empty() -> None:
    assert list(ChannelTable(standard=False)) == []


def test_a_script_without_a_first_line_is_given_to_the_shell(tmp_path: Path) -> None:
    script = tmp_path / "tool"
    script.write_text("echo from sh\n")
    script.chmod(0o755)

    assert Interp().call("exec", str(script)) == "from sh"


def test_output_larger_than_a_pipe_comes_through() -> None:
    assert len(str(Interp().eval("exec sh -c {yes | head -c 1000000}"))) == 999_999


def test_no_descriptor_is_left_open_by_pipelines() -> None:
    interp = Interp()
    interp.eval("exec true")
    before = len(os.listdir("/proc/self/fd"))

    interp.eval("exec echo a | cat | cat; catch {exec true | nosuchprogram}; catch {exec sh -c {echo e >&2}}")
    interp.eval("close [open {|cat} r+]; catch {exec echo a > /nosuch/x < /dev/null}")

    assert len(os.listdir("/proc/self/fd")) == before
