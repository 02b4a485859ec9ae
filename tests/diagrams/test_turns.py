"""The picture of a change to policy shows exactly the entries that the change lists, with the same signs."""

import pytest
from tests.diff.site import BASE, CASES, edited
from tests.diff.test_relation import MOVED
from tests.sites import compiled

from taploom.diagrams.dot import Graph, StyledText
from taploom.diagrams.policy_changes import policy_graph
from taploom.diff.change import ComparedPlan, compare
from taploom.diff.model import Change, ChangeAction

_EDITS = {case.name: edited(case) for case in CASES if case.sound}
_OF_POLICY = [
    name
    for name, files in _EDITS.items()
    if {file for file in BASE if files.get(file) != BASE[file]} == {"policy.yaml"}
]
_WHOLE = {ChangeAction.ADD: "+", ChangeAction.REMOVE: "\N{MINUS SIGN}"}


def change_of(name: str) -> Change:
    before, after = compiled(dict(BASE)).plan, compiled(_EDITS[name]).plan
    moves = {new: old for old, new in MOVED.get(name, {}).items()}
    return compare(ComparedPlan("main", before), ComparedPlan("head", after, moves=moves))


def drawn(name: str) -> Graph | None:
    found = policy_graph(compiled(dict(BASE)).plan, compiled(_EDITS[name]).plan, change_of(name))
    return found[0] if found else None


def rows(graph: Graph) -> list[list[StyledText]]:
    cards = [node.label for node in graph.nodes if node.name.startswith("by-")]
    return [[cell.text for cell in row.cells] for card in cards if card for row in card.rows]


@pytest.mark.parametrize("name", _OF_POLICY)
def test_each_changed_entry_is_shown_with_its_sign(name: str) -> None:
    """An added or removed entry has its sign for every sender; a changed entry may gain or lose some senders."""
    objects = {
        one.name.partition("/")[2]: _WHOLE.get(one.action, "")
        for one in change_of(name).objects
        if one.kind in ("policy", "forward") and {field.name for field in one.fields} != {"description"}
    }
    graph = drawn(name)
    titles = [row[0].text.partition(" ") for row in rows(graph)] if graph else []
    told = {(title, sign) for sign, _, title in titles if sign != "was"}
    assert {title for title, _ in told} == objects.keys()
    assert all(sign in (objects[title] or "+~\N{MINUS SIGN}") for title, sign in told)


def test_a_widened_entry_is_above_its_former_state() -> None:
    graph = drawn("rule-widened")
    assert graph
    now, was = rows(graph)
    assert [text.text for text in now] == ["~ web-db", "✓", "tcp/5432, tcp/6432", "→ db", "lan"]
    assert [text.text for text in was] == ["was", "✓", "tcp/5432", "→ db", "lan"]
    assert [text.struck for text in now + was] == [False] * 7 + [True, True, False]


def test_a_renamed_entry_is_shown_with_its_former_name() -> None:
    graph = drawn("rule-moved-from")
    assert graph
    assert [row[0].text for row in rows(graph)] == ["~ shop-db", "was web-db"]


def test_changed_descriptions_draw_no_picture() -> None:
    assert drawn("description-only") is None
    assert drawn("order-only") is None
