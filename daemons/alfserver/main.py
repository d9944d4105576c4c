"""The `alfserver` command: what the words of its command line mean, and from the state directory to the first link.

    options -> alfred.ini -> keys -> lock (the one before may be asked to leave) -> listen -> serve

It stays in the foreground; its log is stderr, or -log FILE. When it listens it says so in one line on stdout.

Exit status: 0 ended as told, 1 it could not serve, 2 bad options.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import MutableMapping, Sequence
from functools import partial
from pathlib import Path
from typing import NoReturn

import trio

from daemons.alfserver.account import own_account
from daemons.alfserver.killfile import KillFile
from daemons.alfserver.own_names import OwnNames
from daemons.alfserver.server import Service
from daemons.alfserver.store import Store
from daemons.keys import KeyFileError, master_keyring
from daemons.launch import LauncherError, prepare
from daemons.link import Identity, LinkError, listen
from daemons.lock import Held, Holder, Lock, take
from daemons.log_file import OneLine
from daemons.options.part import slot_count, tcp_port
from daemons.ports import NETRENDER_PORT, alfserver_port
from daemons.presets import PresetFile, preset_file
from daemons.sampling import sample_forever
from daemons.site import CurrentSettings, NoSuchFileError, name_files
from daemons.state import StateError, alfserver_directory, prepare_directory
from runtime.alfserver.core import Rules

DONE, FAILED, USAGE = 0, 1, 2

HELP = """\
usage: alfserver [options]               run commands of the site's dispatchers here

  -a N             commands at a time (one a core)
  -s PORT          where dispatchers connect (netrman.ini, /etc/services, 1501)
  -bind ADDRESS    listen there only (with a key everywhere, without one at 127.0.0.1)
  -host NAME       this machine's name in the schedule (its own)
  -k FILE          while FILE exists, the slots that it names start nothing; empty: none does
  -supercede       take the place of the alfserver that runs; its commands go on
  -xmetrics        measure nothing, tell nobody
  -state DIR       keep output and the launcher there
  -ini FILE        this alfred.ini
  -log FILE        write the log there     -v  write more
  -p PORT          for netrender, which is not served yet
  -help   -version

TERM ends it and its commands, which run again elsewhere; USR1 ends it alone.
"""

LEAVE_S = 15.0
"""How long the alfserver before us may take to leave."""
_LOOK_S = 0.02
_log = logging.getLogger("alfserver")


class CannotServe(Exception):
    """This alfserver cannot begin; the text says why."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        sys.stderr.write(f"alfserver: {message}\nalfserver -help shows what there is\n")
        raise SystemExit(USAGE)


def parser() -> argparse.ArgumentParser:
    """All options, in the single-dash spelling of the original."""
    words = _Parser(prog="alfserver", add_help=False, allow_abbrev=False)
    # -debug: in the foreground, where it always is
    for flag in ("help", "version", "v", "supercede", "xmetrics", "debug"):
        words.add_argument(f"-{flag}", action="store_true")
    words.add_argument("-a", type=slot_count, metavar="N", default=os.cpu_count() or 1)
    words.add_argument("-s", type=tcp_port, metavar="PORT")
    words.add_argument("-p", type=tcp_port, metavar="PORT", default=NETRENDER_PORT)
    words.add_argument("-bind", metavar="ADDRESS", default="")
    words.add_argument("-host", metavar="NAME", default=socket.gethostname())
    words.add_argument("-ini", metavar="FILE")
    for path in ("k", "state", "log"):
        words.add_argument(f"-{path}", type=Path, metavar="FILE")
    return words


def main(arguments: Sequence[str] | None = None) -> int:
    """Run an alfserver to its end; the exit status."""
    given = parser().parse_args(arguments)
    if given.help:
        sys.stdout.write(HELP)
        return DONE
    if given.version:
        from importlib.metadata import version

        sys.stdout.write(f"alfserver {version('alftcl')}\n")
        return DONE
    try:
        _start_log(given.log, logging.DEBUG if given.v else logging.INFO)
        return _serve(given, os.environ)
    except (CannotServe, StateError, LauncherError, KeyFileError, LinkError, NoSuchFileError) as error:
        sys.stderr.write(f"alfserver: {error}\n")
        return FAILED


def _start_log(file: Path | None, level: int) -> None:
    try:
        handler = logging.StreamHandler() if file is None else logging.FileHandler(file)
    except OSError as error:
        raise CannotServe(f"cannot write the log {file}: {error.strerror}") from error
    handler.setFormatter(OneLine("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=level, handlers=[handler])


def _serve(given: argparse.Namespace, environ: MutableMapping[str, str]) -> int:
    name_files(environ, ini=given.ini)
    site = CurrentSettings(environ, _log.warning)
    settings = site()
    port = alfserver_port(environ, settings) if given.s is None else given.s
    directory = given.state or alfserver_directory(environ, given.bind, port)
    store = Store(directory.absolute())
    prepare_directory(store.directory)
    keyring = master_keyring(environ, settings.key_file)
    identity = Identity("alfserver", own_account().name, given.host, keyring, frozenset(settings.wranglers))
    lock = _take_place(store.directory / "lock", supercede=given.supercede)
    try:
        store.prepare()
        prepare(store.launcher)
        listener = listen(given.bind, port, identity)
        address, port = listener.socket.getsockname()[:2]
        lock.announce(Holder(os.getpid(), "", str(store.directory), given.host, port))
        allowed = settings.alfserver_users, settings.alfserver_programs
        rules = Rules(
            given.host, given.a, *allowed, KillFile(given.k).is_off,
            keyring.for_grants(), OwnNames(given.host).has, settings.chaos_allowed,
            frozenset(rule.pattern for rule in settings.licence_lines),
        )  # fmt: skip
        measure = partial(
            sample_forever, settings, keyring.for_datagrams(), lambda: [name for name, _ in site().maitreds],
            host=given.host, port=port, slots=given.a, own=given.bind,
        )  # fmt: skip
        told = trio.sleep_forever if given.xmetrics else measure
        service = Service(rules, store, identity, [listener], PresetFile(preset_file(settings)), told)
        _say(f"alfserver {given.host}: {given.a} slots, {address} port {port}, state in {store.directory}")
        failure = trio.run(service.run)
    finally:
        lock.release()
    if failure:
        raise CannotServe(failure)
    return DONE


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
    _log.info("%s", line)


def _take_place(path: Path, *, supercede: bool) -> Lock:
    """The lock of this state directory; with `supercede` its holder is asked to leave. Raises CannotServe."""
    deadline = time.monotonic() + LEAVE_S
    asked: int | None = None
    while True:
        try:
            return take(path)
        except Held as held:
            if not supercede:
                raise CannotServe(f"{_holder(held)} runs here already: -supercede takes its place") from None
            if held.holder is not None and held.holder.pid != asked:
                asked = held.holder.pid
                _ask_to_leave(asked)
            if time.monotonic() > deadline:
                raise CannotServe(f"{_holder(held)} does not leave") from None
        time.sleep(_LOOK_S)


def _holder(held: Held) -> str:
    return f"an alfserver (pid {held.holder.pid})" if held.holder is not None else "an alfserver that is starting"


def _ask_to_leave(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGUSR1)
    except ProcessLookupError:
        return  # it has left already


if __name__ == "__main__":
    sys.exit(main())
