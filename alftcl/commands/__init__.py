"""The built-in commands, a module for each family.

A family is imported when one of its commands is called for the first time: most scripts need few of them. What is
known before that (names, usages, counts) stands in index.py, which `python -m alftcl.tables` writes.
"""

from importlib import import_module

FAMILIES = (
    *(
        "arrays",
        "autoload",
        "binary",
        "binary_text",
        "channel_options",
        "channels",
        "clock",
        "control",
        "copying",
        "coroutines",
    ),
    *("dicts", "encoding", "ensembles", "events", "file_changes", "files", "formatting", "globbing", "history"),
    *(
        "info",
        "interps",
        "library",
        "lists",
        "loading",
        "mathops",
        "modules",
        "namespaces",
        "oo",
        "packages",
        "prefix",
        "processes",
        "procs",
        "reflected",
        "regexps",
    ),
    *("scanning", "sockets", "sorting", "strings", "trace", "unsupported", "variables", "zlib"),
)


def load(family: str) -> None:
    """Have the commands of a family in place."""
    import_module(f"alftcl.commands.{family}")
