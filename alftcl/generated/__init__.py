"""The generated engine: procedures and loops that run often become Python functions.

    engine.py        what is generated, when, and when it is dropped again
    emitter.py       one unit (a procedure, a loop): commands to lines of Python, until the kinds stand still
      expressions.py   expr
      control.py  variables.py  lists.py  dicts.py  texts.py    the commands that become Python of their own
    kinds.py         what is known of a value: int, float, str, list ...
    writer.py        the lines, and the command that each line runs (the line map)
    failures.py      a Python exception in a line becomes the Tcl error of its command
    operations.py    what generated code calls when a value is not of the expected kind

Only what is **closed** is generated: a procedure whose commands are known and do not look at the variables or the
level of their caller. So its Tcl variables are Python variables, a call of another closed procedure is a Python call,
and there is no Frame. Everything else stays with the direct engine (interp.py), which gives the same results.
"""
