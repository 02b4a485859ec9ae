"""One mistake gives one finding: the tests spoil each value of a site, and misspell each key, one at a time.

Parts that depend on the spoilt value or key cannot be checked and must cause no finding; the other parts are valid.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml
from tests.sites import NOW

from taploom.base.diagnostic import State
from taploom.driver import compile_blobs

SITE = yaml.load(
    """
taploom: 1
site: {name: lab, domain: lab.example.org, target: {systemd: 256, nftables: 1.0.9, nixos: "24.11"}}
zones: {home: {color: teal}}
addresses: {work: [203.0.113.0/24, "2001:db8:aaaa::/48"]}
services: {stream: tcp/8096, media: [stream, tcp/32400]}
networks:
  lan:
    {zone: home, ipv4: 10.0.0.1/24, ipv6: "fd00:10::1/64", dhcp: {pool: 10.0.0.100-199, lease: 12h}, ra: true,
     dns: host, nat: true, mtu: 1492}
  iot: {ipv4: 10.1.0.1/24, isolated: true, mtu: 1492, spoof-guard: false}
hosts:
  nuc:
    tags: [metal]
    management: ssh
    uplinks:
      wan: {zone: internet, ipv4: dhcp, ipv6: ra, mtu: 1492}
      leased: {zone: office, ipv4: 10.9.0.1/30}
    networks: {lan: {bridge: br0, taps: "vm-*"}, iot: {create-taps: true, tap-user: microvm}}
    routes: {branch: {to: 10.8.0.0/16, via: 10.9.0.2}}
guests:
  media: {host: nuc, nics: {lan: {ipv4: 10.0.0.20, ipv6: slaac, mac: "02:00:00:00:00:20"}}, tags: [web]}
  cam: {host: nuc, nics: {iot: {ipv4: 10.1.0.21, mac: "02:00:00:00:00:21", tap: vm-cam}}}
forwards:
  play: {on: nuc/wan, ports: media, to: media, from: [work, office], to-port: 80}
policy:
  out: {from: lan, to: internet, allow: any}
  admin: {from: [lan, work], to: host/nuc, allow: [ssh, ping]}
  watch: {from: tag/web, to: cam, allow: stream, log: true, limit: 10/second}
  record: {from: cam, to: zone/home, allow: https, expires: 2034-12-31}
  branch: {from: office, to: tag/metal, deny: tcp/25}
waivers:
  v4-only: {code: TL422, on: network/iot, reason: cameras speak IPv4 alone}
  guard: {code: TL514, on: network/iot, reason: cameras change their addresses}
""",
    Loader=yaml.BaseLoader,
)
"""A valid site, with each scalar as text."""

FREE = {"zones", "addresses", "services", "networks", "hosts", "guests", "uplinks", "nics", "routes"}
FREE |= {"forwards", "policy"}
"""Sections whose keys are the user's names; a misspelt name would also break every reference to it."""


def paths(tree: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Each path in a tree, except the language version."""
    for step, value in tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ():
        if step != "taploom":
            yield (*path, step)
            yield from paths(value, (*path, step))


def inside(tree: Any, path: tuple[str | int, ...]) -> Any:
    """The value at a path."""
    for step in path:
        tree = tree[step]
    return tree


def written(tree: Any) -> str:
    """A tree as YAML, with quotes only where they are needed."""
    if isinstance(tree, dict):
        return f"{{{', '.join(f'{key}: {written(value)}' for key, value in tree.items())}}}"
    if isinstance(tree, list):
        return f"[{', '.join(map(written, tree))}]"
    return json.dumps(tree) if set(tree) & set(":?! ") else tree


def findings(change: Callable[[Any], None]) -> list[str]:
    """The findings of the changed site as `code message`; each must have a help text."""
    tree = copy.deepcopy(SITE)
    change(tree)
    site = compile_blobs({"specs/site.yaml": written(tree).encode()}, "specs", now=NOW, prove=False)
    found = [d for d in site.diagnostics if d.state is State.ACTIVE]
    assert all(d.help for d in found)
    return [f"{d.code} {d.message}" for d in found]


VALUES = [path for path in paths(SITE) if path[0] != "waivers"]
"""The waivers are left out, because a broken waiver lets the finding that it accepts reappear."""
KEYS = [path for path in VALUES if isinstance(path[-1], str) and not (len(path) > 1 and path[-2] in FREE)]


def test_the_site_without_a_mistake_has_no_finding() -> None:
    assert findings(lambda _: None) == []


@pytest.mark.parametrize("path", VALUES, ids=lambda path: "/".join(map(str, path)))
@pytest.mark.parametrize("value", ["?!", [["x"]], []], ids=["text", "list", "empty"])
def test_a_spoilt_value_is_one_finding(path: tuple[str | int, ...], value: Any) -> None:
    def spoil(tree: Any) -> None:
        inside(tree, path[:-1])[path[-1]] = value

    assert len(findings(spoil)) == 1


SCALARS = [path for path in VALUES if isinstance(inside(SITE, path), str) and path[0] != "services"]
"""Places where a mapping is an error; in `services` it may be valid."""


@pytest.mark.parametrize("path", SCALARS, ids=lambda path: "/".join(map(str, path)))
def test_a_mapping_instead_of_a_value_is_one_finding(path: tuple[str | int, ...]) -> None:
    def spoil(tree: Any) -> None:
        inside(tree, path[:-1])[path[-1]] = {"x": {"y": "z"}}

    assert len(findings(spoil)) == 1


@pytest.mark.parametrize("path", KEYS, ids=lambda path: "/".join(map(str, path)))
def test_a_misspelt_key_is_one_finding(path: tuple[str | int, ...]) -> None:
    def misspell(tree: Any) -> None:
        mapping = inside(tree, path[:-1])
        pairs = list(mapping.items())
        mapping.clear()
        mapping.update({f"{key}x" if key == path[-1] else key: value for key, value in pairs})

    found = findings(misspell)
    assert [f.partition(" ")[0] for f in found] == ["TL202"]


@pytest.mark.parametrize("path", [path for path in VALUES if len(path) == 2 and path[0] != "site"], ids="/".join)
def test_an_entry_in_two_files_is_one_finding(path: tuple[str, str]) -> None:
    """The content of the two definitions is not checked, because it is unclear which one is meant."""
    files = {"specs/a.yaml": {"taploom": "1", path[0]: {path[1]: {}}}, "specs/b.yaml": SITE}
    blobs = {name: written(tree).encode() for name, tree in files.items()}
    site = compile_blobs(blobs, "specs", now=NOW, prove=False)
    assert "TL205" in [d.code for d in site.diagnostics]
    assert {d.code for d in site.diagnostics if d.state is State.ACTIVE} <= {"TL205", "TL207"}
