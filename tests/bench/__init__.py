"""`make bench`: figures side by side in one run, as ratios.

Nothing in here is a test: machines differ, and a figure is judged beside another one of the same run.

    traffic      the stage that every way of moving gets: the same world, the same seed, the same clients
    naive        ways in which a person would move a Service without us
    ways         ours and theirs, seed by seed, and what each of them lost
    bound        the waits that no tool could have saved, and the parts of what was waited beyond them
    startup      what a command costs before it does anything
    live         a sandbox on sockets, and the peak memory of the commands that move a Service in it
    rate         journeys a second
    table        all of it for people
"""
