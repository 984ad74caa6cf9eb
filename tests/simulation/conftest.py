"""Stages to play on: one that is only looked at, and a fresh one for whoever changes something."""

from __future__ import annotations

import pytest

from migrator.simulation.stage import Stage, stage


@pytest.fixture(scope="session")
def seen() -> Stage:
    """A stage that served for 20 minutes and that nobody changes."""
    made = stage(seed=1)
    made.run(1200)
    return made


@pytest.fixture
def fresh() -> Stage:
    """A stage of one's own, without clients."""
    return stage(seed=2, every_s=0)
