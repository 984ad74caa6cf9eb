"""The objects that a cluster with both controllers starts with, as manifests."""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]

LBC, LBC_VERSION = "aws-load-balancer-controller", "v2.14.1"
CCM, CCM_VERSION = "cloud-controller-manager", "v1.27.9"
WEBHOOK = "aws-load-balancer-webhook"
_ELB = "elbv2.k8s.aws"


def namespace(name: str) -> Object:
    """A namespace."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def node(name: str, *, address: str, zone: str, region: str, instance: str, since: str) -> Object:
    """A ready worker node on an instance."""
    labels = {
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/os": "linux",
        "eks.amazonaws.com/nodegroup": "workers",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": "m5.large",
        "topology.kubernetes.io/region": region,
        "topology.kubernetes.io/zone": zone,
    }
    pressures = (
        ("MemoryPressure", "False", "KubeletHasSufficientMemory"),
        ("DiskPressure", "False", "KubeletHasNoDiskPressure"),
        ("PIDPressure", "False", "KubeletHasSufficientPID"),
        ("Ready", "True", "KubeletReady"),
    )
    times = {"lastHeartbeatTime": since, "lastTransitionTime": since}
    size = {"cpu": "2", "memory": "7910184Ki", "pods": "29"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "spec": {"providerID": f"aws:///{zone}/{instance}"},
        "status": {
            "addresses": [{"type": "InternalIP", "address": address}, {"type": "Hostname", "address": name}],
            "capacity": size,
            "allocatable": size,
            "conditions": [{"type": kind, "status": status, "reason": reason, **times} for kind, status, reason in pressures],
            "nodeInfo": {
                "architecture": "amd64",
                "containerRuntimeVersion": "containerd://1.7.27",
                "kernelVersion": "6.1.141-155.222.amzn2023.x86_64",
                "kubeletVersion": "v1.32.7-eks-3abbec1",
                "operatingSystem": "linux",
                "osImage": "Amazon Linux 2023.8.20250715",
            },
        },
    }


def app(home: str, name: str, replicas: int, port: int, annotations: dict[str, str] | None = None) -> Object:
    """A Deployment of the workload `app=<name>` that listens on one port; `annotations` are its pods'."""
    labels = {"app": name}
    container = {
        "name": name,
        "image": f"registry.example.com/{home}/{name}:1.0",
        "ports": [{"name": "http", "containerPort": port}],
    }
    rendered = deployment(home, name, labels, replicas, {"containers": [container]})
    if annotations:
        rendered["spec"]["template"]["metadata"]["annotations"] = annotations
    return rendered


def deployment(home: str, name: str, labels: dict[str, str], replicas: int, spec: Object) -> Object:
    """A Deployment whose selector is its labels."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": home, "labels": labels},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": spec},
        },
    }


def cloud_controller_manager(cluster: str) -> Object:
    """The Deployment of the legacy controller."""
    container = {
        "name": CCM,
        "image": f"registry.k8s.io/provider-aws/{CCM}:{CCM_VERSION}",
        "args": ["--v=2", "--cloud-provider=aws", f"--cluster-name={cluster}", "--use-service-account-credentials=true"],
    }
    return deployment("kube-system", CCM, {"k8s-app": CCM}, 1, {"serviceAccountName": CCM, "containers": [container]})


def load_balancer_controller(cluster: str, region: str, vpc_id: str, args: tuple[str, ...]) -> Object:
    """The Deployment of the AWS Load Balancer Controller, as its chart renders it; `args` are added to the usual ones."""
    labels = {"app.kubernetes.io/name": LBC, "app.kubernetes.io/instance": LBC}
    container = {
        "name": LBC,
        "image": f"public.ecr.aws/eks/{LBC}:{LBC_VERSION}",
        "args": [f"--cluster-name={cluster}", "--ingress-class=alb", f"--aws-region={region}", f"--aws-vpc-id={vpc_id}", *args],
        "ports": [{"name": "webhook-server", "containerPort": 9443}, {"name": "metrics-server", "containerPort": 8080}],
    }
    rendered = deployment("kube-system", LBC, labels, 2, {"serviceAccountName": LBC, "containers": [container]})
    rendered["metadata"]["labels"] = {**labels, "app.kubernetes.io/version": LBC_VERSION, "app.kubernetes.io/managed-by": "Helm"}
    return rendered


def service_account(name: str, role: str) -> Object:
    """A service account that takes on an IAM role."""
    annotations = {"eks.amazonaws.com/role-arn": role}
    metadata = {"name": name, "namespace": "kube-system", "annotations": annotations}
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}


def webhook_service() -> Object:
    """Where the API server reaches the AWS Load Balancer Controller."""
    labels = {"app.kubernetes.io/name": LBC, "app.kubernetes.io/instance": LBC}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": f"{WEBHOOK}-service", "namespace": "kube-system", "labels": labels},
        "spec": {"ports": [{"name": "webhook-server", "port": 443, "targetPort": "webhook-server"}], "selector": labels},
    }


def kubernetes_service() -> Object:
    """The API server's own Service."""
    labels = {"component": "apiserver", "provider": "kubernetes"}
    spec = {"clusterIP": "10.100.0.1", "ports": [{"name": "https", "port": 443, "targetPort": 443}]}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "kubernetes", "namespace": "default", "labels": labels},
        "spec": spec,
    }


def webhooks(*, service_mutator: bool) -> tuple[Object, Object]:
    """The controller's mutating and validating webhooks; `service_mutator` is the chart's enableServiceMutatorWebhook."""
    mutating = [_webhook("mpod.elbv2.k8s.aws", "/mutate-v1-pod", "", "v1", ["CREATE"], "pods", "Ignore")]
    if service_mutator:
        mutating.append(_webhook("mservice.elbv2.k8s.aws", "/mutate-v1-service", "", "v1", ["CREATE"], "services", "Fail"))
    both, bindings = ["CREATE", "UPDATE"], "targetgroupbindings"
    path = "elbv2-k8s-aws-v1beta1-targetgroupbinding"
    mutating.append(_webhook("mtargetgroupbinding.elbv2.k8s.aws", f"/mutate-{path}", _ELB, "v1beta1", both, bindings, "Fail"))
    validating = [_webhook("vtargetgroupbinding.elbv2.k8s.aws", f"/validate-{path}", _ELB, "v1beta1", both, bindings, "Fail")]
    return (
        {"kind": "MutatingWebhookConfiguration", "metadata": {"name": WEBHOOK}, "webhooks": mutating},
        {"kind": "ValidatingWebhookConfiguration", "metadata": {"name": WEBHOOK}, "webhooks": validating},
    )


def _webhook(name: str, path: str, group: str, version: str, operations: list[str], resource: str, policy: str) -> Object:
    service = {"name": f"{WEBHOOK}-service", "namespace": "kube-system", "path": path, "port": 443}
    return {
        "name": name,
        "admissionReviewVersions": ["v1beta1"],
        "clientConfig": {"caBundle": "c2FuZGJveA==", "service": service},
        "failurePolicy": policy,
        "rules": [
            {"apiGroups": [group], "apiVersions": [version], "operations": operations, "resources": [resource], "scope": "*"}
        ],
        "sideEffects": "None",
        "timeoutSeconds": 10,
    }


def ingress_class() -> Object:
    """The class of the Ingresses that the AWS Load Balancer Controller takes."""
    return {"kind": "IngressClass", "metadata": {"name": "alb"}, "spec": {"controller": "ingress.k8s.aws/alb"}}


def definitions() -> tuple[Object, ...]:
    """The controller's own kinds."""
    columns: list[Object] = [
        {"name": "SERVICE-NAME", "type": "string", "jsonPath": ".spec.serviceRef.name"},
        {"name": "SERVICE-PORT", "type": "string", "jsonPath": ".spec.serviceRef.port"},
        {"name": "TARGET-TYPE", "type": "string", "jsonPath": ".spec.targetType"},
        {"name": "ARN", "type": "string", "jsonPath": ".spec.targetGroupARN", "priority": 1},
        {"name": "AGE", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
    ]
    return (
        _definition("TargetGroupBinding", "targetgroupbindings", "Namespaced", ["tgb"], columns),
        _definition("IngressClassParams", "ingressclassparams", "Cluster", [], columns[-1:]),
    )


def _definition(kind: str, plural: str, scope: str, short: list[str], columns: list[Object]) -> Object:
    version = {
        "name": "v1beta1",
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "additionalPrinterColumns": columns,
        "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
    }
    names = {"kind": kind, "plural": plural, "singular": kind.lower(), "listKind": f"{kind}List", "shortNames": short}
    return {
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{_ELB}"},
        "spec": {"group": _ELB, "names": names, "scope": scope, "versions": [version]},
    }
