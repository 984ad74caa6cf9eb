"""What happens on the machine that processes run on, and what its operator types in the middle."""

from __future__ import annotations

from migrator.model.events import Held
from migrator.model.waits import SKEW_S
from migrator.simulation.troubles.aboard import PLACES, Freeze, Place
from migrator.simulation.troubles.deeds import DEEDS, Deed
from migrator.simulation.troubles.ground import Ground, Undo
from migrator.simulation.troubles.trouble import Trouble
from migrator.steps import JOURNEY


def clock_off(ground: Ground, trouble: Trouble) -> Undo | None:
    """The wall clock of our machine jumps; a process that runs does not see it, the next one does."""
    ground.aboard.off_s = trouble.amount
    if abs(trouble.amount) <= SKEW_S:
        ground.course.skew_s = max(ground.course.skew_s, abs(trouble.amount))

    def undo() -> None:
        ground.aboard.off_s = 0.0

    return undo


def disk_full(ground: Ground, trouble: Trouble) -> Undo | None:
    """Nothing can be written any more until somebody makes room."""
    return _unwritable(ground, "disk-full")


def disk_read_only(ground: Ground, trouble: Trouble) -> Undo | None:
    """The file system is mounted read-only after an error."""
    return _unwritable(ground, "state-not-writable")


def _unwritable(ground: Ground, code: str) -> Undo:
    ground.aboard.full = code

    def undo() -> None:
        ground.aboard.full = ""

    return undo


def frozen(place: Place, meanwhile: str = "") -> Deed:
    """The process is stopped at a place, for so long, while a person perhaps goes on elsewhere."""

    def deed(ground: Ground, trouble: Trouble) -> Undo | None:
        freeze = Freeze(place, trouble.amount, meanwhile)
        ground.aboard.freezes.append(freeze)

        def undo() -> None:
            if freeze in ground.aboard.freezes:
                ground.aboard.freezes.remove(freeze)

        return undo

    return deed


def interrupted(ground: Ground, trouble: Trouble) -> Undo | None:
    """^C: the process finishes the call in flight, writes, and leaves."""
    ground.aboard.stopping = True
    return None


def told_to_hold(ground: Ground, trouble: Trouble) -> Undo | None:
    """`migrate hold` beside a running apply."""
    standing = ground.voyage.standing
    if standing.began is None or standing.ended is not None or standing.held is not None or ground.aboard.overtaken:
        return None
    cursor = JOURNEY.cursor(standing)
    ground.voyage.write_beside(Held(cursor.NAME if cursor else "finish", "operator-hold", "asked for", "a person"))
    return None


def told_to_roll_back(ground: Ground, trouble: Trouble) -> Undo | None:
    """A person stops what runs, and means to take it back."""
    ground.aboard.stopping = ground.aboard.turning = True
    return None


def second_operator(ground: Ground, trouble: Trouble) -> Undo | None:
    """Somebody runs the same plan on another machine, with a journal of its own that begins now."""
    legacy, name = ground.stage.legacy, ground.migration.lease_name
    if ground.world.kube.find("Lease", legacy.namespace, name) is not None:
        ground.rival()
    return None


DEEDS_ABOARD: dict[str, Deed] = {
    **{each.__name__.replace("_", "-"): each for each in (clock_off, disk_full, disk_read_only, interrupted)},
    **{each.__name__.replace("_", "-"): each for each in (told_to_hold, told_to_roll_back, second_operator)},
    **{f"frozen-{place}": frozen(place) for place in PLACES},
    **{f"overtaken-{place}": frozen(place, "resume") for place in PLACES},
    **{f"outlived-{place}": frozen(place, "rollback") for place in PLACES},
}

ALL_DEEDS: dict[str, Deed] = {**DEEDS, **DEEDS_ABOARD}
