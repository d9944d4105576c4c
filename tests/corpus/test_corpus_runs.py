"""Field scripts, where they are at hand, run to their end, with programs that do nothing in place of theirs."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.job.report import json_form
from runtime.job.script import read_job

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
REFUSED = ("016_bad_brace_dialect", "017_bad_positional_bodies")
TOO_QUICK = "040_tractor_author_all_attributes"
"""Its -minrunsecs 5 makes an error of a program that does nothing."""
STAGE = Path(__file__).with_name("stage.py")
ALFRED = Path(sys.executable).with_name("alfred")

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of field scripts is not beside the repository")


def commands(node: dict[str, list[dict[str, list[str]]]]) -> Iterator[dict[str, list[str]]]:
    """The commands of a job's or a task's JSON form, and of everything below it."""
    for kind in ("cmds", "cleanup", "postscript"):
        yield from node.get(kind, [])
    for kind in ("tasks", "subtasks"):
        for below in node.get(kind, []):
            yield from commands(below)  # type: ignore[arg-type]  # a node holds nodes


def programs(scripts: list[Path]) -> set[str]:
    """What the commands of these scripts start."""
    found = set()
    for script in scripts:
        form = json_form(read_job(script.read_bytes(), script.name, now=0.0), script.name)
        for job in form["jobs"]:
            found |= {cmd["argv"][0] for cmd in commands(job) if cmd["kind"] != "builtin" and cmd["argv"]}
    return found


def test_every_script_of_the_corpus_runs_to_its_end(tmp_path: Path) -> None:
    scripts = [path for path in sorted(CORPUS.glob("*.alf")) if path.stem not in REFUSED]
    taken = tmp_path / "scripts"
    taken.mkdir()
    for script in scripts:
        shutil.copy(script, taken)
    stage = tmp_path / "stage"
    stage.mkdir()
    words = ["unshare", "--mount", sys.executable, str(STAGE), str(taken), str(stage), str(ALFRED)]
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
        pytest.skip("no mount namespace can be made here: absolute program names cannot have stubs")

    done = subprocess.run(
        words, input="\n".join(programs(scripts)), capture_output=True, text=True, timeout=200, check=False
    )

    assert done.returncode == 0, done.stderr
    jobs = json.loads(done.stdout)["jobs"]
    ended = {Path(job["file"]).stem: job["state"] for job in jobs}
    assert ended == {script.stem: "done" for script in scripts} | {TOO_QUICK: "stopped"}, done.stderr
    assert all(job["counts"]["done"] == job["tasks"] for job in jobs if job["state"] == "done")
