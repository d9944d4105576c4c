"""T22: a schedule half written, cut off, damaged, or whose writer is killed: the last good one stays in force.

Seeded: a failure names its seed. The gate takes a few kills, ALF_SOAK=N takes N times as many.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

from daemons.schedule_file import OLD, Watched
from runtime.schedule.reader import read_schedule

KILLS = 6 * int(os.environ.get("ALF_SOAK", "1"))
LATER = 4_000_000_000.0  # by then whatever is there was not touched for long
EXAMPLE = Path(__file__).parents[2] / "examples" / "farm" / "alfred.schedule"

WRITER = """
import sys
from pathlib import Path
from daemons.schedule_file import write
path = Path(sys.argv[1])
print("ready", flush=True)
number = 0
while True:
    number += 1
    servers = "".join(f"set alfServer(s{n}) {{-udi {number}}}\\n" for n in range(2000))
    write(path, servers.encode(), path.stat().st_mtime)
"""


def test_a_writer_that_is_killed_leaves_a_whole_schedule(tmp_path: Path) -> None:
    path = tmp_path / "alfred.schedule"
    path.write_text("".join(f"set alfServer(s{n}) {{-udi 0}}\n" for n in range(2000)))
    watched = Watched(path)
    assert watched.look(LATER) is not None
    chance = random.Random(22)

    for _ in range(KILLS):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        try:
            writer.stdout.readline()
            _until_written(writer, path, chance.randrange(1, 4))
        finally:
            writer.send_signal(signal.SIGKILL)
            writer.wait()
            writer.stdout.close()

        watched.look(LATER)

        assert watched.in_force is not None
        assert len(watched.in_force.schedule.servers) == 2000
        assert len({server.udi for server in watched.in_force.schedule.servers.values()}) == 1
    for old in (tmp_path / OLD).glob("alfred.schedule.*"):
        assert old.name.endswith(".new") or old.read_bytes().count(b"\n") == 2000


def _until_written(writer: subprocess.Popen[bytes], path: Path, versions: int) -> None:
    """Wait until the writer has replaced the file so many times."""
    for _ in range(versions):
        before = path.stat().st_ino, path.stat().st_mtime_ns
        while (path.stat().st_ino, path.stat().st_mtime_ns) == before:
            assert writer.poll() is None
            os.sched_yield()


def test_a_schedule_cut_at_any_byte_of_its_end_loses_no_entry_silently(tmp_path: Path) -> None:
    whole = b"set alfServer(a) {}\nset alfCrew(c) {-users u}\nset alfUserGroup(u) {anna}\nset alfLimit(x) {12}\n"
    path = tmp_path / "alfred.schedule"
    for cut in range(len(whole) // 2, len(whole)):
        path.write_bytes(whole)
        watched = Watched(path)
        watched.look(LATER)
        path.write_bytes(whole[:cut])
        os.utime(path, (1_000_000_000 + cut, 1_000_000_000 + cut))

        watched.look(LATER)

        assert watched.in_force is not None
        if not whole[:cut].endswith((b"}", b"}\n")):  # nobody can see that a whole entry is missing
            assert watched.in_force.entries == 4, cut


def test_whatever_bytes_are_flipped_reading_ends_and_says_where() -> None:
    good = EXAMPLE.read_bytes()
    chance = random.Random(22)
    for seed in range(60 * int(os.environ.get("ALF_SOAK", "1"))):
        damaged = bytearray(good)
        for _ in range(chance.randrange(1, 4)):
            damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)

        reading = read_schedule(bytes(damaged), "alfred.schedule")

        assert not reading.failed or reading.diagnostics, seed
        assert all(found.line >= 1 and found.column >= 1 for found in reading.diagnostics), seed
