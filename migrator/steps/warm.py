"""Wait until the new load balancer would serve every client as legacy does, before any client meets it."""

from __future__ import annotations

from functools import cached_property

import msgspec

from migrator.model.balancers import Listener, LoadBalancer
from migrator.model.cluster import Binding
from migrator.model.migration import Migration
from migrator.model.names import ProbeSeen
from migrator.model.standing import Standing
from migrator.model.units import Facts, Instant, Unknown
from migrator.model.verdict import Done, Fail, Hold, Verdict, Wait
from migrator.ports.outside import Outside
from migrator.steps import health, probing
from migrator.steps.asking import answered_by, asked, unread
from migrator.steps.health import Health
from migrator.steps.records import SOON_S, new_name, waited

NAME = "warm"
HOLDS_UNTIL = "settle"  # from there on the guards look at the new load balancer


class Named(msgspec.Struct, frozen=True):
    """What the name servers of the load balancers' own zone say of the new name."""

    addresses: tuple[str, ...]  # empty when any of them does not know it yet
    negative_ttl_s: int


class Sight(msgspec.Struct, frozen=True, dict=True):
    balancer: LoadBalancer | Unknown | None
    listeners: tuple[Listener, ...] | Unknown
    bindings: tuple[Binding, ...] | Unknown
    legacy: Health | Unknown
    new: Health | Unknown
    named: Named | Unknown
    legacy_probe: ProbeSeen
    new_probe: ProbeSeen
    pct: int
    probed_before: bool

    @cached_property
    def short(self) -> str | None:
        """Where the new load balancer has too few healthy targets, empty when nowhere; None where that is unknown."""
        if isinstance(self.legacy, Unknown) or isinstance(self.new, Unknown):
            return None
        return health.short_of(self.legacy, self.new, self.pct)


def look(migration: Migration, standing: Standing, outside: Outside) -> Sight:
    arn, name = standing.fact("clone", "arn", ""), new_name(standing).dns_name
    balancer = asked(outside.balancers.balancer, arn)
    listeners = asked(outside.balancers.listeners, arn)
    new = migration.new
    bindings = asked(outside.cluster.bindings, new.namespace, new.name)
    named = asked(named_by_authority, name, outside)
    before = bool(standing.fact(NAME, "legacy_probed", False))
    legacy_probe = ProbeSeen(True, "succeeded before") if before else probing.legacy(migration, outside)
    # Only once the name is known to all of its authorities: an earlier question would leave a negative answer behind.
    new_probe = ProbeSeen(False, "not tried yet")
    if isinstance(named, Named) and named.addresses and legacy_probe.ok:
        new_probe = probing.addresses(migration, named.addresses, outside)
    return Sight(
        balancer,
        listeners,
        bindings,
        health.legacy_health(migration, outside),
        health.new_health(arn, outside),
        named,
        legacy_probe,
        new_probe,
        migration.waits.healthy_pct,
        before,
    )


def named_by_authority(name: str, outside: Outside) -> Named:
    """Ask every name server of the zone that holds the name. Raises OutsideError."""
    authorities = outside.names.authorities(name)
    answers = answered_by(authorities, name, "A", outside)
    addresses: set[str] = set()
    for each in answers:
        if each.rcode != "NOERROR" or not each.values:
            addresses.clear()
            break
        addresses.update(each.values)
    return Named(tuple(sorted(addresses)), max([each.negative_ttl_s for each in authorities], default=0))


def facts(sight: Sight) -> Facts:
    return {
        "state": sight.balancer.state if isinstance(sight.balancer, LoadBalancer) else "unknown",
        "enough": sight.short == "",
        "named": isinstance(sight.named, Named) and bool(sight.named.addresses),
        "legacy_probed": sight.probed_before or sight.legacy_probe.ok,
        "probed": sight.new_probe.ok,
    }


def decide(migration: Migration, standing: Standing, sight: Sight, now: Instant) -> Verdict:
    waits = migration.waits
    if blind := unread(sight.balancer, sight.listeners, sight.bindings, sight.legacy, sight.new):
        return Wait(f"new load balancer unread: {blind.why}", waits.look_every_s)
    if failure := broken(sight):
        return failure
    lacking = lack(migration, standing, sight, now)
    if lacking is None:
        assert isinstance(sight.new, Health)
        return Done(f"{sight.new.healthy} targets healthy in every zone that legacy serves; {sight.new_probe.seen}")
    waited_s = now - standing.waiting_since(NAME, now)
    if waited_s > waits.warm_deadline_s:
        return too_late(sight, lacking, waited_s)
    return lacking


def broken(sight: Sight) -> Fail | None:
    """What no waiting mends."""
    balancer = sight.balancer
    assert not isinstance(balancer, Unknown)
    if balancer is None:
        return Fail("balancer-failed", "the new load balancer is gone", (), "`migrate rollback PLAN`")
    if balancer.state == "failed":
        do = "`migrate rollback PLAN`, mend the cause (subnets, quotas), then plan again"
        return Fail("balancer-failed", f"load balancer {balancer.name} failed to provision", (balancer.arn,), do)
    return None


def lack(migration: Migration, standing: Standing, sight: Sight, now: Instant) -> Wait | None:
    """The first thing that is not there yet; None when nothing is missing."""
    waits, balancer = migration.waits, sight.balancer
    assert isinstance(balancer, LoadBalancer)
    assert isinstance(sight.listeners, tuple) and isinstance(sight.bindings, tuple)
    every, soon = waits.look_every_s, min(waits.look_every_s, SOON_S)
    if balancer.state != "active":
        return Wait(f"load balancer {balancer.name} is {balancer.state}", soon)
    if missing := ports(migration.legacy.listeners) - ports(sight.listeners):
        return Wait(f"load balancer {balancer.name} has no listener on {', '.join(sorted(missing))} yet", every)
    if unobserved := [each.name for each in sight.bindings if not each.observed]:
        return Wait(f"the controller has not registered the targets of {unobserved[0]} yet", every)
    if sight.short:
        return Wait(sight.short, soon)
    if (streak := standing.streak(NAME, "enough")) < waits.streak:
        return Wait(f"healthy at {streak} looks in a row, {waits.streak} needed", every)
    return name_lack(standing, sight, now, every) or probe_lack(sight, every)


# What a network load balancer listens with in place of a classic one's protocols.
SERVED_AS = {"HTTP": "TCP", "SSL": "TLS", "HTTPS": "TLS"}


def ports(listeners: tuple[Listener, ...]) -> set[str]:
    """`TCP 443` and the like, as a network load balancer says it."""
    return {f"{SERVED_AS.get(each.protocol, each.protocol)} {each.port}" for each in listeners}


def name_lack(standing: Standing, sight: Sight, now: Instant, every: float) -> Wait | None:
    """A resolver that asked too early keeps `no such name` for the zone's negative TTL."""
    if isinstance(sight.named, Unknown):
        return Wait(f"name servers of the new name unread: {sight.named.why}", every)
    since = standing.since(NAME, "named")
    if not sight.named.addresses or since is None:
        return Wait(f"{new_name(standing).dns_name} is not known to all of its name servers yet", every)
    return waited(since, sight.named.negative_ttl_s, now, "`no such name` for the new name is running out of caches", every)


def probe_lack(sight: Sight, every: float) -> Wait | None:
    """Only a probe that works through legacy from here says anything about the new one."""
    if sight.legacy_probe.ok and not sight.new_probe.ok:
        return Wait(f"a probe through legacy succeeds, through the new load balancer not: {sight.new_probe.seen}", every)
    return None


def too_late(sight: Sight, lacking: Wait, waited_s: float) -> Hold:
    """The deadline passed; nothing has moved, so there is time for a person."""
    assert isinstance(sight.balancer, LoadBalancer) and isinstance(sight.new, Health)
    if sight.balancer.state != "active":
        code = "balancer-never-active"
    else:
        code = "targets-never-healthy" if not facts(sight)["enough"] else "probe-failed"
    do = "mend the cause, then `migrate apply PLAN --resume`, or `migrate rollback PLAN`"
    return Hold(code, f"not ready after {waited_s:.0f} s: {lacking.reason}", sight.new.lines(), do)


def undo(migration: Migration, standing: Standing, sight: Sight, now: Instant) -> Verdict:
    return Done("nothing was changed")
