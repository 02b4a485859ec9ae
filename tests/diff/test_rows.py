"""Rows of flow changes that a reviewer reads: their sources, destinations, services and example packet."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

import pytest
from tests.diff.site import CASES, Case, Files, both, plans, swap
from tests.sites import compiled

from taploom.diff.change import ComparedPlan, compare
from taploom.diff.effects import Effect
from taploom.diff.flows import compare_flows
from taploom.diff.model import Change
from taploom.diff.service_names import ANY, services_of, simplified
from taploom.diff.verdicts import FlowChange, VerdictChange
from taploom.plan.host import Fixed
from taploom.plan.site import Plan
from taploom.report.plan import flow_words

SITE = """\
taploom: 1
site: {name: rows, domain: vm.example.org, target: {systemd: 252, nftables: 1.0.6}}
hosts:
  hv:
    uplinks: {eno1: {zone: internet, ipv4: 192.0.2.1/24, gateway4: 192.0.2.254, ipv6: ra}}
    networks: {office: {}, lab: {}}
networks:
  office: {ipv4: 10.1.0.1/24, nat: true}
  lab: {ipv4: 10.2.0.1/24, nat: true}
guests:
  web: {host: hv, nics: {office: {ipv4: 10.1.0.10, mac: 02:00:00:00:00:10}}}
  db: {host: hv, nics: {office: {ipv4: 10.1.0.11, mac: 02:00:00:00:00:11}}}
  mail: {host: hv, nics: {lab: {ipv4: 10.2.0.10, mac: 02:00:00:00:00:20}}}
  probe: {host: hv, nics: {lab: {ipv4: 10.2.0.11, mac: 02:00:00:00:00:21}}}
policy:
  ssh: {from: internet, to: hosts, allow: ssh}
  look: {from: [office, lab], to: probe, allow: http}
"""
_SECOND = swap(
    "site.yaml", "mac: 02:00:00:00:00:21}}",
    "mac: 02:00:00:00:00:21, gateway: true}, office: {ipv4: 10.1.0.12, mac: 02:00:00:00:00:22}}",
)  # fmt: skip
_STATIC, _DHCP = "ipv4: 192.0.2.1/24, gateway4: 192.0.2.254", "ipv4: dhcp"


def change(edit: object = both(), given: object = both()) -> Change:
    assert callable(edit)
    assert callable(given)
    files: Files = {"site.yaml": SITE}
    given(files)
    before = compiled(dict(files))
    edit(files)
    after = compiled(files)
    assert not [one for side in (before, after) for one in side.diagnostics if one.rule.severity.name == "ERROR"]
    return compare(ComparedPlan("old", before.plan), ComparedPlan("new", after.plan))


def rows(found: Change) -> set[tuple[str, str, str, str]]:
    """Rows as the text output shows them: sources, destinations, services, and the entry that decides now."""
    found_rows = flow_words.told(found)
    return {(", ".join(r.sources), ", ".join(r.destinations), ", ".join(r.services), r.after.by) for r in found_rows}


def test_a_new_nic_adds_flows_with_its_neighbours() -> None:
    found = rows(change(_SECOND))
    assert ("guest/probe", "network/office", "any", "implied/bridge") in found
    assert ("network/office", "guest/probe", "any", "implied/bridge") in found


def test_a_guest_does_not_reach_itself() -> None:
    """No row is from a guest to itself: its kernel delivers such packets locally, whatever address they use."""
    found = change(_SECOND)
    assert not [one for one in found.flows if set(one.sources) & set(one.destinations)]
    for one in found.flows:
        for region in one.regions:
            own = {(region.family.bits, value) for value in (0x0A02000B, 0x0A01000C)}
            ends = [{(region.family.bits, first) for first, last in spans if first == last} for spans in (
                region.sources, region.destinations)]  # fmt: skip
            assert not all(each and each <= own for each in ends)
    assert ("network/lab", "guest/probe", "tcp/80", "policy/look") in rows(found)


@pytest.mark.parametrize("is_back", [False, True], ids=["to-static", "to-dhcp"])
def test_no_row_has_the_host_or_broadcast_address_as_an_outside_source(*, is_back: bool) -> None:
    """A fixed or learned address of the uplink belongs to the host, so no outside machine gains or loses it."""
    edit = swap("site.yaml", _STATIC, _DHCP)
    back = swap("site.yaml", _DHCP, _STATIC)
    found = change(edit) if is_back else change(back, edit)
    assert not found.survivors
    assert {one.effect for one in found.disruption if one.grade.name == "D6"} == {Effect.WAY_IN}
    assert not [one for one in found.flows if one.exposed]
    ends = {name for one in found.flows for name in one.sources}
    assert not ends & {"192.0.2.1", "192.0.2.255"}
    assert ("zone/internet", "host/hv", "tcp/22", "policy/ssh") in rows(found)


_OPS = swap("site.yaml", "ssh: {from: internet", "ssh: {from: 198.51.100.0/24")


def test_a_flow_closed_only_for_interfaces_outside_the_spec_is_reported_as_such() -> None:
    """The plan prints no conntrack command, since such a command would also end connections by the uplink."""
    found = change(swap("site.yaml", "ssh: {from: 198.51.100.0/24", "ssh: {from: internet"), _OPS)
    (closed,) = [one for one in found.disruption if one.effect is Effect.LOCKED_OUT]
    assert closed.detail == "tcp/22 from 198.51.100.0/24 by other interfaces"
    (row,) = [one for one in found.flows if one.change is VerdictChange.BLOCKED]
    assert flow_words.ends(row) == "198.51.100.0/24 by other interfaces → host/hv tcp/22"
    (survivor,) = found.survivors
    assert survivor.flow == "198.51.100.0/24 by other interfaces → host/hv tcp/22"
    assert not survivor.commands


def test_connections_closed_on_all_interfaces_are_ended_by_a_command() -> None:
    found = change(swap("site.yaml", "198.51.100.0/24", "203.0.113.0/24"), _OPS)
    (survivor,) = found.survivors
    assert survivor.flow == "198.51.100.0/24 → host/hv tcp/22"
    assert survivor.commands


def test_a_host_sends_only_from_its_own_addresses() -> None:
    """A forward that admits only outside addresses gives the host no flow, since the host has no such address."""
    given = swap(
        "site.yaml", "policy:", "forwards:\n  f: {on: hv, ports: tcp/443, to: web, from: 198.51.100.0/24}\npolicy:"
    )
    found = change(swap("site.yaml", "ports: tcp/443, to: web", "ports: tcp/443, to: db"), given)
    assert rows(found) == {("198.51.100.0/24", "guest/db", "tcp/443", "forward/f")}
    assert [one.flow for one in found.survivors] == ["198.51.100.0/24 → guest/web tcp/443 at 192.0.2.1"]


def test_an_exposure_to_everyone_is_one_row_with_a_stranger_as_example() -> None:
    """Before the change, the forward admitted some IPv4 senders and no IPv6 sender."""
    wide = "site.yaml", "ipv6: ra}", "ipv6: 2001:db8:1::1/64, gateway6: fe80::1}"
    forward = "forwards:\n  f: {on: hv, ports: tcp/443, to: web, from: 198.51.100.0/24}\npolicy:"
    given = both(
        swap(*wide), swap("site.yaml", "policy:", forward),
        swap("site.yaml", "office: {ipv4: 10.1.0.1/24", "office: {ipv4: 10.1.0.1/24, ipv6: fd12:3456:789a:1::1/64"),
        swap("site.yaml", "{ipv4: 10.1.0.10", '{ipv4: 10.1.0.10, ipv6: "fd12:3456:789a:1::10"'),
        swap("site.yaml", "{ipv4: 10.1.0.11", '{ipv4: 10.1.0.11, ipv6: "fd12:3456:789a:1::11"'),
    )  # fmt: skip
    found = change(swap("site.yaml", "to: web, from: 198.51.100.0/24", "to: web, from: any"), given)
    (row,) = [one for one in found.flows if one.exposed]
    assert row.sources == ("zone/internet",)
    assert row.example.source in ("198.51.100.7", "2001:db8:ffff::7")


def test_an_example_has_different_source_and_destination() -> None:
    more = "networks:\n  new: {ipv4: 10.3.0.1/24}\n"
    edit = both(swap("site.yaml", "networks:\n", more), swap("site.yaml", "lab: {}}", "lab: {}, new: {}}"))
    found = change(edit)
    assert found.flows
    assert not [one for one in found.flows if one.example.source == one.example.destination]


def test_a_changed_prefix_length_renumbers_no_guest() -> None:
    found = change(swap("site.yaml", "10.1.0.1/24", "10.1.0.1/23"))
    assert found.worst.name == "D2"
    assert ("br-office", Effect.REFRESH) in {(one.device, one.effect) for one in found.disruption}


def test_a_renamed_network_keeps_its_flows() -> None:
    """The bridge of the network is renamed too."""
    rename = swap("site.yaml", "  office: {ipv4", "  bureau: {moved-from: office, ipv4")
    edit = both(
        rename, swap("site.yaml", "{office: {}, lab", "{bureau: {}, lab"),
        swap("site.yaml", "[office, lab]", "[bureau, lab]"),
        swap("site.yaml", "{office: {ipv4: 10.1.0.10", "{bureau: {ipv4: 10.1.0.10"),
        swap("site.yaml", "{office: {ipv4: 10.1.0.11", "{bureau: {ipv4: 10.1.0.11"),
    )  # fmt: skip
    files: Files = {"site.yaml": SITE}
    before = compiled(dict(files)).plan
    edit(files)
    flows = compare_flows(before, compiled(files).plan, {"network/office": "network/bureau"})
    assert {one.after.by for one in flows} >= {"policy/look", "implied/bridge"}
    assert all(one.readdressed for one in flows if not one.implied)


def test_two_hosts_that_swap_addresses_keep_their_flows() -> None:
    before, after = plans(next(case for case in CASES if case.name == "hosts-swapped"))
    found = compare(ComparedPlan("old", before), ComparedPlan("new", after))
    assert found.flows
    assert all(one.readdressed for one in found.flows if not one.implied)
    assert not found.survivors
    assert {one.effect for one in found.disruption if one.grade.name == "D6"} == {Effect.WAY_IN}


def test_a_host_that_takes_over_an_address_gets_the_flows_allowed_to_it() -> None:
    """The policy names the address, not the host, so it now admits the new owner."""
    more = "hosts:\n  other:\n    uplinks: {eno1: {zone: internet, ipv4: 192.0.2.2/24, gateway4: 192.0.2.254}}\n"
    given = both(
        swap("site.yaml", "hosts:\n", more),
        swap("site.yaml", "policy:\n", "policy:\n  pull: {from: 192.0.2.2, to: web, allow: https}\n"),
    )
    third = "ipv4: 192.0.2.3/24, gateway4: 192.0.2.254}}\n"
    moved = "ipv4: 192.0.2.2/24, gateway4: 192.0.2.254}}\n"
    added = "hosts:\n  third:\n    uplinks: {eno1: {zone: internet, " + moved
    found = change(both(swap("site.yaml", moved, third), swap("site.yaml", "hosts:\n", added)), given)
    allowed = {(one.sources, one.after.verdict) for one in found.flows if one.after.by == "policy/pull"}
    assert (("host/third",), "allow") in allowed


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_example_is_between_machines(case: Case) -> None:
    """No example uses a special address (by the module `ipaddress`), or a network or broadcast address of the site."""
    both_plans = plans(case)
    edges = {edge for plan in both_plans for edge in _edges(plan)}
    for one in compare(ComparedPlan("old", both_plans[0]), ComparedPlan("new", both_plans[1])).flows:
        if not one.implied:
            assert not [text for text in _ends(one) if _is_special(text, edges)], one


def test_an_exposure_of_the_host_has_unicast_examples() -> None:
    edit = swap("site.yaml", "policy:\n", "policy:\n  all: {from: any, to: any, allow: tcp/25}\n")
    found = change(edit)
    assert found.flows
    for one in found.flows:
        assert not [text for text in _ends(one) if _is_special(text, set())], one
        assert not [name for name in (*one.sources, *one.destinations) if name[0].isdigit()], one


def _ends(one: FlowChange) -> Iterator[str]:
    return (text for text in (one.example.source, one.example.destination) if " " not in text)


def _is_special(text: str, edges: set[str]) -> bool:
    one = ipaddress.ip_address(text)
    return text in edges or one.is_multicast or one.is_reserved or one.is_loopback or one.is_unspecified


def _edges(plan: Plan) -> Iterator[str]:
    """Network and broadcast address of each prefix of the site."""
    sides = [side for network in plan.networks for side in (network.ipv4, network.ipv6) if side]
    prefixes = [str(side.prefix) for side in sides]
    for host in plan.hosts:
        fixed = (side for uplink in host.uplinks for side in (uplink.ipv4, uplink.ipv6) if isinstance(side, Fixed))
        prefixes += (str(side.interface.prefix) for side in fixed)
    for prefix in map(ipaddress.ip_network, prefixes):
        yield str(prefix.network_address)
        yield from [str(prefix.broadcast_address)] if prefix.version == 4 else []


def test_all_services_except_a_few_are_written_as_any_but() -> None:
    all_but, icmpv6 = ((0, 57), (59, 255)), ((58, 58),)
    every = ((0, 65535),)
    assert services_of(((all_but, every),)) == ("any but icmpv6",)
    assert services_of(((all_but, every), (icmpv6, ((0, 132), (138, 65535))))) == ("any but icmpv6/133-137",)
    assert services_of(((all_but, every), (icmpv6, every))) == (ANY,)
    assert simplified(("any but icmpv6/133-137", "icmpv6/133-137")) == (ANY,)
    no_tcp = ((0, 5), (7, 255))
    assert services_of(((no_tcp, every), (((6, 6),), ((0, 24), (26, 65535))))) == ("any but tcp/25",)
