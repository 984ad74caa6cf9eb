"""What a load balancer's hours cost, by the public prices or by the operator's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.errors import OperatorError
from migrator.planning.prices import PUBLIC, prices_from


def test_a_month_has_730_hours() -> None:
    assert PUBLIC.monthly("us-east-1", "network") == 16.43  # 0.0225 an hour
    assert PUBLIC.monthly("us-east-1", "classic") == 18.25
    assert PUBLIC.monthly("us-east-1", "gateway") is None
    assert PUBLIC.monthly("mars-1", "network") is None


def test_the_public_prices_say_whose_and_of_when_they_are() -> None:
    assert prices_from("") is PUBLIC
    assert PUBLIC.told == "AWS public pricing, 2025-06"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ours.toml", 'dated = "2026-01"\nsource = "contract 7"\n[hourly.us-east-1]\nnetwork = 0.01\n'),
        ("ours.yaml", "dated: '2026-01'\nsource: contract 7\nhourly:\n  us-east-1:\n    network: 0.01\n"),
    ],
)
def test_prices_of_one_s_own_replace_a_region_s(tmp_path: Path, name: str, text: str) -> None:
    file = tmp_path / name
    file.write_text(text)

    prices = prices_from(str(file))

    assert prices.told == "contract 7, 2026-01"
    assert prices.monthly("us-east-1", "network") == 7.3
    assert prices.monthly("us-east-1", "classic") is None
    assert prices.monthly("eu-west-1", "network") == 18.4


def test_prices_without_a_date_say_so(tmp_path: Path) -> None:
    file = tmp_path / "p.yml"
    file.write_text("hourly: {}")

    assert prices_from(str(file)).told == f"{file}, undated"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", "[]"),
        ("a.yaml", "hourly: {us-east-1: {network: cheap}}"),
        ("a.yaml", "prices: {}"),
        ("a.yaml", "a: ["),
        ("a.toml", "a = "),
        ("absent.toml", None),
    ],
)
def test_a_file_of_another_shape_is_refused(tmp_path: Path, name: str, text: str | None) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)

    with pytest.raises(OperatorError) as caught:
        prices_from(str(tmp_path / name))

    assert caught.value.code == "bad-usage"
    assert name in caught.value.message and "hourly" in caught.value.do
