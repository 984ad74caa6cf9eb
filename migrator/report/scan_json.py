"""A scan for programs: one JSON object."""

from __future__ import annotations

import json

import msgspec

from migrator.model.scanned import Scan


def render(scan: Scan) -> str:
    """Rows, sums and what could not be read; `names_complete` is false where a zone could not be."""
    return json.dumps(
        {
            "kind": "scan",
            "schema": 1,
            "services": [msgspec.to_builtins(each) for each in scan.rows],
            "unread": msgspec.to_builtins(scan.unread),
            "names_complete": scan.zones_read,
            "prices": scan.prices,
            "totals": msgspec.to_builtins(scan.totals),
        },
        indent=2,
    )
