"""Whole journeys that go well: what is done in which order, and what is left."""

from __future__ import annotations

import pytest

from migrator.machine.tick import Over
from migrator.model.events import Intended, Seen
from migrator.sandbox.world.route53 import RecordSet
from migrator.scheduler.run import Reached
from migrator.simulation.stage import Name
from migrator.steps import ORDER
from tests.scenario.voyages import arm, told, unharmed, voyage


def test_a_service_moves_and_nobody_notices() -> None:
    """The whole purpose."""
    sailed = voyage()

    assert sailed.sail() == Over("migrated")

    assert told(sailed, Intended) == [
        "admit: TakeLease",
        "lower: ChangeRecords",
        "clone: CreateService",
        "shift: ChangeRecords",
        "retire: DeleteService",
        "finish: ChangeRecords",
        "finish: PatchService",
        "finish: ReleaseLease",
    ]
    assert told(sailed, Seen) == [f"{step.NAME}: Seen" for step in ORDER]
    end = sailed.end()
    assert end["services"] == {"web-lbc": ("LoadBalancer", False, "new")}
    assert end["records"]["api.example.com.", "CNAME"] == ("new", 300)
    assert end["records"]["example.com.", "A"] == ("new", None)
    assert (end["balancers"], end["legacy"], end["leases"]) == (["new"], 0, [])
    unharmed(sailed)


def test_records_in_several_zones_move_zone_by_zone() -> None:
    """A name in a private zone is judged by INSYNC, as nobody outside can ask its servers."""
    names = (
        Name("api.example.com."),
        Name("www.example.com.", ttl_s=30),
        Name("api.internal.example."),
        Name("example.com.", alias=True),
    )
    sailed = voyage(names=names)

    assert sailed.sail() == Over("migrated")

    assert told(sailed, Intended).count("shift: ChangeRecords") == 2
    assert {where for where, _ in sailed.end()["records"].values()} == {"new", "elsewhere"}
    assert sailed.end()["records"]["www.example.com.", "CNAME"] == ("new", 30)
    unharmed(sailed)


def test_a_demoted_service_keeps_its_name_in_the_cluster() -> None:
    """Whoever uses the Service inside the cluster still finds it; the load balancer goes all the same."""
    sailed = voyage()
    sailed.migration = _retiring(sailed.migration, "demote")

    assert sailed.sail() == Over("migrated")

    assert sailed.end()["services"] == {"web": ("ClusterIP", False, "none"), "web-lbc": ("LoadBalancer", False, "new")}
    assert sailed.end()["legacy"] == 0
    unharmed(sailed)


def test_deletion_protection_moves_with_the_service() -> None:
    """With protection on, the legacy controller would fail half way; the new load balancer ends up protected."""
    staged = voyage().stage
    lb = staged.world.elb.balancers[staged.legacy.balancer]
    staged.world.elb.set_load_balancer_attributes(lb.arn, {"deletion_protection.enabled": "true"})
    from migrator.simulation.journey import Voyage

    sailed = Voyage(staged)

    assert sailed.sail() == Over("migrated")

    assert "retire: DisableDeletionProtection" in told(sailed, Intended)
    new = next(iter(staged.world.elb.balancers.values()))
    staged.run(60)
    assert new.attributes["deletion_protection.enabled"] == "true"
    unharmed(sailed)


@pytest.mark.parametrize("step", [step.NAME for step in ORDER[1:7]])
def test_rollback_from_every_step_leaves_everything_as_it_was(step: str) -> None:
    """Law 8: records as listed, the legacy Service field for field, nothing of ours left."""
    sailed = voyage()
    world, legacy = sailed.stage.world, sailed.stage.legacy
    service = dict(world.kube.get("Service", legacy.namespace, legacy.name).items())
    before = [tuple(world.route53.record_sets(zone)) for zone in world.route53.zones]

    assert sailed.sail(until=step) == Reached(step)
    assert sailed.back() == Over("rolled-back")

    assert world.kube.get("Service", legacy.namespace, legacy.name) == service
    assert [tuple(world.route53.record_sets(zone)) for zone in world.route53.zones] == before
    end = sailed.end()
    assert (end["balancers"], end["leases"], list(end["services"])) == (["legacy"], [], ["web"])
    unharmed(sailed)


def test_a_new_journey_may_follow_a_rollback() -> None:
    """A rollback is not the end of the plan."""
    sailed = voyage()
    sailed.sail(until="shift")
    sailed.back()

    assert sailed.sail() == Over("migrated")
    unharmed(sailed)


def test_until_stops_at_a_step_and_a_later_run_goes_on() -> None:
    """Runbooks go step by step; asking for a step that is done already does nothing."""
    sailed = voyage()

    assert sailed.sail(until="warm") == Reached("warm")
    lines = len(sailed.journal.read())
    assert sailed.sail(until="warm") == Reached("warm")
    assert len(sailed.journal.read()) == lines
    assert sailed.sail() == Over("migrated")


LEAKS = {
    "delete-target-group": "the target group stays, and no retry of the controller finds it",
    "revoke-rules": "rules of node security groups stay",
}


@pytest.mark.parametrize("operation", LEAKS, ids=list(LEAKS))
def test_what_the_legacy_controller_leaks_is_swept_by_recorded_id(operation: str) -> None:
    """Its retry sees no load balancer and reports success; AWS is asked, and what was recorded is deleted."""
    sailed = voyage()
    arm(sailed.stage, "legacy", operation, "fail")

    assert sailed.sail() == Over("migrated")

    assert any((each.startswith("sweep: ") and "Delete" in each) or "Revoke" in each for each in told(sailed, Intended))
    assert sailed.end()["legacy"] == 0
    unharmed(sailed)


@pytest.mark.parametrize("operation", ["describe-load-balancer", "describe-target-groups", "delete-load-balancer"])
def test_a_failure_that_the_legacy_controller_heals_is_waited_for(operation: str) -> None:
    """Its own retry cleans up; we do not race it."""
    sailed = voyage()
    sailed.sail(until="drain")
    arm(sailed.stage, "legacy", operation, "fail", times=2)

    assert sailed.sail() == Over("migrated")

    assert [each for each in told(sailed, Intended) if each.startswith("sweep")] == []
    assert sailed.end()["legacy"] == 0


def test_a_foreign_record_is_left_alone() -> None:
    """Law 2: only what the plan names."""
    sailed = voyage()
    world, zone = sailed.stage.world, sailed.stage.estate.public_zone
    other = RecordSet(name="other.example.com.", type="CNAME", ttl=60, values=("elsewhere.example.net.",))
    world.route53.change(zone.id, [("CREATE", other)])

    assert sailed.sail() == Over("migrated")

    assert other in world.route53.record_sets(zone.id)


def _retiring(migration: object, how: str) -> object:
    from msgspec.structs import replace

    return replace(migration, retire=how)
