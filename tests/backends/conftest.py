"""Fixture that chooses the systemd versions whose networkd runs the units, as `tests.support.systemds` lists them."""

from pathlib import Path

import pytest
from tests.support import systemds


@pytest.fixture(scope="module", params=systemds())
def root(request: pytest.FixtureRequest) -> Path | None:
    """Root folder of the distribution that provides networkd; None for this machine."""
    found: Path | None = request.param
    return found
