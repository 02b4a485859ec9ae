"""Properties of every valid site, from its text to the files that native tools load."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.invariants import violations
from tests.native import json_problems, nft_problems, nix_problems, unit_problems
from tests.properties.made_up import PROSE, sites
from tests.properties.texts import files, text
from tests.sites import Site, compiled
from tests.support import needs

from taploom.base.diagnostic_rule import Severity
from taploom.delivery.layout import tree_of
from taploom.driver import rendered
from taploom.source.characters import lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.properties.made_up import Tree

    from taploom.base.span import Span
    from taploom.plan.site import Plan

# Each run uses the same examples, so that the suite does not fail by chance.
quick = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), max_examples=60)
native = settings(quick, max_examples=25)
real = settings(quick, max_examples=4, phases=[Phase.generate])


def tree(plan: Plan) -> dict[str, str]:
    """The rendered tree as texts by path."""
    return {path: file.data.decode() for path, file in tree_of(plan, rendered(plan)).items()}


@quick
@given(sites())
def test_a_valid_site_has_no_errors_and_keeps_the_invariants(site: Tree) -> None:
    found = compiled(text(site))
    assert [d for d in found.diagnostics if d.severity is Severity.ERROR] == []
    assert list(violations(found.plan)) == []


@native
@given(sites(), st.integers())
def test_order_and_split_into_files_change_nothing(site: Tree, seed: int) -> None:
    first, second = compiled(text(site)), compiled(files(site, Random(seed)))
    assert tree(first.plan) == tree(second.plan)
    assert sorted(first.codes) == sorted(second.codes)


@native
@given(sites())
def test_rendering_twice_gives_the_same_bytes(site: Tree) -> None:
    found = compiled(text(site))
    assert tree(found.plan) == tree(found.plan)


@quick
@given(sites(), st.integers())
def test_every_span_lies_in_its_file(site: Tree, seed: int) -> None:
    found = compiled(files(site, Random(seed)))
    texts = {file.path: lines(file.text) for file in found.source.files}
    for span in _spans(found):
        last = texts[span.file][span.end_line - 1]
        assert (span.line, span.column) <= (span.end_line, span.end_column)
        assert 1 <= span.column <= len(texts[span.file][span.line - 1]) + 1
        assert 1 <= span.end_column <= len(last) + 1


def _spans(site: Site) -> Iterator[Span]:
    for diagnostic in site.diagnostics:
        assert diagnostic.span is not None
        yield from (diagnostic.span, *(label.span for label in diagnostic.labels))
    plan: Any = site.plan
    facts = [plan, *plan.zones, *plan.networks, *plan.guests, *plan.forwards, *plan.policy, *plan.hosts]
    for host in plan.hosts:
        facts += [*host.uplinks, *host.bridges, *host.routes, *host.nat, *host.dnat_entries, *host.terms]
    yield from (fact.origin.span for fact in facts if fact.origin.span is not None)


@native
@given(sites())
def test_free_text_is_in_no_file_that_a_host_loads(site: Tree) -> None:
    for path, content in tree(compiled(text(site)).plan).items():
        if not path.endswith(".json"):
            assert not any(word in content for word in PROSE), path


@native
@needs("nft", "unshare", "nix-instantiate")
@given(sites())
def test_nft_nix_and_json_parsers_accept_the_files(site: Tree) -> None:
    texts = tree(compiled(text(site)).plan)
    assert nft_problems(texts) == {}
    assert nix_problems(texts) == ""
    assert json_problems(texts) == {}


@pytest.mark.kernel
@needs("root", "networkd", "unshare", "nsenter")
@real
@given(sites())
def test_networkd_accepts_the_units(site: Tree) -> None:
    assert unit_problems(compiled(text(site)).plan) == {}
