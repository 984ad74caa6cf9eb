"""Clients of a sandbox: what they are told to do, and what they counted, in words."""

from __future__ import annotations

from collections import Counter
from typing import Any

from migrator.errors import OperatorError

SHOWN = 10  # losses that a report spells out


def order(names: list[str], port: int, rate: float, *, tls: bool = False) -> dict[str, Any]:
    """The order for a crew. Raises OperatorError without a name."""
    if not names:
        do = "migrate sandbox clients shop.example.com --port 8080"
        raise OperatorError("cannot start clients: no name to ask for was given", do=do, code="bad-usage")
    return {"names": names, "port": port, "plain": 3, "keep_alive": 3, "rate": rate, "tls": tls}


def counted(reports: dict[str, Any]) -> str:
    """What all crews counted: requests, losses with when and why, who answered, and which PROXY headers pods read."""
    requests, lost = (sum(each[what] for each in reports.values()) for what in ("requests", "lost"))
    by: Counter[str] = Counter()
    headers: Counter[str] = Counter()
    for each in reports.values():
        by.update(each["by_balancer"])
        headers.update(each["by_header"])
    losses = [
        f"  lost  {each['at']:.1f} {each['name']}: {each['why']}" for report in reports.values() for each in report["losses"]
    ]
    answered = [f"  {name}  {answers} answers" for name, answers in sorted(by.items())]
    read = [f"  {answers} behind a PROXY {version} header" for version, answers in sorted(headers.items()) if version != "none"]
    return "\n".join((f"{requests} requests, {lost} lost", *answered, *read, *losses[:SHOWN]))
