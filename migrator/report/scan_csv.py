"""A scan for a spreadsheet: RFC 4180, one line a Service, and nothing that a spreadsheet would take for a formula."""

from __future__ import annotations

import csv
import io

from migrator.model.scanned import Scan, Scanned

COLUMNS = (
    "context",
    "namespace",
    "name",
    "owner",
    "verdict",
    "reason",
    "load_balancer",
    "kind",
    "scheme",
    "hostname",
    "names",
    "names_complete",
    "usd_a_month_hours_only",
    "arn",
    "evidence",
    "seen",
    "do",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def render(scan: Scan) -> str:
    """A header and the rows, lines ended as RFC 4180 says; clusters that could not be read are lines, too."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for each in scan.rows:
        writer.writerow(map(harmless, _cells(each, scan.zones_read)))
    for unread in scan.unread:
        cells = dict.fromkeys(COLUMNS, "") | {
            "context": unread.what,
            "verdict": "UNKNOWN",
            "reason": "unread",
            "seen": unread.why,
        }
        writer.writerow(map(harmless, cells.values()))
    return out.getvalue()


def harmless(cell: str) -> str:
    """The cell with an apostrophe in front where a spreadsheet would calculate it. Source: OWASP, CSV injection."""
    return "'" + cell if cell.startswith(_FORMULA) else cell


def _cells(row: Scanned, zones_read: bool) -> tuple[str, ...]:
    return (
        row.context,
        row.namespace,
        row.name,
        row.owner,
        row.verdict,
        row.reason,
        row.balancer,
        row.kind,
        row.scheme,
        row.hostname,
        "; ".join(row.names),
        "yes" if zones_read else "no",
        "" if row.monthly is None else f"{row.monthly:.2f}",
        row.arn,
        "; ".join(row.evidence),
        row.seen,
        row.do,
    )
