"""Fixture that chooses the systemd whose networkd runs the units: this machine's, or others named by hand."""

from pathlib import Path

import pytest
from tests.support import systemds


@pytest.fixture(scope="module", params=systemds())
def root(request: pytest.FixtureRequest) -> Path | None:
    """Root folder of the distribution whose networkd runs; None for this machine's."""
    found: Path | None = request.param
    return found
