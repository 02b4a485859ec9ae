"""Compares sets and maps: finds objects and elements that were added, removed or changed."""

from collections.abc import Iterator

from taploom.backends.nftables.tree import Element, Set, Table
from taploom.drift.model import Subject
from taploom.drift.ruleset.divergence import Divergence, names_of
from taploom.drift.ruleset.normal import normal_data, normal_key, normal_set
from taploom.drift.ruleset.text import element_text
from taploom.plan.origin import Origin


def sets(place: str, wanted: Table, found: Table) -> Iterator[Divergence]:
    """The differences of the named sets and maps of a table; elements that rules add are ignored."""
    there = {one.name: one for one in found.sets if not one.inline}
    known = {one.name: one for one in wanted.sets if not one.inline}
    for name, one in known.items():
        where = f"{place}, {_kind(one)} {name}"
        if name not in there:
            yield Divergence(Subject.SET, where, f"the {_kind(one)} is gone", name, "", one.origin, deciding(one))
        elif normal_set(one) != normal_set(there[name]):
            message = f"the {_kind(one)} has another declaration"
            yield Divergence(Subject.SET, where, message, name, name, one.origin, deciding(one))
        elif not one.learned:
            yield from _elements(where, one, there[name])
    for name, one in there.items():
        if name not in known:
            yield Divergence(
                Subject.SET, f"{place}, {_kind(one)} {name}", f"somebody added the {_kind(one)}", "", name, None
            )


def _kind(one: Set) -> str:
    return "map" if one.data or one.verdicts else "set"


def deciding(one: Set) -> frozenset[str]:
    """The stable names of the entries of the spec that cause the elements of a set."""
    return frozenset(element.comment for element in one.elements if element.comment)


def _elements(place: str, wanted: Set, found: Set) -> Iterator[Divergence]:
    known, there = ({normal_key(element.key): element for element in one.elements} for one in (wanted, found))
    for key, element in known.items():
        text = element_text(element, wanted)
        now = there.get(key)
        if now is None:
            yield Divergence(Subject.ELEMENT, place, "somebody removed an element", text, "", *_cause(element, wanted))
        elif normal_data(now) != normal_data(element):
            message = "somebody changed an element"
            yield Divergence(
                Subject.ELEMENT,
                place,
                message,
                text,
                element_text(now, found),
                *_cause(element, wanted),
                key=(wanted.name, key),
            )
    for key, element in there.items():
        if key not in known:
            yield Divergence(
                Subject.ELEMENT,
                place,
                "somebody added an element",
                "",
                element_text(element, found),
                wanted.origin,
                key=(wanted.name, key),
            )


def _cause(element: Element, one: Set) -> tuple[Origin | None, frozenset[str]]:
    origin = element.origin or one.origin
    return origin, names_of(origin) | ({element.comment} if element.comment else frozenset())
