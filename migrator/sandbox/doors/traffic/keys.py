"""The sandbox's own certificate authority, and what listeners, pods and clients need of it to speak TLS.

trustme makes the keys, which is an extra: without it there is no authority, and no listener that terminates TLS. Private
keys live in memory only; the authority's certificate is a file, so that programs outside can trust it.
"""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from migrator.sandbox.world.tls_policies import TLS_POLICIES

if TYPE_CHECKING:
    import trustme

NEEDS = "TLS needs trustme: pip install 'migrator[sandbox]'"
ORGANIZATION = "migrate sandbox"
LONGEST_NAME = 64  # characters of a common name, X.520
# Source: Network Load Balancers user guide, "ALPN policies".
ALPN = {
    "HTTP1Only": ["http/1.1"],
    "HTTP2Only": ["h2"],
    "HTTP2Optional": ["http/1.1", "h2"],
    "HTTP2Preferred": ["h2", "http/1.1"],
}


@dataclass(frozen=True, slots=True)
class Identity:
    """What a certificate is to say: its ARN, the names that it is for, and its last instant, 0 for far away."""

    arn: str
    names: tuple[str, ...]
    ends: float = 0.0


@dataclass(frozen=True, slots=True)
class Ending:
    """How a listener ends TLS.

    identities   the first is shown where no other is for the name that a client asks for
    policy       an AWS security policy, by name
    alpn         an AWS ALPN policy, by name
    """

    identities: tuple[Identity, ...]
    policy: str | None = None
    alpn: str = "None"

    def identity(self, name: str | None) -> Identity:
        """Whose certificate a client gets. Source: Network Load Balancers user guide, "Server certificates"."""
        fit = (each for each in self.identities if name is not None and any(is_for(name, one) for one in each.names))
        return next(fit, self.identities[0])


class Keys:
    """One authority, and a certificate of it for each identity."""

    def __init__(self, authority: trustme.CA) -> None:
        self._authority = authority
        self._issued = lru_cache(maxsize=256)(self._issue)
        self._leaf = lru_cache(maxsize=256)(self._leaf_of)
        self.client = ssl.create_default_context()
        authority.configure_trust(self.client)

    @property
    def certificate(self) -> bytes:
        """The authority's certificate, as PEM."""
        return bytes(self._authority.cert_pem.bytes())

    def server(self, ending: Ending) -> ssl.SSLContext:
        """What ends TLS in this way."""
        return self._issued(ending, ending.identities[0])

    def _issue(self, ending: Ending, identity: Identity) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version, context.maximum_version = versions(ending.policy)
        if protocols := ALPN.get(ending.alpn):
            context.set_alpn_protocols(protocols)
        self._leaf(identity).configure_cert(context)

        def choose(stream: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
            stream.context = self._issued(ending, ending.identity(name))

        if len(ending.identities) > 1:
            context.sni_callback = choose
        return context

    def _leaf_of(self, identity: Identity) -> trustme.LeafCert:
        """A certificate that says what it has to; its ARN too, so that who looks at one sees which it is."""
        ends = datetime.fromtimestamp(identity.ends, UTC) if identity.ends else None
        return self._authority.issue_cert(
            *identity.names,
            common_name=identity.arn.rpartition("/")[2][-LONGEST_NAME:],
            organization_name=ORGANIZATION,
            organization_unit_name=identity.arn,
            not_before=ends - timedelta(days=395) if ends else None,
            not_after=ends,
        )


def made() -> Keys | None:
    """A fresh authority; None where trustme is not installed."""
    try:
        import trustme  # an extra, and slow to load
    except ImportError:
        return None
    return Keys(trustme.CA(organization_name=ORGANIZATION))


def upstream() -> ssl.SSLContext:
    """What a load balancer speaks TLS to its targets with: it takes any certificate.

    Source: Network Load Balancers user guide, "TLS listeners": the target's certificate is not validated.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def versions(policy: str | None) -> tuple[ssl.TLSVersion, ssl.TLSVersion]:
    """The lowest and the highest TLS version under a policy; one that ELBv2 does not know is an old one.

    TLS 1.0 and 1.1, which older policies still allow, are left out: today's OpenSSL does not speak them.
    """
    spoken = next((each.protocols for each in TLS_POLICIES if each.name == policy), ("TLSv1.2",))
    most = ssl.TLSVersion.TLSv1_3 if "TLSv1.3" in spoken else ssl.TLSVersion.TLSv1_2
    return ssl.TLSVersion.TLSv1_2 if "TLSv1.2" in spoken else most, most


def covered(zones: Sequence[str]) -> tuple[str, ...]:
    """The names that every certificate covers: each zone's apex and what is one label below."""
    return tuple(name for zone in zones for name in (zone.rstrip("."), f"*.{zone.rstrip('.')}"))


def is_for(name: str, pattern: str) -> bool:
    """Whether a certificate's name covers a host's: itself, or with a * for its first label."""
    host = name.lower().rstrip(".")
    return pattern.lower() in (host, f"*.{host.partition('.')[2]}")
