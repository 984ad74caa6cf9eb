"""A scan for a terminal, for programs and for a spreadsheet."""

from __future__ import annotations

import csv
import io
import json

import pytest
from msgspec.structs import replace

from migrator.model.scanned import Scan, Scanned, Unread
from migrator.report import scan_csv, scan_json, scan_text

ARN = "arn:aws:elasticloadbalancing:eu-central-1:1:loadbalancer/net/a1/0f"
LEGACY = Scanned(
    context="prod",
    namespace="shop",
    name="web",
    owner="in-tree-nlb",
    evidence=("load balancer tag a = b", "no type, annotation"),
    verdict="plan",
    do="migrate plan shop/web",
    balancer="a1",
    kind="network",
    scheme="internet-facing",
    arn=ARN,
    hostname="a1-0f.elb.eu-central-1.amazonaws.com",
    names=("api.example.com", "example.com"),
    monthly=19.71,
)
EDITED = replace(
    LEGACY,
    name="a-service-with-quite-a-long-name-of-its-own",
    owner="ambiguous",
    verdict="BLOCKED",
    reason="edited-in-place",
    arn="b",
)
PENDING = Scanned("stage", "shop", "new", "lbc", (), "NOT_APPLICABLE", "not-legacy")
DENIED = Unread("cluster dev", "not allowed to list\x1b[2J services")


def scan(*rows: Scanned, unread: tuple[Unread, ...] = (), read: bool = True) -> Scan:
    return Scan(rows, unread, read, "AWS public pricing, 2025-06")


def test_eighty_columns_hold_a_service_and_its_names() -> None:
    text = scan_text.render(scan(LEGACY, EDITED, PENDING), 80)

    assert max(map(len, text.splitlines())) <= 80
    assert text == "\n".join(
        [
            "cluster prod",
            "SERVICE                             OWNER        VERDICT                    $/MO",
            "shop/web                            in-tree-nlb  plan                      19.71",
            "  api.example.com, example.com",
            "shop/a-service-with-quite-a-long-…  ambiguous    BLOCKED edited-in-place   19.71",
            "  api.example.com, example.com",
            "",
            "cluster stage",
            "SERVICE                             OWNER        VERDICT                    $/MO",
            "shop/new                            lbc          NOT_APPLICABLE",
            "",
            "3 Services of type LoadBalancer",
            "  owners    ambiguous 1, in-tree-nlb 1, lbc 1",
            "  verdicts  BLOCKED 1, NOT_APPLICABLE 1, plan 1",
            "  a month   $39.42 for hours alone, 730 of them",
            "            AWS public pricing, 2025-06;",
            "            capacity units, traffic and addresses are billed beside it",
        ]
    )


@pytest.mark.parametrize("width", [None, 200])
def test_where_there_is_room_the_balancer_stands_beside(width: int | None) -> None:
    text = scan_text.render(scan(LEGACY, EDITED), width)

    head, first = text.splitlines()[1:3]
    assert head.split() == ["SERVICE", "OWNER", "VERDICT", "$/MO", "LOAD", "BALANCER", "NAMES"]
    assert "a1 network internet-facing" in first and first.endswith("api.example.com, example.com")
    assert "a-service-with-quite-a-long-name-of-its-own" in text


def test_what_is_unknown_is_not_left_out() -> None:
    text = scan_text.render(scan(replace(LEGACY, monthly=None), PENDING, unread=(DENIED,), read=False), 80)

    assert "perhaps more in zones that were not read" in text
    assert "could not be read:\n  cluster dev: not allowed to list [2J services" in text
    assert "1 without a price (--prices FILE)" in text
    assert " ?\n" in text


def test_nothing_found_says_so() -> None:
    assert scan_text.render(scan(), 80) == "0 Services of type LoadBalancer"
    assert scan_text.render(scan(replace(LEGACY, context="")), None).startswith("cluster of the current context")


def test_a_spreadsheet_gets_a_line_for_each_service_and_each_gap() -> None:
    text = scan_csv.render(scan(LEGACY, PENDING, unread=(DENIED,)))

    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert text.count("\r\n") == 4
    assert tuple(rows[0]) == scan_csv.COLUMNS
    assert (rows[0]["names"], rows[0]["usd_a_month_hours_only"]) == ("api.example.com; example.com", "19.71")
    assert rows[0]["evidence"] == "load balancer tag a = b; no type, annotation"
    assert (rows[1]["name"], rows[1]["usd_a_month_hours_only"], rows[1]["names_complete"]) == ("new", "", "yes")
    assert (rows[2]["context"], rows[2]["verdict"], rows[2]["reason"]) == ("cluster dev", "UNKNOWN", "unread")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(start: str) -> None:
    """Whoever can name a record set or a context would else run code in the reader's spreadsheet."""
    evil = replace(LEGACY, context=start + 'cmd|"/c calc"', names=(start + "a",))

    (row,) = csv.DictReader(io.StringIO(scan_csv.render(scan(evil, read=False)), newline=""))

    assert row["context"] == "'" + start + 'cmd|"/c calc"'
    assert row["names"] == "'" + start + "a"
    assert row["names_complete"] == "no"


def test_programs_get_rows_sums_and_gaps() -> None:
    said = json.loads(scan_json.render(scan(LEGACY, unread=(DENIED,), read=False)))

    assert (said["kind"], said["schema"], said["names_complete"]) == ("scan", 1, False)
    assert said["services"][0]["names"] == ["api.example.com", "example.com"]
    assert said["totals"] == {
        "services": 1,
        "owners": {"in-tree-nlb": 1},
        "verdicts": {"plan": 1},
        "monthly": 19.71,
        "unpriced": 0,
    }
    assert said["unread"] == [{"what": "cluster dev", "why": DENIED.why}]
