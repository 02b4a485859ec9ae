"""The handmade site, built once: booting it costs more than most of the tests do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.lab.handmade import Site
from tests.support import systemds

from taploom.lab.session import Lab

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session", params=systemds())
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """Two guests on a hypervisor with an uplink; a test leaves it as it found it."""
    with Lab() as lab:
        yield Site(lab, request.param)
