"""Certificates of the sandbox's own authority, and the TLS versions that AWS's policies stand for."""

from __future__ import annotations

import builtins
import ssl
from typing import Any

import pytest

from migrator.sandbox.doors.traffic.keys import Ending, Identity, covered, made, versions

CERTIFICATES = {"apex": "example.com", "wild": "*.example.com", "other": "b.example.org"}
TWO, THREE = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (None, (TWO, TWO)),
        ("ELBSecurityPolicy-2016-08", (TWO, TWO)),
        ("ELBSecurityPolicy-2015-05", (TWO, TWO)),
        ("ELBSecurityPolicy-TLS13-1-2-2021-06", (TWO, THREE)),
        ("ELBSecurityPolicy-TLS13-1-3-2021-06", (THREE, THREE)),
    ],
)
def test_a_policy_stands_for_versions(policy: str | None, expected: tuple[ssl.TLSVersion, ssl.TLSVersion]) -> None:
    assert versions(policy) == expected


def test_an_identity_is_made_once_and_two_authorities_do_not_trust_each_other() -> None:
    keys, other = made(), made()
    assert keys is not None and other is not None
    ending = Ending((Identity("arn:aws:acm:us-east-1:1:certificate/a", ("example.com",)),))

    assert keys.server(ending) is keys.server(ending)
    assert keys.certificate.startswith(b"-----BEGIN CERTIFICATE") and keys.certificate != other.certificate


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a.example.com", "wild"),
        ("example.com", "apex"),
        ("B.example.ORG.", "other"),
        ("a.b.example.com", "apex"),
        (None, "apex"),
    ],
)
def test_a_client_gets_the_certificate_for_the_name_it_asks_for(name: str | None, shown: str) -> None:
    ending = Ending(tuple(Identity(arn, (one,)) for arn, one in CERTIFICATES.items()))

    assert ending.identity(name).arn == shown


def test_every_zone_is_covered_with_what_is_one_label_below() -> None:
    assert covered(["example.com.", "internal.example."]) == (
        "example.com",
        "*.example.com",
        "internal.example",
        "*.internal.example",
    )


def test_without_trustme_there_are_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sandbox without the extra runs all the same, and says what its TLS listeners lack."""
    imported = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "trustme":
            raise ImportError(name)
        return imported(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)

    assert made() is None
