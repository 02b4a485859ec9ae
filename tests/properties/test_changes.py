"""Every change of a random site is reported in every format, for hosts that are added, removed or renamed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from tests.properties.changes import renamed, swapped, without_host
from tests.properties.made_up import sites
from tests.properties.texts import text
from tests.sites import compiled

from taploom.base.diagnostic_rule import Severity
from taploom.diff.change import ComparedPlan, compare
from taploom.report.plan.html import change_html
from taploom.report.plan.json import change_json
from taploom.report.plan.markdown import change_markdown
from taploom.report.plan.text import change_text

if TYPE_CHECKING:
    from tests.properties.made_up import Tree

    from taploom.diff.model import Change

# Each run uses the same examples, as in `test_whole`.
quick = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), max_examples=40)
NOBODY: Tree = {"site": {"name": "nobody"}}


def side(label: str, tree: Tree) -> ComparedPlan:
    found = compiled(text(tree))
    assert [d for d in found.diagnostics if d.severity is Severity.ERROR] == []
    moves = {f"host/{name}": f"host/{one['moved-from']}" for name, one in tree.get("hosts", {}).items()
             if "moved-from" in one}  # fmt: skip
    return ComparedPlan(label, found.plan, moves=moves)


def told(before: Tree, after: Tree) -> Change:
    """The change between two sites, after printing it in every format."""
    change = compare(side("before", before), side("after", after))
    data = json.loads(change_json(change))
    assert change_text(change, color=False)
    assert change_markdown(change, key="k", link="")
    assert change_html(change, "")
    assert data["has_changes"] == change.has_changes
    return change


def hosts(change: Change) -> dict[str, str]:
    """The action on each host, by name."""
    return {one.name.partition("/")[2]: one.action.value for one in change.objects if one.kind == "host"}


@quick
@given(sites())
def test_a_site_is_added_and_removed(site: Tree) -> None:
    assert hosts(told(NOBODY, site)) == dict.fromkeys(site["hosts"], "add")
    assert hosts(told(site, NOBODY)) == dict.fromkeys(site["hosts"], "remove")


@quick
@given(sites(), st.data())
def test_a_host_is_added_and_removed(site: Tree, data: st.DataObject) -> None:
    host = data.draw(st.sampled_from(sorted(site["hosts"])))
    assert hosts(told(site, without_host(site, host)))[host] == "remove"
    assert hosts(told(without_host(site, host), site))[host] == "add"


@quick
@given(sites(), st.data(), st.booleans())
def test_a_host_is_renamed(site: Tree, data: st.DataObject, said: bool) -> None:
    host = data.draw(st.sampled_from(sorted(site["hosts"])))
    found = hosts(told(site, renamed(site, host, "another", said=said)))
    assert found["another"] == ("rename" if said else "add")


@quick
@given(sites(), sites())
def test_one_site_replaces_another(before: Tree, after: Tree) -> None:
    told(before, after)


@settings(quick, max_examples=60)
@given(sites())
def test_guests_that_swap_addresses_keep_their_flows(site: Tree) -> None:
    both = swapped(site)
    if both:
        change = told(*both)
        event("two guests swap")
        assert [one for one in change.flows if not one.readdressed and not one.implied] == []
        assert not any(one.exposed for one in change.flows)
        assert change.survivors == ()
