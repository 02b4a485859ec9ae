"""Compares `reach` and proof with a kernel, for learned and single addresses of hosts behind a default route."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.lab.whole import seen
from tests.sites import NOW, compiled
from tests.support import needs

from taploom.backends.nftables import ruleset
from taploom.flows.proof.compare import disagreements
from taploom.flows.reach.endpoints import end_of, services_of
from taploom.flows.reach.query import Inquiry

HERE = Path(__file__).parent
LEARNED, SINGLE = (
    (HERE / f"{name}.yaml").read_text(encoding="utf-8")
    for name in ("learned-address-of-another-zone", "single-address-afar")
)
kernel = needs("root", "tun", "networkd", "nft", "ip", "unshare", "nsenter")


def verdicts(text: str, source: str, to: str, service: str) -> set[tuple[str, ...]]:
    """Verdict, deciding entry and ingress interfaces (`HOST/INTERFACE`) of each reply of `reach`."""
    inquiry = Inquiry(compiled(text).plan, NOW)
    one, other = (end_of(inquiry.index, name) for name in (source, to))
    replies = inquiry.ask(one, other, services_of(inquiry.index, service))
    return {(r.verdict, r.decided_by, *(f"{hop.host}/{hop.ingress}" for hop in r.hops)) for r in replies}


def test_reach_follows_a_learned_address_into_a_zone_that_both_hosts_share() -> None:
    path = ("h1/self/", "h2/eth0")
    assert verdicts(LEARNED, "h1", "h2/eth1", "ssh") == {("allow", "policy/admin", *path)}
    assert verdicts(LEARNED, "h1", "h2/eth1", "https") == {("drop", "default", *path)}


@kernel
@pytest.mark.kernel
def test_the_kernel_agrees_on_learned_addresses() -> None:
    found = seen(LEARNED)
    asked = {flow.split()[-1]: row.observed for flow, row in found.items() if flow.startswith("h1 -> h2 198.18.")}
    assert asked["tcp/22"] == "allow"
    assert asked["tcp/23"] == "drop"


def test_a_single_address_inside_a_network_belongs_to_its_host() -> None:
    assert disagreements(compiled(SINGLE).plan, ruleset) == ()


@kernel
@pytest.mark.kernel
def test_the_kernel_agrees_on_single_addresses() -> None:
    found = seen(SINGLE)
    for sender, to in (("10.8.0.120", "203.0.113.2"), ("fd08::120", "2001:db8:1::2")):
        row = found[f"h1 -> h2 {to} tcp/22"]
        assert (row.observed, row.detail) == ("allow", f"at host/h2 {to} from {sender}")


@kernel
@pytest.mark.kernel
def test_guests_reach_a_forward_at_any_learned_address_of_the_host() -> None:
    found = seen((HERE / "forward-at-learned-addresses.yaml").read_text(encoding="utf-8"))
    asked = {
        (flow.split()[0], flow.split()[4]): row for flow, row in found.items() if "-> hv " in flow and "/443" in flow
    }
    guests = {to: row.decided_by for (sender, to), row in asked.items() if sender == "app" and to.startswith("198.18.")}
    assert len(guests) == 2
    assert set(guests.values()) == {"forward/www"}
    beyond = [row for (sender, to), row in asked.items() if sender == "vpn" and to.startswith("198.18.2.")]
    assert {row.observed for row in beyond} <= {"drop"}
