"""What others do to record sets beside a journey, one function a deed, as in `deeds.py`."""

from __future__ import annotations

from msgspec.structs import replace

from migrator.sandbox.world.route53 import RecordSet
from migrator.simulation.troubles.ground import Ground, Undo
from migrator.simulation.troubles.trouble import Trouble

REVERTS_EVERY_S = 120.0


def record_edited(ground: Ground, trouble: Trouble) -> Undo | None:
    """Somebody changes the TTL of a record set that moves, or whether an alias evaluates health."""
    key, record = ground.some_record()
    if record is None:
        return None
    if record.alias is not None:
        edited = replace(record, alias=replace(record.alias, evaluate_target_health=not record.alias.evaluate_target_health))
    else:
        edited = replace(record, ttl=47)
    ground.put(key, record, edited)
    return lambda: ground.put_back(key)


def record_reverted(ground: Ground, trouble: Trouble) -> Undo | None:
    """A reconciler keeps a record set as it was listed before the journey, and does so again and again."""
    key, _ = ground.some_record()
    move = next(each for each in ground.migration.dns.moves if each.key == key)
    going = True

    def revert() -> None:
        if not going:
            return
        ground.world.after(REVERTS_EVERY_S, revert)
        now, listed = ground.course.listed()[key], ground.course.final(move)
        if now is not None and now != listed:
            ground.put(key, now, listed)

    def stop() -> None:
        nonlocal going
        going = False
        ground.put_back(key)

    revert()
    return stop


def record_deleted(ground: Ground, trouble: Trouble) -> Undo | None:
    """Somebody deletes a record set that moves."""
    key, record = ground.some_record()
    if record is None:
        return None
    ground.put(key, record, None)
    return lambda: ground.put_back(key)


def record_added(ground: Ground, trouble: Trouble) -> Undo | None:
    """Somebody lets one more name lead to legacy."""
    zone = ground.stage.estate.public_zone
    name = f"late-{ground.chance.randrange(1000)}.{zone.name}"
    record = RecordSet(name=name, type="CNAME", ttl=60, values=(ground.stage.legacy.hostname,))
    held = {each.key: each for each in ground.world.route53.record_sets(zone.id)}
    if record.key in held:
        return None
    ground.world.route53.change(zone.id, [("CREATE", record)])

    def undo() -> None:
        if record in ground.world.route53.record_sets(zone.id):
            ground.world.route53.change(zone.id, [("DELETE", record)])

    return undo
