"""Sites that the tests of the proof share, compiled once."""

from __future__ import annotations

import functools

from tests.sites import compiled

from taploom.plan.site import Plan

RICH = """
taploom: 1
site: {name: rich, domain: rich.example.org}
addresses:
  office: [198.51.100.0/24, 2001:db8:f::/48]
services:
  metrics: [tcp/9100, tcp/9200-9210]
networks:
  web: {ipv4: 10.1.0.1/24, ipv6: fd01::1/64, dhcp: true, ra: true, nat: true, dns: host}
  data: {ipv4: 10.2.0.1/24, ipv6: fd02::1/64}
  shut: {ipv4: 10.3.0.1/24, ipv6: fd03::1/64, isolated: true, nat: {ipv4: masquerade, ipv6: 2001:db8:3::/64}}
  far: {ipv4: 10.9.0.1/24, ipv6: fd09::1/64}
hosts:
  east:
    uplinks:
      eth0: {zone: internet, ipv4: 203.0.113.5/24, gateway4: 203.0.113.1, ipv6: 2001:db8:1::5/64, gateway6: fe80::1}
      eth1: {zone: backbone, ipv4: 10.99.0.1/30, ipv6: fd99::1/64}
    networks: {web: {taps: vw-*}, data: {taps: vd-*}, shut: {taps: vs-*}}
    routes:
      far4: {to: 10.9.0.0/24, via: 10.99.0.2}
      far6: {to: fd09::/64, via: fd99::2}
  west:
    uplinks:
      wan: {zone: internet, ipv4: dhcp, ipv6: ra}
      lan: {zone: backbone, ipv4: 10.99.0.2/30, ipv6: fd99::2/64}
    networks: {far: {taps: vf-*}}
    routes:
      east4: {to: 10.0.0.0/14, via: 10.99.0.1}
      east6: {to: fd00::/14, via: fd99::1}
guests:
  www: {host: east, nics: {web: {ipv4: 10.1.0.10, ipv6: "fd01::10"}}}
  app: {host: east, nics: {web: {ipv4: 10.1.0.11, ipv6: "fd01::11"}}}
  sql: {host: east, nics: {data: {ipv4: 10.2.0.10, ipv6: "fd02::10"}}}
  box: {host: east, nics: {shut: {ipv4: 10.3.0.10, ipv6: "fd03::10"}}}
  pool: {host: east, nics: {web: {ipv4: dhcp, ipv6: "fd01::20"}}}
  cat: {host: west, nics: {far: {ipv4: 10.9.0.10, ipv6: "fd09::10"}}}
forwards:
  http: {on: east, ports: tcp/80, to: www, to-port: 8080}
  calls: {on: east/eth0, ports: udp/5000-5010, to: www}
  moved: {on: east/eth0, ports: tcp/7000-7003, to: app, to-port: 8000-8003, from: office}
  back: {on: east, ports: tcp/2222, to: box, to-port: 22, hairpin: false, from: internet}
  mesh: {on: east/eth0, ports: tcp/2223, to: app, from: backbone}
  side: {on: east/eth0, ports: tcp/3333, to: app, hairpin: false}
  soon: {on: east, ports: tcp/9999, to: sql, to-port: 5432, expires: 2035-01-01}
  cats: {on: west, ports: tcp/443, to: cat}
policy:
  out: {from: [web, shut], to: internet, allow: any}
  not-mail: {from: web, to: internet, deny: smtp}
  db: {from: web, to: sql, allow: postgresql}
  no-app: {from: app, to: sql, deny: postgresql}
  ranges: {from: web, to: data, allow: metrics}
  pings: {from: office, to: [www, hosts], allow: ping, limit: 5/second}
  admin: {from: [office, web], to: hosts, allow: ssh}
  friends: {from: cat, to: [sql, host/east], allow: https}
  until: {from: sql, to: www, allow: tcp/8443, expires: 2034-06-01}
  tell: {from: data, to: far, allow: https, log: true}
  apart: {from: www, to: app, deny: tcp/22}
  tunnel: {from: office, to: sql, allow: [esp, udp/500]}
"""


@functools.cache
def rich() -> Plan:
    """The plan of two hosts that use every feature of forwards and policy."""
    site = compiled(RICH)
    errors = [d for d in site.diagnostics if d.severity.value == "error"]
    assert not errors, errors
    return site.plan
