"""Asks an X server how long its user has been idle: a small process, a script that imports nothing of ours.

    python -P -S .../x_idle.py          display: $DISPLAY

    stdout  first line    the screensaver's time-out in seconds, 0 where it is off
    stdin   a line     -> stdout  a line: for how many seconds there was no key and no motion

When the X server goes, Xlib ends the process that talks to it: so that is not the nimby itself. Needs libX11 and libXss
(the screensaver extension). Exit status 1, with words on stderr: there is nobody to ask.
"""

from __future__ import annotations

import ctypes
import sys
from ctypes import POINTER, byref, c_char_p, c_int, c_ulong, c_void_p


class _Info(ctypes.Structure):
    """XScreenSaverInfo, X11/extensions/scrnsaver.h."""

    _fields_ = (
        ("window", c_ulong),
        ("state", c_int),
        ("kind", c_int),
        ("til_or_since", c_ulong),
        ("idle", c_ulong),
        ("event_mask", c_ulong),
    )


class NoScreen(Exception):
    """Nobody can be asked; the text says why."""


class Screen:
    """A connection to the X server of $DISPLAY. Raises NoScreen."""

    def __init__(self) -> None:
        try:
            self._x11, self._xss = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXss.so.1")
        except OSError as error:
            raise NoScreen(f"the idle time of the X server cannot be read: {error}") from error
        self._x11.XOpenDisplay.restype, self._x11.XOpenDisplay.argtypes = c_void_p, [c_char_p]
        self._x11.XDefaultRootWindow.restype, self._x11.XDefaultRootWindow.argtypes = c_ulong, [c_void_p]
        self._x11.XGetScreenSaver.argtypes = [c_void_p, *[POINTER(c_int)] * 4]
        self._xss.XScreenSaverQueryExtension.argtypes = [c_void_p, POINTER(c_int), POINTER(c_int)]
        self._xss.XScreenSaverQueryInfo.argtypes = [c_void_p, c_ulong, POINTER(_Info)]
        self._display = self._x11.XOpenDisplay(None)
        if not self._display:
            raise NoScreen("the X server of $DISPLAY cannot be reached")
        if not self._xss.XScreenSaverQueryExtension(self._display, byref(c_int()), byref(c_int())):
            raise NoScreen("the X server has no screensaver extension")

    def timeout_s(self) -> int:
        """After how long the screensaver starts; 0 when it is off."""
        timeout, rest = c_int(), [c_int() for _ in range(3)]
        self._x11.XGetScreenSaver(self._display, byref(timeout), *map(byref, rest))
        return max(0, timeout.value)

    def idle_s(self) -> float:
        info = _Info()
        if not self._xss.XScreenSaverQueryInfo(self._display, self._x11.XDefaultRootWindow(self._display), byref(info)):
            raise NoScreen("the X server does not say for how long its user has been idle")
        return float(info.idle) / 1000


def main() -> int:
    """Answer until stdin ends."""
    try:
        screen = Screen()
        sys.stdout.write(f"{screen.timeout_s()}\n")
        sys.stdout.flush()
        for _ in sys.stdin:
            sys.stdout.write(f"{screen.idle_s()}\n")
            sys.stdout.flush()
    except NoScreen as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
