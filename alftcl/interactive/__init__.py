"""The `alftcl` shell at a terminal. Imported only there: scripts do not wait for prompt_toolkit.

session       reads commands, runs them, shows what comes of it        prompt_toolkit
waiting       lets timers and fileevents happen at the prompt          prompt_toolkit
highlighting  what is typed, in colours                                prompt_toolkit
completing    what a word could go on to be
typed         which command and which word of it are being typed
faults        an error, with the line where it happened
unknown       what a command that is not there means at a terminal: a program, an event of history, a short name
"""
