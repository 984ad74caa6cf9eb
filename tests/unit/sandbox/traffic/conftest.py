"""The scene that most tests begin with."""

from __future__ import annotations

import pytest

from tests.unit.sandbox.traffic.scenery import Scene, build


@pytest.fixture
def scene() -> Scene:
    return build()
