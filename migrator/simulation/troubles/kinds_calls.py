"""Kinds of trouble with calls and looks, faults that are armed in the world: answers that are lost, refused, late or stale."""

from __future__ import annotations

from random import Random

from migrator.simulation.troubles.trouble import Blow, Kind, Trouble

WRITES = (
    ("kube", "POST services"),
    ("kube", "DELETE services"),
    ("kube", "PATCH services"),
    ("kube", "POST leases"),
    ("kube", "PATCH leases"),
    ("kube", "DELETE leases"),
    ("aws", "route53:ChangeResourceRecordSets"),
    ("aws", "elbv2:ModifyLoadBalancerAttributes"),
    ("aws", "elbv2:DeleteTargetGroup"),
    ("aws", "elbv2:DeleteLoadBalancer"),
    ("aws", "elb:DeleteLoadBalancer"),
    ("aws", "ec2:RevokeSecurityGroupIngress"),
    ("aws", "ec2:DeleteSecurityGroup"),
)
PAGED = (
    ("aws", "route53:ListResourceRecordSets"),
    ("aws", "route53:ListHostedZones"),
    ("aws", "elbv2:DescribeTargetHealth"),
    ("aws", "elbv2:DescribeTargetGroups"),
    ("aws", "elbv2:DescribeTags"),
    ("aws", "ec2:DescribeSecurityGroupRules"),
    ("aws", "ec2:DescribeNetworkInterfaces"),
    ("aws", "cloudwatch:GetMetricData"),
    ("kube", "GET targetgroupbindings"),
    ("kube", "GET services"),
)
CROWDS = (
    ("aws", "route53:*"),
    ("aws", "elbv2:*"),
    ("aws", "ec2:*"),
    ("aws", "cloudwatch:*"),
    ("aws", "*"),
    ("kube", "GET *"),
    ("kube", "*"),
)
RIGHTS = (
    ("aws", "route53:ChangeResourceRecordSets"),
    ("aws", "route53:List*"),
    ("aws", "route53:GetChange"),
    ("aws", "elbv2:Describe*"),
    ("aws", "elbv2:DescribeTargetHealth"),
    ("aws", "ec2:Describe*"),
    ("aws", "cloudwatch:*"),
    ("kube", "PATCH leases"),
    ("kube", "* services"),
    ("kube", "DELETE services"),
)


def _reply_lost(chance: Random) -> Trouble:
    where, operation = chance.choice(WRITES)
    return Trouble(blows=(Blow(where, operation, "lose-reply", chance.randint(1, 2), chance.choice((0.0, 25.0))),))


def _replies_lost(chance: Random) -> Trouble:
    where, operation = chance.choice(CROWDS)
    return Trouble(for_s=chance.uniform(5, 200), blows=(Blow(where, operation, "lose-reply"),))


def _throttled(chance: Random) -> Trouble:
    """Bursts: one after the other, with air in between."""
    where, operation = chance.choice(CROWDS)
    return Trouble(for_s=chance.uniform(5, 300), blows=(Blow(where, operation, "throttle"),))


def _server_fails(chance: Random) -> Trouble:
    where, operation = chance.choice(CROWDS)
    return Trouble(for_s=chance.uniform(5, 300), blows=(Blow(where, operation, "error"),))


def _slow_answers(chance: Random) -> Trouble:
    where, operation = chance.choice(CROWDS)
    return Trouble(for_s=chance.uniform(10, 200), blows=(Blow(where, operation, "slow", None, chance.uniform(0.5, 24)),))


def _write_refused(chance: Random) -> Trouble:
    where, operation = chance.choice(WRITES)
    mode = chance.choice(("throttle", "error", "deny", "slow"))
    return Trouble(blows=(Blow(where, operation, mode, chance.randint(1, 3), chance.uniform(1, 40)),))


def _page_lost(chance: Random) -> Trouble:
    where, operation = chance.choice(PAGED)
    mode = chance.choice(("error", "throttle", "lose-reply"))
    return Trouble(for_s=chance.uniform(60, 900), blows=(Blow(where, operation, mode, chance.randint(1, 6)),))


def _rights_revoked(chance: Random) -> Trouble:
    where, operation = chance.choice(RIGHTS)
    return Trouble(for_s=chance.uniform(30, 1800), blows=(Blow(where, operation, "deny"),))


def _credentials_expired(chance: Random) -> Trouble:
    where, code = chance.choice((("aws", "ExpiredToken"), ("aws", "ExpiredToken"), ("kube", "401")))
    return Trouble(for_s=chance.uniform(10, 900), blows=(Blow(where, "*", "error", code=code),))


def _stale_reads(chance: Random) -> Trouble:
    port = chance.choice(("balancers", "network", "records", "[bnr]*"))
    blow = Blow("stale", port, "slow", delay_s=chance.uniform(5, 60))
    return Trouble(for_s=chance.uniform(10, 300), blows=(blow,))


def _metrics_silent(chance: Random) -> Trouble:
    """Points that never come, for so long before the end of what is asked for."""
    return Trouble(for_s=chance.uniform(60, 1800), blows=(Blow("stale", "points", "slow", delay_s=chance.uniform(60, 900)),))


def _metrics_unread(chance: Random) -> Trouble:
    mode = chance.choice(("error", "throttle", "lose-reply", "deny"))
    return Trouble(for_s=chance.uniform(60, 1800), blows=(Blow("aws", "cloudwatch:GetMetricData", mode),))


CALLS = (
    Kind(
        "reply-lost",
        "one write, of any effect, is done and its caller sees a time-out",
        4,
        "looks for its own after-image, repeats the guarded call where it is not there",
        _reply_lost,
    ),
    Kind(
        "replies-lost",
        "for a while nothing that one side is asked or told is answered, though all of it is done",
        4,
        "as for `reply-lost`; a look without an answer is unknown and waits",
        _replies_lost,
    ),
    Kind(
        "throttled",
        "a service, or a whole side, throttles everybody for a while",
        3,
        "looks again later; a throttled look is never taken for an answer",
        _throttled,
    ),
    Kind(
        "server-fails",
        "a service, or a whole side, answers with 5xx for a while",
        4,
        "a look is unknown and waits; a write may have been done and is looked for",
        _server_fails,
    ),
    Kind(
        "slow-answers",
        "answers take up to 24 s each for a while",
        6,
        "acts on no view older than 5 min, and makes no call 60 s after its intent",
        _slow_answers,
    ),
    Kind(
        "write-refused",
        "a write is throttled, fails, is denied, or takes long, a few times",
        4,
        "tries again what another look may mend, holds where a person has to act",
        _write_refused,
    ),
    Kind(
        "page-lost",
        "a list breaks off: one of its calls fails, a few times",
        3,
        "the whole list is unknown, never short or empty",
        _page_lost,
    ),
    Kind(
        "rights-revoked",
        "some rights are taken away, and come back",
        3,
        "a look is unknown and waits; a denied write holds",
        _rights_revoked,
    ),
    Kind(
        "credentials-expired",
        "nothing on one side is allowed any more until the credentials are renewed",
        3,
        "as for `rights-revoked`",
        _credentials_expired,
    ),
    Kind(
        "stale-reads",
        "looks at AWS answer what was so up to a minute ago; a list lacks what was just made",
        3,
        "changes are guarded by what they replace; what was just done is not done again for not being listed",
        _stale_reads,
    ),
    Kind(
        "metrics-silent",
        "CloudWatch has no points for part of the window",
        3,
        "a missing point is not zero: waits",
        _metrics_silent,
    ),
    Kind("metrics-unread", "CloudWatch cannot be read for a while", 3, "waits", _metrics_unread),
)
