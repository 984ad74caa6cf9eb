"""Checks of what the clone will need: the API server's word, room in quotas, subnets, rules, certificates, rights."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from migrator.checks.certificates import presented
from migrator.checks.collisions import covers
from migrator.checks.limits import RULES
from migrator.checks.mtu import loses
from migrator.checks.rights import clearing, deeds
from migrator.checks.rules import taken
from migrator.errors import Conflict, Denied, Rejected, Throttled, Unreachable
from migrator.model.balancers import Rule, SecurityGroup
from migrator.model.cluster import MARK
from migrator.model.installation import NamespaceQuota, Webhook
from migrator.model.migration import Dns
from tests.unit import given
from tests.unit.checks.judging import ANNOTATION, Row, cloned, follows, judged, lbc, nothing, of_legacy, setting
from tests.unit.surroundings import LIMITS
from tests.unit.world import World

ICMP = Rule("sgr-mtu", given.NODES, "icmp", 3, 4, "0.0.0.0/0", "kubernetes.io/rule/nlb/mtu")
OTHER = Rule("sgr-other", given.NODES, "tcp", 31090, 31090, "0.0.0.0/0", "kubernetes.io/rule/nlb/client=other")
PING = Rule("sgr-ping", given.NODES, "icmp", -1, -1, "0.0.0.0/0", "ping")
WIDE = Rule("sgr-wide", given.NODES, "tcp", 0, 65535, "10.0.0.0/8")
SHARED = replace(given.LBC_RULE, source="sg-lbc")
ARN = "arn:aws:acm:eu-central-1:111122223333:certificate/one"
SECURE = cloned({"ssl-cert": f"{ARN}, {ARN}", "ssl-negotiation-policy": "ELBSecurityPolicy-2016-08"})
PINNED = cloned({"disable-nlb-sg": "true", "healthcheck-port": "31080"})
FIXED = cloned(spec={"ports": [{"port": 8080, "nodePort": 31080}]})
NO_NODE_PORTS = cloned(spec={"allocateLoadBalancerNodePorts": False})


def limited(**limits: float) -> Callable[[World], None]:
    """Limits by the first words of their names."""
    kept = [replace(each, limit=value) for each in LIMITS for key, value in limits.items() if each.name.startswith(key)]
    others = [each for each in LIMITS if each.name not in {new.name for new in kept}]
    return setting(limits=(*others, *kept))


def refusing(question: str, error: Exception | None = None) -> Callable[[World], None]:
    return lambda world: world.refuse(question, error or Denied(f"may not ask for {question}"), 9)


def stored(**changes: object) -> Callable[[World], None]:
    return setting(rehearsal=lambda clone: replace(clone, **changes))


def counted(**hard: int) -> Callable[[World], None]:
    named = {key.replace("_", "."): value for key, value in hard.items()}
    return setting(held=(NamespaceQuota("few", named, dict.fromkeys(named, 1)),))


def ours(world: World) -> None:
    world.services["web-lbc"] = given.clone()
    counted(services=1)(world)
    world.refuse("rehearsed", Conflict("exists"))


ALMOST = {"node_group_rules": tuple(replace(OTHER, id=f"sgr-{at}") for at in range(60))}
SAME = {"labels": {"team": "x"}, "annotations": given.manifest()["metadata"]["annotations"] | {"added": "by somebody"}}

REHEARSAL = (
    Row("stored-as-planned", "rehearsal", stored(**SAME), "ok", "would store shop/web-lbc as planned"),
    Row(
        "refused",
        "rehearsal",
        refusing("rehearsed", Rejected("no", seen=("spec is odd",))),
        "failed",
        "spec is odd",
        "clone-rejected",
    ),
    Row(
        "an-annotation-changed",
        "rehearsal",
        stored(annotations={}),
        "failed",
        f"change shop/web-lbc: {MARK}, scheme",
        "clone-altered",
    ),
    Row(
        "the-class-changed",
        "rehearsal",
        stored(spec={"type": "LoadBalancer", "loadBalancerClass": "x"}),
        "failed",
        "spec.loadBalancerClass",
        "clone-altered",
    ),
    Row(
        "the-webhooks-are-named",
        "rehearsal",
        stored(annotations={}),
        "failed",
        "new Services pass mservice.elbv2.k8s.aws",
        "clone-altered",
    ),
    Row(
        "taken-by-another",
        "rehearsal",
        refusing("rehearsed", Conflict("exists")),
        "failed",
        "not of this migration",
        "clone-exists",
    ),
    Row("ours-already", "rehearsal", ours, "ok", "ours"),
    Row("not-allowed", "rehearsal", refusing("rehearsed"), "unknown", "may not ask", "denied"),
    Row("no-quota", "namespace", nothing, "ok", "0 resource quotas"),
    Row("room", "namespace", counted(services_loadbalancers=2), "ok", "1 resource quotas"),
    Row(
        "no-room",
        "namespace",
        counted(services_loadbalancers=1),
        "failed",
        "services.loadbalancers 1 used, 1 more needed, 1 allowed",
        "namespace-quota",
    ),
    Row(
        "no-room-for-node-ports",
        "namespace",
        counted(services_nodeports=1),
        "failed",
        "services.nodeports 1 used",
        "namespace-quota",
    ),
    Row("none-are-taken", "namespace", counted(services_nodeports=1), "ok", "room", migration=NO_NODE_PORTS),
    Row("the-clone-is-counted-already", "namespace", ours, "ok", "counted"),
    Row(
        "instance-targets",
        "gates",
        setting(namespace_marks={"elbv2.k8s.aws/pod-readiness-gate-inject": "enabled"}),
        "ok",
        "instance",
    ),
    Row(
        "ip-targets-and-gates",
        "gates",
        setting(namespace_marks={"elbv2.k8s.aws/pod-readiness-gate-inject": "enabled"}),
        "failed",
        "ip targets",
        "readiness-gates",
        migration=cloned({"nlb-target-type": "ip"}),
    ),
    Row("ip-targets-without-gates", "gates", nothing, "ok", "injects no", migration=cloned({"nlb-target-type": "ip"})),
    Row(
        "no-such-namespace",
        "gates",
        setting(namespace_marks=None),
        "ok",
        "injects no",
        migration=cloned({"nlb-target-type": "ip"}),
    ),
)
SUBNETS = (
    Row("fit", "subnets", nothing, "ok", "2 subnets, one a zone, at least 200"),
    Row("named", "subnets", nothing, "ok", "1 subnets", migration=cloned({"subnets": "subnet-x, by-name"})),
    Row(
        "gone",
        "subnets",
        setting(lost_subnets=("subnet-b",)),
        "failed",
        "1 of 2 subnets are not there: subnet-b",
        "subnets-unfit",
    ),
    Row(
        "two-in-a-zone",
        "subnets",
        setting(subnet_zones={"subnet-a": "z", "subnet-b": "z"}),
        "failed",
        "two subnets in zone z",
        "subnets-unfit",
    ),
    Row("full", "subnets", setting(free=7), "failed", "fewer than 8 free", "subnets-unfit"),
    Row("just-enough", "subnets", setting(free=8), "ok", "at least 8"),
    Row(
        "of-another-cluster",
        "subnets",
        setting(subnet_tags={"kubernetes.io/cluster/other": "shared"}),
        "failed",
        "another cluster only",
        "subnets-unfit",
        "warning",
    ),
    Row(
        "of-both",
        "subnets",
        setting(subnet_tags={"kubernetes.io/cluster/other": "shared", "kubernetes.io/cluster/shop-prod": "shared"}),
        "ok",
        "2 subnets",
    ),
)
ROOM = (
    Row("room", "quotas", nothing, "ok", "3 taken, 1 more needed, limit 50"),
    Row("no-room", "quotas", limited(Network=3), "failed", "Network Load Balancers per Region: 3 taken", "quota-exhausted"),
    Row("no-group", "quotas", limited(Target=3), "failed", "Target Groups per Region", "quota-exhausted"),
    Row("a-limit-unknown", "quotas", setting(limits=LIMITS[:3]), "unknown", "limit unknown", "quota-exhausted"),
    Row(
        "a-use-unknown",
        "quotas",
        setting(limits=tuple(replace(each, used=None) for each in LIMITS)),
        "unknown",
        "use unknown",
        "quota-exhausted",
    ),
    Row("room-for-targets", "capacity", nothing, "ok", "(zone-a): 0 taken, 1 more needed"),
    Row("too-many-in-a-zone", "capacity", limited(**{"Targets per Availability": 0}), "failed", "(zone-a)", "quota-exhausted"),
    Row("too-many", "capacity", limited(**{"Targets per Network": 1}), "failed", "2 more needed, limit 1", "quota-exhausted"),
    Row(
        "cross-zone-counts-all",
        "capacity",
        limited(**{"Targets per Availability": 1}),
        "failed",
        "cross-zone",
        "quota-exhausted",
        migration=of_legacy(attributes={"load_balancing.cross_zone.enabled": "true"}),
    ),
    Row("rules-fit", "rules", nothing, "ok", "(sg-nodes): 0 taken, 1 more needed, limit 60"),
    Row("rules-do-not-fit", "rules", setting(**ALMOST), "failed", "60 taken, 1 more", "quota-exhausted"),
    Row("a-rule-of-lbc-s-is-there", "rules", setting(node_group_rules=(*ALMOST["node_group_rules"], SHARED)), "ok", "0 more"),
    Row(
        "by-addresses-there-are-more",
        "rules",
        setting(**ALMOST),
        "failed",
        "60 taken, 3 more",
        "quota-exhausted",
        migration=PINNED,
    ),
    Row("legacy-made-no-rules", "rules", nothing, "ok", "opened no security group", migration=of_legacy(rules=())),
)
COLLISIONS = (
    Row("by-group", "collisions", nothing, "ok", "security group"),
    Row("named-groups", "collisions", lbc(tag="v2.5.0"), "ok", "security group", migration=cloned({"security-groups": "sg-1"})),
    Row("without-a-group", "collisions", nothing, "failed", "sgr-client: tcp 31080", "rules-collide", migration=PINNED),
    Row("too-old-for-groups", "collisions", lbc(tag="v2.5.0"), "failed", "sgr-health", "rules-collide", migration=FIXED),
    Row(
        "groups-switched-off",
        "collisions",
        lbc("--feature-gates=NLBSecurityGroup=false"),
        "failed",
        "sgr-health",
        "rules-collide",
        migration=FIXED,
    ),
    Row(
        "rules-switched-off",
        "collisions",
        lbc("--enable-backend-security-group=false"),
        "failed",
        "sgr-health",
        "rules-collide",
        migration=FIXED,
    ),
    Row("of-an-unknown-version", "collisions", lbc(tag=""), "unknown", "may have to live", "rules-collide", migration=FIXED),
    Row("other-ports", "collisions", lbc(tag="v2.5.0"), "ok", "no port"),
    Row(
        "a-wider-rule-stays",
        "collisions",
        setting(node_group_rules=(replace(WIDE, source="0.0.0.0/0"),)),
        "ok",
        "no port",
        migration=PINNED,
    ),
    Row(
        "the-last-rule-for-mtu",
        "mtu",
        setting(node_group_rules=(ICMP,)),
        "failed",
        "goes with legacy",
        "mtu-rule-lost",
        "warning",
    ),
    Row("not-the-last", "mtu", setting(node_group_rules=(ICMP, OTHER)), "ok", "does not hang"),
)
TLS = (
    Row("no-tls", "certificates", nothing, "ok", "no TLS"),
    Row("issued", "certificates", nothing, "ok", "1 certificates", migration=SECURE),
    Row(
        "expired", "certificates", setting(issued={ARN: "EXPIRED"}), "failed", "EXPIRED", "certificate-unusable", migration=SECURE
    ),
    Row("gone", "certificates", setting(issued={ARN: ""}), "failed", "not there", "certificate-unusable", migration=SECURE),
    Row("no-policy", "ciphers", nothing, "ok", "no TLS policy"),
    Row("a-policy", "ciphers", nothing, "ok", "2016-08", migration=SECURE),
    Row(
        "an-unknown-policy",
        "ciphers",
        setting(policies=("a",)),
        "failed",
        "none of the 1",
        "tls-policy-unknown",
        migration=SECURE,
    ),
)
RIGHTS = (
    Row("allowed", "rights", nothing, "ok", "6 actions"),
    Row(
        "no-records",
        "rights",
        setting(forbidden={"route53:ChangeResourceRecordSets": False}),
        "failed",
        "hostedzone/ZPUB",
        "caller-rights",
    ),
    Row(
        "no-sweeping",
        "rights",
        setting(forbidden={"ec2:RevokeSecurityGroupIngress": False}),
        "failed",
        "security-group/sg-nodes",
        "caller-rights",
        "warning",
    ),
    Row(
        "doubtful",
        "rights",
        setting(forbidden={"cloudwatch:GetMetricData": None}),
        "unknown",
        "GetMetricData on *",
        "caller-rights",
        "warning",
    ),
    Row("not-allowed-to-ask", "rights", refusing("rights"), "unknown", "could not be asked", "denied", "warning"),
    Row("calls-allowed", "permissions", nothing, "ok", "5 calls"),
    Row(
        "no-leases",
        "permissions",
        setting(refused=("create leases.coordination.k8s.io",)),
        "failed",
        "create leases",
        "caller-rights",
    ),
    Row("not-told", "permissions", refusing("allowed"), "unknown", "may not ask", "denied", "warning"),
    Row("unprotected", "protections", setting(protected={"ZPUB": (("other.example.com.", "A"),)}), "ok", "none of 2"),
    Row(
        "protected",
        "protections",
        setting(protected={"ZPUB": (("API.example.com", "CNAME"),)}),
        "failed",
        "1 of 3",
        "records-protected",
        migration=given.moving(given.CNAME, given.ALIAS, given.ALIAS6),
    ),
    Row("unread", "protections", refusing("protected_records"), "unknown", "may not ask", "denied", "warning"),
    Row("nobody-to-ask", "resolvers", nothing, "ok", "nobody"),
    Row("no-name", "resolvers", nothing, "ok", "no name", migration=given.migration(dns=Dns((), ("192.0.2.53",)))),
    Row(
        "resolvers-answer",
        "resolvers",
        nothing,
        "ok",
        "1 resolvers",
        migration=given.migration(dns=Dns((given.CNAME,), ("192.0.2.53",))),
    ),
    Row(
        "a-silent-resolver",
        "resolvers",
        refusing("asked 192.0.2.53", Unreachable("timed out")),
        "failed",
        "192.0.2.53: timed out",
        "resolver-silent",
        "warning",
        migration=given.migration(dns=Dns((given.CNAME,), ("192.0.2.53",))),
    ),
)
ALL = (*REHEARSAL, *SUBNETS, *ROOM, *COLLISIONS, *TLS, *RIGHTS)


@pytest.mark.parametrize("row", ALL, ids=[f"{each.name}-{each.id}" for each in ALL])
def test_what_is_seen_of_what_the_clone_needs(row: Row) -> None:
    follows(row)


def test_webhooks_that_look_at_some_namespaces_only_are_told_as_such() -> None:
    world = World()
    world.hooks = (Webhook("policy.example", "policy", True, ("*",), ("CREATE",), everywhere=False),)
    world.rehearsal = lambda clone: replace(clone, annotations={})

    assert judged("rehearsal", world).details == ("new Services pass policy.example (by its selectors)",)


def test_the_actions_asked_about_are_those_that_are_done() -> None:
    """A right that nobody needs is nobody's business."""
    plain = of_legacy()
    protected = of_legacy(deletion_protection=True, own_groups=("sg-own",), rules=(), groups=())

    assert [each.action for each in deeds(plain)] == [
        "route53:ChangeResourceRecordSets",
        "route53:GetChange",
        "cloudwatch:GetMetricData",
    ]
    assert [each.action for each in clearing(plain)] == [
        "elasticloadbalancing:DeleteLoadBalancer",
        "elasticloadbalancing:DeleteTargetGroup",
        "ec2:RevokeSecurityGroupIngress",
    ]
    assert "elasticloadbalancing:ModifyLoadBalancerAttributes" in [each.action for each in deeds(protected)]
    assert [each.action for each in clearing(protected)][1:] == ["ec2:DeleteSecurityGroup"]
    assert deeds(given.moving())[0].action == "cloudwatch:GetMetricData"


def test_rules_of_the_two_families_are_counted_apart() -> None:
    """AWS holds 60 of each; a rule by group counts in both."""
    rules = (replace(OTHER, id="a"), replace(OTHER, id="b", source="::/0"), replace(OTHER, id="c", source="::/1"), SHARED)

    assert taken(SecurityGroup("sg", "sg", rules=rules)) == 3


MTU = (
    ("nothing-of-legacy-s", (PING,), False),
    ("ours-alone", (ICMP,), True),
    ("ours-beside-our-own-client-rule", (ICMP, given.RULE), True),
    ("another-legacy-load-balancer-stays", (ICMP, OTHER), False),
    ("all-icmp-from-everywhere", (ICMP, PING), False),
    ("everything-from-the-network", (ICMP, replace(PING, protocol="-1", source="10.0.0.0/8")), False),
    ("exactly-the-same-by-hand", (ICMP, replace(ICMP, id="x", source="10.0.0.0/8", description="mine")), False),
    ("from-a-group-only", (ICMP, replace(PING, source="sg-nodes")), True),
    ("echo-only", (ICMP, replace(PING, from_port=8, to_port=0)), True),
    ("tcp", (ICMP, WIDE), True),
)


@pytest.mark.parametrize(("rules", "lost"), [row[1:] for row in MTU], ids=[row[0] for row in MTU])
def test_when_the_rule_for_path_mtu_goes(rules: tuple[Rule, ...], lost: bool) -> None:
    assert loses(SecurityGroup(given.NODES, "nodes", rules=rules), "legacy") is lost


COVERED = (
    ("the-same", given.HEALTH_RULE, True),
    ("wider", WIDE, True),
    ("all-protocols", replace(WIDE, protocol="-1", from_port=-1, to_port=-1), True),
    ("another-group", replace(WIDE, group="sg-x"), False),
    ("another-protocol", replace(WIDE, protocol="udp"), False),
    ("other-ports", replace(WIDE, to_port=80), False),
    ("a-narrower-network", replace(WIDE, source="10.0.0.0/24"), False),
    ("another-family", replace(WIDE, source="::/0"), False),
    ("a-group", replace(WIDE, source="sg-1"), False),
)


@pytest.mark.parametrize(("other", "covered"), [row[1:] for row in COVERED], ids=[row[0] for row in COVERED])
def test_what_another_rule_permits_as_well(other: Rule, covered: bool) -> None:
    assert covers(other, given.HEALTH_RULE) is covered


def test_networks_of_the_sixth_version_hold_each_other() -> None:
    inner = replace(given.HEALTH_RULE, source="fd00:1::/64")

    assert covers(replace(WIDE, source="fd00::/8"), inner)
    assert not covers(WIDE, inner)


def test_certificates_are_told_once() -> None:
    assert presented(SECURE) == (ARN,)
    assert presented(cloned({"ssl-cert": ""})) == ()
    assert RULES in {each.name for each in LIMITS}
    assert ANNOTATION.endswith("-")


def test_one_run_asks_each_question_once() -> None:
    """Five checks need the limits; AWS is asked once, errors are remembered as answers are."""
    from migrator.checks import run

    world, asked = World(), []
    world.asking = lambda question: asked.append(question)
    world.refuse("nodes", Throttled("slow down"))

    run(given.migration(), world.outside())

    assert sorted(each for each in set(asked) - {"allowed"} if asked.count(each) > 1) == []  # that is about five things


def test_what_failed_once_fails_for_all_that_ask() -> None:
    world = World()
    world.refuse("controller", Throttled("slow down"))

    from migrator.checks import run

    results = {each.id: each.status for each in run(given.migration(), world.outside())}

    assert {results[name] for name in ("controller", "flags", "claim", "version", "identity", "rules", "collisions")} == {
        "unknown"
    }


def test_a_check_by_itself_says_the_same() -> None:
    assert judged("subnets", World()).status == "ok"
