"""Closing or killing a window, or opening a second one, never touches a job."""

import os
import signal
import subprocess
import sys

import trio
from test_job_queue_window import queued, script

from daemons.client import connect
from runtime.messages import JobState


async def job_states():
    async with connect(start=False) as client:
        return [job.state for job in (await client.list()).jobs]


def test_a_job_goes_on_when_its_window_is_closed(user, tmp_path):
    async def use(app):
        await queued(user, app, tmp_path, "shot 12")

    user.works_with(use)
    assert trio.run(job_states) == [JobState.ACTIVE]


def test_a_job_goes_on_when_its_window_is_killed(user, tmp_path):
    async def kill_it():
        words = [sys.executable, "-P", "-m", "gui.alfred", *script(tmp_path).scripts]
        async with trio.open_nursery() as nursery:
            window = await nursery.start(
                lambda task_status: trio.run_process(words, check=False, task_status=task_status)
            )
            async with connect() as client:
                while not (await client.list()).running:
                    await trio.sleep(0.02)
                os.kill(window.pid, signal.SIGKILL)

    trio.run(kill_it)
    assert trio.run(job_states) == [JobState.ACTIVE]


def test_alfred_without_a_display_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    said = subprocess.run([sys.executable, "-P", "-m", "gui.alfred"], capture_output=True, text=True)

    assert said.returncode == 2
    assert "no display for a window" in said.stderr
    assert "-nogui" in said.stderr


def test_alfred_at_a_display_that_is_not_there_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("DISPLAY", ":987")
    monkeypatch.setenv("ALF_STATE", str(tmp_path))
    said = subprocess.run([sys.executable, "-P", "-m", "gui.alfred"], capture_output=True, text=True)

    assert said.returncode == 2
    assert "no window" in said.stderr
    assert "-nogui" in said.stderr
