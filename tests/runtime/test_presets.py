"""runtime.presets: what the names in -envkey mean at a site."""

import pytest

from runtime.presets import read_presets
from runtime.settings import SettingsError


def presets(text):
    return read_presets(text, "alfred.envkeys")


def test_a_preset_sets_variables():
    text = "set alfEnvKey(rms-24) {setenv RMANTREE=/opt/rms-24 TMP=/var/tmp}"

    assert presets(text) == {"rms-24": {"RMANTREE": "/opt/rms-24", "TMP": "/var/tmp"}}


def test_a_preset_may_name_others_whose_variables_come_first():
    text = """
        set alfEnvKey(base) {setenv SHOW=none LANG=C}
        set alfEnvKey(show) {base {setenv SHOW=bounce}}
    """

    assert presets(text)["show"] == {"SHOW": "bounce", "LANG": "C"}


def test_the_file_may_compute(monkeypatch):
    monkeypatch.setenv("ROOT", "/opt")
    text = """
        foreach version {23 24} {set alfEnvKey(rms-$version) "setenv RMANTREE=$env(ROOT)/rms-$version"}
    """

    assert presets(text) == {"rms-23": {"RMANTREE": "/opt/rms-23"}, "rms-24": {"RMANTREE": "/opt/rms-24"}}


def test_a_file_without_presets_has_none():
    assert presets("set x 1") == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("\nset alfEnvKey(a) {b}", "alfred.envkeys:2: alfEnvKey(a) names b, and there is no preset of that name"),
        ("set alfEnvKey(a) {b}; set alfEnvKey(b) {a}", "alfred.envkeys:1: the presets a -> b -> a name each other"),
        ("\n\nnonsense", 'alfred.envkeys:3: invalid command name "nonsense"'),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_with_its_line(text, words):
    with pytest.raises(SettingsError) as error:
        presets(text)

    assert str(error.value) == words
