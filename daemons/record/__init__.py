"""The record of the farm on a disk: who writes it (`keeper`, a process of its own), what is in it, who asks it."""
