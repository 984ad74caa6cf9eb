"""Live states that the table test puts one annotation of the Service beside: what AWS does, whatever the annotation says."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from migrator.model.balancers import HealthCheck, Listener, Rule, SecurityGroup, TargetGroup, Zone
from migrator.planning.found import Live
from tests.unit.planning import conftest as build

POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"
CLASSIC_ARN = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/aweb"
OPEN = {"load_balancing.cross_zone.enabled": "true", "deletion_protection.enabled": "false"}
PORTS = [
    {"name": "http", "protocol": "TCP", "port": 80, "targetPort": 8080, "nodePort": 30080},
    {"name": "https", "protocol": "TCP", "port": 443, "targetPort": 8443, "nodePort": 30443},
]


def network(**changes: Any) -> Live:
    """A network load balancer on 80 and 443, each with a target group."""
    spec = build.service().spec | {"ports": PORTS}
    rules = tuple(build.client_rule(id=f"sgr-{port}", from_port=port, to_port=port) for port in (30080, 30443))
    given = Live(build.service(spec=spec), build.balancer(), OPEN, listeners("TCP", "TCP"), groups(), node_rules=rules)
    return replace(given, **changes)


def listeners(http: str, https: str, **changes: Any) -> tuple[Listener, Listener]:
    secure = {"certificates": ("arn:cert",), "policy": POLICY} if https in ("TLS", "SSL", "HTTPS") else {}
    return (
        Listener("arn:80", http, 80, ("arn:group/30080",)),
        Listener("arn:443", https, 443, ("arn:group/30443",), **(secure | changes)),
    )


def groups(protocols: tuple[str, str] = ("TCP", "TCP"), **changes: Any) -> tuple[TargetGroup, ...]:
    """The target groups of 80 and 443, alike."""
    return tuple(group(port, protocol, **changes) for port, protocol in zip((30080, 30443), protocols, strict=True))


def group(port: int, protocol: str = "TCP", **changes: Any) -> TargetGroup:
    attributes = {
        "deregistration_delay.timeout_seconds": "300",
        "preserve_client_ip.enabled": "true",
        "proxy_protocol_v2.enabled": "false",
    } | changes.pop("attributes", {})
    check = changes.pop("check", build.CHECK)
    return replace(TargetGroup(f"arn:group/{port}", f"g{port}", protocol, port, "instance", check, attributes), **changes)


def classic(front: tuple[str, str] = ("TCP", "TCP"), back: tuple[str, str] = ("TCP", "TCP"), **changes: Any) -> Live:
    """A Classic Load Balancer on 80 and 443, as legacy makes it."""
    attributes = changes.pop("group", {})
    said = {"proxy_protocol_v1.enabled": "false", "deregistration_delay.timeout_seconds": "0"} | attributes
    check = changes.pop("check", HealthCheck("TCP", "30080", 10, 5, 2, 6))
    own = SecurityGroup("sg-elb", "k8s-elb-aweb", tags={"kubernetes.io/cluster/shop-prod": "owned"}, rules=OPENED)
    balancer = build.balancer(arn=CLASSIC_ARN, name="aweb", kind="classic", security_groups=("sg-elb",))
    balancer = replace(balancer, **changes.pop("balancer", {}))
    usual = {
        "load_balancing.cross_zone.enabled": "true",
        "idle_timeout.timeout_seconds": "60",
        "connection_draining.enabled": "false",
        "access_logs.s3.enabled": "false",
    } | changes.pop("attributes", {})
    given = Live(
        build.service(spec=build.service().spec | {"ports": PORTS}, annotations={}),
        balancer,
        usual,
        tuple(replace(each, arn="") for each in listeners(*front, **changes.pop("listener", {}))),
        tuple(
            TargetGroup(f"arn:group/{port}", f"{protocol}:{port}", protocol, port, "instance", check, said)
            for port, protocol in zip((30080, 30443), back, strict=True)
        ),
        (own,),
    )
    return replace(given, **changes)


OPENED = tuple(Rule(f"sgr-{port}", "sg-elb", "tcp", port, port, "0.0.0.0/0") for port in (80, 443))
LOCAL = {"externalTrafficPolicy": "Local", "healthCheckNodePort": 32000, "ports": PORTS}
LOGS = {"access_logs.s3.enabled": "true", "access_logs.s3.bucket": "logs", "access_logs.s3.prefix": "web"}
INTERNAL = build.balancer(scheme="internal")
HTTP = HealthCheck("HTTP", "traffic-port", 10, 6, 2, 2, "/ready", "200-399")
BY_KUBE_PROXY = HealthCheck("HTTP", "32000", 10, 6, 2, 2, "/healthz", "200-399")


def with_spec(live: Live, **fields: Any) -> Live:
    return replace(live, service=replace(live.service, spec=live.service.spec | fields))


STATES: dict[str, Live] = {
    "nlb": network(),
    "nlb-internal": network(balancer=INTERNAL),
    "nlb-dualstack": network(balancer=build.balancer(address_type="dualstack")),
    "nlb-ip-targets": network(groups=groups(target_type="ip")),
    "nlb-fixed": network(balancer=build.balancer(zones=(Zone("eu-central-1a", "subnet-0a1", ("198.51.100.7",), "eipalloc-1"),))),
    "nlb-zonal": network(attributes=OPEN | {"load_balancing.cross_zone.enabled": "false"}),
    "nlb-logs": network(attributes=OPEN | LOGS),
    "nlb-affine": network(attributes=OPEN | {"dns_record.client_routing_policy": "availability_zone_affinity"}),
    "nlb-tagged": network(balancer=build.balancer(tags=build.balancer().tags | {"empty": "", "list": "a,b"})),
    "nlb-bare": network(balancer=build.balancer(tags={"kubernetes.io/service-name": "shop/web"})),
    "nlb-tls": network(listeners=listeners("TCP", "TLS")),
    "nlb-tls-inside": network(listeners=listeners("TCP", "TLS"), groups=groups(("TCP", "TLS"))),
    "nlb-alpn": network(listeners=listeners("TCP", "TLS", alpn=("HTTP2Preferred",))),
    "nlb-tls-differs": network(listeners=listeners("TLS", "TLS")),
    "nlb-idle": network(listeners=listeners("TCP", "TCP", attributes={"tcp.idle_timeout.seconds": "3600"})),
    "nlb-idle-usual": network(listeners=listeners("TCP", "TLS", attributes={"tcp.idle_timeout.seconds": "350"})),
    "nlb-http-check": network(groups=groups(check=HTTP)),
    "nlb-other-check": network(groups=groups(check=HealthCheck("TCP", "traffic-port", 10, 10, 2, 2))),
    "nlb-fixed-check": network(groups=groups(check=HealthCheck("HTTP", "10256", 30, 6, 3, 3, "/healthz", "200-399"))),
    "nlb-node-port-check": network(groups=groups(check=HealthCheck("TCP", "30080", 30, 10, 3, 3))),
    "nlb-checks-differ": network(groups=(group(30080), group(30443, check=HTTP))),
    "nlb-local": with_spec(
        network(groups=groups(check=HealthCheck("HTTP", "32000", 10, 6, 2, 2, "/healthz", "200-399"))), **LOCAL
    ),
    "nlb-proxy": network(groups=groups(attributes={"proxy_protocol_v2.enabled": "true"})),
    "nlb-proxy-443": network(groups=(group(30080), group(30443, attributes={"proxy_protocol_v2.enabled": "true"}))),
    "nlb-hidden": network(groups=groups(attributes={"preserve_client_ip.enabled": "false"})),
    "nlb-sticky": network(groups=groups(attributes={"stickiness.enabled": "true", "stickiness.type": "source_ip"})),
    "nlb-delays": network(groups=(group(30080), group(30443, attributes={"deregistration_delay.timeout_seconds": "30"}))),
    "clb": classic(),
    "clb-internal": classic(balancer={"scheme": "internal"}),
    "clb-zonal": classic(attributes={"load_balancing.cross_zone.enabled": "false"}),
    "clb-ssl": classic(("TCP", "SSL"), listener={"policy": "ELBSecurityPolicy-2016-08"}),
    "clb-ssl-inside": classic(("TCP", "SSL"), ("TCP", "SSL"), listener={"policy": "ELBSecurityPolicy-TLS-1-2-2017-01"}),
    "clb-own-policy": classic(("TCP", "SSL"), listener={"policy": "custom:mine"}),
    "clb-old-policy": classic(("TCP", "SSL"), listener={"policy": "ELBSecurityPolicy-2015-05"}),
    "clb-http": classic(("HTTP", "HTTPS"), ("HTTP", "HTTP"), listener={"policy": "ELBSecurityPolicy-2016-08"}),
    "clb-https-inside": classic(("HTTP", "HTTPS"), ("HTTP", "HTTPS"), listener={"policy": "ELBSecurityPolicy-2016-08"}),
    "clb-plain-http": classic(("HTTP", "TCP"), ("HTTP", "TCP")),
    "clb-proxy": classic(group={"proxy_protocol_v1.enabled": "true"}),
    "clb-idle": classic(attributes={"idle_timeout.timeout_seconds": "3600"}),
    "clb-idle-short": classic(attributes={"idle_timeout.timeout_seconds": "5"}),
    "clb-idle-tls": classic(
        ("TCP", "SSL"), listener={"policy": "ELBSecurityPolicy-2016-08"}, attributes={"idle_timeout.timeout_seconds": "3600"}
    ),
    "clb-drains": classic(group={"deregistration_delay.timeout_seconds": "120"}),
    "clb-logs": classic(attributes=LOGS | {"access_logs.emit_interval_min": "5"}),
    "clb-http-check": classic(check=HealthCheck("HTTP", "30080", 10, 5, 2, 6, "/ready")),
    "clb-ssl-check": classic(check=HealthCheck("SSL", "30080", 20, 7, 3, 4)),
    "clb-local": with_spec(classic(check=HealthCheck("HTTP", "32000", 10, 5, 2, 6, "/healthz")), **LOCAL),
    "clb-named": classic(
        balancer={"security_groups": ("sg-mine",)}, security_groups=(SecurityGroup("sg-mine", "mine", rules=OPENED),)
    ),
    "clb-sticky": classic(("HTTP", "TCP"), ("HTTP", "TCP")),
}
_first, _second = STATES["clb-sticky"].listeners
STATES["clb-sticky"] = replace(
    STATES["clb-sticky"], listeners=(replace(_first, attributes={"stickiness.type": "lb_cookie"}), _second)
)
