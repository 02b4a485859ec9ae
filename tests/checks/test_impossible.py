"""Mistakes that need no rule, since no valid spec can contain them; each test proves this for one mistake."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sites import compiled

from taploom.backends import sysctl
from taploom.backends.networkd import artifacts
from taploom.backends.nftables.idents import ident

NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,62}", fullmatch=True)
WORDS = ("fwd", "dup", "dnat", "log", "limit", "mark", "time", "bridge", "policy", "index", "or")


@settings(deadline=None)
@given(st.lists(NAMES, min_size=1, max_size=3), st.lists(NAMES, min_size=1, max_size=3))
def test_two_names_of_a_site_never_become_one_nft_identifier(one: list[str], two: list[str]) -> None:
    assert (ident("set", *one) == ident("set", *two)) == (one == two)


@pytest.mark.parametrize("word", WORDS)
def test_no_identifier_is_a_keyword_of_nft(word: str) -> None:
    assert ident("forward", word) not in WORDS
    assert ident("forward", word).isascii()


@pytest.mark.parametrize("section", ["networks:\n  lan: {mtu: 1279}\n", "networks:\n  lan: {mtu: '0x600'}\n"])
def test_no_network_has_an_mtu_below_the_minimum_of_ipv6(section: str) -> None:
    """RFC 8200 requires an MTU of 1280 bytes, and the language refuses a smaller one."""
    assert compiled(f"taploom: 1\n{section}").codes == ["TL208"]


def test_an_uplink_joins_no_bridge_even_if_a_pattern_matches_its_name() -> None:
    """The uplink's unit comes first by name, and networkd uses the first match, so a TAP as uplink joins none."""
    site = compiled(
        "taploom: 1\nnetworks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n  hv1:\n"
        "    uplinks: {vm-wan: {zone: internet, ipv4: dhcp}}\n    networks: {lan: {taps: vm-*, bridge: vm-lan}}\n"
    )
    files = {Path(artifact.path).name: artifact for artifact in artifacts(site.plan.hosts[0])}
    texts = {name: [line.text for line in artifact.lines] for name, artifact in files.items()}
    uplink = next(name for name, lines in texts.items() if "Name=vm-wan" in lines and name.endswith(".network"))
    taps = next(name for name, lines in texts.items() if "Name=vm-*" in lines)
    assert uplink < taps
    assert "Kind=tun" in texts[taps], "the pattern must not match a bridge of that name"


def test_a_forward_can_only_lead_to_a_guest() -> None:
    """The language refuses a gateway, network or broadcast address as target, and also as the address of a guest."""
    base = "taploom: 1\nnetworks:\n  lan: {ipv4: 10.0.0.1/24}\nhosts:\n"
    base += "  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}, networks: {lan: {}}}\n"
    for target, code in (("10.0.0.1", "TL203"), ("lan", "TL622"), ("hv1", "TL622")):
        assert code in compiled(f"{base}forwards:\n  web: {{on: hv1, ports: tcp/80, to: {target}}}\n").codes
    for address, code in (("10.0.0.1", "TL412"), ("10.0.0.0", "TL410"), ("10.0.0.255", "TL410")):
        guest = f"guests:\n  web: {{host: hv1, nics: {{lan: {{ipv4: {address}}}}}}}\n"
        assert code in compiled(f"{base}{guest}forwards:\n  web: {{on: hv1, ports: tcp/80, to: web}}\n").codes


def test_packets_between_networks_of_the_site_are_not_translated() -> None:
    site = compiled(
        "taploom: 1\nnetworks:\n  a: {ipv4: 10.0.0.1/24, nat: true}\n  b: {ipv4: 10.0.1.1/24, nat: true}\n"
        "hosts:\n  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp}}, networks: {a: {}, b: {}}}\n"
    )
    host = site.plan.hosts[0]
    assert {entry.uplink for entry in host.nat} == {"eth0"}
    assert [str(prefix) for prefix in host.site_prefixes] == ["10.0.0.0/24", "10.0.1.0/24"]


def test_an_uplink_still_accepts_router_advertisements_while_the_host_forwards() -> None:
    """A forwarding kernel ignores router advertisements unless `accept_ra` is 2 (ip-sysctl)."""
    site = compiled("taploom: 1\nhosts:\n  hv1: {uplinks: {eth0: {zone: internet, ipv6: ra}}}\n")
    lines = [line.text for artifact in sysctl.artifacts(site.plan.hosts[0]) for line in artifact.lines]
    assert "net.ipv6.conf.eth0.accept_ra = 2" in lines
