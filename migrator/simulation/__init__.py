"""The real core in virtual time: the same ports, answered straight from a world's values.

Belongs here: doors that need no wire (`doors`), a clock that does not wait (`virtual`), a journal that needs no disk
(`memory`), the set-up that scenarios share (`stage`) and the account of what clients lost (`losses`). Nothing in here
decides anything about a migration, and nothing below it may know it.

    stage     a whole set-up in one call: world, estate, legacy Service, records, clients, Outside
    doors     every port of `ports` on one world; `doors_*` one file per side
    wire      the second depth: the real adapters over the same world, every question in the outside's own words
    virtual   the clock: sleeping moves the world
    memory    the journal, kept as the bytes that a disk would hold
    copies    a stage set once, and copied for every journey that begins on it
    scenario  the setting of a seed; `mix` what goes wrong in it, of the `kinds` that there are; `traveller` its operator
    crash_points  every boundary at which a process can die, and the journey that dies there (`dying`)
    promises  a checker a law, looking at the world beside the journey
    losses    what clients lost, and whether it was because of us
    replica   the world that a plan recorded, made anew, and the plan with that world's ids (`replica_*`: its parts)
    cases     the journeys that a plan is put through, by name
    rehearsal one of them, judged
    certifying  all of them on every core, and the certificate
"""
