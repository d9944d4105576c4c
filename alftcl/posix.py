"""Words for what the operating system reports: Tcl's names of errors and signals.

Tcl does not use strerror(3): its own sentences are part of the language, because scripts match on them and on
errorCode.

    error     errorCode   POSIX ENOENT {no such file or directory}
              message     couldn't open "x": no such file or directory
    signal    errorCode   CHILDKILLED 4711 SIGTERM {software termination signal}

Source: tclPosixStr.c of Tcl 8.6 (Tcl_ErrnoMsg, Tcl_SignalMsg), observable in any tclsh.
"""

import errno
import os
import signal

from alftcl.errors import TclError

# Only the errors whose words differ from the lower-cased strerror(3) of Linux.
_ERROR_WORDS = {
    errno.EBADF: "bad file number",
    errno.EBUSY: "file busy",
    errno.ECHILD: "no children",
    errno.EDOM: "math argument out of range",
    errno.EEXIST: "file already exists",
    errno.EFAULT: "bad address in system call argument",
    errno.EIO: "I/O error",
    errno.EISDIR: "illegal operation on a directory",
    errno.ENFILE: "file table overflow",
    errno.ENOMEM: "not enough memory",
    errno.ENOPROTOOPT: "bad protocol option",
    errno.ENOTBLK: "block device required",
    errno.ENOTCONN: "socket is not connected",
    errno.EDESTADDRREQ: "destination address required",
    errno.EHOSTUNREACH: "host is unreachable",
    errno.ENOTSOCK: "socket operation on non-socket",
    errno.EOPNOTSUPP: "operation not supported on socket",
    errno.ESHUTDOWN: "can't send after socket shutdown",
    errno.ENOTTY: "inappropriate device for ioctl",
    errno.EPERM: "not owner",
    errno.ERANGE: "math result unrepresentable",
    errno.ESPIPE: "invalid seek",
    errno.ETXTBSY: "text file or pseudo-device busy",
    errno.EXDEV: "cross-domain link",
}

_SIGNAL_WORDS = {
    "SIGABRT": "SIGABRT",
    "SIGALRM": "alarm clock",
    "SIGBUS": "bus error",
    "SIGCHLD": "child status changed",
    "SIGCONT": "continue after stop",
    "SIGFPE": "floating-point exception",
    "SIGHUP": "hangup",
    "SIGILL": "illegal instruction",
    "SIGINT": "interrupt",
    "SIGIO": "input/output possible on file",
    "SIGKILL": "kill signal",
    "SIGPIPE": "write on pipe with no readers",
    "SIGPROF": "profiling alarm",
    "SIGPWR": "power-fail restart",
    "SIGQUIT": "quit signal",
    "SIGSEGV": "segmentation violation",
    "SIGSTOP": "stop",
    "SIGSYS": "bad argument to system call",
    "SIGTERM": "software termination signal",
    "SIGTRAP": "trace trap",
    "SIGTSTP": "stop signal from tty",
    "SIGTTIN": "background tty read",
    "SIGTTOU": "background tty write",
    "SIGURG": "urgent I/O condition",
    "SIGUSR1": "user-defined signal 1",
    "SIGUSR2": "user-defined signal 2",
    "SIGVTALRM": "virtual time alarm",
    "SIGWINCH": "window changed",
    "SIGXCPU": "exceeded CPU time limit",
    "SIGXFSZ": "exceeded file size limit",
}


def error_words(number: int) -> str:
    """Tcl's sentence for an errno."""
    return _ERROR_WORDS.get(number) or os.strerror(number).lower()


def posix_code(number: int) -> list[str]:
    """The errorCode of a failed system call: ``POSIX name words``."""
    return ["POSIX", errno.errorcode.get(number, "unknown error"), error_words(number)]


def posix_error(what: str, cause: OSError) -> TclError:
    """The TclError for a failed system call: ``what``, a colon, and the system's reason."""
    number = cause.errno or 0
    return TclError(f"{what}: {error_words(number)}", posix_code(number))


def signal_name(number: int) -> str:
    """``SIGTERM`` for 15, ``unknown signal`` for a number without a name."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return "unknown signal"


def signal_words(number: int) -> str:
    """Tcl's sentence for a signal."""
    return _SIGNAL_WORDS.get(signal_name(number), "unknown signal")
