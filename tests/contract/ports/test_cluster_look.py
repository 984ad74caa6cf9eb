"""What the API server says of one migration's objects, whoever asks."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.errors import Conflict, Rejected
from migrator.model.cluster import LEGACY_FINALIZER, MARK, TYPE_ANNOTATION
from tests.contract.ports.sides import Side


def clone(name: str = "web-new", **spec: Any) -> dict[str, Any]:
    """A Service that LBC takes."""
    annotations = {"service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing", MARK: "m-1"}
    whole = {"type": "LoadBalancer", "loadBalancerClass": "service.k8s.aws/nlb", "selector": {"app": "web"}, **spec}
    whole.setdefault("ports", [{"name": "http", "port": 8080, "protocol": "TCP", "targetPort": 8080}])
    metadata = {"name": name, "namespace": "shop", "annotations": annotations}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": whole}


def test_the_cluster_is_known_by_a_uid(side: Side) -> None:
    """A context's name is only what somebody called it."""
    identity = side.outside.cluster.identity()

    assert identity.uid == side.world.kube.get("Namespace", "", "kube-system")["metadata"]["uid"]
    assert identity.version.startswith("v1.")


def test_a_service_is_told_whole(side: Side) -> None:
    """Rollback gives it back field for field, so its spec is read as it is."""
    raw = side.world.kube.get("Service", "shop", "web")

    service = side.outside.cluster.service("shop", "web")

    assert service is not None
    assert (service.uid, service.resource_version) == (raw["metadata"]["uid"], raw["metadata"]["resourceVersion"])
    assert service.spec == raw["spec"]
    assert service.annotations == raw["metadata"]["annotations"]
    assert service.annotations[TYPE_ANNOTATION] == "nlb"
    assert service.finalizers == (LEGACY_FINALIZER,)
    assert service.hostname == side.stage.legacy.hostname
    assert (service.type, service.deleting, service.labels, service.owners) == ("LoadBalancer", False, {}, ())


def test_no_service_of_that_name_is_none(side: Side) -> None:
    """Absence is an answer; a namespace that is not there has none either."""
    assert side.outside.cluster.service("shop", "nothing") is None
    assert side.outside.cluster.service("nowhere", "web") is None


def test_a_service_on_its_way_out_says_so(side: Side) -> None:
    """Its finalizer keeps it; it is neither there nor gone."""
    side.world.kube.delete("Service", "shop", "web")

    service = side.outside.cluster.service("shop", "web")

    assert service is not None
    assert service.deleting


def test_bindings_are_observed_once_the_controller_said_so(side: Side) -> None:
    """Registered targets and rules are LBC's word, given by generation."""
    assert side.outside.cluster.bindings("shop", "web-new") == ()
    side.world.kube.create(clone(), manager="migrate")
    side.stage.until(lambda: bool(side.outside.cluster.bindings("shop", "web-new")))
    side.stage.until(lambda: all(each.observed for each in side.outside.cluster.bindings("shop", "web-new")))

    (binding,) = side.outside.cluster.bindings("shop", "web-new")

    assert binding.group_arn in side.world.elb.groups
    assert side.world.kube.get("TargetGroupBinding", "shop", binding.name)


def test_the_controller_is_found_by_its_label(side: Side) -> None:
    """Helm may call it anything, anywhere."""
    controller = side.outside.cluster.controller()

    assert controller is not None
    assert (controller.namespace, controller.name) == ("kube-system", "aws-load-balancer-controller")
    assert controller.ready > 0
    assert "--cluster-name=sandbox" in controller.args
    assert controller.image
    side.world.kube.delete("Deployment", "kube-system", "aws-load-balancer-controller")
    assert side.outside.cluster.controller() is None


def test_troubles_are_warnings_newest_first(side: Side) -> None:
    """What a controller complains about is shown to the person who waits."""
    service = side.world.kube.get("Service", "shop", "web")
    uid = service["metadata"]["uid"]
    side.world.kube.event(service, "First", "one", type="Warning", component="service-controller")
    side.stage.run(5)
    side.world.kube.event(service, "Second", "two", type="Warning", component="service-controller")
    side.world.kube.event(service, "Fine", "three", type="Normal", component="service-controller")

    troubles = side.outside.cluster.troubles("shop", uid)

    assert [(each.reason, each.message) for each in troubles] == [("Second", "two"), ("First", "one")]
    assert abs(troubles[0].at - side.world.now) <= 1
    assert side.outside.cluster.troubles("shop", "no-such-uid") == ()


def test_a_rehearsal_stores_nothing(side: Side) -> None:
    """It shows defaults and refusals, and leaves no trace."""
    rehearsed = side.outside.cluster.rehearsed(clone())

    assert rehearsed.spec["loadBalancerClass"] == "service.k8s.aws/nlb"
    assert rehearsed.spec["externalTrafficPolicy"] == "Cluster"
    assert side.world.kube.find("Service", "shop", "web-new") is None


def test_a_rehearsal_tells_what_the_server_would_refuse(side: Side) -> None:
    """Before anything is done."""
    with pytest.raises(Conflict):
        side.outside.cluster.rehearsed(clone("web"))
    with pytest.raises(Rejected):
        side.outside.cluster.rehearsed(clone(ports=[{"port": 70000}]))


def test_no_lease_is_none(side: Side) -> None:
    """Nobody marked the Service yet."""
    assert side.outside.cluster.lease("shop", "migrate-none") is None


def test_cluster_looks_cost_one_call(wired: Side) -> None:
    """The docstrings promise it."""
    looks = wired.outside.cluster
    for ask, cost in (
        (lambda: looks.service("shop", "web"), 1),
        (lambda: looks.bindings("shop", "web"), 1),
        (looks.controller, 1),
        (lambda: looks.lease("shop", "migrate-none"), 1),
        (lambda: looks.troubles("shop", "none"), 1),
        (looks.identity, 2),
    ):
        _, before = wired.calls()
        ask()
        assert wired.calls()[1] - before == cost
