"""One stage for all tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.sandbox_sockets.staging import Stage, staged


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    yield from staged()
