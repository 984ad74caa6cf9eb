"""The Kubernetes API as the raw Python client meets it, in process and on a socket alike."""

from __future__ import annotations

import copy
import email.utils
from typing import Any

import pytest

from migrator.sandbox.world.kube_kinds import BUILT_IN
from tests.contract.sandbox_kube.cluster import DEFAULT, MERGE, SERVICES, Cluster, service

STRATEGIC = "application/strategic-merge-patch+json"
LEASES = "/apis/coordination.k8s.io/v1/namespaces/default/leases"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
BINDINGS = "/apis/elbv2.k8s.aws/v1beta1/targetgroupbindings"


def test_a_service_is_made_read_changed_and_deleted(cluster: Cluster) -> None:
    status, made = cluster.call("POST", SERVICES, service())
    assert status == 201
    assert made["status"] == {"loadBalancer": {}}

    assert cluster.ok("GET", f"{SERVICES}/web") == made
    renamed = copy.deepcopy(made)
    renamed["metadata"]["labels"]["team"] = "a"
    replaced = cluster.ok("PUT", f"{SERVICES}/web", renamed)
    patched = cluster.ok("PATCH", f"{SERVICES}/web", {"metadata": {"labels": {"team": None}}}, MERGE)
    gone = cluster.ok("DELETE", f"{SERVICES}/web", {"preconditions": {"uid": made["metadata"]["uid"]}})

    assert replaced["metadata"]["labels"] == {"app": "web", "team": "a"}
    assert patched["metadata"]["labels"] == {"app": "web"}
    assert gone["metadata"]["uid"] == made["metadata"]["uid"]
    assert cluster.call("GET", f"{SERVICES}/web")[0] == 404


def test_refusals_are_status_objects(cluster: Cluster) -> None:
    status, told = cluster.call("GET", f"{SERVICES}/nope")

    assert status == 404
    assert told == {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": 'services "nope" not found',
        "reason": "NotFound",
        "details": {"name": "nope", "kind": "services"},
        "code": 404,
    }


@pytest.mark.parametrize(
    ("method", "path", "body", "kind", "status", "message"),
    [
        pytest.param("POST", SERVICES, service("Web"), None, 422, "a DNS-1035 label", id="bad-name"),
        pytest.param("POST", SERVICES, {**service(), "kind": "Pod"}, None, 400, "kind in the body (Pod)", id="other-kind"),
        pytest.param("POST", "/api/v1/namespaces/nope/services", service(), None, 404, 'namespaces "nope"', id="no-namespace"),
        pytest.param("POST", SERVICES, ["x"], None, 400, "must be of type object", id="no-object"),
        pytest.param("PUT", f"{SERVICES}/other", service(), None, 400, "does not match the name on the URL", id="other-name"),
        pytest.param("PATCH", f"{SERVICES}/web", {}, "application/apply-patch+yaml", 415, "server-side apply", id="apply-patch"),
        pytest.param("POST", f"{SERVICES}/web", service(), None, 405, "does not allow this method", id="post-to-an-object"),
        pytest.param("GET", "/api/v1/widgets", None, None, 404, "could not find the requested resource", id="unknown-plural"),
        pytest.param("GET", "/apis/batch/v1/jobs", None, None, 404, "could not find the requested resource", id="unknown-group"),
        pytest.param("GET", f"{SERVICES}/web/proxy", None, None, 404, "not find", id="unknown-subresource"),
        pytest.param("GET", SERVICES + "?limit=x", None, None, 400, "invalid syntax", id="limit-that-is-no-number"),
        pytest.param("GET", SERVICES + "?continue=x", None, None, 400, "continue key is not valid", id="continue-that-is-none"),
        pytest.param("GET", SERVICES + "?fieldSelector=spec.ports=1", None, None, 400, "field label not supported", id="field"),
        pytest.param("GET", SERVICES + "?labelSelector=a>b>c", None, None, 400, "unable to parse requirement", id="label"),
        pytest.param("POST", SERVICES + "?dryRun=Some", service(), None, 400, "dryRun: Unsupported value", id="dry-run"),
        pytest.param(
            "GET", SERVICES + "?watch=1&sendInitialEvents=true", None, None, 422, "WatchList feature gate", id="watch-list"
        ),
    ],
)
def test_what_makes_no_sense_is_refused(
    cluster: Cluster, method: str, path: str, body: Any, kind: str | None, status: int, message: str
) -> None:
    if not path.endswith("/other"):
        cluster.ok("POST", SERVICES, service())

    answered, told = cluster.call(method, path, body, kind or "application/json")

    assert (answered, told["kind"]) == (status, "Status")
    assert message in told["message"]


def test_names_in_a_body_that_cannot_be_read_are_told(cluster: Cluster) -> None:
    response = cluster.api.rest_client.pool_manager.request(
        "POST", f"{cluster.api.configuration.host}{SERVICES}", body=b"{", headers={"Content-Type": "application/json"}
    )

    assert response.status == 400
    assert b"the request body cannot be read" in response.data


def test_yaml_is_read_too(cluster: Cluster) -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {b: c}\n"

    made = cluster.ok("POST", f"{DEFAULT}/configmaps", text, "application/yaml")

    assert made["data"] == {"b": "c"}


def test_a_lost_update_is_noticed(cluster: Cluster) -> None:
    first = cluster.ok("POST", LEASES, {"metadata": {"name": "lock"}, "spec": {"holderIdentity": "a"}})
    second = copy.deepcopy(first)
    first["spec"]["holderIdentity"], second["spec"]["holderIdentity"] = "b", "c"

    assert cluster.call("PUT", f"{LEASES}/lock", first)[0] == 200
    status, told = cluster.call("PUT", f"{LEASES}/lock", second)

    assert (status, told["reason"]) == (409, "Conflict")
    assert cluster.ok("GET", f"{LEASES}/lock")["spec"]["holderIdentity"] == "b"


def test_preconditions_guard_a_delete(cluster: Cluster) -> None:
    made = cluster.ok("POST", SERVICES, service())

    for each in ({"uid": "other"}, {"resourceVersion": "1"}):
        assert cluster.call("DELETE", f"{SERVICES}/web", {"preconditions": each})[0] == 409
    assert cluster.ok("GET", f"{SERVICES}/web") == made


def test_a_client_s_status_is_dropped_at_birth_and_written_apart(cluster: Cluster) -> None:
    ingress = {"status": {"loadBalancer": {"ingress": [{"hostname": "lb.example.com"}]}}}

    made = cluster.ok("POST", SERVICES, {**service(), **ingress})
    cluster.ok("PATCH", f"{SERVICES}/web", ingress, MERGE)
    unchanged = cluster.ok("GET", f"{SERVICES}/web")
    written = cluster.ok("PATCH", f"{SERVICES}/web/status", {**ingress, "spec": {"type": "ClusterIP"}}, MERGE)

    assert made["status"] == unchanged["status"] == {"loadBalancer": {}}
    assert written["status"] == ingress["status"]
    assert written["spec"]["type"] == "LoadBalancer"


def test_patches_of_all_three_kinds(cluster: Cluster) -> None:
    cluster.ok("POST", SERVICES, service())

    cluster.ok("PATCH", f"{SERVICES}/web", {"spec": {"ports": [{"port": 80, "name": "http"}]}}, STRATEGIC)
    cluster.ok("PATCH", f"{SERVICES}/web", {"metadata": {"annotations": {"a": "b"}}}, MERGE)
    operations = [
        {"op": "test", "path": "/metadata/annotations/a", "value": "b"},
        {"op": "remove", "path": "/metadata/annotations"},
    ]
    after = cluster.ok("PATCH", f"{SERVICES}/web", operations, "application/json-patch+json")
    status, told = cluster.call("PATCH", f"{SERVICES}/web", operations, "application/json-patch+json")

    assert after["spec"]["ports"][0]["name"] == "http"
    assert "annotations" not in after["metadata"]
    assert (status, told["reason"]) == (422, "Invalid")


def test_unknown_members_are_told_or_refused(cluster: Cluster) -> None:
    response = cluster.open("POST", SERVICES, service(colour="red"))
    status, told = cluster.call("POST", SERVICES, service("other", colour="red"), fieldValidation="Strict")

    assert response.getheaders()["Warning"] == '299 - "unknown field \\"spec.colour\\""'
    assert (status, told["message"]) == (400, 'strict decoding error: unknown field "spec.colour"')


def test_a_dry_run_leaves_nothing(cluster: Cluster) -> None:
    made = cluster.ok("POST", SERVICES, service(), dryRun="All")

    assert made["spec"]["clusterIP"]
    assert cluster.ok("GET", SERVICES)["items"] == []


def test_lists_are_narrowed_by_labels_and_fields(cluster: Cluster) -> None:
    for each in ("a", "b"):
        cluster.ok("POST", SERVICES, service(each))
    cluster.ok("POST", SERVICES, service("c", type="ClusterIP"))

    def names(**query: str) -> list[str]:
        return [each["metadata"]["name"] for each in cluster.ok("GET", "/api/v1/services", **query)["items"]]

    assert names() == ["a", "b", "c"]
    assert names(labelSelector="app in (a,b)") == ["a", "b"]
    assert names(labelSelector="app!=a") == ["b", "c"]
    assert names(fieldSelector="metadata.name=b") == ["b"]
    assert names(fieldSelector="spec.type=LoadBalancer", labelSelector="app=a") == ["a"]
    assert names(fieldSelector="spec.type!=LoadBalancer,metadata.namespace=default") == ["c"]


def test_long_lists_come_in_pages(cluster: Cluster) -> None:
    for number in range(5):
        cluster.ok("POST", f"{DEFAULT}/configmaps", {"metadata": {"name": f"c{number}", "labels": {"odd": str(number % 2)}}})

    first = cluster.ok("GET", "/api/v1/configmaps", limit="2")
    cluster.ok("DELETE", f"{DEFAULT}/configmaps/c1")
    second = cluster.ok("GET", "/api/v1/configmaps", limit="2", **{"continue": first["metadata"]["continue"]})
    third = cluster.ok("GET", "/api/v1/configmaps", limit="2", **{"continue": second["metadata"]["continue"]})
    odd = cluster.ok("GET", f"{DEFAULT}/configmaps", limit="1", labelSelector="odd=1")

    assert first["metadata"]["remainingItemCount"] == 3
    assert second["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]
    assert [each["metadata"]["name"] for page in (first, second, third) for each in page["items"]] == [
        "c0",
        "c1",
        "c2",
        "c3",
        "c4",
    ]
    assert "continue" not in third["metadata"]
    assert "remainingItemCount" not in odd["metadata"]
    assert cluster.ok("GET", "/api/v1/pods") == {
        "kind": "PodList",
        "apiVersion": "v1",
        "metadata": cluster_version(cluster),
        "items": [],
    }


def cluster_version(cluster: Cluster) -> dict[str, str]:
    return {"resourceVersion": str(cluster.world.kube.revision)}


def test_a_collection_is_deleted_at_once(cluster: Cluster) -> None:
    for each in ("a", "b"):
        cluster.ok("POST", SERVICES, service(each))

    assert len(cluster.ok("DELETE", SERVICES, dryRun="All")["items"]) == 2
    gone = cluster.ok("DELETE", SERVICES, labelSelector="app=a")

    assert [each["metadata"]["name"] for each in gone["items"]] == ["a"]
    assert [each["metadata"]["name"] for each in cluster.ok("GET", SERVICES)["items"]] == ["b"]


def test_every_built_in_kind_can_be_listed_discovered_and_shown(cluster: Cluster) -> None:
    """A column that stumbles over a bare object would take `kubectl get` down."""
    for kind in BUILT_IN:
        home = f"/apis/{kind.api_version}" if kind.group else f"/api/{kind.version}"
        body: dict[str, Any] = {"metadata": {"name": "bare"}}
        if kind.scale or kind.kind == "DaemonSet":
            body["spec"] = {
                "selector": {"matchLabels": {"a": "b"}},
                "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "app"}]}},
            }
        if kind.kind == "Pod":
            body["spec"] = {"containers": [{"name": "app"}]}
        if kind.kind == "Service":
            body["spec"] = {"ports": [{"port": 80}]}
        if kind.kind == "CustomResourceDefinition":
            continue
        within = "/namespaces/default" if kind.namespaced else ""
        cluster.ok("POST", f"{home}{within}/{kind.plural}", body)
        shown = cluster.door.handle("GET", f"{home}/{kind.plural}", {"Accept": TABLE}, None)
        resources = cluster.ok("GET", home)["resources"]

        assert shown[0] == 200, kind.kind
        assert kind.plural in [each["name"] for each in resources]


def test_discovery_in_both_forms_names_the_same_kinds(cluster: Cluster) -> None:
    groups = cluster.ok("GET", "/apis")["groups"]
    legacy = {
        (group["name"], each["name"])
        for group in groups
        for each in cluster.ok("GET", f"/apis/{group['preferredVersion']['groupVersion']}")["resources"]
        if "/" not in each["name"]
    }
    accept = {"Accept": "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"}
    response = cluster.api.rest_client.pool_manager.request("GET", f"{cluster.api.configuration.host}/apis", headers=accept)
    aggregated = {
        (group["metadata"]["name"], each["resource"])
        for group in response.json()["items"]
        for version in group["versions"]
        for each in version["resources"]
    }

    assert aggregated == legacy
    assert ("apps", "deployments") in legacy
    assert "as=APIGroupDiscoveryList" in response.headers["Content-Type"]


def test_a_custom_kind_is_served_while_its_definition_exists(cluster: Cluster) -> None:
    """How the tool finds out that the AWS Load Balancer Controller is not installed."""
    names = {"kind": "TargetGroupBinding", "plural": "targetgroupbindings", "shortNames": ["tgb"]}
    shown = [
        {"name": "ARN", "type": "string", "jsonPath": ".spec.targetGroupARN"},
        {"name": "AGE", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
    ]
    version = {
        "name": "v1beta1",
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "additionalPrinterColumns": shown,
    }
    spec = {"group": "elbv2.k8s.aws", "scope": "Namespaced", "names": names, "versions": [version]}
    assert cluster.call("GET", BINDINGS)[0] == 404

    cluster.ok("POST", DEFINITIONS, {"metadata": {"name": "targetgroupbindings.elbv2.k8s.aws"}, "spec": spec})
    made = cluster.ok(
        "POST",
        "/apis/elbv2.k8s.aws/v1beta1/namespaces/default/targetgroupbindings",
        {"metadata": {"name": "one"}, "spec": {"targetGroupARN": "arn:1", "serviceRef": {"name": "web", "port": 80}}},
    )
    table = cluster.door.handle("GET", BINDINGS, {"Accept": TABLE}, None)[2]

    assert made["metadata"]["generation"] == 1
    assert b'"cells":["one","arn:1","0s"]' in table
    status, told = cluster.call("PATCH", f"{BINDINGS.replace('targetg', 'namespaces/default/targetg')}/one", {}, STRATEGIC)
    assert (status, told["reason"]) == (415, "UnsupportedMediaType")
    cluster.ok("DELETE", f"{DEFINITIONS}/targetgroupbindings.elbv2.k8s.aws")
    assert cluster.call("GET", BINDINGS)[0] == 404


def test_a_deployment_is_scaled_through_its_scale(cluster: Cluster) -> None:
    deployments = "/apis/apps/v1/namespaces/default/deployments"
    spec = {
        "selector": {"matchLabels": {"a": "b"}},
        "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "app"}]}},
    }
    cluster.ok("POST", deployments, {"metadata": {"name": "web"}, "spec": spec})

    scale = cluster.ok("GET", f"{deployments}/web/scale")
    scale["spec"]["replicas"] = 4
    cluster.ok("PUT", f"{deployments}/web/scale", scale)
    patched = cluster.ok("PATCH", f"{deployments}/web/scale", {"spec": {"replicas": 5}}, MERGE)

    assert scale["status"]["selector"] == "a=b"
    assert patched["spec"]["replicas"] == 5
    assert cluster.ok("GET", f"{deployments}/web")["spec"]["replicas"] == 5
    assert cluster.call("PUT", f"{deployments}/web/scale", scale)[0] == 409


def test_pods_are_evicted(cluster: Cluster) -> None:
    cluster.ok("POST", f"{DEFAULT}/pods", {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "app"}]}})

    cluster.ok("POST", f"{DEFAULT}/pods/p/eviction", {"metadata": {"name": "p"}, "deleteOptions": {"gracePeriodSeconds": 0}})

    assert cluster.call("GET", f"{DEFAULT}/pods/p")[0] == 404


def test_the_server_tells_its_time_health_and_version(cluster: Cluster) -> None:
    response = cluster.open("GET", "/version")
    response.read()

    told = email.utils.parsedate_to_datetime(response.getheaders()["Date"]).timestamp()
    assert abs(told - cluster.world.now) < 2
    for path in ("/livez", "/readyz", "/healthz"):
        assert cluster.api.rest_client.pool_manager.request("GET", f"{cluster.api.configuration.host}{path}").data == b"ok"
