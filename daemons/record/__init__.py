"""The record of the farm on a disk: who writes it (`keeper`, a process of its own), what is in it, who asks it."""

FILE_NAME = "history.sqlite"
"""In a maitre-d's state directory."""
