"""For any legacy Service that legacy's controller serves: the plan says what it cannot do, and what it promises comes to be.

Drawn by hypothesis with fixed seeds; `HYPOTHESIS_EXAMPLES` draws more. Clones are made by the sandbox's own LBC, and compared
by `likeness`, which knows nothing of planning.
"""

from __future__ import annotations

import os
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from migrator.model.migration import Migration
from migrator.planning.plan import plan
from migrator.sandbox.world.balancers import LoadBalancer
from migrator.sandbox.world.ec2_rules import RuleSpec
from migrator.sandbox.world.estate import App, legacy_service
from migrator.sandbox.world.trouble import KubeError
from migrator.simulation.stage import Name, Stage, empty_stage, point, serving
from tests.scenario.drawn_services import CERTIFICATE, LB, OFFICE, SETTINGS, SITE, WALL, services
from tests.scenario.handwork import WORK, Work, everywhere
from tests.scenario.likeness import differences, portrait

EXAMPLES = int(os.environ.get("HYPOTHESIS_EXAMPLES", "180"))
PATIENCE_S = 400.0
CHECKED_S = 200.0  # every health check has come to its conclusion by then
HANDWORK = st.sampled_from([0, 1, 2]).flatmap(lambda many: st.lists(st.sampled_from(WORK), min_size=many, max_size=many))
EACH = settings(
    derandomize=True,
    deadline=None,
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def served(manifest: dict[str, Any], flags: tuple[str, ...] = ()) -> Stage:
    """A small world where legacy serves this Service; an example that it does not serve is passed over."""
    at = empty_stage(apps=(App("shop", "web", 3),), resolvers=("plain",), lbc_args=flags)
    try:
        at.world.kube.create(_walled(at, manifest), manager="kubectl")
        at.until(lambda: serving(at.world, "shop", "web") is not None, patience_s=PATIENCE_S)
    except (KubeError, TimeoutError):
        assume(False)
    point(at.world, at.estate, [Name("api.example.com.")], live(at))
    return at


def _walled(at: Stage, manifest: dict[str, Any]) -> dict[str, Any]:
    """The manifest with a security group that exists, where it names one: the office gets in on every port, others on 443."""
    annotations = manifest["metadata"]["annotations"]
    if WALL not in annotations.values():
        return manifest
    wall = at.world.ec2.create_security_group("wall", "made by hand", at.estate.vpc.id)
    everywhere = RuleSpec(protocol="tcp", from_port=0, to_port=65535, cidr=OFFICE)
    at.world.ec2.authorize(wall.id, [everywhere, RuleSpec(protocol="tcp", from_port=443, to_port=443, cidr=SITE)])
    named = {key: wall.id if value == WALL else value for key, value in annotations.items()}
    return manifest | {"metadata": manifest["metadata"] | {"annotations": named}}


def worked(at: Stage, work: list[Work]) -> None:
    """Change things by hand, and see what health checks make of it: an example that breaks legacy is passed over.

    PROXY protocol, for one, goes with health checks too, and kube-proxy's port for Local does not read it.
    """
    for each in work:
        each(at.world, live(at))
    if work:
        at.run(CHECKED_S)
        assume(serving(at.world, "shop", "web") is not None)


def live(at: Stage) -> LoadBalancer:
    """The load balancer that legacy made."""
    lb = serving(at.world, "shop", "web")
    assert lb is not None
    return lb


def planned(at: Stage) -> Migration:
    return plan("shop", "web", at.outside, at.survey)


def cloned(at: Stage, migration: Migration) -> LoadBalancer:
    """What LBC makes of the clone; a clone that it refuses fails the test with its events."""
    name = migration.new.name
    at.world.kube.create(migration.manifest, manager="migrate")
    try:
        at.until(lambda: serving(at.world, "shop", name) is not None, patience_s=PATIENCE_S)
    except TimeoutError as error:
        told = [each["message"] for each in at.world.kube.list("Event", "shop") if each["involvedObject"]["name"] == name]
        raise AssertionError(f"LBC does not serve the clone: {told}") from error
    lb = serving(at.world, "shop", name)
    assert lb is not None
    return lb


def answered(migration: Migration, draw: st.DataObject) -> Migration:
    """Every question answered somehow."""
    decisions = tuple(
        msgspec.structs.replace(each, answer=draw.draw(st.sampled_from(each.options), label=each.id))
        for each in migration.decisions
    )
    return msgspec.structs.replace(migration, decisions=decisions)


@EACH
@given(services(), SETTINGS, HANDWORK)
def test_a_plan_that_is_ready_makes_a_load_balancer_like_the_live_one(
    manifest: dict[str, Any], flags: tuple[str, ...], work: list[Work]
) -> None:
    """Scheme, zones, listeners, TLS, PROXY protocol, addresses, checks, tags and sources are the same, or somebody is asked."""
    at = served(manifest, flags)
    worked(at, work)
    migration = planned(at)
    assume(migration.readiness in ("READY", "READY_WITH_CHANGES"))

    new = cloned(at, migration)

    assert differences(at.world, live(at), new) == []
    overruled = {key for key, value in at.world.lbc.settings.default_tags.items() if live(at).tags.get(key, value) != value}
    assert not overruled or "lbc-flag/default-tags" in {each.id for each in migration.findings}


@EACH
@given(services(kind=""), SETTINGS)
def test_a_classic_load_balancer_s_plan_keeps_what_both_families_have(manifest: dict[str, Any], flags: tuple[str, ...]) -> None:
    """What they have not in common is a decision with a default, or one without."""
    at = served(manifest, flags)
    migration = planned(at)
    assume(migration.readiness in ("READY", "READY_WITH_CHANGES"))

    new = cloned(at, migration)

    assert differences(at.world, live(at), new) == []


@EACH
@given(st.one_of(services(), services(kind="")), SETTINGS, HANDWORK, st.data())
def test_whatever_is_answered_lbc_takes_the_clone(
    manifest: dict[str, Any], flags: tuple[str, ...], work: list[Work], data: st.DataObject
) -> None:
    """A plan never holds a clone that LBC would refuse, whichever way a person decides."""
    at = served(manifest, flags)
    worked(at, work if live(at).kind == "network" else [])
    migration = planned(at)
    assume(migration.readiness != "BLOCKED" and migration.decisions)

    cloned(at, answered(migration, data))


TLS = {
    LB + "ssl-cert": CERTIFICATE,
    LB + "ssl-ports": "443",
    LB + "additional-resource-tags": "team=shop",
}
HTTP = {LB + "healthcheck-protocol": "http", LB + "healthcheck-path": "/"}
PORTS = [{"name": "https", "port": 443, "targetPort": 8080}, {"name": "http", "port": 80, "targetPort": 8080}]
BASES: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "tls-and-plain": (TLS, {"ports": PORTS}),
    "internal-and-local": ({LB + "internal": "true"}, {"externalTrafficPolicy": "Local", "loadBalancerSourceRanges": [OFFICE]}),
    "checked-by-http": (HTTP, {"loadBalancerSourceRanges": [OFFICE, SITE]}),
}
EVERY = [*WORK, *everywhere()]


@pytest.mark.parametrize("work", EVERY, ids=[each.__name__ for each in EVERY])
@pytest.mark.parametrize("base", sorted(BASES))
def test_whatever_is_changed_by_hand_shows_in_the_plan(base: str, work: Work) -> None:
    """Change one thing behind Kubernetes' back: a row, a finding or a decision of the plan is another one then."""
    annotations, spec = BASES[base]
    at = served(legacy_service("shop", "web", app="web", annotations=annotations, **spec))
    before, was = portrait(at.world, live(at)), planned(at)

    work(at.world, live(at))

    after, now = portrait(at.world, live(at)), planned(at)
    shows = (was.new.diff, was.findings, was.decisions) != (now.new.diff, now.findings, now.decisions)
    assert shows or before == after, [key for key in after if before.get(key) != after[key]]


@pytest.mark.parametrize("work", EVERY, ids=[each.__name__ for each in EVERY])
def test_the_judge_sees_what_it_is_there_to_see(work: Work) -> None:
    """Handwork on the new load balancer is a difference wherever it changes anything that clients or targets notice."""
    at = served(legacy_service("shop", "web", app="web", annotations=TLS, ports=PORTS))
    new = cloned(at, planned(at))
    assert differences(at.world, live(at), new) == []
    before = _plain(at, new)

    work(at.world, new)

    noticed = before != _plain(at, new) and not work.__name__.startswith(("open ", "deletion_protection"))
    assert bool(differences(at.world, live(at), new)) == noticed


def _plain(at: Stage, lb: LoadBalancer) -> str:
    """The world's own objects of a load balancer, as text."""
    elb = at.world.elb
    groups = [(each.attributes, each.health_check) for each in elb.groups_of(lb.arn)]
    return repr((lb.attributes, lb.tags, elb.listeners_of(lb.arn), groups))
