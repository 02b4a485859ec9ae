"""Every key of the language has an example that compiles when it is inserted into a suitable site."""

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml
from tests.sites import compiled

from taploom.base.diagnostic_rule import Severity
from taploom.spec.document import language_schema

BASE: Mapping[str, Any] = {
    "taploom": 1,
    "site": {"name": "seed", "domain": "vm.example.org", "target": {}, "gates": {}},
    "addresses": {"office": {"prefixes": ["198.51.100.0/24"]}},
    "services": {"metrics": {"ports": ["tcp/9100"]}},
    "zones": {"servers": {}},
    "networks": {
        "microvm": {"ipv4": "10.0.0.1/24", "ipv6": "fd12:3456:789a::1/64", "dhcp": {}, "ra": True, "nat": {}},
        "back": {"ipv4": "10.9.0.1/24", "ipv6": "fd12:3456:789a:9::1/64"},
    },
    "hosts": {
        "hypervisor": {
            "tags": ["canary"],
            "take-up": {"probes": {"in": {"from": "operator", "tcp": 22}}},
            "target": {},
            "uplinks": {
                "eth0": {
                    "zone": "internet",
                    "ipv4": "203.0.113.2/24",
                    "gateway4": "203.0.113.1",
                    "ipv6": "2001:db8::2/64",
                    "gateway6": "fe80::1",
                },
                "eth1": {"zone": "backbone", "ipv4": "192.0.2.10/24"},
            },
            "networks": {"microvm": {"taps": "vm-*", "create-taps": True}, "back": {"taps": "vb-*"}},
            "routes": {"branch": {"to": "10.30.0.0/16", "via": "192.0.2.11"}},
        }
    },
    "guests": {
        "web": {"host": "hypervisor", "tags": ["web"], "nics": {"microvm": {"ipv4": "10.0.0.20", "ipv6": "auto"}}},
    },
    "forwards": {"http": {"on": "hypervisor", "ports": "tcp/80", "to": "web"}},
    "policy": {
        "out": {"from": "microvm", "to": "internet", "allow": "any"},
        "admin": {"from": "any", "to": "hosts", "allow": ["ssh", "tcp/2222"]},
    },
    "waivers": {"public": {"code": "TL604", "on": "forward/http", "reason": "a public web server"}},
}
OTHERS = {
    "hosts.hypervisor.uplinks.eth0.ipv4": ("gateway4",),
    "hosts.hypervisor.uplinks.eth0.ipv6": ("gateway6",),
    "policy.out.deny": ("allow",),
    "hosts.hypervisor.take-up.probes.in.ping": ("from", "tcp"),
    "hosts.hypervisor.take-up.probes.in.dns": ("from", "tcp"),
}
"""For a key, the keys of the same entry that cannot be combined with it; the test removes them."""


def _keys(schema: Mapping[str, Any], at: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """Every key with an example, by its path in `BASE`."""
    for name, one in schema.get("properties", {}).items():
        here = (*path, name)
        if one.get("examples") or "$comment" in one:
            found = one["examples"][0] if one.get("examples") else yaml.safe_load(one["$comment"])
            yield ".".join(here), found
        below = at.get(name)
        yield from _keys(one, below if isinstance(below, Mapping) else {}, here)
    inner = schema.get("additionalProperties")
    if isinstance(inner, Mapping):
        first = next(iter(at), "any")
        yield from _keys(inner, at.get(first, {}), (*path, first))
    for form in schema.get("anyOf", ()):
        yield from _keys(form, at, path)


KEYS = dict(_keys(language_schema(), BASE, ()))


def _without(schema: Mapping[str, Any], path: str) -> Iterator[str]:
    """Keys below a schema that have neither an example nor subkeys."""
    for name, one in schema.get("properties", {}).items():
        forms = (one, one.get("additionalProperties"), *one.get("anyOf", ()))
        deeper = any(isinstance(form, Mapping) and form.get("properties") for form in forms)
        if not (one.get("examples") or "$comment" in one or deeper or "const" in one or path == ""):
            yield f"{path}.{name}"
        yield from _without(one, f"{path}.{name}")
    inner = schema.get("additionalProperties")
    if isinstance(inner, Mapping):
        yield from _without(inner, f"{path}.*")
    for form in schema.get("anyOf", ()):
        yield from _without(form, path)


def test_every_key_has_an_example() -> None:
    assert list(_without(language_schema(), "")) == []
    assert len(KEYS) > 90


@pytest.mark.parametrize("path", sorted(KEYS))
def test_the_example_of_a_key_compiles(path: str) -> None:
    site = copy.deepcopy(dict(BASE))
    *above, name = path.split(".")
    entry: Any = site
    for step in above:
        entry = entry.setdefault(step, {})
    entry[name] = KEYS[path]
    for other in OTHERS.get(path, ()):
        entry.pop(other, None)
    found = compiled(json.dumps(site))
    errors = [d for d in found.diagnostics if d.severity is Severity.ERROR]
    assert [(d.code, d.message) for d in errors] == [], json.dumps(entry)
