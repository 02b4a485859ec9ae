"""Compares the terms that a policy entry gives to each host with terms worked out by hand, one per line.

A line reads `[deny] INGRESS > EGRESS: SOURCES > DESTINATIONS: SERVICES`; IPv4 and IPv6 have separate lines.
"""

from __future__ import annotations

from tests.sites import compiled

from taploom.plan.policy import Action, Service, Side, SideKind, Term

SITE = """\
taploom: 1
addresses:
  office: [198.51.100.0/24, '2001:db8:f::/48']
  part: 10.0.0.64/26
networks:
  lan: {ipv4: 10.0.0.1/24, ipv6: 'fd00:0:0:1::1/64'}
  dmz: {ipv4: 10.0.1.1/24, zone: servers}
  iot: {ipv4: 10.0.2.1/24, isolated: true}
hosts:
  hv1:
    uplinks:
      eth0: {zone: internet, ipv4: dhcp, ipv6: ra}
      eth1: {zone: corp, ipv4: 192.0.2.10/24}
    networks: {lan: {}, dmz: {}, iot: {}}
guests:
  web: {host: hv1, nics: {dmz: {ipv4: 10.0.1.10}}, tags: [public]}
  pc: {host: hv1, nics: {lan: {ipv4: 10.0.0.10, ipv6: 'fd00:0:0:1::10'}}, tags: [public]}
"""


def side(end: Side) -> str:
    return f"{end.kind.value} {end.name}".rstrip()


def services(found: tuple[Service, ...]) -> str:
    return " ".join(f"{s.protocol}/{s.first}" + (f"-{s.last}" if s.last > s.first else "") for s in found) or "any"


def line(term: Term) -> str:
    sources, destinations = (" ".join(map(str, found)) for found in (term.sources, term.destinations))
    sign = "" if term.action is Action.ALLOW else "deny "
    return f"{sign}{side(term.ingress)} > {side(term.egress)}: {sources} > {destinations}: {services(term.services)}"


def terms(entry: str, site: str = SITE, host: str = "hv1") -> list[str]:
    """The terms of a policy entry on a host, sorted."""
    plan = compiled(f"{site}policy:\n  rule: {entry}\n").plan
    (found,) = [each for each in plan.hosts if each.name == host]
    return sorted(map(line, found.terms))


def test_a_network_to_a_zone_of_uplinks() -> None:
    assert terms("{from: lan, to: internet, allow: any}") == [
        "bridge lan > outside internet: 10.0.0.0/24 > 0.0.0.0/0: any",
        "bridge lan > outside internet: fd00:0:0:1::/64 > ::/0: any",
    ]


def test_a_zone_of_networks_selects_its_members() -> None:
    assert terms("{from: lan, to: servers, allow: [https, ping]}") == [
        "bridge lan > bridge dmz: 10.0.0.0/24 > 10.0.1.0/24: icmp/8 tcp/443",
    ]


def test_a_guest_stands_for_its_addresses() -> None:
    assert terms("{from: guest/pc, to: web, allow: http}") == [
        "bridge lan > bridge dmz: 10.0.0.10/32 > 10.0.1.10/32: tcp/80",
    ]


def test_a_tag_stands_for_guests_of_several_networks() -> None:
    assert terms("{from: internet, to: tag/public, allow: https}") == [
        "outside internet > bridge dmz: 0.0.0.0/0 > 10.0.1.10/32: tcp/443",
        "outside internet > bridge lan: 0.0.0.0/0 > 10.0.0.10/32: tcp/443",
        "outside internet > bridge lan: ::/0 > fd00:0:0:1::10/128: tcp/443",
    ]


def test_named_addresses_enter_through_every_uplink_and_unknown_interface() -> None:
    assert terms("{from: office, to: host/hv1, allow: ssh}") == [
        "other > self: 198.51.100.0/24 > 0.0.0.0/0: tcp/22",
        "other > self: 2001:db8:f::/48 > ::/0: tcp/22",
        "outside corp > self: 198.51.100.0/24 > 0.0.0.0/0: tcp/22",
        "outside corp > self: 2001:db8:f::/48 > ::/0: tcp/22",
        "outside internet > self: 198.51.100.0/24 > 0.0.0.0/0: tcp/22",
        "outside internet > self: 2001:db8:f::/48 > ::/0: tcp/22",
    ]


def test_a_prefix_within_the_site_enters_only_through_its_bridge() -> None:
    assert terms("{from: part, to: web, allow: any}") == [
        "bridge lan > bridge dmz: 10.0.0.64/26 > 10.0.1.10/32: any",
    ]


def test_a_prefix_that_contains_networks_is_cut_to_each_bridge_and_whole_outside() -> None:
    assert terms("{from: 10.0.0.0/8, to: web, allow: any}") == [
        "bridge iot > bridge dmz: 10.0.2.0/24 > 10.0.1.10/32: any",
        "bridge lan > bridge dmz: 10.0.0.0/24 > 10.0.1.10/32: any",
        "outside corp > bridge dmz: 10.0.0.0/8 > 10.0.1.10/32: any",
        "outside internet > bridge dmz: 10.0.0.0/8 > 10.0.1.10/32: any",
    ]


def test_any_to_the_host_includes_link_local_senders() -> None:
    found = terms("{from: any, to: host/hv1, allow: dns}")
    assert "bridge lan > self: fd00:0:0:1::/64 fe80::/64 > ::/0: tcp/53 udp/53" in found
    assert "other > self: ::/0 > ::/0: tcp/53 udp/53" in found
    assert "bridge dmz > self: 10.0.1.0/24 > 0.0.0.0/0: tcp/53 udp/53" in found
    assert not [each for each in found if "> bridge" in each]


def test_link_local_senders_reach_only_the_host() -> None:
    assert not [each for each in terms("{from: lan, to: any, allow: any}") if "fe80" in each and "> self" not in each]


def test_within_one_bridge_an_allow_makes_no_term_and_a_deny_makes_one() -> None:
    assert terms("{from: lan, to: lan, allow: any}") == []
    assert terms("{from: pc, to: lan, deny: smb}") == [
        "deny bridge lan > bridge lan: 10.0.0.10/32 > 10.0.0.0/24: tcp/445",
        "deny bridge lan > bridge lan: fd00:0:0:1::10/128 > fd00:0:0:1::/64: tcp/445",
    ]


def test_a_service_of_one_family_makes_terms_of_that_family() -> None:
    assert terms("{from: lan, to: internet, allow: icmpv6/echo-request}") == [
        "bridge lan > outside internet: fd00:0:0:1::/64 > ::/0: icmpv6/128",
    ]


def test_a_host_as_sender_makes_no_terms() -> None:
    assert terms("{from: host/hv1, to: internet, allow: any}") == []


TWO = """\
taploom: 1
networks:
  a: {ipv4: 10.1.0.1/24}
  b: {ipv4: 10.2.0.1/24}
  p: {ipv4: 203.0.113.1/26}
hosts:
  one:
    uplinks: {eth0: {zone: net, ipv4: 192.0.2.1/24}}
    networks: {a: {}}
    routes: {two: {to: 10.2.0.0/16, via: 192.0.2.2}}
  two:
    uplinks: {eth0: {zone: net, ipv4: 192.0.2.2/24}}
    networks: {b: {}, p: {}}
guests:
  x: {host: two, nics: {b: {ipv4: 10.2.0.7}}}
"""


def test_each_host_with_a_route_enforces_traffic_between_hosts() -> None:
    entry = "{from: a, to: x, allow: https}"
    assert terms(entry, TWO, "one") == ["bridge a > remote net: 10.1.0.0/24 > 10.2.0.7/32: tcp/443"]
    assert terms(entry, TWO, "two") == [], "two has no route to the private network of one"


def test_a_public_network_elsewhere_is_reached_through_the_default_route() -> None:
    entry = "{from: a, to: p, allow: https}"
    assert terms(entry, TWO, "one") == ["bridge a > remote net: 10.1.0.0/24 > 203.0.113.0/26: tcp/443"]


def test_another_host_stands_for_its_fixed_address() -> None:
    entry = "{from: host/one, to: x, allow: tcp/9100}"
    assert terms(entry, TWO, "one") == []
    assert terms(entry, TWO, "two") == ["remote net > bridge b: 192.0.2.1/32 > 10.2.0.7/32: tcp/9100"]


def test_hosts_as_destination_stand_for_the_own_input_and_addresses_of_others() -> None:
    entry = "{from: b, to: hosts, allow: ssh}"
    assert terms(entry, TWO, "two") == [
        "bridge b > remote net: 10.2.0.0/24 > 192.0.2.1/32: tcp/22",
        "bridge b > self: 10.2.0.0/24 > 0.0.0.0/0: tcp/22",
    ]


def test_any_excludes_other_hosts_as_sender_and_includes_them_as_destination() -> None:
    assert "remote net > self: 10.2.0.0/24 203.0.113.0/26 > 0.0.0.0/0: tcp/22" in terms(
        "{from: any, to: host/one, allow: ssh}", TWO, "one"
    )
    assert "bridge b > remote net: 10.2.0.0/24 > 192.0.2.1/32: any" in terms(
        "{from: b, to: any, allow: any}", TWO, "two"
    )


def test_each_term_has_the_options_of_its_entry() -> None:
    plan = compiled(
        SITE + "policy:\n  r: {from: lan, to: internet, allow: any, log: true, limit: 5/minute burst 9,"
        " expires: 2027-06-30}\n"
    ).plan
    for term in plan.hosts[0].terms:
        assert (term.entry, term.log, term.expires) == ("policy/r", True, 1814400000)
        assert term.limit
        assert (term.limit.rate, term.limit.unit, term.limit.burst) == (5, "minute", 9)
    assert {term.ingress.kind for term in plan.hosts[0].terms} == {SideKind.BRIDGE}
