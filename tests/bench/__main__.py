"""`python -m tests.bench [--seed N] [--seeds COUNT] [--json]`: measures everything once and prints it."""

from __future__ import annotations

import argparse
import sys
import time

import msgspec

from tests.bench.census import census
from tests.bench.live import Peaks
from tests.bench.rate import rates
from tests.bench.startup import starts
from tests.bench.table import Figures, rendered
from tests.bench.ways import moved

SEEDS = 10


def main() -> int:
    """Measure and print. A figure that is missed fails nothing: it is to be read beside the others."""
    asked = _asked()
    began = time.monotonic()
    live = Peaks()
    live.start()
    seeds = tuple(range(asked.seed, asked.seed + asked.seeds))
    try:
        ways, journeys, commands = moved(seeds), rates(), starts()
    finally:
        live.join()  # which stops its sandbox, whatever went wrong here
    crowd = census()  # alone, as both its sides take what the machine gives
    figures = Figures(ways, journeys, live.result(), commands, crowd, time.monotonic() - began)
    print(msgspec.json.encode(figures).decode() if asked.json else rendered(figures))
    return 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Figures side by side in one run, as ratios.")
    parser.add_argument("--seed", type=int, default=1, help="the first seed (1)")
    parser.add_argument("--seeds", type=int, default=SEEDS, help=f"how many of them ({SEEDS})")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of tables")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
