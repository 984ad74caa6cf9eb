"""A scan for a terminal: a table of 80 columns, or a wide one where there is room for it."""

from __future__ import annotations

from migrator.model.scanned import Scan, Scanned
from migrator.report.sentences import plain

NARROW = 80
WIDE = 140  # from here on the load balancer and its names stand beside the Service
_SERVICE, _OWNER, _VERDICT, _COST = 34, 11, 23, 6


def render(scan: Scan, width: int | None = None) -> str:
    """The rows by cluster, what could not be read, and the sums; `width` None where nobody reads it as it comes."""
    wide = width is None or width >= WIDE
    blocks = ["\n".join(each) for each in _clusters(scan, wide)]
    blocks += ["\n".join(_unread(scan))] if scan.unread else []
    return "\n\n".join([*blocks, "\n".join(_totals(scan))])


def _clusters(scan: Scan, wide: bool) -> list[list[str]]:
    contexts = dict.fromkeys(each.context for each in scan.rows)
    return [_cluster(name, [each for each in scan.rows if each.context == name], scan, wide) for name in contexts]


def _cluster(context: str, rows: list[Scanned], scan: Scan, wide: bool) -> list[str]:
    longest = max(len(each.service) for each in rows) if wide else _SERVICE
    head = ("SERVICE", "OWNER", "VERDICT", "$/MO", "LOAD BALANCER", "NAMES")
    lines = [f"cluster {context or 'of the current context'}", _columns(head if wide else head[:4], max(longest, 7))]
    for each in rows:
        verdict = f"{each.verdict} {each.reason}" if each.verdict in ("BLOCKED", "UNKNOWN") else each.verdict
        cells = (each.service, each.owner, verdict, _cost(each))
        beside = (_balancer(each), _names(each, scan)) if wide else ()
        lines.append(_columns((*cells, *beside), max(longest, 7)))
        if not wide and (names := _names(each, scan)):
            lines.append(_cut(f"  {names}", NARROW))
    return lines


def _columns(cells: tuple[str, ...], longest: int) -> str:
    widths = (longest, _OWNER, _VERDICT, _COST, 57)
    padded = [_cut(cell, size).ljust(size) for cell, size in zip(cells, widths, strict=False)]
    padded[3] = padded[3].strip().rjust(_COST)
    return "  ".join([*padded, *cells[len(widths) :]]).rstrip()


def _balancer(row: Scanned) -> str:
    return f"{row.balancer} {row.kind} {row.scheme}" if row.balancer else "-"


def _names(row: Scanned, scan: Scan) -> str:
    perhaps = () if scan.zones_read or not row.hostname else ("perhaps more in zones that were not read",)
    return ", ".join((*map(plain, row.names), *perhaps))


def _cost(row: Scanned) -> str:
    return "" if not row.balancer else "?" if row.monthly is None else f"{row.monthly:.2f}"


def _unread(scan: Scan) -> list[str]:
    return ["could not be read:", *(f"  {each.what}: {plain(each.why)}" for each in scan.unread)]


def _totals(scan: Scan) -> list[str]:
    sums = scan.totals
    lines = [f"{sums.services} Service{'' if sums.services == 1 else 's'} of type LoadBalancer"]
    lines += ["  owners    " + ", ".join(f"{name} {number}" for name, number in sums.owners.items())] if sums.owners else []
    lines += ["  verdicts  " + ", ".join(f"{name} {number}" for name, number in sums.verdicts.items())] if sums.owners else []
    if sums.services:
        unpriced = f", {sums.unpriced} without a price (--prices FILE)" if sums.unpriced else ""
        lines.append(f"  a month   ${sums.monthly:,.2f} for hours alone, 730 of them{unpriced}")
        lines += [f"            {scan.prices};", "            capacity units, traffic and addresses are billed beside it"]
    return lines


def _cut(text: str, size: int) -> str:
    return text if len(text) <= size else text[: size - 1] + "…"
