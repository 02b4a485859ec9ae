"""Forwards reached through other uplinks of their host, and uplinks that another tool configures, on a real kernel."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.lab.whole import seen
from tests.sites import compiled
from tests.support import needs

from taploom.backends import networkd

pytestmark = [needs("root", "tun", "networkd", "nft", "ip", "unshare", "nsenter"), pytest.mark.kernel]

HERE = Path(__file__).parent
LEARNED = """\
taploom: 1
site: {name: learned}
networks:
  lan: {ipv4: 10.1.0.1/24, ipv6: "fd00:1::1/64", nat: true}
hosts:
  hv:
    uplinks:
      eth0: {zone: internet, ipv4: dhcp, ipv6: ra}
      eth1: {zone: line, ipv4: 192.0.2.1/24, ipv6: "2001:db8:5::1/64"}
      wg0: {zone: vpn}
    networks: {lan: {}}
guests:
  web: {host: hv, nics: {lan: {ipv4: 10.1.0.10, ipv6: "fd00:1::10"}}}
  app: {host: hv, nics: {lan: {ipv4: 10.1.0.11, ipv6: "fd00:1::11"}}}
forwards:
  web: {on: hv/eth0, ports: tcp/443, to: web, from: any}
  shut: {on: hv/eth0, ports: tcp/8443, to: web, to-port: 443, from: line, hairpin: false}
  far: {on: hv/wg0, ports: tcp/9443, to: app, to-port: 443, from: any}
policy:
  admin: {from: line, to: hosts, allow: ssh}
"""


def spec(name: str) -> str:
    return (HERE / f"{name}.yaml").read_text(encoding="utf-8")


def arrivals(found: dict[str, str], *words: str) -> dict[str, str]:
    return {flow: where for flow, where in found.items() if all(word in f"{flow} " for word in words)}


def allowed(text: str, senders: tuple[str, ...] = ("",)) -> dict[str, str]:
    """Flows that pass, each with its observed receiver and source."""
    return {flow: row.detail for flow, row in seen(text, senders).items() if row.observed == "allow"}


def test_a_forward_is_reached_by_another_uplink_at_the_published_address() -> None:
    found = allowed(spec("published-on-another-uplink"), ("desk ", "shop "))
    assert found["desk 10.2.0.10 -> hv-east 203.0.113.1 tcp/443"] == "at guest/shop 10.1.0.10 from 10.2.0.10"


def test_a_forward_is_reached_from_behind_a_vpn_and_docker() -> None:
    """This holds in both families. Senders behind the VPN and Docker reach no other port."""
    found = allowed(spec("published-to-a-vpn"))
    for zone in ("vpn", "containers"):
        asked = arrivals(found, f"{zone} ", " -> hv 198.51.100.10 ") | arrivals(found, f"{zone} ", "hv 2001:db8:1::10 ")
        assert {flow.split()[-1] for flow in asked} - {"tcp/22"} == {"tcp/80", "tcp/443"}
        inner = {where.split()[1] for flow, where in asked.items() if not flow.endswith("/22")}
        assert inner == {"guest/web"}
        assert {(":" in where.split()[2]) for where in asked.values()} == {False, True}


def test_forwards_at_learned_addresses_are_reached_by_other_uplinks() -> None:
    """The addresses come from DHCP, RA or another tool. `from: line` admits all senders of the line, at any address."""
    found = allowed(LEARNED)
    assert arrivals(found, "line ", " -> hv ", "tcp/443 ")
    assert arrivals(found, "vpn ", " -> hv ", "tcp/443 ")
    assert arrivals(found, "line ", " -> hv ", "tcp/9443 ")
    assert {flow.split()[0] for flow in arrivals(found, " -> hv ", "tcp/8443 ")} == {"line"}
    for port, guest in (("443", "web"), ("8443", "web"), ("9443", "app")):
        met = arrivals(found, " -> hv ", f"tcp/{port} ").values()
        assert {where.split()[1] for where in met} == {f"guest/{guest}"}
        assert {(":" in where.split()[2]) for where in met} == {False, True}


def test_packets_that_leave_by_an_unmanaged_tunnel_are_translated() -> None:
    found = allowed(spec("nat-by-a-tunnel"))
    sent = arrivals(found, "b 10.9.1.", " -> tunnel ")
    assert sent
    assert all(where.startswith("at zone/tunnel") and " from 198.18." in where for where in sent.values())


def test_an_uplink_of_pppd_has_nat_and_forwards_but_no_unit() -> None:
    text = spec("uplink-of-pppd")
    found = allowed(text)
    out, into = arrivals(found, "web ", " -> internet "), arrivals(found, "internet ", " -> home ")
    assert {(":" in where.split()[2]) for where in out.values()} == {False, True}
    assert not [where for where in out.values() if " from 10.9." in where or " from fd12:" in where]
    assert {flow.split()[-1] for flow in into} == {"tcp/80", "tcp/443"}
    assert {where.split()[1] for where in into.values()} == {"guest/web"}
    assert {(":" in where.split()[2]) for where in into.values()} == {False, True}
    site = compiled(text)
    assert [unit.name for unit in networkd.units(site.plan.hosts[0]) if "ppp0" in unit.name] == []
    assert {"TL601", "TL607", "TL608"}.isdisjoint(site.codes)
