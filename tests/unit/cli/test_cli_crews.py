"""What clients of a sandbox are told to do, and how their counts read."""

from __future__ import annotations

import pytest

from migrator.cli import crews
from migrator.errors import OperatorError


def report(lost: int, by_header: dict[str, int]) -> dict[str, object]:
    losses = [{"at": 5.0, "name": "a.example.com", "why": "reset"}] * lost
    return {"requests": 9, "lost": lost, "losses": losses, "by_balancer": {"old": 4, "new": 5}, "by_header": by_header}


def test_an_order_says_whether_clients_speak_tls() -> None:
    assert crews.order(["a"], 443, 5.0, tls=True)["tls"] is True
    with pytest.raises(OperatorError, match="no name to ask for"):
        crews.order([], 443, 5.0)


def test_headers_are_told_where_there_are_any() -> None:
    assert crews.counted({"crew-1": report(0, {"none": 9})}).splitlines() == [
        "9 requests, 0 lost",
        "  new  5 answers",
        "  old  4 answers",
    ]
    assert crews.counted({"a": report(1, {"v1": 4, "v2": 1}), "b": report(0, {"v2": 5})}).splitlines()[3:] == [
        "  4 behind a PROXY v1 header",
        "  6 behind a PROXY v2 header",
        "  lost  5.0 a.example.com: reset",
    ]
