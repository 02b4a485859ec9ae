"""Default routes of a guest in several networks: in each family, the route uses a network that has a gateway."""

from __future__ import annotations

from pathlib import Path

from tests.sites import Site, compiled

from taploom.backends import guest as guests

TEXT = (Path(__file__).parent / "way-out-by-the-gateway.yaml").read_text(encoding="utf-8")
TWO = """\
taploom: 1
networks:
  a: {ipv6: "fd12:3456:789a::1/64", ra: true}
  b: {ipv4: 10.9.1.1/24, dhcp: true}
  c: {ipv4: 10.9.2.1/24, ipv6: "fd12:3456:789c::1/64", dhcp: true, ra: true}
hosts:
  hv: {networks: {a: {}, b: {}, c: {}}}
guests:
  web: {host: hv, nics: {a: {}, b: {}, c: {}}}
"""


def default_routes(found: Site, name: str) -> dict[str, list[str]]:
    """Networks of a guest, each with the families whose default route uses that network, by the guest's units."""
    (guest,) = [guest for guest in found.plan.guests if guest.name == name]
    said: dict[str, list[str]] = {}
    for nic, unit in zip(guest.nics, guests.units(guest), strict=True):
        main = [s for s in unit.sections if "Table" not in {entry.key for entry in s.assignments}]
        keys = {(section.name, entry.key): entry.value for section in main for entry in section.assignments}
        ipv4 = keys["Network", "DHCP"] == "ipv4" and keys.get(("DHCPv4", "UseGateway")) is not False
        ipv6 = keys["Network", "IPv6AcceptRA"] is True and keys.get(("IPv6AcceptRA", "UseGateway")) is not False
        said[nic.network] = [word for word, there in (("IPv4", ipv4), ("IPv6", ipv6)) if there]
    return said


def test_a_network_without_a_gateway_gets_no_default_route() -> None:
    found = compiled(TEXT)
    assert default_routes(found, "router") == {"lab": [], "wan": ["IPv4"]}
    assert "TL511" not in found.codes


def test_the_default_route_of_a_family_leads_to_a_network_that_has_it() -> None:
    found = compiled(TWO)
    assert default_routes(found, "web") == {"a": ["IPv6"], "b": ["IPv4"], "c": []}
    (note,) = found.of("TL511")
    assert "is on `b` in IPv4 and `a` in IPv6" in note.message


def test_an_explicit_gateway_applies_to_all_families_of_the_nic() -> None:
    assert default_routes(compiled(TWO.replace("c: {}}}\n", "c: {gateway: true}}}\n")), "web") == {
        "a": [],
        "b": [],
        "c": ["IPv4", "IPv6"],
    }
    assert (
        default_routes(
            compiled(TWO.replace("{a: {}, b: {}, c: {}}}\n", "{a: {}, b: {gateway: true}, c: {}}}\n")), "web"
        )["a"]
        == []
    )
