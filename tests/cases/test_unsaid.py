"""Wishes that the language cannot express yet: each gets one finding at its place, with advice that works today.

No finding is a mere consequence of another one. The first comment of each case file says what to expect.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.sites import compiled

CASES = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Expected:
    """An expected finding.

    Attributes:
        place: Code, line and column.
        words: Texts that its message or its help must contain.
    """

    place: str
    words: tuple[str, ...] = ()


OPEN_SSH = "TL705"
"""Ignored finding: the host's ssh is open to everyone. The case files open it on purpose."""
BY_MAC = "TL431"
"""Ignored finding: guests must request their reservation by MAC. These cases test other things."""
FOUND: dict[str, tuple[Expected, ...]] = {
    "guest-routes-vpn": (
        Expected("TL425 14:36", ("guest `vpn`", "no guest can be a router yet", "translate forwarded packets")),
        Expected("TL425 15:35", ("guest `vpn`", "no guest can be a router yet", "translate forwarded packets")),
    ),
    "guest-routes-branch": (
        Expected("TL425 14:40", ("guest `router`",)),
        Expected("TL425 15:39", ("guest `router`",)),
        Expected("TL709 23:17"),
    ),
    "two-addresses-of-an-uplink": (
        Expected("TL426 9:36", ("an uplink has one address", "not supported yet", "by port")),
    ),
    "shared-address": (
        Expected("TL426 12:42", ("a NIC has one address", "not supported yet", "`spoof-guard: false`")),
        Expected("TL426 13:42", ("a NIC has one address", "not supported yet", "`spoof-guard: false`")),
    ),
    "two-prefixes": (
        Expected("TL426 5:15", ("a network has one prefix", "not supported yet", "a network of its own")),
        Expected("TL426 5:49", ("a network has one prefix", "not supported yet", "a network of its own")),
    ),
    "forward-beside": (
        Expected("TL622 17:44", ("`nas` is an address", "forwards cannot lead yet", "a reverse proxy")),
        Expected("TL622 18:45", ("`nuc` is a host", "forwards cannot lead yet", "`to: host/nuc`")),
        Expected("TL602 19:30", ("all ports is not supported yet", "list the ports")),
    ),
    "isolated-exception": (Expected("TL701 17:27", ("exceptions to that are not supported yet", "drop `isolated`")),),
    "delegated-prefix": (
        Expected("TL427 5:34", ("taploom takes no delegated prefix", "a ULA", "`nat: true`")),
        Expected("TL427 9:47", ("taploom takes no delegated prefix", "write `ipv6: ra`", "a ULA", "`nat: true`")),
    ),
    "network-of-two-hosts": (Expected("TL501 12:16", ("on hosts `a` and `b`", "not supported yet", "share a `zone`")),),
    "ipv4-uplink": (Expected("TL624 5:34", ("no uplink of host `hv` has IPv6", "`ipv6: ra`")),),
    "reject": (
        Expected("TL202 12:35", ("`allow` or `deny`", "drops without an answer", "not supported yet", "write `deny`")),
    ),
    "dhcp-options": (
        Expected("TL202 5:57", ("`options`", "not supported yet", "`SendOption=`")),
        Expected("TL202 5:105", ("`reservations`", "only for guests", "as a guest")),
    ),
    "untranslated-office": (
        Expected("TL623 5:33", ("towards `leased` too", "is not supported yet", "a network without `nat`")),
    ),
    "guest-beyond-its-network": (
        Expected("TL411 14:42", ("203.0.113.20 of guest `a`", "is not supported yet", "holds 203.0.113.20")),
        Expected("TL411 15:42", ("203.0.113.99 of guest `b`", "is not supported yet", "holds 203.0.113.99")),
    ),
    "nic-as-port": (Expected("TL516 10:48", ("`enp1s0` never joins", "a NIC cannot be a port of a bridge yet")),),
    "vlan-uplinks": (
        Expected("TL517 10:7", ("`eno1.4000`", "VLANs are not supported yet", "another tool make it", "waive")),
        Expected("TL517 11:7", ("`vlan100`", "VLANs are not supported yet", "another tool make it", "waive")),
    ),
}


@pytest.mark.parametrize("name", FOUND)
def test_an_inexpressible_wish_is_one_finding_at_its_place(name: str) -> None:
    site = compiled((CASES / f"{name}.yaml").read_text(encoding="utf-8"))
    found = [d for d in site.diagnostics if d.code not in (OPEN_SSH, BY_MAC)]
    places = [f"{d.code} {d.span.line}:{d.span.column}" for d in found if d.span]
    assert places == [expected.place for expected in FOUND[name]]
    for diagnostic, expected in zip(found, FOUND[name], strict=True):
        said = f"{diagnostic.message}; {diagnostic.help}"
        assert [words for words in expected.words if words not in said] == [], said
