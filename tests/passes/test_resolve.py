"""One mistake is reported once: entries that depend on a broken entry are skipped silently and break no later stage."""

from __future__ import annotations

import pytest
from tests.sites import compiled

SITE = """taploom: 1
networks:
  lan: {ipv4: 10.0.0.1/24, ipv6: 'fd12:3456:789a::1/64', nat: true}
hosts:
  hv: {input: foreign, uplinks: {eth0: {zone: internet, ipv4: dhcp, ipv6: ra}}, networks: {lan: {}}}
guests:
  web: {host: %s, nics: {lan: {ipv4: %s}}, tags: [shop]}
  db: {host: hv, nics: {lan: {}}}
"""
SOUND = ("hv", "10.0.0.9")


def errors(more: str, host: str = "hv", ipv4: str = "10.0.0.9") -> list[str]:
    """Each error of the site with further sections, as `code message`."""
    found = compiled(SITE % (host, ipv4) + more).diagnostics
    return [f"{d.code} {d.message}" for d in found if d.severity.value == "error"]


@pytest.mark.parametrize(
    "more",
    [
        "policy: {out: {from: web, to: internet, allow: any}}",
        "policy: {out: {from: internet, to: [db, guest/web], deny: any}}",
        "policy: {out: {from: tag/shop, to: internet, allow: any}}",
        "forwards: {http: {on: hv, ports: http, to: web}}",
        "forwards: {http: {on: hv, ports: http, to: db, from: web}}",
    ],
)
def test_entries_that_depend_on_a_broken_guest_cause_no_error(more: str) -> None:
    assert errors(more) == []
    assert errors(more, host="nohost") == ["TL203 unknown host `nohost`"]
    assert errors(more, host="[]") == ["TL206 expected a name, not a list"]
    assert errors(more, ipv4="10.0.0.300") == ["TL208 `10.0.0.300` is not an IP address"]


def test_a_tag_without_members_is_unknown() -> None:
    assert errors("policy: {out: {from: tag/shops, to: internet, allow: any}}") == ["TL203 unknown tag `shops`"]


@pytest.mark.parametrize("name", ["tcp", "icmp", "esp"])
def test_a_service_cannot_have_the_name_of_a_protocol(name: str) -> None:
    assert errors(f"services: {{{name}: tcp/99}}") == [f"TL209 `{name}` is a protocol"]


def test_a_forward_without_senders_in_its_family_is_refused() -> None:
    more = "forwards: {http: {on: hv, ports: http, to: web, from: db}}"
    assert errors(more) == []
    site = (SITE % SOUND).replace("lan: {}}}\n", "lan: {ipv4: none, ipv6: none}}}\n") + more
    found = compiled(site).of("TL601")
    assert [(d.message, str(d.span)) for d in found] == [
        (
            "`from` selects no sender with a known IPv4 and IPv6 address, but guest `web` is reached by IPv4 and IPv6",
            "specs/site.yaml:9:55",
        )
    ]


@pytest.mark.parametrize(
    ("more", "wrong", "unknown"),
    [
        ("forwards: {http: {on: hv, ports: tcp/80-79, to: wbe}}", "TL208", "TL203 unknown guest `wbe`"),
        ("forwards: {http: {on: hx, ports: tcp/0, to: web}}", "TL208", "TL203 unknown host `hx`"),
        ("forwards: {http: {on: hv/eth7, ports: tcp/0, to: web}}", "TL208", "TL203 unknown uplink `eth7`"),
        ("forwards: {http: {on: hv, ports: tcp/0, to: web, from: [office]}}", "TL208", "TL203 unknown name `office`"),
        ("forwards: {http: {on: hv, ports: htpt, to: []}}", "TL206", "TL203 unknown service `htpt`"),
        ("policy: {p: {from: wbe, to: [], allow: any}}", "TL208", "TL203 unknown name `wbe`"),
        ("policy: {p: {from: web, to: internet, allow: htp, expires: never}}", "TL208", "TL203 unknown service `htp`"),
        ("policy: {p: {from: web, to: internet, deny: httpz, log: 7}}", "TL208", "TL203 unknown service `httpz`"),
    ],
)  # fmt: skip
def test_an_error_in_one_key_hides_no_unknown_name_in_another(more: str, wrong: str, unknown: str) -> None:
    found = errors(more)
    assert unknown in found
    assert sorted({error.split()[0] for error in found}) == sorted({wrong, "TL203"})


@pytest.mark.parametrize(
    ("host", "ipv4", "unknown"),
    [
        ("hx, nics: {}}\n  x: {host: {}, nics: {lna: {}}}\n  y: {host: hv", "10.0.0.9", "TL203 unknown network `lna`"),
        ("hv", "10.0.0.9}, lna: {mtu: 7, ipv4: 1.2.3.4.5", "TL203 unknown network `lna`"),
        ("hx", "10.0.0.9}, lan2: {", "TL203 unknown network `lan2`"),
    ],
)
def test_an_error_in_a_guest_hides_no_unknown_name_in_it(host: str, ipv4: str, unknown: str) -> None:
    assert unknown in errors("", host, ipv4)


def test_an_error_in_a_host_hides_no_unknown_name_in_it() -> None:
    site = (SITE % SOUND).replace("networks: {lan: {}}}", "networks: {lna: {}}, management: [shs], routes: 7}")
    found = {d.message for d in compiled(site).of("TL203")}
    assert found == {"unknown network `lna`", "unknown service `shs`"}
