"""migrate: move a Service to the AWS Load Balancer Controller while its clients notice nothing.

    __main__                                          the program's door
    cli                                               one file per command; wire.py joins the parts
    simulation                                        the real core in virtual time
    adapters | scheduler | planning | report          SDKs | the only loop | from live to plan | told, never asked
    machine  | steps                                  one tick, its history, the way back | the journey
    checks                                            one preflight per file
    ports                                             what we need from outside
    model                                             frozen nouns
    errors                                            who has to act

A row may know the rows below it; `make arrows` holds that to be true. `sandbox` stands beside the drawing: it knows
nothing of ours, and only cli.wire and simulation know it.
"""

__version__ = "0.1.0"
