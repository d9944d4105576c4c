"""The words of the `alfred` command line, a module for each part of the program: its options, its help, its call.

`daemons.cli` has the table of the parts. An option belongs to the part that says it in its help; others may read it.
"""
