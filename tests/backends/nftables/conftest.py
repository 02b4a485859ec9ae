"""Fixture of the test bed `Stage`, built once per session: tests change its ruleset but not its machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.backends.nftables.stage import Stage

from taploom.lab.session import Lab

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """A running host with guests, the internet outside, and two networks that taploom does not manage."""
    with Lab() as lab:
        yield Stage(lab)
