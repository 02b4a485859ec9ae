"""No check recommends removing an entry that may refer to a broken object; another finding reports that object."""

from __future__ import annotations

import pytest
from tests.sites import compiled

SITE = """\
taploom: 1
addresses: {branch: 10.77.0.0/24}
networks:
  apps: {ipv4: 10.9.1.1/24, nat: true}
  edge: {ipv4: 10.9.0.1/24, nat: true}
hosts:
  hv:
    uplinks:
      eno1: {zone: internet, ipv4: 198.51.100.10/28, gateway4: 198.51.100.1}
      eno2: {zone: office, ipv4: 10.1.0.5/24}
    networks: {apps: {}, edge: {}}
    routes: {branch: {to: 10.77.0.0/24, via: 10.1.0.7}}
guests:
  app: {host: hv, nics: {apps: {ipv4: 10.9.1.60}}}
  router: {host: hv, nics: {edge: {ipv4: 10.9.0.51}}}
policy:
  out: {from: [apps, edge], to: [internet, office], allow: any}
  app-branch: {from: app, to: branch, allow: https}
  wall: {from: edge, to: office, deny: any}
  look: {from: router, to: office, allow: https}
  admin: {from: 192.0.2.0/24, to: host/hv, allow: ssh}
"""
ADVICE = {"TL701", "TL706", "TL716"}


def test_two_entries_are_idle_in_the_correct_site() -> None:
    assert ADVICE & set(compiled(SITE).codes) == {"TL706", "TL716"}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("via: 10.1.0.7", "via: 10.9.0.51", "TL425"),
        ("via: 10.1.0.7", "via: nowhere", "TL208"),
        ("eno2: {zone: office, ipv4: 10.1.0.5/24}", "eno2: {zone: office, ipv4: 10.1.0.5}", "TL208"),
        ("branch: 10.77.0.0/24}", "branch: 10.77.0.0/24, lab: 10.78.0.9/24}", "TL208"),
        ("edge: {ipv4: 10.9.0.51}", "edge: {ipv4: [10.9.0.51, 10.9.0.52]}", "TL426"),
    ],
)
def test_no_check_advises_removal_while_an_object_is_broken(old: str, new: str, code: str) -> None:
    assert old in SITE
    codes = compiled(SITE.replace(old, new)).codes
    assert code in codes
    assert ADVICE & set(codes) == set()
