"""`reach` answers for every uplink on which a source address may arrive, and reports reverse-path drops."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.sites import NOW, compiled

from taploom.base.address import Family
from taploom.checks.believed_elsewhere import RULE
from taploom.diff.flows import compare_flows
from taploom.diff.verdicts import VerdictChange
from taploom.flows.reach.endpoints import end_of, services_of
from taploom.flows.reach.query import Inquiry
from taploom.flows.reach.reply import Reply

CASES = Path(__file__).parent
Verdicts = set[tuple[str, str, tuple[tuple[str, str], ...]]]


def asked(text: str, source: str, to: str, service: str) -> tuple[Reply, ...]:
    inquiry = Inquiry(compiled(text).plan, NOW)
    one, other = end_of(inquiry.index, source), end_of(inquiry.index, to)
    return inquiry.ask(one, other, services_of(inquiry.index, service))


def path(reply: Reply) -> tuple[tuple[str, str], ...]:
    return tuple((hop.host, hop.ingress) for hop in reply.hops)


def verdicts_of(case: str, source: str, to: str, service: str, family: Family) -> Verdicts:
    """Verdict, deciding entry and path (host and ingress interface of each hop) of each reply of `reach`."""
    replies = asked((CASES / f"{case}.yaml").read_text(encoding="utf-8"), source, to, service)
    return {(reply.verdict, reply.decided_by, path(reply)) for reply in replies if reply.family is family}


@pytest.mark.parametrize("family", Family)
@pytest.mark.parametrize("guest", [True, False], ids=["guest", "address"])
def test_reach_reports_the_drop_on_the_wrong_uplink(family: Family, guest: bool) -> None:
    app = "app" if guest else "10.2.0.10" if family is Family.IPV4 else "fd02::10"
    assert verdicts_of("senders-of-another-host", app, "db", "postgresql", family) == {
        ("allow", "policy/app-db", (("h2", "br-b"), ("h1", "eno2"))),
        ("drop", "implied/reverse-path", (("h1", "eno1"),)),
    }


@pytest.mark.parametrize("family", Family)
def test_reach_reports_every_uplink_on_which_the_host_itself_is_reached(family: Family) -> None:
    """app's packets to the host's address on eno1 arrive there, but the host has its route back to app on eno2."""
    assert verdicts_of("senders-of-another-host", "app", "host/h1", "ssh", family) == {
        ("allow", "policy/admin", (("h2", "br-b"), ("h1", "eno2"))),
        ("drop", "implied/reverse-path", (("h2", "br-b"), ("h1", "eno1"))),
        ("drop", "implied/reverse-path", (("h1", "eno1"),)),
    }


@pytest.mark.parametrize(("family", "host", "network"), [(Family.IPV6, "four", "lan6"), (Family.IPV4, "six", "lan4")])
def test_reach_reports_the_drop_of_a_learned_source_without_a_route_back(
    family: Family, host: str, network: str
) -> None:
    """The verdict comes from the intent; the steps come from the ruleset and name the chain that drops the packet."""
    case = (CASES / "network-of-the-other-family.yaml").read_text(encoding="utf-8")
    (reply,) = asked(case, "hv", network, "ssh")
    assert (reply.family, reply.verdict, reply.decided_by) == (family, "drop", "implied/reverse-path")
    assert path(reply) == (("hv", "self/"), (host, "eth0"))
    assert reply.hops[-1].steps[-1] == "raw_uplink: drop"


def test_packets_take_the_line_with_the_lower_metric() -> None:
    assert verdicts_of("senders-of-two-lines", "app", "db", "postgresql", Family.IPV4) == {
        ("allow", "policy/to-db", (("h2", "br-b"), ("h1", "eno2"))),
        ("drop", "implied/reverse-path", (("h1", "eno1"),)),
    }


@pytest.mark.parametrize("names", [("line0", "line1"), ("line1", "line0")], ids=["ipv4-first", "ipv6-first"])
@pytest.mark.parametrize(("to", "ipv6"), [("203.0.113.2", False), ("2001:db8:5::2", True)])
def test_a_router_outside_the_site_delivers_by_an_uplink_with_an_address_of_the_family(
    names: tuple[str, str], to: str, ipv6: bool
) -> None:
    case = (CASES / "router-of-one-family.yaml").read_text(encoding="utf-8")
    mine = case.replace("line0", "LINE").replace("line1", names[1]).replace("LINE", names[0])
    own = [reply for reply in asked(mine, "host/a", to, "ssh") if reply.hops[0].host == "a"]
    assert [(reply.verdict, reply.decided_by, path(reply)) for reply in own] == [
        ("allow", "policy/between", (("a", "self/"), ("b", names[ipv6])))
    ]


STRANGERS = {
    ("10.3.0.50", Family.IPV4): "eno2",
    ("10.50.8.7", Family.IPV4): "eno2",
    ("10.50.7.7", Family.IPV4): "eno3",
    ("2001:db8:2::50", Family.IPV6): "eno2",
    ("2001:db8:50:8::7", Family.IPV6): "eno2",
    ("2001:db8:50:7::7", Family.IPV6): "eno3",
}


@pytest.mark.parametrize(("sender", "family"), STRANGERS)
@pytest.mark.parametrize(
    ("to", "service", "by"), [("db", "postgresql", "policy/data"), ("host/hv", "ssh", "policy/admin")]
)
def test_reach_reports_sources_outside_all_networks_in_the_same_way(
    sender: str, family: Family, to: str, service: str, by: str
) -> None:
    home, seen = STRANGERS[sender, family], verdicts_of("senders-of-no-network", sender, to, service, family)
    believed = {("allow", by, (("hv", home),))}
    others = [f"eno{number}" for number in (1, 2, 3, 4) if f"eno{number}" != home]
    assert seen == believed | {("drop", "implied/reverse-path", (("hv", uplink),)) for uplink in others}


def test_a_zone_does_not_include_sources_that_belong_to_another_uplink() -> None:
    """An entry for the office's prefix gives access to the office's zone, but not to the internet."""
    found = verdicts_of("senders-of-no-network", "internet", "db", "postgresql", Family.IPV4)
    assert {(verdict, hops) for verdict, _, hops in found} == {("drop", (("hv", "eno1"),))}
    assert ("allow", "policy/data", (("hv", "eno2"),)) in verdicts_of(
        "senders-of-no-network", "inner", "db", "postgresql", Family.IPV4
    )


FAR = """
taploom: 1
networks: {a: {ipv4: 10.1.0.1/24}, b: {ipv4: 10.2.0.1/24}}
hosts:
  h1:
    uplinks:
      eno1: {zone: internet, ipv4: 203.0.113.11/24, gateway4: 203.0.113.1}
      eno2: {zone: north, ipv4: 10.200.0.1/24}
    networks: {a: {}}
    routes: {b: {to: 10.2.0.0/24, via: 10.200.0.2}}
  h2: {uplinks: {eno2: {zone: south, ipv4: 10.201.0.1/24, gateway4: 10.201.0.2}}, networks: {b: {}}}
guests:
  db: {host: h1, nics: {a: {ipv4: 10.1.0.10}}}
  app: {host: h2, nics: {b: {ipv4: 10.2.0.10}}}
policy:
  app-db: {from: app, to: db, allow: postgresql}
"""


def test_packets_through_a_foreign_network_arrive_by_the_uplink_of_the_route() -> None:
    """The hosts share no zone: a network that is not part of the site connects them, and h1 has a route through it."""
    seen = {path(r): f"{r.verdict} by {r.decided_by}" for r in asked(FAR, "app", "db", "postgresql")}
    assert seen[("h1", "eno2"),] == "allow by policy/app-db"
    assert seen[("h1", "eno1"),] == "drop by implied/reverse-path"


def test_the_diff_reports_flows_that_a_second_route_allows() -> None:
    before = (CASES / "senders-of-another-host.yaml").read_text(encoding="utf-8")
    second = "routes: {c: {to: 10.2.0.0/24, via: 203.0.113.12, metric: 500}, b: {to: 10.2.0.0/24, via: 10.200.0.2}"
    after = before.replace("routes: {b: {to: 10.2.0.0/24, via: 10.200.0.2}", second)
    assert after != before
    changes = compare_flows(compiled(before).plan, compiled(after).plan, {})
    rows = {(one.change, one.before.by, one.after.by) for one in changes if one.after.by.startswith("policy/")}
    assert rows == {
        (VerdictChange.ALLOWED, "implied/reverse-path", "policy/app-db"),
        (VerdictChange.ALLOWED, "implied/reverse-path", "policy/admin"),
    }


@pytest.mark.parametrize(("text", "passes"), [(RULE.bad, False), (RULE.good, True)], ids=["bad", "good"])
def test_the_finding_about_the_wrong_uplink_agrees_with_reach(text: str, passes: bool) -> None:
    site = compiled(f"taploom: 1\n{text}")
    assert bool(site.of("TL627")) is not passes
    verdicts = {reply.verdict for reply in asked(f"taploom: 1\n{text}", "b", "203.0.113.11", "ssh") if reply.hops[1:]}
    assert verdicts == {"allow" if passes else "drop"}


@pytest.mark.parametrize("longer", [False, True], ids=["one-route", "half-of-it-by-the-other"])
def test_packets_are_translated_if_the_receiver_would_drop_their_source(longer: bool) -> None:
    """Both uplinks are in one zone, so the zone of the route back does not suffice for the decision."""
    text = (CASES / "translation-in-one-zone.yaml").read_text(encoding="utf-8")
    if longer:
        text = text.replace("routes: {b: ", "routes: {half: {to: 10.2.0.0/25, via: 203.0.113.12}, b: ")
    seen = {}
    for to in ("203.0.113.11", "10.200.0.1"):
        (reply,) = (reply for reply in asked(text, "app", to, "ssh") if len(reply.hops) > 1)
        source = reply.hops[0].answer.source
        seen[to] = (reply.verdict, reply.decided_by, source and source.kind)
    assert seen == {
        "203.0.113.11": ("allow", "policy/admin", "snat"),
        "10.200.0.1": ("allow", "policy/admin", "snat" if longer else None),
    }


def test_of_two_uplinks_in_one_zone_a_packet_takes_the_one_of_its_route() -> None:
    text = (CASES / "translation-in-one-zone.yaml").read_text(encoding="utf-8")
    seen = {path(reply): reply.verdict for reply in asked(text, "h2", "10.1.0.1", "ssh")}
    assert {ends: verdict for ends, verdict in seen.items() if len(ends) > 1} == {
        (("h2", "self/"), ("h1", "eno2")): "allow"
    }
