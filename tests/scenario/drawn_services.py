"""Legacy Services as people have them, drawn by hypothesis: every key of either controller, legal, odd and illegal."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

LB = "service.beta.kubernetes.io/aws-load-balancer-"
RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
OTHER_CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/66666666-7777-8888-9999-000000000000"
POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"
WALL = "sg-0123456789abcdef0"  # stands for a security group that somebody made, until there is one
OFFICE, SITE, HALF, HOME = "203.0.113.0/24", "198.51.100.0/24", "203.0.113.0/25", "192.0.2.7/32"

BOOLEANS = ("true", "false", "True", "1", "0", "F", "", "yes")
# What follows the usual prefix: what people write there. What legacy refuses is drawn less often, by standing last and once.
VALUES: dict[str, tuple[str, ...]] = {
    "internal": ("true", "false", "0.0.0.0/0", "0", "False", ""),
    "scheme": ("internal", "internet-facing", "public"),
    "name": ("web", "n" * 40),
    "nlb-target-type": ("instance", "ip", "pod"),
    "proxy-protocol": ("*", "on", ""),
    "proxy-protocol-per-target-group": ("80", "80, 443", "x"),
    "access-log-enabled": ("false", "true", "", "F"),
    "access-log-s3-bucket-name": ("logs",),
    "access-log-s3-bucket-prefix": ("web",),
    "access-log-emit-interval": ("60",),
    "connection-draining-enabled": ("true", "False"),
    "connection-draining-timeout": ("30", "x"),
    "connection-idle-timeout": ("3600", "x"),
    "cross-zone-load-balancing-enabled": ("true", "false", "True", "0", "", "t"),
    "extra-security-groups": (WALL,),
    "security-groups": (WALL, WALL, WALL, "web"),
    "manage-backend-security-group-rules": ("true", "yes"),
    "security-group-prefix-lists": ("pl-0123",),
    "inbound-sg-rules-on-private-link-traffic": ("on", "off", "no"),
    "disable-nlb-sg": ("true", "x"),
    "ssl-cert": (CERTIFICATE,),
    "ssl-ports": ("443", "*", "", "https", "443, 8443", "80,443", "9"),
    "ssl-negotiation-policy": (POLICY, "ELBSecurityPolicy-2016-08"),
    "backend-protocol": ("ssl", "tcp", "http", ""),
    "alpn-policy": ("HTTP2Preferred", "h2"),
    "additional-resource-tags": ("team=shop", "a=b,c=,d", "a=b=c", "Owner=me, kubernetes.io/cluster/other=owned", "x=y,\nz=w"),
    "healthcheck-protocol": ("tcp", "http", "HTTP", "https", "ssl"),
    "healthcheck-port": ("traffic-port", "traffic-port", "http"),
    "healthcheck-path": ("/", "/up"),
    "healthcheck-success-codes": ("200", "200-299"),
    "healthcheck-interval": ("10", "30", "5", "4"),
    "healthcheck-timeout": ("6", "10", "60"),
    "healthcheck-healthy-threshold": ("2", "3", "10", "11"),
    "healthcheck-unhealthy-threshold": ("2", "3", "x"),
    "eip-allocations": ("eipalloc-0123",),
    "private-ipv4-addresses": ("10.0.0.1",),
    "ipv6-addresses": ("2001:db8::1",),
    "subnets": ("subnet-0123", ""),
    "target-node-labels": ("kubernetes.io/os=linux", "kubernetes.io/os", "kubernetes.io/os=linux, kubernetes.io/arch=amd64"),
    "target-group-attributes": ("deregistration_delay.timeout_seconds=30", "preserve_client_ip.enabled=false", "x"),
    "target-group-attributes.80": ("proxy_protocol_v2.enabled=true",),
    "attributes": ("load_balancing.cross_zone.enabled=true", "deletion_protection.enabled=true", "x"),
    "ip-address-type": ("dualstack", "ipv4", "ipv6"),
    "listener-attributes.TCP-80": ("tcp.idle_timeout.seconds=60", "x"),
    "multi-cluster-target-group": ("true", "x"),
    "minimum-load-balancer-capacity": ("CapacityUnits=10",),
    "quic-enabled-ports": ("443",),
    "enable-tcp-udp-listener": ("true", ""),
    "enable-icmp-for-path-mtu-discovery": ("on", "off"),
    "enable-prefix-for-ipv6-source-nat": ("on",),
    "source-nat-ipv6-prefixes": ("2001:db8::/80",),
    "schema": ("internal",),  # misspelt
    "ssl-certificate": (CERTIFICATE,),
    "healthcheck-healthy-threshold-count": ("2",),
}
ELSEWHERE: dict[str, tuple[str, ...]] = {
    RANGES: (OFFICE, f"{OFFICE}, {SITE}", f"{OFFICE},{HALF}", "0.0.0.0/0", "", "office"),
    "service.beta.kubernetes.io/actions.tcp-80": ("{}",),
    "prometheus.io/scrape": ("true",),
    "kubectl.kubernetes.io/last-applied-configuration": ("{}",),
}
KEYS = {LB + key: values for key, values in VALUES.items()} | ELSEWHERE
NUMBERS = (443, 80, 8443, 53)
NAMES = {80: "http", 443: "https", 8443: "admin", 53: "dns"}


FLAGS = (
    "--enable-backend-security-group=false",
    "--feature-gates=NLBSecurityGroup=false",
    "--default-load-balancer-scheme=internet-facing",
    "--default-target-type=ip",
    "--default-ssl-policy=ELBSecurityPolicy-TLS13-1-3-2021-06",
    "--default-tags=team=platform",
    "--external-managed-tags=team",
    "--disable-restricted-sg-rules=true",
    "--load-balancer-class=acme.example/nlb",
)
SETTINGS = st.sampled_from([(), (), (), *((each,) for each in FLAGS)])  # LBC's own beside the usual ones


@st.composite
def services(draw: st.DrawFn, kind: str = "nlb") -> dict[str, Any]:
    """The manifest of shop/web; `kind` empty for one that legacy makes a Classic Load Balancer for."""
    keys = [draw(st.sampled_from(sorted(KEYS))) for _ in range(draw(st.sampled_from([0, 1, 2, 3, 4, 6, 8])))]
    annotations = {key: draw(st.sampled_from(KEYS[key])) for key in keys}
    if draw(st.sampled_from([True, False])):
        annotations |= {LB + key: draw(st.sampled_from(KEYS[LB + key])) for key in ("ssl-cert", "ssl-ports", "backend-protocol")}
    listed = draw(ports())
    spec = draw(fields()) | {"ports": listed}
    if any(each["protocol"] == "UDP" for each in listed):
        spec["externalTrafficPolicy"] = "Local"  # only then do checks ask something that answers
    annotations |= {LB + "type": kind} if kind else {}
    metadata = {"name": "web", "namespace": "shop", "annotations": annotations, "labels": {"app": "web"}}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"type": "LoadBalancer"} | spec}


@st.composite
def fields(draw: st.DrawFn) -> dict[str, Any]:
    """Of the spec, those that a load balancer or its controller may care for."""
    ranges = st.lists(st.sampled_from([OFFICE, SITE, HALF, HOME, "0.0.0.0/0"]), unique=True, min_size=1, max_size=3)
    optional = {
        "externalTrafficPolicy": st.sampled_from(["Cluster", "Local"]),
        "internalTrafficPolicy": st.sampled_from(["Cluster", "Local"]),
        "loadBalancerSourceRanges": ranges,
        "sessionAffinity": st.sampled_from(["None"] * 9 + ["ClientIP"]),
        "publishNotReadyAddresses": st.booleans(),
        "allocateLoadBalancerNodePorts": st.sampled_from([True] * 5 + [False]),
        "ipFamilyPolicy": st.just("SingleStack"),
    }
    drawn: dict[str, Any] = draw(st.fixed_dictionaries({"selector": st.just({"app": "web"})}, optional=optional))
    return drawn


@st.composite
def ports(draw: st.DrawFn) -> list[dict[str, Any]]:
    """One to four, mostly of one protocol: legacy refuses two."""
    numbers = NUMBERS[: draw(st.sampled_from([1, 2, 3, 4]))]
    usual = draw(st.sampled_from(["TCP"] * 5 + ["UDP"]))
    kinds = {each: draw(st.sampled_from([usual] * 30 + ["UDP"])) for each in numbers}
    return [{"name": NAMES[each], "port": each, "protocol": kinds[each], "targetPort": 8080} for each in numbers]
