"""The built-in commands, one module per family. Importing this package fills the command table."""

from alftcl.commands import (
    arrays,
    channels,
    control,
    dicts,
    files,
    info,
    lists,
    namespaces,
    processes,
    procs,
    regexps,
    variables,
)

__all__ = [
    "arrays",
    "channels",
    "control",
    "dicts",
    "files",
    "info",
    "lists",
    "namespaces",
    "processes",
    "procs",
    "regexps",
    "variables",
]
