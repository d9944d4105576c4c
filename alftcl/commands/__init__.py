"""The built-in commands, one module per family. Importing this package fills the command table."""

from alftcl.commands import (
    arrays,
    channels,
    control,
    dicts,
    file_changes,
    files,
    formatting,
    globbing,
    info,
    lists,
    namespaces,
    processes,
    procs,
    regexps,
    sorting,
    variables,
)

__all__ = [
    "arrays",
    "channels",
    "control",
    "dicts",
    "file_changes",
    "files",
    "formatting",
    "globbing",
    "info",
    "lists",
    "namespaces",
    "processes",
    "procs",
    "regexps",
    "sorting",
    "variables",
]
