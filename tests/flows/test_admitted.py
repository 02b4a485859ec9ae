"""Compares the prefixes that a plan admits to a host with the lab's oracle, at the edges of each prefix."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from tests.diff.test_pairs import Asked
from tests.flows.sites import rich
from tests.properties.made_up import Tree, sites
from tests.properties.texts import text
from tests.sites import compiled

from taploom.base.address import FAMILIES, Address, Family, parse_prefix
from taploom.base.diagnostic_rule import Severity
from taploom.delivery.admits import AdmittedPrefix, admits, site_entries
from taploom.driver import compile_site
from taploom.flows.algebra.spans import Spans, holds, of_prefix, united
from taploom.lab.atlas import NowhereError, UnclearError
from taploom.lab.oracle import FirstPacket
from taploom.plan.host import Fixed, Host, Input
from taploom.plan.interfaces import HostInterface, interfaces
from taploom.plan.site import Plan

ROOT = Path(__file__).parents[2]
CASES = sorted((ROOT / "tests/cases").glob("*.yaml"))
GOLDEN = sorted(path.parent for path in (ROOT / "tests/golden").glob("*/specs"))
many = settings(
    max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
NOBODY = [parse_prefix(one) for one in ("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3", "::/8", "ff00::/8", "fe80::/10")]
"""Prefixes that are no valid sources beyond a link (RFC 6890); the oracle is not asked about them."""


def wrong(plan: Plan) -> tuple[list[str], int]:
    """Senders for which the plan and the oracle disagree, and the number of senders compared."""
    site, asked, found, count = site_entries(plan), Asked.of(plan), [], 0
    for host in plan.hosts:
        if host.input is Input.FOREIGN:
            continue
        lines = list(admits(site, host))
        for family in FAMILIES:
            for interface in interfaces(host):
                for port in {one.first for one in host.management if one.protocol == "tcp"}:
                    known = _spans(lines, port, interface.device, family)
                    for value in _senders(asked, host, family, known):
                        said = _said(asked, host, interface, port, Address(family, value))
                        if said is not None:
                            count += 1
                            meant = holds(known, value)
                            at = f"{host.name} by {interface.device} from {Address(family, value)}"
                            found += [] if said == meant else [f"{at}: {said}, {meant}"]
    return found, count


def _spans(lines: list[AdmittedPrefix], port: int, device: str, family: Family) -> Spans:
    mine = (one.source for one in lines if (one.port, one.device) == (port, device))
    return united(of_prefix(source) for source in mine if source.family is family)


def _senders(asked: Asked, host: Host, family: Family, known: Spans) -> Iterator[int]:
    """The first and last address of each prefix, both neighbours, and every address that the site names."""
    last = (1 << family.bits) - 1
    edges = {value for first, end in known for value in (first - 1, first, end, end + 1) if 0 <= value <= last}
    ground = asked.ground
    people = {a for found in (ground.nics, ground.uplinks) for a in found.values() if a.family is family}
    outside = {a for world in asked.oracle.atlas.beyond.values() for a, _ in world.addresses if a.family is family}
    links = [i for each in interfaces(host) for i in each.fixed]
    own = {i.address for i in links} | {i.prefix.last for i in links if i.family is Family.IPV4 and i.length < 31}
    for value in sorted(edges | {a.value for a in people | outside}):
        address = Address(family, value)
        if address not in own and not any(address in prefix for prefix in NOBODY if prefix.family is family):
            yield value


def _said(asked: Asked, host: Host, interface: HostInterface, port: int, source: Address) -> bool | None:
    """Whether the oracle lets a sender reach the interface's own address; None if the oracle does not know."""
    side = interface.ipv4 if source.family is Family.IPV4 else interface.ipv6
    if side is None and interface.configured:
        return False
    learned = not isinstance(side, Fixed)
    try:
        own = asked.oracle.atlas.uplink_address(host, interface.device, source.family) if learned else None
        own = side.interface.address if isinstance(side, Fixed) else own
        if own is None:
            return None
        return asked.oracle.arriving(host, interface, FirstPacket(source, own, "tcp", port)).allowed
    except (NowhereError, UnclearError, KeyError):
        return None


def test_two_hosts_with_two_uplinks() -> None:
    differing, count = wrong(rich())
    assert differing == []
    assert count > 40


@pytest.mark.parametrize("site", [ROOT, *GOLDEN], ids=lambda path: path.name if path != ROOT else "example")
def test_sites(site: Path) -> None:
    differing, count = wrong(compile_site(site / "specs", now=0, prove=False).plan)
    assert differing == []
    assert count > 5 or site.name == "foreign-input"


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_cases(case: Path) -> None:
    site = compiled(case.read_text(encoding="utf-8"))
    if any(one.severity is Severity.ERROR for one in site.diagnostics):
        return  # a site with errors is never exported
    assert wrong(site.plan)[0] == []


@many
@given(sites())
def test_random_sites(site: Tree) -> None:
    assert wrong(compiled(text(site)).plan)[0] == []


def test_hosts_with_foreign_input_admit_no_prefixes() -> None:
    plan = compile_site(ROOT / "tests/golden/foreign-input/specs", now=0, prove=False).plan
    foreign = [host for host in plan.hosts if host.input is Input.FOREIGN]
    assert foreign
    assert [list(admits(site_entries(plan), host)) for host in foreign] == [[] for _ in foreign]


def test_entries_that_expire_are_left_out() -> None:
    both = "[198.51.100.0/28, 2001:db8:f::/48]"
    specs = (
        "taploom: 1\nhosts:\n  hv1: {uplinks: {eth0: {zone: internet, ipv4: dhcp, ipv6: ra}}}\npolicy:\n"
        f"  soon: {{from: {both}, to: hosts, allow: ssh, expires: 2034-12-31}}\n"
        "  admin: {from: [192.0.2.0/28, 2001:db8:e::/48], to: hosts, allow: ssh}\n"
    )
    plan = compiled(specs).plan
    assert [str(one.source) for one in admits(site_entries(plan), plan.hosts[0])] == ["192.0.2.0/28", "2001:db8:e::/48"]
