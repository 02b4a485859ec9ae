"""Fixture of the handmade site, built once per session, since booting it takes longer than most tests."""

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
    """A running site of two guests on a hypervisor with an uplink; each test must leave it unchanged."""
    with Lab() as lab:
        yield Site(lab, request.param)
