"""Values that tests of the core start from: shop/web behind one CNAME and an apex alias pair, and what a journal told."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from migrator.model import events
from migrator.model.balancers import HealthCheck, Listener, LoadBalancer, Rule, Target, TargetGroup, Zone
from migrator.model.certificate import Certificate, Promise, Seeds, Spent, Swept, Times
from migrator.model.cluster import LEGACY_FINALIZER, MARK, TYPE_ANNOTATION, Binding, Lease, Service
from migrator.model.events import Entry, Event
from migrator.model.migration import Account, Cluster, Dns, Legacy, LegacyService, Migration, New, StepEstimate
from migrator.model.records import AliasTarget, BalancerName, HostedZone, Move, RecordSet
from migrator.model.standing import Standing, fold
from migrator.model.waits import Waits

ID = "m-0123456789abcdef"
JOURNAL = "journal-1"
HOST = "here/boot-1"
START = 1_000_000.0
UID, CLONE_UID = "uid-web", "uid-clone"
PUBLIC = HostedZone("ZPUB", "example.com.")
PRIVATE = HostedZone("ZPRI", "internal.example.", private=True)
ELB_ZONE = "ZELB"

_ARN = "arn:aws:elasticloadbalancing:eu-central-1:111122223333"
LEGACY_ARN, NEW_ARN = f"{_ARN}:loadbalancer/net/legacy/1", f"{_ARN}:loadbalancer/net/new/2"
LEGACY_GROUP, NEW_GROUP = f"{_ARN}:targetgroup/legacy-8080/1", f"{_ARN}:targetgroup/new-8080/2"
LEGACY_NAME = "legacy-1.elb.eu-central-1.amazonaws.com"
NEW_NAME = "new-2.elb.eu-central-1.amazonaws.com"
NEW = BalancerName(NEW_NAME, ELB_ZONE)
CLASSIC_ARN = f"{_ARN}:loadbalancer/legacy"  # a classic load balancer's, where a test wants that family
CLASSIC_GROUP = f"{CLASSIC_ARN}#TCP:31080"
OWN_GROUP = "sg-own"  # the security group that legacy made for it
NODES = "sg-nodes"
CLASSIC_RULE = Rule("sgr-elb", NODES, "-1", -1, -1, OWN_GROUP)
RULE = Rule("sgr-client", NODES, "tcp", 31080, 31080, "0.0.0.0/0", "kubernetes.io/rule/nlb/client=legacy")
HEALTH_RULE = Rule("sgr-health", NODES, "tcp", 31080, 31080, "10.0.0.0/16", "kubernetes.io/rule/nlb/health=legacy")
LBC_RULE = Rule("sgr-lbc", NODES, "tcp", 30000, 32767, "sg-lbc", "elbv2.k8s.aws/targetGroupBinding=shared")


def lb(which: str = "new", **changes: Any) -> LoadBalancer:
    """The `legacy` or the `new` load balancer, active, in two zones."""
    arn, name = (LEGACY_ARN, LEGACY_NAME) if which == "legacy" else (NEW_ARN, NEW_NAME)
    zones = (Zone("zone-a", "subnet-a"), Zone("zone-b", "subnet-b"))
    return replace(LoadBalancer(arn, which, name, ELB_ZONE, "internet-facing", "vpc-1", "active", zones=zones), **changes)


def listener(which: str = "new", port: int = 8080, **changes: Any) -> Listener:
    """The TCP listener on a port."""
    arn, group = (LEGACY_ARN, LEGACY_GROUP) if which == "legacy" else (NEW_ARN, NEW_GROUP)
    return replace(Listener(f"{arn}/{port}", "TCP", port, (group,)), **changes)


def group(which: str = "new", **changes: Any) -> TargetGroup:
    """The target group behind that listener."""
    arn, balancer = (LEGACY_GROUP, LEGACY_ARN) if which == "legacy" else (NEW_GROUP, NEW_ARN)
    check = HealthCheck("TCP", "traffic-port", 30, 10, 3, 3)
    return replace(TargetGroup(arn, f"{which}-8080", "TCP", 31080, "instance", check, balancers=(balancer,)), **changes)


def targets(state: str = "healthy", *zones: str, port: int = 31080) -> tuple[Target, ...]:
    """One target in each zone (two zones unless told), all in the same state."""
    return tuple(Target(f"i-{each}", port, each, state) for each in zones or ("zone-a", "zone-b"))


def service(**changes: Any) -> Service:
    """The legacy Service shop/web as the API server gives it."""
    given = Service(
        namespace="shop",
        name="web",
        uid=UID,
        resource_version="100",
        spec={"type": "LoadBalancer", "selector": {"app": "web"}, "ports": [{"port": 8080, "nodePort": 31080}]},
        annotations={TYPE_ANNOTATION: "nlb"},
        finalizers=(LEGACY_FINALIZER,),
        hostname=LEGACY_NAME,
    )
    return replace(given, **changes)


def manifest() -> dict[str, Any]:
    """The clone's manifest, as the plan names it."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"namespace": "shop", "name": "web-lbc", "annotations": {MARK: ID, "scheme": "internet-facing"}},
        "spec": {"type": "LoadBalancer", "selector": {"app": "web"}, "ports": [{"port": 8080, "targetPort": 8080}]},
    }


def clone(**changes: Any) -> Service:
    """The clone shop/web-lbc, as the API server gives it once LBC made its load balancer."""
    spec = manifest()["spec"] | {"clusterIP": "10.0.0.9", "ports": [{"port": 8080, "targetPort": 8080, "nodePort": 32000}]}
    given = Service("shop", "web-lbc", CLONE_UID, "200", spec, dict(manifest()["metadata"]["annotations"]), hostname=NEW_NAME)
    return replace(given, **changes)


def binding(**changes: Any) -> Binding:
    """The clone's TargetGroupBinding, observed."""
    return replace(Binding("k8s-web", NEW_GROUP, True), **changes)


def lease(**changes: Any) -> Lease:
    """Our mark, as this journal on this host left it."""
    given = Lease("shop", f"migrate-{UID}", JOURNAL, 1, 0, "", HOST, ID, resource_version="300", renewed=START)
    return replace(given, **changes)


def cname(name: str = "api.example.com.", ttl_s: int = 300, to: str = LEGACY_NAME) -> RecordSet:
    """A CNAME."""
    return RecordSet(name, "CNAME", ttl_s, (to,))


def alias(type: str = "A", to: str = LEGACY_NAME, name: str = "example.com.") -> RecordSet:
    """An alias."""
    return RecordSet(name, type, alias=AliasTarget(ELB_ZONE, f"dualstack.{to}.", True))


CNAME = Move(PUBLIC, cname(), 60)
ALIAS, ALIAS6 = Move(PUBLIC, alias()), Move(PUBLIC, alias("AAAA"))
INTERNAL = Move(PRIVATE, cname("api.internal.example.", 30), 30)


def migration(**changes: Any) -> Migration:
    """The plan. `waits` are its waits; every other field of a Migration may be given."""
    planned = service()
    legacy = Legacy(
        LegacyService("shop", "web", UID, LEGACY_NAME, planned.annotations, planned.spec, planned.finalizers),
        "legacy",
        (),
        lb("legacy"),
        (listener("legacy"),),
        (group("legacy"),),
        (RULE, HEALTH_RULE),
    )
    given = Migration(
        format=1,
        id=ID,
        tool="0",
        readiness="READY",
        cluster=Cluster("prod", "uid-cluster", "shop-prod"),
        account=Account("111122223333", "eu-central-1", "vpc-1"),
        legacy=legacy,
        new=New("shop", "web-lbc", manifest()),
        dns=Dns((CNAME, ALIAS)),
        retire="delete",
        on_failure="hold",
        waits=Waits(streak=2),
        steps=(StepEstimate("admit", "checks", 0, 1),),
        findings=(),
        decisions=(),
    )
    return replace(given, **changes)


def classic(**changes: Any) -> Migration:
    """The plan for a Classic Load Balancer; every field of its Legacy may be given."""
    planned = migration().legacy
    balancer = lb("legacy", arn=CLASSIC_ARN, kind="classic", security_groups=(OWN_GROUP,))
    check = HealthCheck("TCP", "31080", 10, 5, 2, 6)
    own = group("legacy", arn=CLASSIC_GROUP, name="TCP:31080", health_check=check, balancers=(CLASSIC_ARN,))
    service = LegacyService("shop", "web", UID, LEGACY_NAME, {}, planned.service.spec, planned.service.finalizers)
    given = replace(
        planned,
        service=service,
        balancer=balancer,
        listeners=(listener("legacy", arn="", groups=(CLASSIC_GROUP,)),),
        groups=(own,),
        rules=(CLASSIC_RULE,),
        own_groups=(OWN_GROUP,),
    )
    return migration(legacy=replace(given, **changes))


def moving(*moves: Move, **changes: Any) -> Migration:
    """The plan with these record sets."""
    return migration(dns=Dns(moves), **changes)


def began(**changes: Any) -> events.Began:
    """The first line."""
    return replace(events.Began(JOURNAL, ID, "sha256:digest", "0", HOST), **changes)


def entries(*told: Event | tuple[float, Event]) -> tuple[Entry, ...]:
    """Journal lines, a second apart from START, or at `START + seconds` where a pair gives them."""
    lines = [each if isinstance(each, tuple) else (float(at), each) for at, each in enumerate(told)]
    return tuple(Entry(at, START + seconds, event, f"c{at}") for at, (seconds, event) in enumerate(lines, 1))


def standing(*told: Event | tuple[float, Event]) -> Standing:
    """Where a journal with these lines after its first stands."""
    return fold(entries((0.0, began()), *told))


def cloned(*told: Event | tuple[float, Event]) -> Standing:
    """The standing once `clone` noticed what was made for it, and then this."""
    facts = {"uid": CLONE_UID, "hostname": NEW_NAME, "arn": NEW_ARN, "zone_id": ELB_ZONE, "groups": [NEW_GROUP]}
    return standing((0.0, events.Noticed("clone", facts)), *told)


def a_certificate(**change: Any) -> Certificate:
    """A certificate of the plan of shop/web, every promise kept."""
    times = Times(1800.0, 7200.4, (Spent("admit", 0.0), Spent("lower", 300.0), Spent("drain", 1500.0)), 10800.0, "seed:17")
    given: dict[str, Any] = {
        "version": 1,
        "tool": "0.1.0",
        "migration": "m-1",
        "service": "shop/web",
        "digest": "sha256:1",
        "signed": "sha256:2",
        "verdict": "kept",
        "journeys": 715,
        "ways": (Swept("forward", 168, 168), Swept("back-from-lower", 46, 46)),
        "seeds": Seeds(0, 500),
        "promises": (Promise("named", "nothing is changed that the plan does not name"),),
        "times": times,
        "failures": 0,
        "first": None,
        "assumed": ("3 nodes",),
    }
    return Certificate(**given | change)
