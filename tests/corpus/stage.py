"""A machine of its own for field scripts: every program that they name is there, and does nothing.

Run inside a mount namespace (unshare --mount), by root there, with three words: the scripts' directory, an empty
directory to work in and the `alfred` to run; the programs come on standard input, one a line. The root of the file
system is put together anew in memory, with an overlay over /usr, so that programs with absolute names can be there
too, and the machine has no load (a script may wait until it is low); nothing outside is changed. Prints what
`alfred -queue -json` says when all jobs have ended.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

STUB = Path("/usr/bin/true")


def mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True)


def new_root(place: Path) -> Path:
    """A copy of the root in memory, in which /usr can be written to."""
    mount("--make-rprivate", "/")
    mount("-t", "tmpfs", "tmpfs", str(place))
    root, upper, work = place / "root", place / "upper", place / "work"
    for directory in (root, upper, work):
        directory.mkdir()
    for entry in sorted(Path("/").iterdir()):
        there = root / entry.name
        if entry.is_symlink():
            there.symlink_to(entry.readlink())
        elif entry.name == "usr":
            there.mkdir()
            mount("-t", "overlay", "-o", f"lowerdir=/usr,upperdir={upper},workdir={work}", "overlay", str(there))
        elif entry.is_dir():
            there.mkdir()
            mount("--rbind", str(entry), str(there))
    return root


def without_load(work: Path) -> Path:
    """A directory for PYTHONPATH: the load of the machine is read as low, however many others use it."""
    site = work / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text("import os\nos.getloadavg = lambda: (0.01, 0.01, 0.01)\n")
    return site


def put_stubs(programs: list[str], work: Path) -> Path:
    """A stub for each program: on the PATH, at its absolute name, or below the working directory."""
    path = work / "bin"
    path.mkdir()
    for program in programs:
        stub = path / program if "/" not in program else work / program
        stub.parent.mkdir(parents=True, exist_ok=True)
        stub.unlink(missing_ok=True)
        shutil.copy(STUB, stub)
    return path


def run(alfred: str, scripts: list[str], environment: dict[str, str], work: Path) -> str:
    """Queue all scripts, start those that wait for a time or for their user, and see them all end."""

    def ask(*words: str) -> str:
        words = (alfred, *words)
        return subprocess.run(words, env=environment, cwd=work, check=True, capture_output=True, text=True).stdout

    ask("-nogui", "-q", "-paused", "-slots", "8", *scripts)
    with subprocess.Popen([alfred, "-nogui", "-q"], env=environment, cwd=work, stdout=sys.stderr) as session:
        for job in json.loads(ask("-queue", "-json"))["jobs"]:
            ask("-resume", str(job["jid"]))  # it is not paused any longer
            ask("-resume", str(job["jid"]))  # nor does it wait for a time
        session.wait(timeout=120)
    return ask("-queue", "-json")


def main() -> None:
    scripts, place, alfred = sys.argv[1:]
    programs = [line for line in sys.stdin.read().split("\n") if line]
    texts = sorted(Path(scripts).glob("*.alf"))
    root = new_root(Path(place))
    os.chroot(root)
    work = Path("/stage")
    work.mkdir()
    os.chdir(work)
    path = put_stubs(programs, work)
    environment = {
        "PATH": f"{path}:{os.environ['PATH']}",
        "HOME": str(work),
        "USER": "td",
        "ALF_STATE": str(work / "state"),
        "PYTHONPATH": str(without_load(work)),
    }
    sys.stdout.write(run(alfred, [str(text) for text in texts], environment, work))


if __name__ == "__main__":
    main()
