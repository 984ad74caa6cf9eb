"""The table of mutants: what each replaces, the report that its bug comes from, and the journeys that have to catch it."""

from __future__ import annotations

from tests.mutants.bugs_acting import ACTING
from tests.mutants.bugs_calling import CALLING
from tests.mutants.bugs_forgetting import FORGETTING
from tests.mutants.bugs_reading import READING
from tests.mutants.mutant import Mutant

MUTANTS: tuple[Mutant, ...] = (*READING, *CALLING, *ACTING, *FORGETTING)
