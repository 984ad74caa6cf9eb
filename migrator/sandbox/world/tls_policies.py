"""The security policies that TLS listeners can have.

Source: "Security policies for your Network Load Balancer", Elastic Load Balancing user guide.
"""

from __future__ import annotations

from dataclasses import dataclass

_OLD, _TWO, _THREE = ("TLSv1", "TLSv1.1", "TLSv1.2"), ("TLSv1.2",), ("TLSv1.2", "TLSv1.3")
_BOTH, _APPLICATION = ("application", "network"), ("application",)
_P = "ELBSecurityPolicy-"


@dataclass(frozen=True, slots=True)
class TlsPolicy:
    """One policy; `kinds` are the kinds of load balancer whose listeners can have it."""

    name: str
    protocols: tuple[str, ...]
    kinds: tuple[str, ...] = _BOTH


TLS_POLICIES = (
    TlsPolicy(f"{_P}2016-08", _OLD),
    TlsPolicy(f"{_P}TLS-1-0-2015-04", _OLD, _APPLICATION),
    TlsPolicy(f"{_P}TLS-1-1-2017-01", _OLD[1:]),
    TlsPolicy(f"{_P}TLS-1-2-2017-01", _TWO),
    TlsPolicy(f"{_P}TLS-1-2-Ext-2018-06", _TWO),
    TlsPolicy(f"{_P}FS-2018-06", _OLD),
    TlsPolicy(f"{_P}FS-1-1-2019-08", _OLD[1:]),
    TlsPolicy(f"{_P}FS-1-2-2019-08", _TWO),
    TlsPolicy(f"{_P}FS-1-2-Res-2019-08", _TWO),
    TlsPolicy(f"{_P}FS-1-2-Res-2020-10", _TWO),
    TlsPolicy(f"{_P}TLS13-1-0-2021-06", (*_OLD, "TLSv1.3")),
    TlsPolicy(f"{_P}TLS13-1-1-2021-06", (*_OLD[1:], "TLSv1.3")),
    TlsPolicy(f"{_P}TLS13-1-2-2021-06", _THREE),
    TlsPolicy(f"{_P}TLS13-1-2-Res-2021-06", _THREE),
    TlsPolicy(f"{_P}TLS13-1-2-Ext1-2021-06", _THREE),
    TlsPolicy(f"{_P}TLS13-1-2-Ext2-2021-06", _THREE),
    TlsPolicy(f"{_P}TLS13-1-3-2021-06", ("TLSv1.3",)),
)
