"""The command line: one file per command, which parses, calls one function and prints what a reporter renders.

    app        the table of commands, and what an error does to the exit code
    options    what several commands take
    wire       the only place that joins adapters, machine, journal, lock and reporters
    running    apply's and rollback's own rules, as functions of values
    conduct    a run from its order to its ending
    answers    what `plan` and `approve` are told, as functions of values
    signals    SIGINT and SIGTERM
    terminal   where words go

Nothing heavy is imported at the top of these files: a command's body imports what it needs.
"""
