"""A scan from what the operator typed to what is printed."""

from __future__ import annotations

import sys

from migrator.cli import terminal, wire
from migrator.model.scanned import Scan
from migrator.planning.prices import prices_from
from migrator.planning.scan import Narrowed, Site, scan


def scanned(contexts: tuple[str, ...], namespace: str, selector: str, prices: str, output: str) -> tuple[Scan, str]:
    """The scan, and its text. Contexts are looked through one after the other, each once."""
    priced, clock = prices_from(prices), wire.clock()
    reaches = [wire.Reach(each) for each in dict.fromkeys(contexts)] or [wire.Reach()]
    outsides = [wire.outside(each, clock) for each in reaches]
    sites = tuple(
        Site(wire.context_name(reach), outside.cluster, wire.survey(reach, clock))
        for reach, outside in zip(reaches, outsides, strict=True)
    )
    found = scan(sites, outsides[0], Narrowed(namespace, selector), priced)
    return found, _said(found, output)


def _said(found: Scan, output: str) -> str:
    if output == "csv":
        from migrator.report import scan_csv

        return scan_csv.render(found)
    if output == "json":
        from migrator.report import scan_json

        return scan_json.render(found)
    from migrator.report import scan_text

    return scan_text.render(found, terminal.columns(sys.stdout))
