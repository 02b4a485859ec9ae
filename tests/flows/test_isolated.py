"""Isolated networks: a packet between two guests of the network is dropped, unless a forward redirects it."""

from __future__ import annotations

import pytest

from taploom.driver import compile_blobs

SITE = """taploom: 1
networks:
  cell: {ipv4: 10.0.0.1/24, ipv6: 'fd00:2::1/64', isolated: true, nat: true}
hosts:
  hv: {input: %s, uplinks: {eth0: {zone: internet, ipv4: dhcp, ipv6: ra}}, networks: {cell: {}}}
guests:
  a: {host: hv, nics: {cell: {ipv4: 10.0.0.2, ipv6: 'fd00:2::2', mac: '02:00:00:00:00:02'}}}
  b: {host: hv, nics: {cell: {ipv4: 10.0.0.3, ipv6: 'fd00:2::3', mac: '02:00:00:00:00:03'}}}
forwards:
  web: {on: hv, ports: tcp/443, to: a%s}
policy:
  wall: {from: b, to: cell, deny: tcp/443}
  admin: {from: internet, to: host/hv, allow: ssh}
"""


@pytest.mark.parametrize("keeper", ["managed", "foreign"])
@pytest.mark.parametrize("more", ["", ", from: cell", ", hairpin: false"])
def test_forwards_into_an_isolated_network_are_proved(keeper: str, more: str) -> None:
    """Neighbour discovery between isolated guests is refused like all other traffic, with and without hairpin."""
    found = compile_blobs({"specs/s.yaml": (SITE % (keeper, more)).encode()}, "specs", now=0)
    assert [d.message for d in found.diagnostics if d.severity.value == "error"] == []
