"""How the AWS Load Balancer Controller was started: the flags of its Deployment that change what it does with Services.

Source: kubernetes-sigs/aws-load-balancer-controller docs/deploy/configurations.md, as of v2.14.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The flags by name, with the controller's own defaults. `gates` are feature gates that differ from theirs."""

    cluster_name: str = ""
    aws_vpc_id: str = ""
    watch_namespace: str = ""
    load_balancer_class: str = "service.k8s.aws/nlb"
    default_target_type: str = "instance"
    default_load_balancer_scheme: str = "internal"
    default_ssl_policy: str = "ELBSecurityPolicy-2016-08"
    enable_backend_security_group: bool = True
    backend_security_group: str = ""
    disable_restricted_sg_rules: bool = False
    enable_manage_backend_security_group_rules: bool = False
    default_tags: dict[str, str] = {}
    external_managed_tags: tuple[str, ...] = ()
    gates: dict[str, bool] = {}

    def gate(self, name: str) -> bool:
        """Whether a feature gate is on. Source: pkg/config/feature_gates.go."""
        return self.gates.get(name, name not in ("ServiceTypeLoadBalancerOnly", "EnableTCPUDPListener"))


def settings_of(deployment: dict[str, Any], cluster: str) -> Settings:
    """The flags in the first container's `args`; a flag without a value is true."""
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    given: dict[str, str] = {}
    for each in container.get("args") or ():
        name, _, value = str(each).removeprefix("--").partition("=")
        given[name.replace("-", "_")] = value or "true"
    pairs = {name: given[name] for name in ("default_tags", "feature_gates") if name in given}
    read = {name: dict(item.split("=", 1) for item in text.split(",") if "=" in item) for name, text in pairs.items()}
    fields: dict[str, Any] = {name: given[name] for name in _TEXTS if name in given}
    fields.update({name: given[name].lower() == "true" for name in _FLAGS if name in given})
    if "external_managed_tags" in given:
        fields["external_managed_tags"] = tuple(given["external_managed_tags"].split(","))
    fields["default_tags"] = read.get("default_tags", {})
    fields["gates"] = {name: value.lower() == "true" for name, value in read.get("feature_gates", {}).items()}
    fields.setdefault("cluster_name", cluster)
    return Settings(**fields)


_TEXTS = (
    "cluster_name",
    "aws_vpc_id",
    "watch_namespace",
    "load_balancer_class",
    "default_target_type",
    "default_load_balancer_scheme",
    "default_ssl_policy",
    "backend_security_group",
)
_FLAGS = ("enable_backend_security_group", "disable_restricted_sg_rules", "enable_manage_backend_security_group_rules")
