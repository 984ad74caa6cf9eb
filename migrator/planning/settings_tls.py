"""TLS of the clone as it is live: certificates, ports by number, policy, ALPN, and what is spoken to the targets."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from migrator.model.balancers import Listener
from migrator.model.migration import Decision, Finding, Variant
from migrator.planning.found import Live
from migrator.planning.pieces import LB, Piece, as_live
from migrator.planning.rules import rule_for

CERTIFICATE, PORTS, POLICY, ALPN, BACKEND = (
    LB + each for each in ("ssl-cert", "ssl-ports", "ssl-negotiation-policy", "alpn-policy", "backend-protocol")
)
# Predefined policies of classic load balancers that network load balancers have under the same name.
# Source: Elastic Load Balancing, "Predefined SSL security policies for Classic Load Balancers"; ELBv2 DescribeSSLPolicies.
_SHARED = ("ELBSecurityPolicy-2016-08", "ELBSecurityPolicy-TLS-1-1-2017-01", "ELBSecurityPolicy-TLS-1-2-2017-01")
# What is offered in place of any other: the default of the API, as lenient as they come; and TLS 1.2 and 1.3 only.
_OFFERED = ("ELBSecurityPolicy-2016-08", "ELBSecurityPolicy-TLS13-1-2-2021-06")


def tls_pieces(live: Live, wanted: Live) -> tuple[Piece, ...]:
    """LBC has one certificate list, policy and backend protocol for all its TLS listeners."""
    secure = tuple(each for each in wanted.listeners if each.protocol == "TLS")
    if not secure:
        there = [key for key in (CERTIFICATE, PORTS, POLICY, ALPN, BACKEND) if key in live.service.annotations]
        family = "clb" if live.balancer.classic else "nlb"
        return tuple(as_live(rule_for(key, family).setting, "no TLS", "", rule="no live listener speaks TLS") for key in there)
    inner = {each.arn: each.protocol for each in wanted.groups}
    numbers = ",".join(str(each.port) for each in secure)
    return (
        _one(secure, "certificates", CERTIFICATE, lambda each: ",".join(each.certificates)),
        as_live("TLS ports", numbers, numbers, PORTS),
        _policy(live, secure),
        _one(secure, "ALPN", ALPN, _alpn),
        _one(secure, "backend protocol", BACKEND, lambda each: _backend(each, inner)),
    )


def _alpn(listener: Listener) -> str:
    return "" if listener.alpn in ((), ("None",)) else ",".join(listener.alpn)


def _backend(listener: Listener, inner: dict[str, str]) -> str:
    return "ssl" if any(inner.get(arn) == "TLS" for arn in listener.groups) else ""


def _one(secure: tuple[Listener, ...], name: str, key: str, ask: Callable[[Listener], str]) -> Piece:
    """A setting that all TLS listeners must have in common."""
    seen = {each.port: ask(each) for each in secure}
    if len(set(seen.values())) == 1:
        value = seen[secure[0].port]
        return as_live(name, value or "none", value, key)
    shown = "; ".join(f"{port}: {value or 'none'}" for port, value in seen.items())
    piece = as_live(name, shown, "", rule="cannot be written: one for all TLS ports")
    finding = Finding(
        f"tls/{key.removeprefix(LB)}",
        "blocked",
        f"the TLS listeners differ in {name} ({shown}); LBC has one for all of them",
        "make the listeners alike, or split the Service by port, then plan again",
    )
    return replace(piece, findings=(finding,))


def _policy(live: Live, secure: tuple[Listener, ...]) -> Piece:
    """Classic load balancers may have policies of their own, which ELBv2 does not know by any name."""
    odd = sorted({each.policy or "none" for each in secure if each.policy not in _SHARED})
    if not live.balancer.classic or not odd:
        return _one(secure, "TLS policy", POLICY, lambda each: each.policy or "")
    question = (
        f"TLS policy {', '.join(odd)} does not exist for network load balancers. Which one is it to be? Clients that offer none "
        "of its protocol versions and ciphers cannot connect; `aws elbv2 describe-ssl-policies` lists both for each policy"
    )
    variants = tuple(Variant("tls-policy", each, {POLICY: each}) for each in _OFFERED)
    piece = as_live("TLS policy", ", ".join(odd), "as answered")
    return replace(piece, decisions=(Decision("tls-policy", question, _OFFERED),), variants=variants)
