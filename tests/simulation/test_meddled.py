"""Others act while a call of ours is in flight, as time passes in it: what they do is not held against the call."""

from __future__ import annotations

from msgspec.structs import replace

from migrator.model.effects import ChangeRecords, Swap, TakeLease
from migrator.simulation.doors import HOST
from migrator.simulation.doors.records import world_record
from migrator.simulation.journey import Voyage
from migrator.simulation.stage import Name, stage
from migrator.simulation.traveller import Traveller
from migrator.simulation.troubles.mix import Mix

ONE = Name("api.example.com.", ttl_s=300)


def beside() -> Traveller:
    sailed = Voyage(stage(seed=7, every_s=0.0, names=(ONE,)), promises=True)
    return Traveller(sailed, Mix(7))


def test_a_record_set_that_others_delete_during_a_call_is_not_the_call_s_doing() -> None:
    """Found by a journey over the wire: the deletion was put down to our taking the Lease, and was never mended."""
    traveller = beside()
    watch, ground, migration = traveller.voyage.watch, traveller.ground, traveller.voyage.migration
    assert watch is not None
    key, record = ground.some_record()

    over = watch.calling(TakeLease(migration.legacy.service.namespace, migration.lease_name), HOST)
    ground.put(key, record, None)
    over()

    assert [each for each in watch.breaches if each.startswith(("named", "fresh", "restored"))] == []
    ground.put_back(key)
    assert watch.course.listed()[key] == record


def test_what_the_call_had_changed_before_others_did_is_ours() -> None:
    """Our batch landed, somebody changed the record set at once: who mends it brings back what we left."""
    traveller = beside()
    watch, ground, migration = traveller.voyage.watch, traveller.ground, traveller.voyage.migration
    assert watch is not None
    move = migration.dns.moves[0]
    batch = ChangeRecords(move.zone.id, (Swap(move.listed, move.lowered),), "lower")
    key, record = ground.some_record()
    assert record is not None

    over = watch.calling(batch, HOST)
    lowered = world_record(move.lowered)
    traveller.stage.world.route53.change(key[0], [("DELETE", record), ("CREATE", lowered)])
    ground.put(key, lowered, replace(lowered, ttl=47))
    over()

    assert [each for each in watch.breaches if each.startswith(("named", "fresh", "restored"))] == []
    ground.put_back(key)
    assert watch.course.listed()[key] == lowered
