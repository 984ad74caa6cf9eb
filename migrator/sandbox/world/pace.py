"""How fast the world's machinery works. Time-to-live values and grace periods are never scaled."""

import msgspec

Span = tuple[float, float]  # seconds, drawn evenly


class Pace(msgspec.Struct, frozen=True):
    """Durations of what AWS and the controllers do, in seconds. The defaults are what production shows."""

    provision_s: Span = (90, 180)  # CreateLoadBalancer until state active
    register_s: Span = (60, 180)  # RegisterTargets until the first health check counts
    health_interval_scale: float = 1.0  # health-check intervals are multiplied by this
    draining_scale: float = 1.0  # deregistration delays are multiplied by this
    insync_s: Span = (10, 60)  # ChangeResourceRecordSets until INSYNC
    metric_period_s: int = 60  # width of a CloudWatch bucket
    metric_lag_s: float = 180  # a bucket can be read this long after its end
    controller_s: Span = (0.5, 5)  # a controller notices a change and acts
    retry_s: Span = (5, 300)  # a controller's back-off after a failure, first and longest
    delete_s: Span = (1, 5)  # DeleteLoadBalancer until the describe calls no longer find it
    pod_s: Span = (2, 10)  # a pod created until it is ready
    elb_negative_ttl_s: int = 60  # SOA minimum of the load balancers' own zone
    elb_address_ttl_s: int = 60  # TTL of a load balancer's own address records


SANDBOX = Pace(
    provision_s=(1.5, 3),
    register_s=(0.5, 1.5),
    health_interval_scale=0.05,
    draining_scale=0.05,
    insync_s=(0.3, 1.2),
    metric_period_s=1,
    metric_lag_s=1,
    controller_s=(0.05, 0.3),
    retry_s=(0.5, 8),
    delete_s=(0.2, 0.8),
    pod_s=(0.3, 1),
    elb_negative_ttl_s=5,
)
"""For people and sockets: minutes become seconds, TTLs of records and addresses stay what they are."""
