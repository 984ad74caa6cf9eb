"""Plans put through a simulation of their own world: what it certifies, what it catches, what it cannot stand in for."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
from msgspec.structs import replace

from migrator.errors import OperatorError
from migrator.model.certificate import Certificate
from migrator.model.migration import Migration, content_digest
from migrator.model.waits import SANDBOX
from migrator.planning.load import load, parse
from migrator.planning.plan import Wishes, plan
from migrator.planning.write import render
from migrator.report import simulated_json, simulated_text
from migrator.sandbox.world.estate import App, legacy_service
from migrator.simulation.certificate import certifying, rehearsal
from migrator.simulation.certificate.cases import WAYS, Case, case_of
from migrator.simulation.certificate.certifying import certified
from migrator.simulation.certificate.rehearsal import Rehearsal
from migrator.simulation.certificate.replica import replicated
from migrator.simulation.certificate.replica_likeness import READ_BY_LBC
from migrator.simulation.crashes.crash_points import Point
from migrator.simulation.stage import NAMES, Name, Stage, empty_stage, stage
from tests.mutants.bugs import MUTANTS
from tests.mutants.driver import bitten
from tests.scenario.manifests import FOLDER, files, manifest_of, staged

EXAMPLE = load("plans/example.yaml")
TYPE = "service.beta.kubernetes.io/aws-load-balancer-"
THREE = (*NAMES, Name("api.internal.example.", ttl_s=30))


def written(made: Stage, wishes: Wishes = Wishes()) -> Migration:
    """The plan for a stage's Service, as its file gives it back."""
    legacy = made.legacy
    return parse("PLAN", render(plan(legacy.namespace, legacy.name, made.outside, made.survey, wishes)))


def classic() -> Stage:
    """A Classic Load Balancer that reads PROXY headers, with extra security groups and a fixed check."""
    on = empty_stage(seed=3, apps=(App("shop", "web", annotations={"sandbox/proxy-protocol": "any"}),))
    group = on.world.ec2.create_security_group("office", "by hand", on.estate.vpc.id)
    manifest = legacy_service("shop", "web", app="web")
    manifest["metadata"]["annotations"] = {f"{TYPE}proxy-protocol": "*", f"{TYPE}extra-security-groups": group.id}
    on.expose(manifest, THREE)
    return on


def several_zones() -> Stage:
    """An internal network load balancer over four zones, only local pods, names in two hosted zones."""
    local = {"externalTrafficPolicy": "Local"}
    return stage(seed=4, zones=4, nodes=4, names=THREE, annotations={f"{TYPE}internal": "true"}, spec=local, every_s=0.0)


def by_hand() -> Stage:
    """A network load balancer that people changed behind Kubernetes' back."""
    on = stage(seed=5, every_s=0.0)
    elb = on.world.elb
    elb.set_load_balancer_attributes(on.legacy.balancer, {"deletion_protection.enabled": "true"})
    elb.set_target_group_attributes(elb.groups_of(on.legacy.balancer)[0].arn, {"deregistration_delay.timeout_seconds": "17"})
    elb.set_listener_attributes(elb.listeners_of(on.legacy.balancer)[0].arn, {"tcp.idle_timeout.seconds": "400"})
    elb.tag(on.legacy.balancer, {"cost-centre": "4711"})
    return on


@pytest.mark.parametrize("made", [classic, several_zones, by_hand])
def test_a_plan_from_another_world_makes_its_journey_in_a_replica(made) -> None:
    """The replica has every value that the plan has: nothing of legacy is told as different."""
    given = written(made())

    rehearsed = Rehearsal(given)
    there, back = rehearsed.ran(Case("forward")), rehearsed.ran(Case("back-from-shift"))
    replica = replicated(given, seed=0)

    assert (there.outcome, there.breaches) == ("migrated", ())
    assert (back.outcome, back.breaches) == ("rolled-back", ())
    assert not [each for each in replica.assumed if "legacy." in each], replica.assumed
    assert replica.migration.new.name == given.new.name
    assert replica.migration.waits == given.waits
    assert len(replica.migration.dns.moves) == len(given.dns.moves)


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the folder of real manifests is not beside the project")
@pytest.mark.parametrize("number", ["02", "05", "07", "12", "17", "26", "31", "38"])
def test_plans_of_real_services_make_their_journey_in_a_replica(number: str) -> None:
    """TLS, PROXY headers, UDP, fixed addresses, node labels, groups made by hand, source ranges: nothing is told as different."""
    on, service = staged(manifest_of(next(each for each in files() if each.startswith(number))))
    home, name = service.split("/")
    given = parse("PLAN", render(plan(home, name, on.outside, on.survey)))

    ran = Rehearsal(given).ran(Case("forward"))

    assert (ran.outcome, ran.breaches) == ("migrated", ())
    assert not [each for each in replicated(given, seed=0).assumed if "legacy." in each]


def test_the_replica_is_the_same_for_the_same_seed() -> None:
    one, other = replicated(EXAMPLE, seed=3), replicated(EXAMPLE, seed=3)

    assert one.migration == other.migration != replicated(EXAMPLE, seed=4).migration
    assert one.migration.digest == content_digest(one.migration)


def test_what_the_plan_does_not_say_is_told() -> None:
    """Nobody should take a certificate for more than it is."""
    told = "\n".join(replicated(EXAMPLE, seed=0).assumed)

    assert "2 nodes, 1 in each of 2 zones" in told
    assert "decision unread-zones, which has no answer yet, is answered 'none-leads-there'" in told
    assert "zones that could not be read: internal.example." in told
    assert "inbound-sg-rules-on-private-link-traffic of the new Service changes nothing" in told
    assert "the plan does not say, and the replica has what is usual: legacy.service.spec.sessionAffinity" in told


def test_what_cannot_be_made_alike_is_told_value_by_value() -> None:
    odd = replace(EXAMPLE.legacy, attributes={**EXAMPLE.legacy.attributes, "from.the.future": "yes"})
    strange = replace(EXAMPLE.legacy.groups[0], target_type="ip")

    told = replicated(replace(EXAMPLE, legacy=replace(odd, groups=(strange,))), seed=0).assumed

    assert "legacy.attributes.from.the.future is absent in the replica, yes in the plan" in told
    assert "legacy.groups[0].target_type is instance in the replica, ip in the plan" in told


def test_a_plan_for_a_sandbox_is_rehearsed_at_a_sandboxs_pace() -> None:
    hurried = replace(EXAMPLE, waits=SANDBOX)

    ran = Rehearsal(hurried).ran(Case("forward"))

    assert (ran.outcome, ran.breaches) == ("migrated", ())
    assert any("as fast as a sandbox's" in each for each in replicated(hurried, seed=0).assumed)


def bent(**spec: object) -> Migration:
    service = EXAMPLE.legacy.service
    return replace(EXAMPLE, legacy=replace(EXAMPLE.legacy, service=replace(service, spec={**service.spec, **spec})))


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (bent(selector={}), "no selector"),
        (replace(EXAMPLE, legacy=replace(EXAMPLE.legacy, balancer=replace(EXAMPLE.legacy.balancer, zones=()))), "serves 0 zones"),
        (bent(ports=[{"port": 80, "nodePort": 80}]), "refuses the legacy Service"),
        (replace(EXAMPLE, new=replace(EXAMPLE.new, name="web")), "its replica is blocked"),
        (
            replace(EXAMPLE, new=replace(EXAMPLE.new, manifest={**EXAMPLE.new.manifest, "spec": {"type": "LoadBalancer"}})),
            "its journey does not begin",
        ),
    ],
    ids=["no-selector", "no-zones", "refused-by-the-server", "blocked-here", "no-beginning"],
)
def test_what_the_sandbox_cannot_have_is_refused_with_what_was_seen(given: Migration, why: str) -> None:
    with pytest.raises(OperatorError, match="cannot simulate shop/web") as caught:
        certified(given, seeds=0)

    assert caught.value.code == "not-simulated"
    assert why in caught.value.message


def test_a_legacy_that_never_serves_here_is_refused() -> None:
    """Its health checks ask a port where nothing listens in the sandbox."""
    service = EXAMPLE.legacy.service
    asking = replace(service, annotations={**service.annotations, f"{TYPE}healthcheck-port": "9"})

    with pytest.raises(OperatorError, match="does not come to serve") as caught:
        replicated(replace(EXAMPLE, legacy=replace(EXAMPLE.legacy, service=asking)), seed=0)

    assert any("unhealthy" in each for each in caught.value.seen)


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """One way alone, so that a certificate takes a second."""
    monkeypatch.setattr(certifying, "WAYS", {"back-from-lower": WAYS["back-from-lower"]})


@pytest.mark.usefixtures("narrow")
def test_a_certificate_is_the_same_bytes_whoever_worked_at_it() -> None:
    """One process or two, and told in order: the journeys are numbered before they are made."""
    heard: list[tuple[int, int]] = []

    one = certified(EXAMPLE, seeds=2, first=7, jobs=1, heard=lambda over, of: heard.append((over, of)))
    other = certified(EXAMPLE, seeds=2, first=7, jobs=2)

    assert simulated_json.render(one) == simulated_json.render(other)
    assert heard == [(count, len(heard)) for count in range(1, len(heard) + 1)]
    assert one.covered == one.points > 10
    assert (one.seeds.first, one.seeds.count) == (7, 2)
    assert one.times.earliest_s is not None and 1500 < one.times.earliest_s < 2500
    assert [each.step for each in one.times.steps] == ["admit", "lower", "clone", "warm", "shift", "settle", "drain"]
    assert {each.name for each in one.promises} >= {"answers", "named", "seen", "restored", "resumed"}


@pytest.mark.usefixtures("narrow")
def test_a_certificate_for_programs_fits_its_schema() -> None:
    """`make schema` writes the published one; a program may rely on the file."""
    published = Path("plans/certificate.schema.json").read_text()
    checker = jsonschema.Draft202012Validator(json.loads(published))

    certificate = certified(EXAMPLE, seeds=0)
    shown = json.loads(simulated_json.render(certificate))

    assert (certificate.verdict, certificate.failures, certificate.first) == ("kept", 0, None)
    assert published == simulated_json.schema()
    checker.validate(shown)
    assert not checker.is_valid(shown | {"odd": 1})


def caught_with(name: str) -> Certificate:
    """The example's certificate with this bug in the engine."""
    with bitten(next(each for each in MUTANTS if each.name == name)):
        return certified(EXAMPLE, seeds=0, jobs=1)


@pytest.mark.parametrize("name", ["settle-forgets-caches", "warm-is-skipped", "aaaa-left-behind"])
def test_a_bug_in_the_engine_is_seen_and_its_journey_can_be_replayed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command that the report prints shows the same breach."""
    monkeypatch.setattr(certifying, "WAYS", {"forward": WAYS["forward"]})  # which this bug breaks before anybody dies

    certificate = caught_with(name)

    assert certificate.verdict == "broken"
    assert certificate.first is not None
    printed = re.search(r"migrate simulate PLAN --replay (\S+)", simulated_text.render(certificate))
    assert printed is not None
    with bitten(next(each for each in MUTANTS if each.name == name)):
        again = Rehearsal(EXAMPLE).ran(case_of(printed[1]))
    assert again.breaches == certificate.first.breaches
    assert Rehearsal(EXAMPLE).ran(case_of(printed[1])).breaches == ()


def test_a_bug_that_only_a_crash_shows_is_seen_at_its_crash_point() -> None:
    """A lost reply that is sent again blindly: nobody who stays alive ever loses one."""
    with bitten(next(each for each in MUTANTS if each.name == "lost-reply-repeated-blindly")):
        rehearsed = Rehearsal(EXAMPLE)
        healthy = rehearsed.ran(Case("forward"))
        lost = [rehearsed.ran(Case("forward", Point("effect", number, "lost"))) for number in range(1, 5)]

    assert healthy.breaches == ()
    assert any(each.breaches for each in lost)


def test_a_simulation_that_raises_is_a_journey_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug in the engine, or in the simulation, must not end the whole run without a word."""

    def broken(*given: object) -> None:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr(rehearsal, "drawn_mix", broken)

    ran = Rehearsal(EXAMPLE).ran(Case(seed=1))

    assert (ran.outcome, ran.breaches) == ("raised", ("raised: ZeroDivisionError: on purpose",))


@pytest.mark.parametrize(
    "text", ["forward", "forward/after-append-12", "back-at-once/lost-effect-1", "back-from-shift", "seed:123"]
)
def test_a_journey_is_named_as_it_is_printed(text: str) -> None:
    assert str(case_of(text)) == text


@pytest.mark.parametrize(
    "text", ["", "sideways", "back-at-once", "back-from-retire", "seed:", "seed:-1", "forward/", "forward/soon"]
)
def test_a_journey_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(OperatorError) as caught:
        case_of(text)

    assert caught.value.code == "bad-usage"


def test_the_keys_that_count_as_read_are_those_that_the_sandbox_reads() -> None:
    """Else a key that nothing acts on would be silently dropped."""
    read: set[str] = set()
    for file in Path("migrator/sandbox/world").glob("lbc_model*.py"):
        found = re.findall(r"\b(?:text|flag|number|items|pairs)\((?:draft\.)?annotations, f?\"([a-z0-9.-]+)", file.read_text())
        read |= set(found)
    whole = read - {"access-log-s3-"} | {"access-log-s3-bucket-name", "access-log-s3-bucket-prefix"}
    ported = {each for each in whole if not each.endswith(".")} | {"target-group-attributes.", "listener-attributes."}

    assert ported == set(READ_BY_LBC)
