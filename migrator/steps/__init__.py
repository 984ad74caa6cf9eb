"""The journey: one step a file, their order here, what must stay true between them in `guards`.

admit    the plan still fits, the Service is marked as ours
lower    records get a short TTL, the long one runs out
clone    the second Service, with its load balancer
warm     the new load balancer would serve every client
shift    every record leads to it
settle   no cache can hold an older answer
drain    nobody talks to legacy
retire   legacy is deleted or demoted            <- from here nothing leads back
sweep    AWS is proved clean
finish   TTLs, protection and marks as they should stay
"""

from __future__ import annotations

from migrator.ports.journey import Journey, Step
from migrator.steps import admit, clone, drain, finish, lower, retire, settle, shift, sweep, warm
from migrator.steps.guards import GUARDS
from migrator.steps.returning import NO_RETURN

ORDER: tuple[Step, ...] = (
    admit,
    lower,
    clone,
    warm,
    shift,
    settle,
    drain,
    retire,  # no way back from here, once the legacy Service is to be deleted or demoted
    sweep,
    finish,
)

JOURNEY = Journey(ORDER, GUARDS, no_return=NO_RETURN, surroundings=admit.surroundings)
