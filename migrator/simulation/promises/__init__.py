"""One checker per promise, looked at after every simulated event and never only at the end.

Belongs here: what a promise means in ground truth, read from the world beside the journey, never through the ports that
the journey uses itself. A checker breaks nothing and costs little: most look only where a line was written or a call made.

    course      what has happened so far: lines, calls, what we left each record set as
    caches      what every authority answers now, and what caches may still hold
    watch       all checkers of one journey, and where the world and the voyage tell them of events
    answers     law 1    journalled  law 4    witnessed   law 7
    named       law 2    fresh       law 5    restored    law 8
    seen        law 3    effector    law 6    alive       liveness

Law 9 is held by the arrows, law 10 by comparing end states at every crash point.
"""
