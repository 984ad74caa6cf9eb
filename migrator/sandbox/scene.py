"""Sets a scene in a running sandbox, from outside and through its doors, as a person would with kubectl and aws."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from migrator.sandbox import process
from migrator.sandbox.home import SandboxError
from migrator.sandbox.world.estate_manifests import app

if TYPE_CHECKING:
    from mypy_boto3_elbv2 import ElasticLoadBalancingv2Client
    from mypy_boto3_route53 import Route53Client

PATIENCE_S = 60.0
T = TypeVar("T")
TYPE = "service.beta.kubernetes.io/aws-load-balancer-type"


class Scene:
    """One sandbox by its port base; the environment with which tools reach it is `environment`."""

    def __init__(self, port_base: int) -> None:
        self.port_base = port_base
        self.environment = process.environment(port_base)

    def create_legacy(self, namespace: str, name: str, app: str, port: int = 8080) -> str:
        """Create a legacy NLB Service in front of `app` and wait until its targets are healthy; its hostname."""
        return self.create_service(namespace, name, app, {TYPE: "nlb"}, {"http": port})

    def create_classic(
        self, namespace: str, name: str, app: str, annotations: dict[str, str], ports: dict[str, int] | None = None
    ) -> str:
        """Create a legacy Service whose load balancer is a Classic one; else as `create_legacy`.

        ports   the Service's ports by name, all of which lead to 8080 of the pods
        """
        return self.create_service(namespace, name, app, annotations, ports or {"http": 8080})

    def create_service(self, namespace: str, name: str, app: str, annotations: dict[str, str], ports: dict[str, int]) -> str:
        """Create a Service of type LoadBalancer and wait until its targets are healthy; its hostname."""
        manifest = {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": name, "namespace": namespace, "annotations": annotations},
            "spec": {
                "type": "LoadBalancer",
                "selector": {"app": app},
                "ports": [{"name": each, "port": port, "targetPort": 8080, "protocol": "TCP"} for each, port in ports.items()],
            },
        }
        self.kube("POST", f"/api/v1/namespaces/{namespace}/services", manifest)
        return self.await_healthy(namespace, name)

    def create_certificate(self, *names: str) -> str:
        """A certificate of ACM's for these names, issued; its ARN. Listeners that have it show one of the sandbox's authority."""
        return str(self.control("certificates.issue", {"names": list(names)})["arn"])

    def create_app(self, namespace: str, name: str, **marks: str) -> None:
        """A Deployment of three pods with label `app=<name>` on port 8080; `marks` as for `speak`."""
        self.kube("POST", f"/apis/apps/v1/namespaces/{namespace}/deployments", app(namespace, name, 3, 8080, _marked(marks)))
        self._await_pods(namespace, name, {})

    def speak(self, namespace: str, deployment: str, **marks: str) -> None:
        """Exchange an app's pods for such as speak otherwise, and wait for them: proxy_protocol="any", tls="true"."""
        path = f"/apis/apps/v1/namespaces/{namespace}/deployments/{deployment}"
        self.kube("PATCH", path, {"spec": {"template": {"metadata": {"annotations": _marked(marks)}}}})
        self._await_pods(namespace, deployment, _marked(marks))

    def await_healthy(self, namespace: str, name: str) -> str:
        """Wait until a Service's load balancer is active with every target healthy; its hostname."""

        def hostname() -> str | None:
            service = self.kube("GET", f"/api/v1/namespaces/{namespace}/services/{name}")
            ingress = service.get("status", {}).get("loadBalancer", {}).get("ingress") or [{}]
            found = ingress[0].get("hostname")
            return found if found and self._serves(found) else None

        return until(hostname, f"service {namespace}/{name} has no healthy load balancer")

    def cname(self, zone: str, name: str, hostname: str, ttl_s: int) -> None:
        """Point a CNAME at a load balancer."""
        record = {"Name": name, "Type": "CNAME", "TTL": ttl_s, "ResourceRecords": [{"Value": hostname}]}
        self._create(zone, [record])

    def alias(self, zone: str, name: str, hostname: str) -> None:
        """Point an alias pair, A and AAAA, at a load balancer."""
        target = {"HostedZoneId": self._zone_of(hostname), "DNSName": hostname, "EvaluateTargetHealth": False}
        self._create(zone, [{"Name": name, "Type": each, "AliasTarget": target} for each in ("A", "AAAA")])

    def records(self, zone: str) -> list[dict[str, Any]]:
        """Every record set of a zone, as Route 53 lists it."""
        pages = self._route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=self._zone_id(zone))
        return [dict(record) for page in pages for record in page["ResourceRecordSets"]]

    def kube(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """One call to the API server. SandboxError with its own words when it refuses."""
        connection = http.client.HTTPConnection(process.HOST, self.port_base + 1, timeout=10)
        headers = {"Authorization": "Bearer sandbox", "Accept": "application/json", "Content-Type": "application/json"}
        if method == "PATCH":
            headers["Content-Type"] = "application/merge-patch+json"
        try:
            connection.request(method, path, None if body is None else msgspec.json.encode(body), headers)
            answer = connection.getresponse()
            said: dict[str, Any] = msgspec.json.decode(answer.read())
        finally:
            connection.close()
        if answer.status >= 400:
            raise SandboxError(f"{method} {path}: {said.get('message', answer.status)}")
        return said

    def control(self, verb: str, payload: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ask something of the sandbox itself."""
        return process.control(self.port_base, verb, payload)

    def _await_pods(self, namespace: str, app: str, annotations: dict[str, str]) -> None:
        """Wait until every pod of an app is ready and has these annotations."""
        path = f"/api/v1/namespaces/{namespace}/pods?labelSelector=app%3D{app}"

        def there() -> bool:
            found = self.kube("GET", path)["items"]
            have = [each["metadata"].get("annotations") or {} for each in found]
            return bool(found) and all(annotations.items() <= each.items() for each in have) and all(map(_ready, found))

        until(there, f"the pods of {namespace}/{app} are not ready")

    def _serves(self, hostname: str) -> bool:
        seen = self.control("summary")["balancers"]
        groups = [
            group for each in seen if each["dns_name"] == hostname and each["state"] == "active" for group in each["groups"]
        ]
        return bool(groups) and all(set(each["states"]) == {"healthy"} for each in groups)

    def _create(self, zone: str, records: list[dict[str, Any]]) -> None:
        changes: Any = [{"Action": "CREATE", "ResourceRecordSet": each} for each in records]
        answer = self._route53.change_resource_record_sets(
            HostedZoneId=self._zone_id(zone),
            ChangeBatch={"Changes": changes},
        )
        change = answer["ChangeInfo"]["Id"]
        until(lambda: self._route53.get_change(Id=change)["ChangeInfo"]["Status"] == "INSYNC", f"{zone} is not in sync")

    def _zone_id(self, zone: str) -> str:
        found = self._route53.list_hosted_zones_by_name(DNSName=zone)["HostedZones"]
        return next(each["Id"] for each in found if each["Name"].rstrip(".") == zone.rstrip("."))

    def _zone_of(self, hostname: str) -> str:
        """The hosted zone id that an alias at a load balancer of either family needs."""
        found: dict[str, str] = {}
        for network in self._elb.describe_load_balancers()["LoadBalancers"]:
            found[network["DNSName"].lower()] = network["CanonicalHostedZoneId"]
        for classic in self._client("elb").describe_load_balancers()["LoadBalancerDescriptions"]:
            found[classic["DNSName"].lower()] = classic["CanonicalHostedZoneNameID"]
        return found[hostname.lower()]

    @property
    def _route53(self) -> Route53Client:
        client: Route53Client = self._client("route53")
        return client

    @property
    def _elb(self) -> ElasticLoadBalancingv2Client:
        client: ElasticLoadBalancingv2Client = self._client("elbv2")
        return client

    def _client(self, service: str) -> Any:
        import boto3  # only those who set a scene pay for it

        env = self.environment
        session: Any = boto3.Session(env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], region_name=env["AWS_REGION"])
        return session.client(service, endpoint_url=env["AWS_ENDPOINT_URL"])


def _marked(marks: dict[str, str]) -> dict[str, str]:
    return {f"sandbox/{each.replace('_', '-')}": value for each, value in marks.items()}


def _ready(pod: dict[str, Any]) -> bool:
    conditions = pod.get("status", {}).get("conditions", ())
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


def until(question: Callable[[], T | None], otherwise: str) -> T:
    """The first true answer. SandboxError with `otherwise` when none comes in time."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if answer := question():
            return answer
        time.sleep(0.2)
    raise SandboxError(f"{otherwise} after {PATIENCE_S:.0f} s")
