"""What people want to say and the language cannot yet: one finding for each such place, which says what to do today.

Nothing that follows from the mistake stands beside it. Each file says in its first comment what is right.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.sites import compiled

CASES = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Expected:
    """A finding.

    Attributes:
        place: code, line and column.
        words: what its message or its help says.
    """

    place: str
    words: tuple[str, ...] = ()


OPEN_SSH = "NL705"
"""The owner's way in is open to everybody: what the site says, whatever else is wrong with it."""
FOUND: dict[str, tuple[Expected, ...]] = {
    "guest-routes-vpn": (
        Expected("NL425 14:36", ("guest `vpn`", "no guest can be a router yet", "translate what it forwards")),
        Expected("NL425 15:35", ("guest `vpn`", "no guest can be a router yet", "translate what it forwards")),
    ),
    "guest-routes-branch": (
        Expected("NL425 14:40", ("guest `router`",)),
        Expected("NL425 15:39", ("guest `router`",)),
        Expected("NL709 23:17"),
    ),
    "nic-as-port": (Expected("NL516 10:48", ("`enp1s0` never joins", "a NIC cannot be a port of a bridge yet")),),
    "vlan-uplinks": (
        Expected("NL510 5:3"),
        Expected("NL517 10:7", ("`eno1.4000`", "VLANs cannot be said yet", "another tool make it", "waive")),
        Expected("NL517 11:7", ("`vlan100`", "VLANs cannot be said yet", "another tool make it", "waive")),
    ),
}


@pytest.mark.parametrize("name", FOUND)
def test_what_cannot_be_said_is_one_finding_at_its_place(name: str) -> None:
    site = compiled((CASES / f"{name}.yaml").read_text(encoding="utf-8"))
    found = [d for d in site.diagnostics if d.code != OPEN_SSH]
    places = [f"{d.code} {d.span.line}:{d.span.column}" for d in found if d.span]
    assert places == [expected.place for expected in FOUND[name]]
    for diagnostic, expected in zip(found, FOUND[name], strict=True):
        said = f"{diagnostic.message}; {diagnostic.help}"
        assert [words for words in expected.words if words not in said] == [], said
