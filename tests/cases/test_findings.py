"""Sites of users that validated without a word: what each should be told is said in the first comment of its file."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.lab.proof import Proof
from tests.sites import NOW, Site, compiled
from tests.support import needs

from taploom.base.address import Family, parse_prefix
from taploom.base.diagnostic_rule import Severity
from taploom.flows.packets.packet import DESTINATION
from taploom.flows.reach.endpoints import end_of, services_of
from taploom.flows.reach.matrix import zone_matrix
from taploom.flows.reach.query import Inquiry
from taploom.lab.session import Lab
from taploom.plan.json import plan_json
from taploom.plan.read import read_plan
from taploom.plan.services import BUILT_IN
from taploom.report.matrix import MATRIX_FORMATS

CASES = Path(__file__).parent


def site(name: str, old: str = "", new: str = "") -> Site:
    """A case, or a variant of it."""
    text = (CASES / f"{name}.yaml").read_text(encoding="utf-8")
    assert old in text
    return compiled(text.replace(old, new) if old else text)


def told(found: Site, code: str) -> list[tuple[str, int]]:
    """The subjects and lines of the findings with a code."""
    return [(each.subject, each.span.line if each.span else 0) for each in found.of(code)]


def test_a_service_of_one_family_is_told_of() -> None:
    found = site("icmp-of-one-family")
    assert told(found, "TL720") == [("policy/no-ping", 18)]
    assert told(found, "TL721") == [("policy/probe", 19)]


def test_where_both_ends_have_one_family_it_is_enough() -> None:
    """`lan` without IPv6: nothing of it passes by ICMPv6."""
    found = site("icmp-of-one-family", ', ipv6: "fd12:3456:789b::1/64"', "")
    assert {"TL720", "TL721"} & set(found.codes) == set()


def test_no_forward_has_a_service_of_one_family() -> None:
    """ICMP has no ports, so that it is refused whatever the family."""
    forward = "forwards:\n  echo: {on: hv, ports: icmp, to: a, from: any}\npolicy:"
    assert "TL602" in site("icmp-of-one-family", "policy:", forward).codes


def test_what_is_built_in_means_both_families() -> None:
    """Each has ICMPv6 where it has ICMP: worked out from the table alone, not by the check."""
    for services in BUILT_IN.values():
        protocols = {service.protocol for service in services}
        assert ("icmp" in protocols) is ("icmpv6" in protocols)
        assert "igmp" not in protocols


def test_a_resolver_that_a_deny_covers_is_told_of() -> None:
    found = site("resolver-denied")
    assert told(found, "TL804") == [("network/vms", 5)]
    assert "`not-lan` denies it" in found.of("TL804")[0].message


def test_a_resolver_that_the_deny_leaves_alone_is_none() -> None:
    for deny in ("deny: ssh", "deny: any, expires: 2026-01-01"):
        assert "TL804" not in site("resolver-denied", "deny: any", deny).codes
    assert "TL804" not in site("resolver-denied", "to: 192.168.0.0/16", "to: 192.168.21.0/24").codes
    assert "TL804" not in site("resolver-denied", "dns: [192.168.20.1]", "dns: host").codes


def test_a_static_address_without_a_gateway_is_told_of() -> None:
    assert told(site("no-gateway6"), "TL430") == [("host/hv", 9)]


def test_what_no_route_leads_to_is_dropped_and_reach_says_so() -> None:
    """The uplink's own link is all that IPv6 of the host leads to."""
    inquiry = Inquiry(site("no-gateway6").plan, NOW)
    names = inquiry.index
    replies = inquiry.ask(end_of(names, "a"), end_of(names, "internet"), services_of(names, "https"))
    said = {(r.family, r.verdict, r.decided_by) for r in replies}
    assert said == {
        (Family.IPV4, "allow", "policy/out"),
        (Family.IPV6, "allow", "policy/out"),
        (Family.IPV6, "drop", "implied/no-route"),
    }
    (near,) = [r for r in replies if r.family is Family.IPV6 and r.allowed]
    link = parse_prefix("2001:db8:1::/64")
    assert all(link.value <= first <= last < link.value + link.size for first, last in near.box[DESTINATION] or ())
    (far,) = inquiry.ask(end_of(names, "a"), end_of(names, "2620:fe::fe"), services_of(names, "dns"))
    assert (far.verdict, far.decided_by) == ("drop", "implied/no-route")


def test_the_matrix_tells_what_is_near_from_what_is_everywhere() -> None:
    for gateway, words in (
        (
            "",
            [
                "any by policy/out (ipv4)",
                "any by policy/out (only to destinations to which the host has a route) (ipv6)",
            ],
        ),
        (", gateway6: ra", ["any by policy/out"]),
    ):
        found = site("no-gateway6", '::10/64"}', f'::10/64"{gateway}}}')
        lines = MATRIX_FORMATS["text"](zone_matrix(Inquiry(found.plan, NOW))).splitlines()
        (told,) = [line for line in lines[lines.index("vms") :] if "→ internet" in line]
        assert told == f"  → internet: {'; '.join(words)}"


def test_routers_that_advertise_themselves_are_a_way_out() -> None:
    found = site("no-gateway6", '::10/64"}', '::10/64", gateway6: ra}')
    assert "TL430" not in found.codes
    inquiry = Inquiry(found.plan, NOW)
    names = inquiry.index
    (far,) = inquiry.ask(end_of(names, "a"), end_of(names, "2620:fe::fe"), services_of(names, "dns"))
    assert (far.verdict, far.decided_by) == ("allow", "policy/out")
    assert read_plan(plan_json(found.plan)).hosts[0].uplinks[0].ipv6 == found.plan.hosts[0].uplinks[0].ipv6


def test_beside_an_address_that_is_learned_it_says_nothing() -> None:
    found = site("no-gateway6", 'ipv6: "2001:db8:1::10/64"}', "ipv6: ra, gateway6: ra}")
    assert told(found, "TL409") == [("host/hv", 9)]


@needs("root", "tun", "networkd", "nft", "ip", "unshare", "nsenter")
@pytest.mark.kernel
def test_packets_leave_by_the_router_that_advertises_itself() -> None:
    with Lab() as lab:
        text = (CASES / "no-gateway6.yaml").read_text(encoding="utf-8")
        proof = Proof(lab, text.replace('::10/64"}', '::10/64", gateway6: ra}'))
        assert proof.disagreements() == {}
        to = {q.to.machine for q in proof.asked if q.verdict.allowed and q.packet.family is Family.IPV6}
        assert any("internet" in name for name in to), to


def test_a_translation_to_the_uplinks_own_link_is_told_of() -> None:
    found = site("prefix-on-link")
    assert told(found, "TL630") == [("network/vms", 5)]
    assert "guest `web` becomes 2001:db8:10::10, the host's own" in found.of("TL630")[0].message


def test_a_routed_prefix_is_fine() -> None:
    assert "TL630" not in site("prefix-on-link", '{ipv6: "2001:db8:10::/64"}', '{ipv6: "2001:db8:11::/64"}').codes


def test_groups_are_refused_and_no_other_entry_is_named_for_them() -> None:
    found = site("groups")
    assert told(found, "TL722") == [("policy/groups", 20)]
    assert "TL716" not in found.codes


def test_a_host_may_hear_groups() -> None:
    assert "TL722" not in site("groups", "to: mdns-group", "to: host/nuc").codes


def test_a_guest_that_may_call_itself_otherwise_is_told_of() -> None:
    found = site("cloud-image")
    assert told(found, "TL431") == [("network/vms", 6)]
    (one,) = found.of("TL431")
    assert one.severity is Severity.WARNING
    assert "gets its reserved address only if it asks by its MAC; at another, the spoof guard drops" in one.message
    assert "ClientIdentifier=mac" in one.help


def test_several_of_them_are_told_in_the_plural_and_an_unguarded_network_without_the_guard() -> None:
    several = "  cloud: {host: hv, nics: {vms: {ipv4: 10.9.0.58}}}\n  more: {host: hv, nics: {vms: {}}}\n"
    found = site("cloud-image", several.splitlines(keepends=True)[0], several)
    assert "guest `cloud` and 1 more of network `vms` get reserved addresses" in found.of("TL431")[0].message
    (open_,) = site("cloud-image", "dhcp: true", "dhcp: true, spoof-guard: false").of("TL431")
    assert "at another, policy does not apply to it" in open_.message


def test_where_the_server_goes_by_the_hardware_address_it_is_not() -> None:
    assert "TL431" not in site("cloud-image", "systemd: 252", "systemd: 254").codes
