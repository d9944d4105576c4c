"""daemons.presets: the file of presets, as it is when it is asked."""

import logging

from daemons.presets import PresetFile


def test_no_file_means_no_presets(tmp_path):
    assert dict(PresetFile(None)) == {}
    assert PresetFile(tmp_path / "missing").get("rms") is None


def test_a_file_that_has_changed_is_read_again(tmp_path):
    file = tmp_path / "presets"
    file.write_text("set alfEnvKey(a) {setenv A=1}")
    presets = PresetFile(file)
    assert presets["a"] == {"A": "1"}

    file.write_text("set alfEnvKey(a) {setenv A=one}")

    assert presets["a"] == {"A": "one"}


def test_a_broken_file_leaves_the_last_good_presets_in_force(tmp_path, caplog):
    file = tmp_path / "presets"
    file.write_text("set alfEnvKey(a) {setenv A=1}")
    presets = PresetFile(file)
    assert presets["a"] == {"A": "1"}

    file.write_text("nonsense here")
    with caplog.at_level(logging.ERROR):
        assert presets["a"] == {"A": "1"}

    assert "stay in force" in caplog.text
