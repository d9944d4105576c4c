"""The words of the `alfserver` command line."""

import pytest

from daemons.alfserver import main as alfserver


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["-a", "0"], 'argument -a: "0" is no number of slots'),
        (["-s", "70000"], 'argument -s: "70000" is no port'),
        (["-nonsense"], "unrecognized arguments: -nonsense"),
    ],
)
def test_words_without_sense_are_bad_usage(words, reason, capsys):
    with pytest.raises(SystemExit) as ended:
        alfserver.main(words)

    assert ended.value.code == alfserver.USAGE
    assert capsys.readouterr().err == f"alfserver: {reason}\nalfserver -help shows what there is\n"


def test_help_names_every_option(capsys):
    assert alfserver.main(["-help"]) == alfserver.DONE

    said = capsys.readouterr().out
    options = {word for action in alfserver.parser()._actions for word in action.option_strings}
    assert [option for option in sorted(options - {"-debug"}) if f"{option} " not in f"{said} "] == ["-version"]
    assert "-version\n" in said


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda there: there.write_text(""), "cannot make the state directory {}: Not a directory"),
        (lambda there: (there.mkdir(), there.chmod(0o777)), "others may write to the state directory {}"),
    ],
)
def test_a_state_directory_that_cannot_be_used_is_said(tmp_path, make, words, capsys, monkeypatch):
    monkeypatch.setenv("RMANTREE", str(tmp_path))
    make(tmp_path / "state")
    directory = tmp_path / "state" if (tmp_path / "state").is_dir() else tmp_path / "state/below"

    assert alfserver.main(["-state", str(directory), "-s", "0", "-bind", "127.0.0.1"]) == alfserver.FAILED
    assert words.format(directory) in capsys.readouterr().err


def test_an_alfred_ini_that_is_not_there_is_said(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("ALF_INI", raising=False)

    assert alfserver.main(["-ini", str(tmp_path / "none.ini")]) == alfserver.FAILED
    assert "-ini: there is no file" in capsys.readouterr().err


def test_an_address_that_is_not_ours_is_said(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("RMANTREE", str(tmp_path))
    monkeypatch.delenv("ALF_KEY", raising=False)
    words = ["-state", str(tmp_path / "state"), "-s", "1", "-bind", "192.0.2.1"]

    assert alfserver.main(words) == alfserver.FAILED
    assert "192.0.2.1" in capsys.readouterr().err
