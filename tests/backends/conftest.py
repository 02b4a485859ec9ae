"""Which systemd runs the units: this machine's, and by hand any others."""

from pathlib import Path

import pytest
from tests.support import systemds


@pytest.fixture(scope="module", params=systemds())
def root(request: pytest.FixtureRequest) -> Path | None:
    """The folder of the distribution whose networkd runs; none for this machine's."""
    found: Path | None = request.param
    return found
