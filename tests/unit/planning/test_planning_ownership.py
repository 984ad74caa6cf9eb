"""Only what is plainly legacy's is planned; everything else is refused with what it is instead."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from migrator.errors import CODES, OperatorError
from migrator.model.cluster import LBC_CLASS
from migrator.planning.ownership import cluster_name, evidence, legacy_name, refuse_foreign, refuse_unowned

Make = Callable[[Any], Any]
TARGET = "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type"


def spec(**fields: Any) -> Make:
    return lambda b: b.service(spec=b.service().spec | fields)


@pytest.mark.parametrize(
    ("make", "code", "said"),
    [
        pytest.param(lambda b: b.service(deleting=True), "being-deleted", "it is being deleted", id="being-deleted"),
        pytest.param(lambda b: b.service(deleting=True, finalizers=()), "being-deleted", "deleted", id="and-no-finalizer"),
        pytest.param(spec(type="NodePort"), "not-a-load-balancer", "it is of type NodePort", id="a-node-port"),
        pytest.param(lambda b: b.service(spec={}), "not-a-load-balancer", "it is of type ClusterIP", id="no-type"),
        pytest.param(spec(loadBalancerClass=LBC_CLASS), "not-legacy", "AWS Load Balancer Controller already", id="lbc-by-class"),
        pytest.param(spec(loadBalancerClass="eks.amazonaws.com/nlb"), "not-legacy", "EKS Auto Mode", id="auto-mode"),
        pytest.param(spec(loadBalancerClass="tailscale"), "not-legacy", "another controller", id="another-class"),
        pytest.param(lambda b: b.annotated(type="nlb-ip"), "not-legacy", "Controller already", id="nlb-ip"),
        pytest.param(
            lambda b: b.annotated(type="external", nlb_target_type="ip"), "not-legacy", "Controller already", id="external"
        ),
        pytest.param(lambda b: b.annotated(type="external"), "not-legacy", "no controller reconciles it", id="nobody's"),
        pytest.param(
            lambda b: b.annotated(type="external", nlb_target_type="x"), "not-legacy", "no controller", id="nobody's-by-a-typo"
        ),
        pytest.param(lambda b: b.service(annotations={}), "classic-balancer", "Classic load balancer", id="classic"),
        pytest.param(lambda b: b.annotated(type="NLB"), "classic-balancer", "Classic load balancer", id="classic-by-a-typo"),
    ],
)
def test_who_else_owns_a_service_is_said(build: SimpleNamespace, make: Make, code: str, said: str) -> None:
    with pytest.raises(OperatorError) as caught:
        refuse_foreign(make(build), LBC_CLASS)

    assert caught.value.code == code
    assert code in CODES
    assert said in caught.value.message
    assert caught.value.do


def test_a_legacy_service_passes(build: SimpleNamespace) -> None:
    refuse_foreign(build.service(), LBC_CLASS)
    refuse_unowned(build.service(), build.balancer())


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        pytest.param({"kind": "classic"}, "classic-balancer", "of kind classic", id="a-classic-one"),
        pytest.param({"tags": {"elbv2.k8s.aws/cluster": "a"}}, "not-legacy", "made by the AWS Load", id="lbc-made-it"),
        pytest.param({"tags": {"kubernetes.io/service-name": "a/b"}}, "not-legacy", "tagged for a/b", id="another's"),
        pytest.param({"tags": {}, "name": "mine"}, "not-legacy", "nothing says that legacy made", id="nobody-says-whose"),
    ],
)
def test_a_balancer_that_legacy_did_not_make_is_refused(
    build: SimpleNamespace, changes: dict[str, Any], code: str, said: str
) -> None:
    with pytest.raises(OperatorError) as caught:
        refuse_unowned(build.service(), replace(build.balancer(), **changes))

    assert caught.value.code == code
    assert said in caught.value.message


def test_without_tags_the_name_is_evidence_enough(build: SimpleNamespace) -> None:
    """Old set-ups may lack the service tag; the name holds the UID."""
    refuse_unowned(build.service(), replace(build.balancer(), tags={}))


def test_evidence_is_best_first(build: SimpleNamespace) -> None:
    lines = evidence(build.service(), build.balancer())

    assert [line.split()[0:3] for line in lines] == [
        ["load", "balancer", "tag"],
        ["load", "balancer", "tag"],
        ["load", "balancer", "name"],
        ["service", "finalizer", "service.kubernetes.io/load-balancer-cleanup"],
        ["no", "loadBalancerClass,", "type"],
    ]


def test_evidence_names_only_what_is_there(build: SimpleNamespace) -> None:
    bare = replace(build.balancer(), name="other", tags={})

    assert evidence(build.service(finalizers=()), bare) == ("no loadBalancerClass, type annotation nlb",)


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
