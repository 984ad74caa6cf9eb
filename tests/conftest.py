"""For all suites."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first: it mostly waits for caches, while other workers do the rest."""
    items.sort(key=lambda item: item.get_closest_marker("longest") is None)
