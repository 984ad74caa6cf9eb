"""Elastic Load Balancing v2: the security policies of TLS listeners."""

from __future__ import annotations

from migrator.sandbox.doors.aws.handler import Asked, Handler, Told
from migrator.sandbox.doors.aws.paging import page
from migrator.sandbox.world import World
from migrator.sandbox.world.tls_policies import TLS_POLICIES
from migrator.sandbox.world.trouble import AwsError


def describe_ssl_policies(world: World, asked: Asked) -> Told:
    """Those of a kind of load balancer, those named, or all; SSLPolicyNotFound for a name that there is not."""
    names, kind = asked.get("Names"), asked.get("LoadBalancerType")
    known = {each.name for each in TLS_POLICIES}
    if missing := [each for each in names or () if each not in known]:
        raise AwsError("SSLPolicyNotFound", f"SSL policies '{', '.join(missing)}' not found")
    kept = [each for each in TLS_POLICIES if (not names or each.name in names) and (kind is None or kind in each.kinds)]
    found, token = page(kept, lambda each: each.name, asked.get("PageSize", 400), asked.get("Marker"))
    policies = [
        {"Name": each.name, "SslProtocols": list(each.protocols), "SupportedLoadBalancerTypes": list(each.kinds)}
        for each in found
    ]
    return {"SslPolicies": policies, "NextMarker": token}


HANDLERS: dict[str, Handler] = {"DescribeSSLPolicies": describe_ssl_policies}
