"""Only what is plainly legacy's is planned; everything else is refused with what it is instead, and with the way out."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from migrator.errors import CODES, OperatorError
from migrator.model.balancers import LoadBalancer
from migrator.model.cluster import LBC_CLASS, LEGACY_FINALIZER, Service
from migrator.model.units import Unknown
from migrator.planning.ownership import (
    Ownership,
    cluster_name,
    hostname_family,
    legacy_name,
    ownership,
    refuse_foreign,
    refuse_unready,
)

Make = Callable[[Any], Any]
AUTO = "eks.amazonaws.com/nlb"
LBC_MARK, AUTO_MARK = "service.k8s.aws/resources", "service.eks.amazonaws.com/resources"
TYPE = "service.beta.kubernetes.io/aws-load-balancer-type"
LBC_TAGS = {"elbv2.k8s.aws/cluster": "shop-prod", "service.k8s.aws/stack": "shop/web"}
AUTO_TAGS = {"eks:eks-cluster-name": "shop-prod", "service.eks.amazonaws.com/stack": "shop/web"}
LEGACY_TAGS = {"kubernetes.io/service-name": "shop/web", "kubernetes.io/cluster/shop-prod": "owned"}
DENIED = Unknown("not allowed to describe load balancers")


def nlb(b: Any, **changes: Any) -> LoadBalancer:
    """What legacy made."""
    lb: LoadBalancer = b.balancer(tags=LEGACY_TAGS)
    return replace(lb, **changes)


def clb(b: Any, **changes: Any) -> LoadBalancer:
    """The classic one that legacy makes under the same name."""
    arn, host = b.ARN.partition("net/")[0] + b.NAME, f"{b.NAME}-1234567890.eu-central-1.elb.amazonaws.com"
    return nlb(b, **({"arn": arn, "dns_name": host, "kind": "classic"} | changes))


def lbc(b: Any, **changes: Any) -> LoadBalancer:
    """What LBC made."""
    given = {
        "arn": b.ARN + "lbc",
        "name": "k8s-shop-web-0123456789",
        "dns_name": "k8s-shop-web-0123456789-0f.elb.x.amazonaws.com",
    }
    return nlb(b, **({**given, "tags": LBC_TAGS} | changes))


def svc(b: Any, kind: str | None = "nlb", *marks: str, target: str | None = None, cls: str = "", **changes: Any) -> Service:
    """shop/web with a type annotation, finalizers beside legacy's, a target type and a class."""
    annotations = {} if kind is None else {TYPE: kind}
    annotations |= {} if target is None else {"service.beta.kubernetes.io/aws-load-balancer-nlb-target-type": target}
    spec = b.service().spec | ({"loadBalancerClass": cls} if cls else {})
    given: Service = b.service(annotations=annotations, spec=spec, finalizers=(LEGACY_FINALIZER, *marks))
    return replace(given, **changes)


def row(
    id: str, owner: str, trouble: str, service: Make, shown: Make = lambda b: nlb(b), named: Make = lambda b: (nlb(b),)
) -> Any:
    return pytest.param(service, shown, named, owner, trouble, id=id)


def nothing(b: Any) -> None:
    return None


def none(b: Any) -> tuple[LoadBalancer, ...]:
    return ()


ROWS = [
    # plainly somebody's
    row("legacy-nlb", "in-tree-nlb", "", svc),
    row("legacy-nlb-by-name-alone", "in-tree-nlb", "", svc, lambda b: nlb(b, tags={})),
    row("legacy-nlb-without-finalizer", "in-tree-nlb", "", lambda b: svc(b, finalizers=())),
    row("legacy-nlb-in-upper-case", "in-tree-nlb", "", lambda b: svc(b, hostname=b.HOST.upper())),
    row("legacy-nlb-in-china", "in-tree-nlb", "", lambda b: svc(b, hostname=b.HOST + ".cn")),
    row("legacy-clb", "in-tree-clb", "", lambda b: svc(b, None), clb, lambda b: (clb(b),)),
    row("legacy-clb-by-a-typo", "in-tree-clb", "", lambda b: svc(b, "NLB"), clb, lambda b: (clb(b),)),
    row("legacy-clb-called-elb", "in-tree-clb", "", lambda b: svc(b, "elb"), clb, lambda b: (clb(b),)),
    row("lbc-by-class", "lbc", "", lambda b: svc(b, "nlb", LBC_MARK, cls=LBC_CLASS), lbc, none),
    row("lbc-by-external", "lbc", "", lambda b: svc(b, "external", LBC_MARK, target="ip"), lbc, none),
    row("lbc-by-nlb-ip", "lbc", "", lambda b: svc(b, "nlb-ip"), lbc, none),
    row("lbc-with-nothing-yet", "lbc", "", lambda b: svc(b, "external", target="instance", hostname=None), nothing, none),
    row("lbc-that-shows-a-hand-made-one", "lbc", "", lambda b: svc(b, "nlb-ip"), lambda b: nlb(b, tags={}, name="mine"), none),
    row("auto-mode", "auto-mode", "", lambda b: svc(b, None, AUTO_MARK, cls=AUTO), lambda b: lbc(b, tags=AUTO_TAGS), none),
    row("another-class", "other", "", lambda b: svc(b, cls="tailscale"), nothing, none),
    row("another-class-hand-made", "other", "", lambda b: svc(b, cls="acme/lb"), lambda b: nlb(b, tags={}, name="x"), none),
    row("nobody's", "other", "", lambda b: svc(b, "external", hostname=None), nothing, none),
    row("nobody's-by-a-typo", "other", "", lambda b: svc(b, "external", target="pod", hostname=None), nothing, none),
    # half-done edits
    row("nlb-to-external", "ambiguous", "edited-in-place", lambda b: svc(b, "external", target="ip")),
    row("nlb-to-external-without-target", "ambiguous", "edited-in-place", lambda b: svc(b, "external")),
    row("clb-to-external", "ambiguous", "edited-in-place", lambda b: svc(b, "nlb-ip"), clb, lambda b: (clb(b),)),
    row("class-set-status-still-legacy's", "ambiguous", "edited-in-place", lambda b: svc(b, "nlb", cls=LBC_CLASS)),
    row("external-and-lbc-took-the-status", "ambiguous", "edited-in-place", lambda b: svc(b, "nlb-ip", LBC_MARK), lbc),
    row("external-and-nothing-in-the-status", "ambiguous", "edited-in-place", lambda b: svc(b, "nlb-ip", hostname=None), nothing),
    row("class-and-legacy's-left", "lbc", "edited-in-place", lambda b: svc(b, cls=LBC_CLASS), lbc),
    row("nlb-removed", "ambiguous", "edited-in-place", lambda b: svc(b, None)),
    row("nlb-removed-and-a-clb-made", "ambiguous", "edited-in-place", lambda b: svc(b, None), nlb, lambda b: (clb(b), nlb(b))),
    row("nlb-added", "ambiguous", "edited-in-place", svc, clb, lambda b: (clb(b),)),
    row("nlb-added-and-done-clb-left", "in-tree-nlb", "edited-in-place", svc, nlb, lambda b: (clb(b), nlb(b))),
    row(
        "nlb-removed-and-done-nlb-left", "in-tree-clb", "edited-in-place", lambda b: svc(b, None), clb, lambda b: (clb(b), nlb(b))
    ),
    row("external-taken-back", "ambiguous", "edited-in-place", svc, lbc, none),
    row("external-taken-back-legacy's-there", "ambiguous", "edited-in-place", svc, lbc),
    row("both-finalizers", "ambiguous", "edited-in-place", lambda b: svc(b, "nlb", LBC_MARK)),
    row("auto-mode's-finalizer", "ambiguous", "edited-in-place", lambda b: svc(b, "nlb", AUTO_MARK)),
    row("both-finalizers-no-status", "ambiguous", "edited-in-place", lambda b: svc(b, "nlb", LBC_MARK, hostname=None), nothing),
    # nothing says whose
    row("another-service's", "ambiguous", "owner-unclear", svc, lambda b: nlb(b, tags={"kubernetes.io/service-name": "a/b"})),
    row("another-stack's", "ambiguous", "owner-unclear", svc, lambda b: lbc(b, tags={"service.k8s.aws/stack": "a/b"})),
    row("a-namesake's", "ambiguous", "owner-unclear", svc, lambda b: nlb(b, name="a00")),
    row("hand-made", "ambiguous", "owner-unclear", svc, lambda b: nlb(b, name="mine", tags={"team": "shop"})),
    row("hand-made-classic", "ambiguous", "owner-unclear", lambda b: svc(b, None), lambda b: clb(b, name="mine", tags={}), none),
    row("an-alb-of-legacy's-name", "ambiguous", "owner-unclear", svc, lambda b: nlb(b, kind="application", tags={})),
    row("tagged-by-both", "ambiguous", "owner-unclear", svc, lambda b: nlb(b, tags=LEGACY_TAGS | LBC_TAGS)),
    row("tagged-for-lbc-to-adopt", "ambiguous", "owner-unclear", lambda b: svc(b, "nlb-ip"), lambda b: nlb(b, tags=LBC_TAGS)),
    row("auto-mode's-behind-legacy", "ambiguous", "owner-unclear", svc, lambda b: lbc(b, tags=AUTO_TAGS)),
    row("auto-mode's-behind-lbc", "ambiguous", "owner-unclear", lambda b: svc(b, "nlb-ip"), lambda b: lbc(b, tags=AUTO_TAGS)),
    row("lbc's-behind-auto-mode", "ambiguous", "owner-unclear", lambda b: svc(b, cls=AUTO), lbc, none),
    row("auto-mode's-behind-another", "ambiguous", "owner-unclear", lambda b: svc(b, cls="x"), lambda b: lbc(b, tags=AUTO_TAGS)),
    # nothing there
    row("no-status", "in-tree-nlb", "no-balancer", lambda b: svc(b, hostname=None), nothing, none),
    row("no-status-though-it-is-there", "in-tree-nlb", "no-balancer", lambda b: svc(b, hostname=None), nothing),
    row("status-of-a-deleted-nlb", "in-tree-nlb", "no-balancer", svc, nothing, none),
    row("status-of-a-deleted-clb", "in-tree-clb", "no-balancer", lambda b: svc(b, None), nothing, none),
    row("status-of-a-deleted-one-another-there", "in-tree-nlb", "no-balancer", svc, nothing),
    # could not be seen
    row("unseen", "ambiguous", "owner-unknown", svc, lambda b: DENIED),
    row("namesakes-unseen", "ambiguous", "owner-unknown", svc, nlb, lambda b: DENIED),
    row("unseen-but-of-a-class", "lbc", "", lambda b: svc(b, cls=LBC_CLASS), lambda b: DENIED, lambda b: DENIED),
    row("unseen-of-no-one's-class", "other", "", lambda b: svc(b, cls="x"), lambda b: DENIED),
]


def owned(build: SimpleNamespace, service: Make, shown: Make, named: Make) -> Ownership:
    return ownership(service(build), shown(build), named(build), LBC_CLASS)


@pytest.mark.parametrize(("service", "shown", "named", "owner", "trouble"), ROWS)
def test_the_owner_is_told_by_evidence(
    build: SimpleNamespace, service: Make, shown: Make, named: Make, owner: str, trouble: str
) -> None:
    found = owned(build, service, shown, named)

    assert (found.owner, found.trouble.id if found.trouble else "") == (owner, trouble)
    assert found.evidence
    assert found.legacy == (owner.startswith("in-tree") and not trouble)


@pytest.mark.parametrize(("service", "shown", "named", "owner", "trouble"), ROWS)
def test_a_refusal_has_a_verdict_evidence_and_a_way_out(
    build: SimpleNamespace, service: Make, shown: Make, named: Make, owner: str, trouble: str
) -> None:
    """Owner-unknown is never refused by this way: there the outside's own error passes."""
    found = owned(build, service, shown, named)
    if found.legacy:
        refuse_foreign(service(build), found)
        return

    with pytest.raises(OperatorError) as caught:
        refuse_foreign(service(build), found)

    error = caught.value
    assert error.code == (trouble or "not-legacy")
    assert trouble == "owner-unknown" or CODES[error.code] == 4
    assert ("BLOCKED" if trouble else "NOT_APPLICABLE") in error.message
    assert error.do and set(found.evidence) <= set(error.seen)


@pytest.mark.parametrize(("service", "shown", "named", "owner", "trouble"), [each for each in ROWS if "edited" in each.values[4]])
def test_what_an_edit_does_is_said_before_it_is_told_how(
    build: SimpleNamespace, service: Make, shown: Make, named: Make, owner: str, trouble: str
) -> None:
    """An annotation put back makes a controller act on live load balancers at once."""
    finding = owned(build, service, shown, named).trouble
    assert finding is not None

    before, command, _ = finding.do.partition("`kubectl annotate")
    if command:
        assert any(word in before for word in ("delete", "make the Service LBC's again"))
    else:
        assert any(word in finding.do for word in ("aws elbv2 delete", "aws elb delete", "takes the finalizer off"))


def test_evidence_comes_in_the_order_of_its_weight(build: SimpleNamespace) -> None:
    lines = ownership(svc(build, "nlb", LBC_MARK, target="ip"), nlb(build), (clb(build), nlb(build)), LBC_CLASS).evidence

    assert [line.partition(" ")[0] + " " + line.split()[1] for line in lines] == [
        "finalizer service.kubernetes.io/load-balancer-cleanup",
        "finalizer service.k8s.aws/resources",
        "loadBalancerClass none",
        "load balancer",  # two tags, then its name
        "load balancer",
        "load balancer",
        "status hostname",
        "type annotation",
        "target type",
        "load balancer",  # the other one of that name
    ]


def test_evidence_says_what_is_missing(build: SimpleNamespace) -> None:
    bare = ownership(svc(build, None, finalizers=()), nlb(build, name="x", tags={}), (), LBC_CLASS).evidence

    assert "no finalizer of a load balancer controller" in bare
    assert "load balancer without a controller's tags" in bare
    assert f"load balancer x (network): legacy's would be {build.NAME}" in bare
    assert "no type annotation" in bare


@pytest.mark.parametrize(
    ("hostname", "family"),
    [
        ("a1-0f3e.elb.eu-central-1.amazonaws.com", "network"),
        ("A1-0F3E.ELB.EU-CENTRAL-1.AMAZONAWS.COM.", "network"),
        ("a1-0f3e.elb.cn-north-1.amazonaws.com.cn", "network"),
        ("a1-123.eu-central-1.elb.amazonaws.com", "classic"),
        ("dualstack.internal-a1-123.cn-northwest-1.elb.amazonaws.com.cn", "classic"),
        ("web.example.com", ""),
        ("", ""),
    ],
)
def test_a_hostname_s_form_tells_the_family(hostname: str, family: str) -> None:
    assert hostname_family(hostname) == family


@pytest.mark.parametrize(
    ("make", "code", "said"),
    [
        pytest.param(lambda b: b.service(deleting=True), "being-deleted", "it is being deleted", id="being-deleted"),
        pytest.param(lambda b: b.service(deleting=True, finalizers=()), "being-deleted", "deleted", id="and-no-finalizer"),
        pytest.param(lambda b: b.service(spec={"type": "NodePort"}), "not-a-load-balancer", "of type NodePort", id="a-node-port"),
        pytest.param(lambda b: b.service(spec={}), "not-a-load-balancer", "it is of type ClusterIP", id="no-type"),
    ],
)
def test_what_has_no_load_balancer_is_refused(build: SimpleNamespace, make: Make, code: str, said: str) -> None:
    with pytest.raises(OperatorError) as caught:
        refuse_unready(make(build))

    assert caught.value.code == code
    assert said in caught.value.message
    assert caught.value.do


def test_a_legacy_service_is_ready(build: SimpleNamespace) -> None:
    refuse_unready(build.service())


def test_a_legacy_name_loses_the_last_digit_of_the_uid(build: SimpleNamespace) -> None:
    assert legacy_name(build.UID) == build.NAME
    assert len(build.NAME) == 32


@pytest.mark.parametrize(
    ("tags", "name"),
    [
        ({"kubernetes.io/cluster/b": "owned", "kubernetes.io/cluster/a": "shared"}, "a"),
        ({"KubernetesCluster": "old"}, "old"),
        ({}, ""),
    ],
)
def test_the_cluster_is_named_by_the_tag(build: SimpleNamespace, tags: dict[str, str], name: str) -> None:
    assert cluster_name(replace(build.balancer(), tags=tags)) == name
