"""Source translation between hosts of the site, on a real kernel: which packets arrive, and which source they have."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.lab.whole import seen
from tests.support import needs

pytestmark = [needs("root", "tun", "networkd", "nft", "ip", "unshare", "nsenter"), pytest.mark.kernel]

HERE = Path(__file__).parent
SIX = """\
taploom: 1
site: {name: six}
networks:
  east: {ipv6: "fd00:1::1/64", nat: true}
  dark: {ipv6: "fd00:3::1/64", nat: true}
  west: {ipv6: "fd00:2::1/64", nat: {ipv6: "2001:db8:ff::/64"}}
hosts:
  hv-east:
    uplinks: {eth1: {zone: line, ipv6: "2001:db8:5::1/64"}}
    networks: {east: {}, dark: {}}
    routes: {west6: {to: "fd00:2::/63", via: "2001:db8:5::2"}}
  hv-west:
    uplinks: {eth1: {zone: line, ipv6: "2001:db8:5::2/64"}}
    networks: {west: {}}
    routes: {east6: {to: "fd00:1::/64", via: "2001:db8:5::1"}}
guests:
  shop: {host: hv-east, nics: {east: {ipv6: "fd00:1::10"}}}
  cave: {host: hv-east, nics: {dark: {ipv6: "fd00:3::10"}}}
  desk: {host: hv-west, nics: {west: {ipv6: "fd00:2::10"}}}
policy:
  admin: {from: [east, west], to: hosts, allow: ssh}
  time: {from: [dark, host/hv-east], to: host/hv-west, allow: ntp}
"""


@pytest.mark.parametrize("name", ["translation-between-hosts", "translation-between-hosts-any"])
def test_packets_to_a_host_with_a_route_back_keep_their_source(name: str) -> None:
    found = seen((HERE / f"{name}.yaml").read_text(encoding="utf-8"))
    row = found["shop 10.1.0.10 -> hv-west 192.0.2.2 tcp/22"]
    assert (row.observed, row.decided_by) == ("allow", "policy/admin")
    assert row.detail == "at host/hv-west 192.0.2.2 from 10.1.0.10"
    row = found["shop 10.1.0.10 -> hv-west 192.0.2.2 tcp/8443"]
    assert (row.observed, row.decided_by) == ("allow", "forward/desk")
    assert row.detail == "at guest/desk 10.2.0.10 tcp/443 from 10.1.0.10"
    row = found["desk 10.2.0.10 -> hv-east 192.0.2.1 tcp/22"]
    assert row.detail == "at host/hv-east 192.0.2.1 from 10.2.0.10" if name.endswith("any") else row.observed == "drop"


def test_packets_are_translated_only_towards_hosts_without_a_route_back() -> None:
    found = seen(SIX)
    known = found["shop fd00:1::10 -> hv-west 2001:db8:5::2 tcp/22"]
    assert (known.observed, known.detail) == ("allow", "at host/hv-west 2001:db8:5::2 from fd00:1::10")
    mapped = found["desk fd00:2::10 -> hv-east 2001:db8:5::1 tcp/22"]
    assert (mapped.observed, mapped.detail) == ("allow", "at host/hv-east 2001:db8:5::1 from fd00:2::10")
    hidden = found["cave fd00:3::10 -> hv-west 2001:db8:5::2 udp/123"]
    assert (hidden.observed, hidden.detail) == ("allow", "at host/hv-west 2001:db8:5::2 from 2001:db8:5::1")
