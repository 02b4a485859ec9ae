"""The proof finds each single fault in a ruleset or in the plan from which the ruleset was lowered.

Faults of the first kind change the emitted tree; faults of the second kind change a host's terms, DNAT entries and
source NAT entries. The intent always follows from the unchanged spec.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import pytest
from tests import plans
from tests.flows.carrying_faults import CARRYING, hub
from tests.flows.family_faults import FAMILIES as ONE_SIDED
from tests.flows.frame_faults import FRAMES
from tests.flows.link_faults import LINKS, rented
from tests.flows.lowering_faults import LOWERING
from tests.flows.mutation import elements
from tests.flows.sender_faults import SENDERS, office
from tests.flows.sites import rich
from tests.flows.tree_faults import TREE, gone

from taploom.backends.nftables import ruleset
from taploom.backends.nftables.tree import Ruleset
from taploom.base.address import FAMILIES
from taploom.flows.proof.compare import Disagreement, Witnesses, disagreements, of_frames
from taploom.flows.proof.intent.entries import SiteEntries
from taploom.flows.proof.intent.site_index import SiteIndex
from taploom.plan.host import Host


@functools.cache
def site() -> SiteEntries:
    return SiteEntries(SiteIndex(rich()))


def found(broken: Ruleset) -> Disagreement | None:
    """The first disagreement between intent and ruleset, or None."""
    host = rich().hosts[0]
    pairs = (Witnesses(site(), host, family, broken) for family in FAMILIES)
    return next((each for pair in pairs for each in pair.disagreements()), None)


@pytest.mark.parametrize("fault", TREE)
def test_fault_in_the_tree_is_found(fault: str) -> None:
    before = ruleset(rich().hosts[0])
    broken = TREE[fault](before)
    assert broken != before, "the fault changes nothing"
    assert found(broken)


@pytest.mark.parametrize("fault", ONE_SIDED)
def test_fault_of_one_family_or_direction_is_found(fault: str) -> None:
    before = ruleset(rich().hosts[0])
    broken = ONE_SIDED[fault](before)
    assert broken != before, "the fault changes nothing"
    frames = next(of_frames(Witnesses(site(), rich().hosts[0], FAMILIES[0], broken)), None)
    assert found(broken) or frames


@pytest.mark.parametrize("fault", LOWERING)
def test_fault_in_the_lowering_is_found(fault: str) -> None:
    host = rich().hosts[0]
    broken = LOWERING[fault](host)
    assert broken != host, "the fault changes nothing"
    assert found(ruleset(broken))


@pytest.mark.parametrize("name", ["kept_ipv4", "kept_ipv6"])
def test_learned_addresses_are_told_apart_from_the_host_s_other_addresses(name: str) -> None:
    """Without the `kept_*` sets, a guest's traffic to its gateway would match a forward."""
    broken: Callable[[Host], Ruleset] = lambda host: elements(ruleset(host), name, gone)  # noqa: E731
    assert disagreements(plans.seed(), broken)


@pytest.mark.parametrize("fault", FRAMES)
def test_fault_in_the_bridge_table_is_found(fault: str) -> None:
    before = ruleset(rich().hosts[0])
    broken = FRAMES[fault](before)
    assert broken != before, "the fault changes nothing"
    pair = Witnesses(site(), rich().hosts[0], FAMILIES[0], broken)
    assert next(of_frames(pair), None)


@pytest.mark.parametrize("fault", CARRYING)
def test_fault_in_traffic_between_uplinks_is_found(fault: str) -> None:
    host = hub().hosts[0]
    before = ruleset(host)
    broken = CARRYING[fault](before)
    assert broken != before, "the fault changes nothing"
    pairs = (Witnesses(SiteEntries(SiteIndex(hub())), host, family, broken) for family in FAMILIES)
    assert next((each for pair in pairs for each in pair.disagreements()), None)


@pytest.mark.parametrize("fault", LINKS)
def test_fault_in_links_of_one_or_two_addresses_is_found(fault: str) -> None:
    host = rented().hosts[0]
    broken = LINKS[fault](host)
    assert broken != ruleset(host), "the fault changes nothing"
    pairs = [Witnesses(SiteEntries(SiteIndex(rented())), host, family, broken) for family in FAMILIES]
    frames = next(of_frames(pairs[0]), None)
    assert frames or next((each for pair in pairs for each in pair.disagreements()), None)


@pytest.mark.parametrize("fault", SENDERS)
def test_fault_in_the_check_of_senders_is_found(fault: str) -> None:
    host = office().hosts[0]
    broken = SENDERS[fault](host)
    assert broken != ruleset(host), "the fault changes nothing"
    assert disagreements(office(), SENDERS[fault])


def test_nothing_is_found_without_a_fault() -> None:
    assert disagreements(hub(), ruleset) == ()
    assert disagreements(rented(), ruleset) == ()
    assert disagreements(office(), ruleset) == ()


def test_there_are_enough_distinct_faults() -> None:
    """There are at least 150 faults, and no two names cause the same ruleset."""
    before = ruleset(rich().hosts[0])
    assert len(TREE) + len(LOWERING) + len(ONE_SIDED) + len(FRAMES) >= 150
    broken = [fault(before) for faults in (TREE, ONE_SIDED, FRAMES) for fault in faults.values()]
    assert len(set(map(repr, broken))) == len(broken)
    carrying = ruleset(hub().hosts[0])
    assert len({repr(fault(carrying)) for fault in CARRYING.values()}) == len(CARRYING)
    host = rented().hosts[0]
    assert len({repr(fault(host)) for fault in LINKS.values()}) == len(LINKS)
    assert len({repr(fault(office().hosts[0])) for fault in SENDERS.values()}) == len(SENDERS)
