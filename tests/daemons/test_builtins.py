"""daemons.builtins: File delete, copy, rename and mkdir mean what Tcl's `file` means."""

from __future__ import annotations

from pathlib import Path

import pytest

from daemons.builtins import BuiltinError, run_builtin


def run(cwd: Path, *words: str) -> None:
    run_builtin(("File", *words), str(cwd))


def test_delete_removes_files_and_does_not_mind_missing_ones(tmp_path: Path) -> None:
    (tmp_path / "a b").write_text("x")

    run(tmp_path, "delete", "a b", "missing")

    assert not (tmp_path / "a b").exists()


def test_delete_takes_a_link_and_leaves_what_it_names(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "link").symlink_to("kept")

    run(tmp_path, "delete", "-force", "link")

    assert (tmp_path / "kept").is_dir()
    assert not (tmp_path / "link").is_symlink()


def test_delete_of_a_full_directory_wants_force(tmp_path: Path) -> None:
    (tmp_path / "d" / "e").mkdir(parents=True)

    with pytest.raises(BuiltinError, match='error deleting "d": directory not empty'):
        run(tmp_path, "delete", "d")
    run(tmp_path, "delete", "-force", "--", "d")

    assert not (tmp_path / "d").exists()


def test_wildcards_and_shell_characters_are_names(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    (tmp_path / "*; touch b").write_text("x")

    run(tmp_path, "delete", "*; touch b", "*")

    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_after_two_dashes_a_name_may_begin_with_one(tmp_path: Path) -> None:
    (tmp_path / "-rf").write_text("x")

    run(tmp_path, "delete", "--", "-rf")

    assert list(tmp_path.iterdir()) == []


def test_copy_into_a_directory_and_to_a_new_name(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    (tmp_path / "d").mkdir()

    run(tmp_path, "copy", "a", "d")
    run(tmp_path, "copy", "a", "b")

    assert (tmp_path / "d" / "a").read_text() == (tmp_path / "b").read_text() == "x"


def test_copy_of_a_directory_takes_all_that_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "d" / "e").mkdir(parents=True)
    (tmp_path / "d" / "e" / "f").write_text("x")

    run(tmp_path, "copy", "d", "copy")

    assert (tmp_path / "copy" / "e" / "f").read_text() == "x"


@pytest.mark.parametrize("operation", ["copy", "rename"])
def test_what_is_there_is_replaced_with_force_alone(tmp_path: Path, operation: str) -> None:
    (tmp_path / "a").write_text("new")
    (tmp_path / "b").write_text("old")

    with pytest.raises(BuiltinError, match="file already exists"):
        run(tmp_path, operation, "a", "b")
    assert (tmp_path / "b").read_text() == "old"

    run(tmp_path, operation, "-force", "a", "b")
    assert (tmp_path / "b").read_text() == "new"


@pytest.mark.parametrize("operation", ["copy", "rename"])
def test_a_file_never_replaces_a_directory(tmp_path: Path, operation: str) -> None:
    (tmp_path / "a").write_text("x")
    (tmp_path / "d" / "a").mkdir(parents=True)

    with pytest.raises(BuiltinError, match="can't overwrite directory with file"):
        run(tmp_path, operation, "-force", "a", "d")


def test_rename_moves_several_into_a_directory(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).write_text(name)
    (tmp_path / "d").mkdir()

    run(tmp_path, "rename", "a", "b", "d")

    assert sorted(path.name for path in (tmp_path / "d").iterdir()) == ["a", "b"]


def test_a_directory_cannot_be_moved_into_itself(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()

    with pytest.raises(BuiltinError, match="into itself"):
        run(tmp_path, "rename", "d", "d/e")


@pytest.mark.parametrize("operation", ["copy", "rename"])
def test_a_missing_source_is_an_error(tmp_path: Path, operation: str) -> None:
    with pytest.raises(BuiltinError, match="no such file or directory"):
        run(tmp_path, operation, "missing", "b")


def test_mkdir_makes_parents_and_does_not_mind_what_is_there(tmp_path: Path) -> None:
    run(tmp_path, "mkdir", "a/b", "a")

    assert (tmp_path / "a" / "b").is_dir()


def test_mkdir_over_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")

    with pytest.raises(BuiltinError, match="file already exists"):
        run(tmp_path, "mkdir", "a")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("File",), "no built-in command"),
        (("Image", "delete"), "no built-in command"),
        (("File", "exec", "ls"), "unknown operation"),
        (("File", "delete", "-recursive", "a"), "bad option"),
        (("File", "copy", "a"), "wants a source and a target"),
        (("File", "copy", "a", "b", "c"), "is not a directory"),
        (("File", "delete", "a\0b"), "NUL"),
    ],
)
def test_what_is_no_such_command_is_refused_with_words(tmp_path: Path, words: tuple[str, ...], reason: str) -> None:
    with pytest.raises(BuiltinError, match=reason):
        run_builtin(words, str(tmp_path))
