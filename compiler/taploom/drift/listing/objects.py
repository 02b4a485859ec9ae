"""Reads the objects of a table other than rules: sets, maps, chains, limits and counters."""

from collections.abc import Mapping

from taploom.backends.nftables.fields import Field, Type
from taploom.backends.nftables.tree import Base, Chain, Counter, Element, NamedLimit, Set, VerdictKind
from taploom.drift.json_types import UnreadError, mapping, number, sequence, short, text, whole
from taploom.drift.listing.elements import element, pair
from taploom.drift.listing.fields import key
from taploom.drift.listing.values import type_of

_ANY = 1 << 62
_PRIORITY = 1 << 31
_NAMED = {of.value: of for of in Type if of is not Type.ND_TARGET}
_RAW = "integer"
"""The type that nft 1.0.6 lists for a raw payload; the tree has only one, the target of neighbour discovery."""
_FLAGS = frozenset({"interval", "timeout", "dynamic", "constant"})


def set_of(body: Mapping[str, object]) -> Set:
    """A set or map with its elements, without elements that rules add.

    Raises:
        UnreadError: a type, a flag or an element is unknown to the tree.
    """
    types = _types(body.get("type"))
    target = body.get("map")
    data = () if target in (None, "verdict") else _types(target)
    flags = _flags(body.get("flags", []))
    counted = [one == {"counter": None} for one in sequence(body.get("stmt", []))]
    if not all(counted):
        raise UnreadError(f"statements of {short(body.get('name'))}")
    learned = number(body.get("timeout", 0), _ANY) if "timeout" in flags else 0
    found: list[Element] = []
    for value in (
        () if learned else sequence(body.get("elem", []))
    ):  # elements that rules add are not a part of the ruleset
        if target is None:
            found += (one.element for one in element(value, types))
        else:
            found += pair(value, types, data)
    return Set(
        text(body.get("name")),
        types,
        tuple(found),
        data,
        verdicts=target == "verdict",
        interval="interval" in flags,
        counted=any(counted),
        learned=learned,
    )


def _flags(value: object) -> frozenset[str]:
    found = frozenset(text(one) for one in (value if isinstance(value, list) else [value]))
    if not found <= _FLAGS:
        raise UnreadError(f"flags {', '.join(sorted(found))}")
    return found


def _types(value: object) -> tuple[Type, ...]:
    """The types of columns: names in a list, names joined by dots (data in 1.0.6), or an expression (`typeof`)."""
    if isinstance(value, dict) and "typeof" in value:
        fields = key(value["typeof"]).fields
        return tuple(_column(Type.ND_TARGET if of is Field.ND_TARGET else type_of(of)) for of in fields)
    names = value if isinstance(value, list) else text(value).split(" . ")
    return tuple(_column(Type.ND_TARGET if name == _RAW else _NAMED.get(text(name))) for name in names)


def _column(of: Type | None) -> Type:
    if of is None:
        raise UnreadError("the type of a column")
    return of


def chain_of(body: Mapping[str, object]) -> Chain:
    """A chain without its rules.

    Raises:
        UnreadError: the priority or policy of its hook is unknown.
    """
    name = text(body.get("name"))
    if "hook" not in body:
        return Chain(name, ())
    priority, policy = whole(body.get("prio")), _POLICIES.get(text(body.get("policy", "accept")))
    if priority is None or abs(priority) > _PRIORITY or policy is None:
        raise UnreadError(f"chain {short(name)}")
    return Chain(name, (), Base(text(body.get("type")), text(body.get("hook")), str(priority), policy))


_POLICIES = {"accept": VerdictKind.ACCEPT, "drop": VerdictKind.DROP}


def limit_of(body: Mapping[str, object]) -> NamedLimit:
    """A named rate of packets.

    Raises:
        UnreadError: the limit counts bytes, or is inverted (`over`).
    """
    if body.get("inv") or "rate_unit" in body:
        raise UnreadError(f"limit {short(body.get('name'))}")
    numbers = (number(body.get("rate"), _ANY), number(body.get("burst", 0), _ANY))
    return NamedLimit(text(body.get("name")), numbers[0], text(body.get("per")), numbers[1])


def counter_of(body: Mapping[str, object]) -> Counter:
    """A named counter, without its values.

    Raises:
        UnreadError: the counter has no name.
    """
    return Counter(text(mapping(body).get("name")))
