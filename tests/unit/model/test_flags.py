"""Variables that stand for flags."""

from __future__ import annotations

import pytest

from migrator.model.cluster import flags_from


@pytest.mark.parametrize(
    ("variable", "value", "flags"),
    [
        ("EXTERNAL_DNS_TXT_OWNER_ID", "prod", ("--txt-owner-id=prod",)),
        ("EXTERNAL_DNS_SOURCE", "service\ningress", ("--source=service", "--source=ingress")),
        ("EXTERNAL_DNS_PROVIDER", "", ()),
        ("HOME", "/", ()),
    ],
)
def test_external_dns_takes_flags_from_variables(variable: str, value: str, flags: tuple[str, ...]) -> None:
    assert flags_from(variable, value) == flags
