"""Route 53 will let every record set that moves be changed."""

from __future__ import annotations

from migrator.checks.result import Result, Weight, failed, ok
from migrator.model.migration import Migration
from migrator.model.records import same_name
from migrator.ports.outside import Outside

NAME = "protections"
HOLDS_UNTIL = "shift"
SEVERITY: Weight = "blocked"
UNSEEN: Weight = "warning"  # a protected batch is refused as a whole, so `lower` holds with nothing changed


def check(migration: Migration, outside: Outside) -> Result:
    """One call a zone, more past 100 protections."""
    lines = []
    for zone in sorted(migration.dns.names):
        held = outside.account.protected_records(zone)
        if not held:
            continue
        lines += [
            f"{each.listed.name} {each.listed.type} in zone {zone}"
            for each in migration.dns.moves
            if each.zone.id == zone and any(same_name(name, each.listed.name) and type == each.listed.type for name, type in held)
        ]
    if lines:
        do = "`aws route53 delete-resource-record-set-protections`, and set them again after `finish`"
        seen = f"{len(lines)} of {len(migration.dns.moves)} record sets are protected from changes"
        return failed(NAME, "records-protected", seen, do, *lines)
    return ok(NAME, f"none of {len(migration.dns.moves)} record sets is protected")
