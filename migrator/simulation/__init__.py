"""The real core in virtual time: the same ports, answered straight from a world's values.

Belongs here: doors that need no wire (`doors`), a clock that does not wait (`virtual`), a journal that needs no disk
(`memory`), the set-up that scenarios share (`stage`) and the account of what clients lost (`losses`). Nothing in here
decides anything about a migration, and nothing below it may know it.

    stage     a whole set-up in one call: world, estate, legacy Service, records, clients, Outside
    doors     every port of `ports` on one world; one file per side
    wire      the second depth: the real adapters over the same world, every question in the outside's own words
    virtual   the clock: sleeping moves the world
    memory    the journal, kept as the bytes that a disk would hold
    copies    a stage set once, and copied for every journey that begins on it
    scenario  the setting of a seed; `traveller` its operator, `judged` its end
    troubles  what goes wrong: the `mix` of a seed, of the `kinds` that there are, and the `deeds` of others
    crashes   every boundary at which a process can die, and the journey that dies there
    promises  a checker a law, looking at the world beside the journey
    losses    what clients lost, and whether it was because of us
    certificate  `migrate simulate`: the world that a plan recorded, made anew (`replica*`), the journeys that the plan is put
              through there (`cases`, `rehearsal`), and the certificate (`certifying`)
"""
