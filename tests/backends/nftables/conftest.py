"""The stage, built once: its rulesets change, its machines do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.backends.nftables.stage import Stage

from taploom.lab.session import Lab

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """A host between its guests, the internet and two networks of somebody else's."""
    with Lab() as lab:
        yield Stage(lab)
