"""The kernel's listing of a ruleset is read back into an equal tree with the same effect on every packet."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from tests.backends.nftables.hosts import hosts
from tests.drift.loaded import kernel_says, nfts, read_back
from tests.flows.family_faults import FAMILIES as ONE_SIDED
from tests.flows.frame_faults import FRAMES
from tests.flows.sites import rich
from tests.flows.tree_faults import TREE
from tests.support import needs

from taploom.backends.nftables import ruleset
from taploom.backends.nftables.tree import Ruleset
from taploom.base.address import FAMILIES
from taploom.drift.listing.tables import MalformedError, listed
from taploom.drift.ruleset.compare import wanted_tables
from taploom.drift.ruleset.marked import Marks, marked
from taploom.drift.ruleset.normal import normal_key
from taploom.drift.ruleset.tables import divergences
from taploom.drift.ruleset.text import rule_text
from taploom.driver import compile_site
from taploom.flows.proof.compare import Witnesses, of_frames
from taploom.flows.proof.intent.entries import SiteEntries
from taploom.flows.proof.intent.site_index import SiteIndex
from taploom.plan.host import Host
from taploom.plan.site import Plan

pytestmark = [pytest.mark.kernel, needs("nft", "unshare")]
SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
GOLDEN = Path(__file__).parents[1] / "golden"
CASES = sorted(path.parent.name for path in GOLDEN.glob("*/specs"))


@pytest.fixture(params=nfts())
def root(request: pytest.FixtureRequest) -> Path | None:
    """The root of the system whose nft is used, or None for this machine."""
    found: Path | None = request.param
    return found


def in_form(host: Host, rendered: Ruleset, root: Path | None = None) -> list[str]:
    """Structural differences between the planned tables of a host and a ruleset in the kernel."""
    there = {(one.table.family, one.table.name): one for one in read_back(rendered, root=root)}
    wanted = wanted_tables(host)
    return [str(each) for key, table in wanted.items() for each in divergences(table, there.get(key))]


def effects(plan: Plan, host: Host, live: Ruleset) -> set[tuple[object, ...]]:
    """The packets for which plan and ruleset disagree, each with the two verdicts."""
    site = SiteEntries(SiteIndex(plan))
    pairs = [Witnesses(site, host, family, live) for family in FAMILIES]
    found = [each for pair in pairs for each in pair.disagreements()] + list(of_frames(pairs[0]))
    return {
        (each.context, each.packet, each.state, each.intent.verdict, each.ruleset.verdict, each.ruleset.destination)
        for each in found
    }


@pytest.mark.parametrize("case", CASES)
def test_a_golden_ruleset_is_read_back_the_same(case: str, root: Path | None) -> None:
    plan = compile_site(GOLDEN / case / "specs", now=1_800_000_000, prove=False).plan
    for host in plan.hosts:
        read = read_back(ruleset(host), root=root)
        assert [one.unknown for one in read if one.unknown] == []
        assert [each for one in read for rules in one.rules.values() for each in rules if each.unknown] == []
        assert in_form(host, ruleset(host), root) == []
        assert effects(plan, host, Ruleset(tuple(marked(one, Marks()) for one in read))) == set()


@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
@given(hosts())
def test_the_ruleset_of_a_random_host_is_read_back_the_same(host: Host) -> None:
    assert in_form(host, ruleset(host)) == []


FAULTS = {**TREE, **ONE_SIDED, **FRAMES}
UNLOADABLE = {"a deny between neighbours is gone"}
"""Faults that no kernel loads, because a rule names a set that is missing."""
BEYOND = {"a prefix is translated to a single address"}
"""Faults that the kernel loads but taploom cannot read: translations between prefixes of different lengths."""


@pytest.mark.parametrize("fault", sorted(FAULTS.keys() - UNLOADABLE))
def test_a_fault_is_read_back_with_its_form_and_effect(fault: str) -> None:
    """Compares the tree that was read back with the tree that was loaded, packet by packet."""
    plan, host = rich(), rich().hosts[0]
    broken = FAULTS[fault](ruleset(host))
    read = read_back(broken)
    assert in_form(host, broken)
    unknown = [each for one in read for rules in one.rules.values() for each in rules if each.unknown]
    assert bool(unknown) == (fault in BEYOND)
    if not unknown:
        live = Ruleset(tuple(marked(one, Marks()) for one in read))
        assert effects(plan, host, live) == effects(plan, host, broken)


def test_elements_learned_at_run_time_are_no_difference() -> None:
    plan = compile_site(GOLDEN / "policy" / "specs", now=1_800_000_000, prove=False).plan
    (host,) = plan.hosts
    kept = next(table for table in ruleset(host).tables if table.kept)
    (learned,) = (one.name for one in kept.sets if "ipv4" in one.name)
    element = "{ 10.2.0.5 . 10.2.0.6 . udp . 5000 . 53 timeout 60s }"
    command = f"add element bridge {kept.name} {learned} '{element}'"
    there = {(one.table.family, one.table.name): one for one in read_back(ruleset(host), command)}
    assert list(divergences(kept, there["bridge", kept.name])) == []


FOREIGN = {
    "meta mark 5 accept": '{"match"',
    "ct mark set 7": '{"mangle"',
    "tcp option maxseg exists accept": "",
    "limit rate over 5/second drop": '{"limit"',
    "ip ttl 3 drop": '{"match"',
}


@pytest.mark.parametrize("statement", FOREIGN)
def test_an_unknown_statement_is_kept_as_text(statement: str) -> None:
    table = f"table inet mine {{\n chain forward {{\n type filter hook forward priority 0;\n {statement}\n }}\n}}\n"
    (one,) = listed(kernel_says(table))
    (rule,) = one.rules["forward"]
    assert len(rule.unknown) == 1
    assert rule.unknown[0].startswith(FOREIGN[statement])


NATIVE = {
    "tcp dport 22 accept": "meta l4proto tcp th dport 22 accept",
    "ip saddr 192.0.2.0-192.0.2.4 drop": "ip saddr { 192.0.2.0/30, 192.0.2.4 } drop",
    "iif lo accept": 'iifname "lo" accept',
    "meta l4proto { tcp, icmpv6, 4 } accept": "meta l4proto { ipip, tcp, icmpv6 } accept",
    "tcp flags syn drop": "tcp flags & (syn) == syn drop",
    "ip protocol 47 accept": "meta nfproto ipv4 meta l4proto gre accept",
    "icmp type { echo-request, 17 } drop": "icmp type { echo-request, 17 } drop",
    "iifname vmap { a : accept, b : drop }": 'iifname vmap { "a" : accept, "b" : drop }',
    "ct state { new, established } accept": "ct state established,new accept",
}


@pytest.mark.parametrize("statement", NATIVE)
def test_a_rule_by_hand_is_printed_in_canonical_form(statement: str, root: Path | None) -> None:
    table = f"table inet mine {{\n chain forward {{\n type filter hook forward priority 0;\n {statement}\n }}\n}}\n"
    (one,) = listed(kernel_says(table, root=root))
    (rule,) = one.rules["forward"]
    assert rule_text(rule.rule, {each.name: each for each in one.table.sets}, rule.unknown) == NATIVE[statement]


@pytest.mark.parametrize("of", ["icmp_type", "icmpv6_type", "inet_proto"])
def test_every_number_is_read_even_if_nft_prints_a_name(of: str, root: Path | None) -> None:
    elements = ", ".join(map(str, range(256)))
    table = f"table inet mine {{\n set every_one {{\n type {of}\n elements = {{ {elements} }}\n }}\n}}\n"
    (one,) = listed(kernel_says(table, root=root))
    (found,) = one.table.sets
    assert {normal_key(element.key)[0] for element in found.elements} == {(value, value) for value in range(256)}


@pytest.mark.parametrize(
    "said",
    [
        None,
        {},
        {"nftables": 3},
        {"nftables": [{"rule": {"family": "inet"}}]},
        {"nftables": [{"table": {"family": "inet", "name": 7}}]},
        {"nftables": [{"chain": {"family": "ip", "table": "a", "name": ["x"]}}]},
        {
            "nftables": [{"chain": {"family": "ip", "table": "a", "name": name}} for name in "ab"]
            + [
                {"rule": {"family": "ip", "table": "a", "chain": one, "expr": [{"jump": {"target": other}}]}}
                for one, other in ("ab", "ba")
            ]
        },
    ],
)
def test_a_malformed_listing_is_refused(said: object) -> None:
    with pytest.raises(MalformedError):
        listed(said)
