"""`reach` marks answers that depend on unknown values: addresses learned from DHCP and RA, and hosts beyond an uplink.

The site has two hosts. The address of `field` is unknown; `home` admits `field` only if it is an office address.
"""

from __future__ import annotations

import functools

import pytest
from tests.sites import NOW, compiled

from taploom.base.address import FAMILIES, Family, parse_address
from taploom.flows.algebra.spans import holds
from taploom.flows.reach.endpoints import end_of, services_of
from taploom.flows.reach.query import Inquiry
from taploom.flows.reach.reply import Reply
from taploom.report.reach import Asked, reach_text

SPEC = """
taploom: 1
site: {name: two, domain: example.org}
addresses:
  office: [198.51.100.0/24, 2001:db8:f::/48]
networks:
  inner: {ipv4: 10.1.0.1/24, ipv6: fd01::1/64, nat: {ipv4: masquerade, ipv6: 2001:db8:3::/64}}
  camp: {ipv4: 10.2.0.1/24, ipv6: fd02::1/64, nat: true}
hosts:
  home:
    uplinks: {eth0: {zone: internet, ipv4: 203.0.113.5/24, gateway4: 203.0.113.1, ipv6: 2001:db8:1::5/64,
      gateway6: fe80::1}}
    networks: {inner: {}}
  field:
    uplinks: {wan: {zone: internet, ipv4: dhcp, ipv6: ra}}
    networks: {camp: {}}
guests:
  www: {host: home, nics: {inner: {ipv4: 10.1.0.10, ipv6: "fd01::10", mac: 02:00:00:00:00:0a}}}
  tent: {host: field, nics: {camp: {ipv4: 10.2.0.10, ipv6: "fd02::10", mac: 02:00:00:00:00:0b}}}
forwards:
  knock: {on: field, ports: tcp/443, to: tent}
policy:
  out: {from: [inner, camp], to: internet, allow: any}
  visit: {from: camp, to: host/home, allow: ssh}
  admin: {from: office, to: host/home, allow: ssh}
  open: {from: internet, to: www, allow: https}
"""
OFFICE = {Family.IPV4: "198.51.100.7", Family.IPV6: "2001:db8:f::7"}
ELSEWHERE = {Family.IPV4: "192.0.2.7", Family.IPV6: "2001:db8:e::7"}
MIRROR = "2001:db8:3::10"


@functools.cache
def inquiry() -> Inquiry:
    return Inquiry(compiled(SPEC).plan, NOW)


def ask(source: str, to: str, service: str) -> tuple[Reply, ...]:
    names = inquiry().index
    return inquiry().ask(end_of(names, source), end_of(names, to), services_of(names, service))


def text(source: str, to: str, service: str) -> str:
    return reach_text(Asked(source, to, service, inquiry(), ask(source, to, service)))


@pytest.mark.parametrize("sender", ["host/field", "tent"])
@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.key)
def test_an_answer_that_depends_on_a_learned_sender_says_so(sender: str, family: Family) -> None:
    """Each possible address of `field` is in exactly one part, so no two parts contradict each other."""
    found = [reply for reply in ask(sender, "home/eth0", "ssh") if reply.family is family]
    for address, verdict in ((OFFICE, "allow"), (ELSEWHERE, "drop")):
        value = parse_address(address[family]).value
        (reply,) = (r for r in found for each in r.unknown if each.within is None or holds(each.within, value))
        assert reply.verdict == verdict
        assert [(each.role, each.host, each.uplink) for each in reply.unknown] == [("sender", "field", "wan")]
        assert not reply.certain


def test_the_text_names_the_condition() -> None:
    said = text("tent", "home/eth0", "ssh")
    assert "only if field/wan has been given an address of 198.51.100.0/24" in said
    assert "only if field/wan has been given an address outside of 198.51.100.0/24" in said
    assert "source becomes the address of wan" in said


def test_the_steps_belong_to_the_part() -> None:
    """The steps at the receiving host use the translated sender that the part is about."""
    for reply in ask("tent", "home/eth0", "ssh"):
        last = reply.hops[-1].steps[-1]
        assert ("accept" in last) == reply.allowed, last
        assert "drop" in last or reply.allowed


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.key)
def test_a_learned_destination_is_reachable_by_name_from_another_host(family: Family) -> None:
    (reply,) = (r for r in ask("www", "field/wan", "https") if r.family is family)
    assert (reply.verdict, reply.decided_by) == ("allow", "forward/knock")
    assert [hop.host for hop in reply.hops] == ["home", "field"]
    assert [(each.role, each.host, each.within) for each in reply.unknown] == [("destination", "field", None)]
    (closed,) = (r for r in ask("www", "field/wan", "tcp/444") if r.family is family)
    assert (closed.verdict, closed.decided_by) == ("drop", "default")
    assert "→ the address of field/wan" in text("www", "field/wan", "https")


def test_a_question_about_a_host_covers_all_its_addresses() -> None:
    """A host's name stands for its learned addresses, too."""
    found = ask("www", "host/field", "ssh")
    assert {reply.family for reply in found} == set(FAMILIES)
    assert all(reply.verdict == "drop" and reply.hops[-1].host == "field" for reply in found)


def test_outside_addresses_of_guests_lead_to_the_host_that_translates_them() -> None:
    (reply,) = ask("tent", MIRROR, "https")
    assert (reply.verdict, reply.decided_by) == ("allow", "policy/open")
    assert [hop.host for hop in reply.hops] == ["field", "home"]
    assert "destination becomes fd01::10" in text("tent", MIRROR, "https")
    (closed,) = ask("tent", MIRROR, "http")
    assert (closed.verdict, closed.hops[-1].host) == ("drop", "home")


def test_nothing_is_claimed_beyond_the_uplinks() -> None:
    assert "as far as eth0 of home: the path beyond it is not known" in text("www", "internet", "http")
    assert "not known" not in text("internet", "www", "https")
