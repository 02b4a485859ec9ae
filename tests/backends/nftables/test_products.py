"""Policy terms rendered as one source set and one destination set instead of a set of all pairs.

Such a rule needs fewer set elements, nft accepts it, and the proof finds that it agrees with the intent.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from tests.bench.steep_sites import tags
from tests.native import nft_problems
from tests.properties.made_up import Tree, sites
from tests.properties.texts import text
from tests.sites import compiled
from tests.support import needs

from taploom.backends import nftables
from taploom.backends.nftables import ruleset
from taploom.backends.nftables.lower import products
from taploom.flows.proof.compare import disagreements

GUESTS = 40
some = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def elements(source: str) -> int:
    return sum(
        len(entry.elements)
        for host in compiled(source).plan.hosts
        for table in ruleset(host).tables
        for entry in table.sets
    )


def test_set_elements_grow_linearly_in_guests_for_each_entry() -> None:
    """Four tags cover most guests, so the number of pairs would grow with the square of the number of guests."""
    sides, families, ends = 2, 2, 2
    assert elements(tags(GUESTS)) < GUESTS * GUESTS * sides * families * ends
    assert elements(tags(GUESTS)) < elements(tags(GUESTS // 2)) * 5


@needs("nft")
def test_nft_accepts_products() -> None:
    (host,) = compiled(tags(GUESTS)).plan.hosts
    (artifact,) = nftables.artifacts(host)
    assert "ip saddr @from_p0_net-a_net-b_ipv4 ip daddr @to_p0_net-a_net-b_ipv4 meta l4proto tcp" in artifact.text
    assert nft_problems({"tags": artifact.text}) == {}


@some
@given(sites())
def test_products_of_any_size_agree_with_the_intent(site: Tree) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(products, "_MANY", 0)
        patch.setattr(products, "_WORTH", 0)
        assert disagreements(compiled(text(site)).plan, ruleset) == ()
