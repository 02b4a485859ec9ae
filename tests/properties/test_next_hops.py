"""In random sites, a route with a guest as next hop is refused, and all other routes use an uplink."""

from __future__ import annotations

from copy import deepcopy
from ipaddress import ip_interface
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.properties.made_up import sites
from tests.properties.texts import text
from tests.sites import compiled

from taploom.base.diagnostic_rule import Severity

if TYPE_CHECKING:
    from tests.properties.made_up import Tree

quick = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), max_examples=60)
_TO = {"ipv4": ("192.0.2.0/28", "10.77.0.0/16", "0.0.0.0/0"), "ipv6": ("2001:db8:77::/48", "fd77::/64", "::/0")}
"""Destinations: an outside prefix that policy may name, a private network, and the default route."""


def inward(site: Tree) -> list[tuple[str, str, str]]:
    """Addresses that a guest on a bridge has or could have, each as host, family and address."""
    found = []
    for host, entry in site["hosts"].items():
        for network in entry["networks"]:
            for family in _TO.keys() & site["networks"][network].keys():
                own = ip_interface(site["networks"][network][family])
                known = [guest["nics"].get(network, {}).get(family, "") for guest in site.get("guests", {}).values()]
                others = [str(one) for one in (own.network[0], own.network[-1]) if one != own.ip]
                near = others if own.network.num_addresses == 2 else [str(own.ip + 40)]
                found += [(host, family, one) for one in (*known, *near) if one[:1].isdigit() or ":" in one]
    return sorted(found)


@quick
@given(sites(), st.data())
def test_a_guest_as_next_hop_is_refused(site: Tree, data: st.DataObject) -> None:
    assume(inward(site))
    host, family, via = data.draw(st.sampled_from(inward(site)))
    after = deepcopy(site)
    after["hosts"][host].setdefault("routes", {})["inward"] = {
        "to": data.draw(st.sampled_from(_TO[family])),
        "via": via,
    }
    errors = [d for d in compiled(text(after)).diagnostics if d.severity is Severity.ERROR]
    assert [(d.code, d.subject) for d in errors] == [("TL425", f"host/{host}")]
    assert "`inward`" in errors[0].message


@quick
@given(sites())
def test_every_route_of_a_valid_site_uses_an_uplink(site: Tree) -> None:
    for host in compiled(text(site)).plan.hosts:
        assert {route.device for route in host.routes} <= {uplink.name for uplink in host.uplinks}
