"""What is bound to the load balancer itself: said at plan, in the way at `retire`, and gone on from once it is moved."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.machine.tick import Over
from migrator.model.migration import Migration
from migrator.planning.plan import plan
from migrator.sandbox.world.route53 import RecordSet
from migrator.simulation.stage import Stage, stage
from tests.scenario.voyages import arm, held, told, unharmed, voyage


def planned(at: Stage) -> Migration:
    return plan(at.legacy.namespace, at.legacy.name, at.outside, at.survey)


def test_an_endpoint_service_that_came_meanwhile_holds_before_anything_goes() -> None:
    """Its consumers would be cut off, and AWS would refuse the deletion half way."""
    sailed = voyage()
    sailed.sail(until="drain")
    id = sailed.stage.world.elb.attach_endpoint_service(sailed.stage.legacy.balancer)
    sailed.stage.world.attached.connect(id, "222222222222")

    stood = held(sailed.sail(), "attached")

    assert id in stood.reason
    assert not [each for each in told(sailed, object) if each.startswith("retire: Delete")]
    del sailed.stage.world.elb.endpoint_services[id]
    assert sailed.sail(before=lambda machine: machine.release("a person")) == Over("migrated")
    assert sailed.end()["balancers"] == ["new"]
    unharmed(sailed)


def test_one_that_holds_still_leads_back() -> None:
    sailed = voyage()
    sailed.stage.world.attached.link(sailed.stage.legacy.balancer)
    held(sailed.sail(), "attached")

    assert sailed.back() is not None

    assert sailed.end()["balancers"] == ["legacy"]
    unharmed(sailed)


def test_a_list_that_is_denied_for_a_while_costs_a_while() -> None:
    """Unknown is waited out, never taken for none."""
    sailed = voyage()
    sailed.sail(until="drain")
    fault = arm(sailed.stage, "aws", "globalaccelerator:*", "deny", times=None, for_s=300)

    assert sailed.sail() == Over("migrated")

    assert fault.struck > 1
    unharmed(sailed)


def test_one_of_each_kind_is_said_and_none_stops_the_plan() -> None:
    """BLOCKED is what `retire` is then, not the plan."""
    at = stage(every_s=0)
    world, arn, group = at.world, at.legacy.balancer, next(iter(at.world.elb.groups))
    lb = world.elb.balancers[arn]
    attached = world.attached
    world.elb.attach_endpoint_service(arn)
    attached.link(arn)
    attached.accelerate(arn)
    attached.scale("nodes", (group,))
    attached.alarm("hosts", {"LoadBalancer": arn.partition(":loadbalancer/")[2]})
    attached.dashboards["front"] = lb.dns_name
    attached.distribute(lb.dns_name)
    world.route53.create_health_check("a", {"Type": "TCP", "FullyQualifiedDomainName": lb.dns_name, "Port": 80})
    pinned = RecordSet(name="pinned.example.com.", type="A", ttl=60, values=(lb.zones[0].address,))
    world.route53.change(at.estate.public_zone.id, [("CREATE", pinned)])

    made = planned(at)

    assert made.readiness == "READY_WITH_CHANGES"
    assert sorted(each.kind for each in made.legacy.attachments) == [
        "accelerator", "address-record", "alarm", "dashboard", "distribution", "endpoint-service", "health-check",
        "scaling-group", "vpc-link",
    ]  # fmt: skip
    assert {f"attached/{each.kind}/{each.id}" for each in made.legacy.attachments} <= {each.id for each in made.findings}


def test_a_denied_list_vetoes_until_it_is_answered() -> None:
    at = stage(every_s=0)
    at.world.faults.arm(fault := arm(at, "aws", "cloudfront:*", "deny", times=None))

    made = planned(at)

    assert fault.struck
    assert made.readiness == "DECISION"
    assert [each.id for each in made.open_decisions] == ["unread-attachments/distribution"]


def external_dns(*args: str) -> dict[str, Any]:
    """A Deployment of external-dns."""
    container = {"name": "external-dns", "image": "registry.k8s.io/external-dns/external-dns:v0.14.2", "args": list(args)}
    template = {"metadata": {"labels": {"app": "dns"}}, "spec": {"containers": [container]}}
    spec = {"replicas": 1, "selector": {"matchLabels": {"app": "dns"}}, "template": template}
    metadata = {"name": "external-dns", "namespace": "kube-system"}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}


@pytest.mark.parametrize(
    ("args", "readiness"),
    [
        (("--source=service", "--txt-owner-id=prod"), "BLOCKED"),
        (("--source=ingress",), "READY_WITH_CHANGES"),
        ((), "BLOCKED"),
        (None, "READY_WITH_CHANGES"),
    ],
    ids=["reads-services", "reads-ingresses-only", "everything", "none-runs"],
)
def test_names_that_external_dns_writes_are_blocked_where_one_reads_them(args: tuple[str, ...] | None, readiness: str) -> None:
    """Two writers of one record set undo each other's work."""
    at = stage(every_s=0, annotations={"external-dns.alpha.kubernetes.io/hostname": "api.example.com"})
    if args is not None:
        at.world.kube.create(external_dns(*args), manager="kubectl")

    made = planned(at)

    assert made.readiness == readiness
    assert "external-dns/external-dns.alpha.kubernetes.io/hostname" in [each.id for each in made.findings]
