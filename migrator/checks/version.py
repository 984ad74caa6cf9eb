"""The controller is new enough, and not one of those that are known to break what we ask of it."""

from __future__ import annotations

from migrator.checks.lbc import Version, running
from migrator.checks.place import Where
from migrator.checks.result import Result, Weight, failed, ok, unseen, warned
from migrator.model.migration import Migration
from migrator.ports.outside import Outside

NAME = "version"
HOLDS_UNTIL = "clone"
SEVERITY: Weight = "blocked"
# A clone that an old controller does not understand gets no load balancer or an unhealthy one, and `clone` and `warm` wait
# before a client meets either.
UNSEEN: Weight = "warning"
CODE = "controller-version"

CLASSES, GROUPS, LISTENERS = (2, 4, 0), (2, 6, 0), (2, 9, 0)
TLS_BROKEN = ((2, 13, 0), (2, 13, 1))  # aws-load-balancer-controller issue 4181: target groups of TLS listeners
UPGRADE = "upgrade the controller (`helm upgrade` leaves its CustomResourceDefinitions alone: apply them first), then plan again"


def check(where: Where, outside: Outside) -> Result:
    """No call of its own: the tag of the image that `controller` read."""
    seen = outside.cluster.controller()
    if seen is None:
        return ok(NAME, "no controller, no version")
    version = running(seen).version
    if version is None:
        do = "look it up (`kubectl get deployment -o yaml`) and compare with 2.9.0, the least that does all that a plan may ask"
        return unseen(NAME, CODE, f"image {seen.image or 'of no name'} does not tell its version", do, UNSEEN)
    return judged(version, speaks_tls(where))


def judged(version: Version, tls: bool | None) -> Result:
    """A version by itself; `tls` whether the clone has a TLS listener, None where there is no clone."""
    told = f"version {'.'.join(map(str, version))}"
    if version < CLASSES:
        return failed(NAME, CODE, f"{told} knows no loadBalancerClass and would leave the clone alone", UPGRADE)
    if version in TLS_BROKEN and tls:
        return failed(NAME, CODE, f"{told} makes broken target groups for TLS listeners, and the clone has one", UPGRADE)
    if version in TLS_BROKEN and tls is None:
        return warned(NAME, CODE, f"{told} makes broken target groups for TLS listeners", UPGRADE)
    if version < GROUPS:
        return warned(NAME, CODE, f"{told} gives network load balancers no security group: nodes open to addresses", UPGRADE)
    if version < LISTENERS:
        return warned(NAME, CODE, f"{told} sets no listener attributes, such as idle timeouts", UPGRADE)
    return ok(NAME, told)


def speaks_tls(where: Where) -> bool | None:
    """Whether a migration's listeners terminate TLS; None where only the cluster is asked about."""
    if not isinstance(where, Migration):
        return None
    return any(each.certificates for each in where.legacy.listeners)
