"""Findings for users' sites in which older versions of taploom found nothing; comments in the case files name them."""

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
    """A case, compiled, optionally with a text replaced."""
    text = (CASES / f"{name}.yaml").read_text(encoding="utf-8")
    assert old in text
    return compiled(text.replace(old, new) if old else text)


def located(found: Site, code: str) -> list[tuple[str, int]]:
    """Subject and line of each finding with a code."""
    return [(each.subject, each.span.line if each.span else 0) for each in found.of(code)]


def test_a_service_of_only_one_family_is_reported() -> None:
    found = site("icmp-of-one-family")
    assert located(found, "TL720") == [("policy/no-ping", 18)]
    assert located(found, "TL721") == [("policy/probe", 19)]


def test_a_service_of_one_family_is_enough_if_one_side_has_only_that_family() -> None:
    """Here `lan` has no IPv6, so ICMPv6 does not matter."""
    found = site("icmp-of-one-family", ', ipv6: "fd12:3456:789b::1/64"', "")
    assert {"TL720", "TL721"} & set(found.codes) == set()


def test_a_forward_of_icmp_is_refused() -> None:
    """ICMP has no ports, so the check of families need not consider forwards."""
    forward = "forwards:\n  echo: {on: hv, ports: icmp, to: a, from: any}\npolicy:"
    assert "TL602" in site("icmp-of-one-family", "policy:", forward).codes


def test_built_in_services_cover_both_families() -> None:
    """The table of services is the truth here, not the check: each service with ICMP also has ICMPv6."""
    for services in BUILT_IN.values():
        protocols = {service.protocol for service in services}
        assert ("icmp" in protocols) is ("icmpv6" in protocols)
        assert "igmp" not in protocols


def test_a_resolver_that_a_deny_covers_is_reported() -> None:
    found = site("resolver-denied")
    assert located(found, "TL804") == [("network/vms", 5)]
    assert "`not-lan` denies it" in found.of("TL804")[0].message


def test_a_resolver_that_no_deny_covers_is_not_reported() -> None:
    for deny in ("deny: ssh", "deny: any, expires: 2026-01-01"):
        assert "TL804" not in site("resolver-denied", "deny: any", deny).codes
    assert "TL804" not in site("resolver-denied", "to: 192.168.0.0/16", "to: 192.168.21.0/24").codes
    assert "TL804" not in site("resolver-denied", "dns: [192.168.20.1]", "dns: host").codes


def test_a_fixed_address_without_a_gateway_is_reported() -> None:
    assert located(site("no-gateway6"), "TL430") == [("host/hv", 9)]


def test_reach_reports_a_drop_for_destinations_without_a_route() -> None:
    """In IPv6, the host has a route only to the link of its uplink."""
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


def test_the_matrix_marks_access_that_depends_on_a_route_of_the_host() -> None:
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
        (row,) = [line for line in lines[lines.index("vms") :] if "→ internet" in line]
        assert row == f"  → internet: {'; '.join(words)}"


def test_a_gateway_learned_by_ra_counts_as_a_gateway() -> None:
    found = site("no-gateway6", '::10/64"}', '::10/64", gateway6: ra}')
    assert "TL430" not in found.codes
    inquiry = Inquiry(found.plan, NOW)
    names = inquiry.index
    (far,) = inquiry.ask(end_of(names, "a"), end_of(names, "2620:fe::fe"), services_of(names, "dns"))
    assert (far.verdict, far.decided_by) == ("allow", "policy/out")
    assert read_plan(plan_json(found.plan)).hosts[0].uplinks[0].ipv6 == found.plan.hosts[0].uplinks[0].ipv6


def test_gateway6_ra_without_a_fixed_address_is_reported() -> None:
    found = site("no-gateway6", 'ipv6: "2001:db8:1::10/64"}', "ipv6: ra, gateway6: ra}")
    assert located(found, "TL409") == [("host/hv", 9)]


@needs("root", "tun", "networkd", "nft", "ip", "unshare", "nsenter")
@pytest.mark.kernel
def test_packets_leave_by_a_gateway_learned_by_ra() -> None:
    with Lab() as lab:
        text = (CASES / "no-gateway6.yaml").read_text(encoding="utf-8")
        proof = Proof(lab, text.replace('::10/64"}', '::10/64", gateway6: ra}'))
        assert proof.disagreements() == {}
        to = {q.to.machine for q in proof.asked if q.verdict.allowed and q.packet.family is Family.IPV6}
        assert any("internet" in name for name in to), to


def test_a_translation_to_the_prefix_of_the_uplinks_link_is_reported() -> None:
    found = site("prefix-on-link")
    assert located(found, "TL630") == [("network/vms", 5)]
    assert "guest `web` becomes 2001:db8:10::10, the host's own" in found.of("TL630")[0].message


def test_a_translation_to_a_routed_prefix_is_not_reported() -> None:
    assert "TL630" not in site("prefix-on-link", '{ipv6: "2001:db8:10::/64"}', '{ipv6: "2001:db8:11::/64"}').codes


def test_multicast_destinations_are_refused_without_naming_another_entry() -> None:
    found = site("groups")
    assert located(found, "TL722") == [("policy/groups", 20)]
    assert "TL716" not in found.codes


def test_an_entry_to_a_host_instead_of_a_group_is_not_reported() -> None:
    assert "TL722" not in site("groups", "to: mdns-group", "to: host/nuc").codes


def test_a_guest_that_may_use_another_dhcp_client_identifier_is_reported() -> None:
    found = site("cloud-image")
    assert located(found, "TL431") == [("network/vms", 6)]
    (one,) = found.of("TL431")
    assert one.severity is Severity.WARNING
    message = (
        "gets its reserved address only with its MAC as client identifier; at another address, the spoof guard drops"
    )
    assert message in one.message
    assert "ClientIdentifier=mac" in one.help


def test_the_message_about_identifiers_counts_guests_and_mentions_the_guard_only_if_there_is_one() -> None:
    several = "  cloud: {host: hv, nics: {vms: {ipv4: 10.9.0.58}}}\n  more: {host: hv, nics: {vms: {}}}\n"
    found = site("cloud-image", several.splitlines(keepends=True)[0], several)
    assert "guest `cloud` and 1 more of network `vms` get reserved addresses" in found.of("TL431")[0].message
    (open_,) = site("cloud-image", "dhcp: true", "dhcp: true, spoof-guard: false").of("TL431")
    assert "at another address, policy does not apply to it" in open_.message


def test_identifiers_are_not_reported_if_the_server_matches_by_mac() -> None:
    assert "TL431" not in site("cloud-image", "systemd: 252", "systemd: 254").codes
