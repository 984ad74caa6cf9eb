"""What an hour of a load balancer costs, by region and kind; capacity units, traffic and addresses are billed beside it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import msgspec
import yaml

from migrator.errors import OperatorError

HOURS = 730  # in a month, as AWS's own calculator counts


class Prices(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """US dollars an hour: `hourly` by region, then `network` or `classic`; `dated` says of when they are."""

    dated: str
    source: str
    hourly: dict[str, dict[str, float]]

    def monthly(self, region: str, kind: str) -> float | None:
        """What a load balancer's hours cost in a month; None where there is no price."""
        price = self.hourly.get(region, {}).get(kind)
        return None if price is None else round(price * HOURS, 2)

    @property
    def told(self) -> str:
        """Whose prices, and of when."""
        return f"{self.source}, {self.dated}"


# Classic, network: on demand, without tax. Only regions whose prices are quoted in many places; for the others a scan shows
# none, as a wrong price is worse. Source: https://aws.amazon.com/elasticloadbalancing/pricing/
_TABLE: dict[str, tuple[float, float]] = {
    "us-east-1": (0.025, 0.0225),
    "us-east-2": (0.025, 0.0225),
    "us-west-2": (0.025, 0.0225),
    "eu-west-1": (0.028, 0.0252),
    "eu-central-1": (0.030, 0.027),
    "ap-northeast-2": (0.025, 0.0225),
}
PUBLIC = Prices(
    dated="2025-06",
    source="AWS public pricing",
    hourly={region: {"classic": classic, "network": network} for region, (classic, network) in _TABLE.items()},
)


def prices_from(file: str) -> Prices:
    """The public prices, or those of a file in TOML or YAML, which replace them region by region.

    Raises OperatorError `bad-usage` where the file cannot be read or is not of that shape.
    """
    if not file:
        return PUBLIC
    try:
        given = msgspec.convert({"dated": "undated", "source": file} | _read(Path(file)), Prices)
    except (OSError, ValueError, TypeError, yaml.YAMLError) as trouble:
        do = "write `dated`, `source` and a table `hourly` of regions, each with `network` and `classic` in US dollars an hour"
        what = f"cannot read prices {file}: {' '.join(str(trouble).split())}"
        raise OperatorError(what, do=do, code="bad-usage") from trouble
    return msgspec.structs.replace(given, hourly=PUBLIC.hourly | given.hourly)


def _read(path: Path) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8")
    read = tomllib.loads(text) if path.suffix == ".toml" else yaml.safe_load(text)
    if not isinstance(read, dict):
        raise TypeError("a table was expected")
    return read
