"""The scene that most tests begin with."""

from __future__ import annotations

import pytest
from scenery import Scene, build


@pytest.fixture
def scene() -> Scene:
    return build()
