"""Finds the objects of the spec that are added, removed, changed or renamed.

A rename is one change if the spec declares it (`moved-from: OLD`). Otherwise it is an addition and a removal, and the
addition names the removed object that may have been renamed.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

from taploom.diff.facts import Fields, SpecObject
from taploom.diff.model import ChangeAction, FieldChange, FieldValue, ObjectChange

_ALIKE = 0.7
_REFERENCES = frozenset({"from", "to", "on", "host", "zone"})
"""Fields that hold names of other objects."""
_SHARED = frozenset({"zone", "network", "host", "guest", "address"})
"""Kinds that a reference may leave out, as in `NAME` instead of `KIND/NAME`."""


def compare_objects(
    before: Mapping[str, SpecObject], after: Mapping[str, SpecObject], moves: Mapping[str, str]
) -> tuple[ObjectChange, ...]:
    """The differences between the objects of two plans, sorted by name.

    Args:
        before: objects before, by `kind/name`.
        after: objects after.
        moves: the old `kind/name` of each object of `after` with `moved-from`; the key is the new one.
    """
    moved = {new: old for new, old in moves.items() if new in after and new not in before and old in before}
    moved = {new: old for new, old in moved.items() if old not in after}
    names = {old: new for new, old in moved.items()}
    gone = {key: thing for key, thing in before.items() if key not in after and key not in names}
    come = {key: thing for key, thing in after.items() if key not in before and key not in moved}
    likely = dict(_likely(gone, come, (before, after)))
    found = [_removed(thing) for thing in gone.values()]
    found += [_added(thing, likely.get(key, "")) for key, thing in come.items()]
    for key, thing in after.items():
        old = before.get(moved.get(key, key))
        if old is not None:
            change = _changed(old, thing, names)
            if change.fields or change.was:
                found.append(change)
    return tuple(sorted(found, key=lambda change: change.name))


def _added(thing: SpecObject, likely: str) -> ObjectChange:
    fields = tuple(FieldChange(name, None, value) for name, value in thing.fields.items())
    return ObjectChange(ChangeAction.ADD, thing.key, thing.host, "", likely, fields, None, thing.origin, thing.owner)


def _removed(thing: SpecObject) -> ObjectChange:
    fields = tuple(FieldChange(name, value, None) for name, value in thing.fields.items())
    return ObjectChange(ChangeAction.REMOVE, thing.key, thing.host, "", "", fields, thing.origin, None, thing.owner)


def _changed(old: SpecObject, new: SpecObject, names: Mapping[str, str]) -> ObjectChange:
    was = old.key if old.key != new.key else ""
    fields = tuple(_differences(_renamed(old.fields, names), new.fields))
    action = ChangeAction.RENAME if was else ChangeAction.CHANGE
    return ObjectChange(action, new.key, new.host, was, "", fields, old.origin, new.origin, new.owner)


def _differences(before: Fields, after: Fields, prefix: str = "") -> Iterator[FieldChange]:
    """The fields that differ; mappings that both sides have are compared field by field."""
    for name in [*after, *(name for name in before if name not in after)]:
        old, new = before.get(name), after.get(name)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from _differences(old, new, f"{prefix}{name}.")
        elif old != new:
            yield FieldChange(f"{prefix}{name}", old, new)


def _renamed(fields: Fields, names: Mapping[str, str]) -> Fields:
    """The fields of an object of the base, with the new names of renamed objects."""
    if not names:
        return fields
    shared = {old: new for old, new in names.items() if old.partition("/")[0] in _SHARED}
    bare = {old.partition("/")[2]: new.partition("/")[2] for old, new in shared.items()}
    texts = {**bare, **shared}

    def replaced(value: FieldValue) -> FieldValue:
        if isinstance(value, str):
            return texts.get(value, value)
        return tuple(sorted(map(str, map(replaced, value)))) if isinstance(value, tuple) else value

    found: dict[str, FieldValue] = {}
    for name, value in fields.items():
        if name in _REFERENCES:
            found[name] = replaced(value)
        elif name == "nics" and isinstance(value, Mapping):
            found[name] = {bare.get(network, network): nic for network, nic in value.items()}
        else:
            found[name] = value
    return found


def _likely(
    gone: Mapping[str, SpecObject],
    come: Mapping[str, SpecObject],
    sides: tuple[Mapping[str, SpecObject], Mapping[str, SpecObject]],
) -> Iterator[tuple[str, str]]:
    """Pairs of new and old `kind/name` that may be one renamed object; each object is in one pair at most.

    Values that many objects of a kind share, such as the host of a hundred forwards, are no sign of a rename: a pair
    must be equal in everything, or share a value that no other object has.
    """
    pairs: list[tuple[float, str, str]] = []
    by_kind: dict[str, list[SpecObject]] = {}
    for thing in gone.values():
        by_kind.setdefault(thing.kind, []).append(thing)
    for new in come.values():
        candidates = by_kind.get(new.kind, [])
        if len(candidates) * len(come) <= 10_000 and new.kind != "waiver":
            pairs += ((likeness(old, new), new.key, old.key) for old in candidates)
    taken: set[str] = set()
    own: dict[str, set[tuple[str, FieldValue]]] = {}
    for share, new_key, old_key in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if share < _ALIKE or {new_key, old_key} & taken:
            continue
        kind = come[new_key].kind
        if kind not in own:
            own[kind] = _unique_values(sides[0], kind) & _unique_values(sides[1], kind)
        if share == 1 or own[kind].intersection(_leaves(gone[old_key].fields), _leaves(come[new_key].fields)):
            taken |= {new_key, old_key}
            yield new_key, old_key


def _unique_values(side: Mapping[str, SpecObject], kind: str) -> set[tuple[str, FieldValue]]:
    """The values of fields that only one object of a kind has."""
    counts = Counter(leaf for thing in side.values() if thing.kind == kind for leaf in _leaves(thing.fields))
    return {leaf for leaf, count in counts.items() if count == 1}


def likeness(old: SpecObject, new: SpecObject) -> float:
    """The share of fields that are equal in two objects; MAC and TAP follow from the name and do not count."""
    one, other = dict(_leaves(old.fields)), dict(_leaves(new.fields))
    names = {name for name in one.keys() | other.keys() if not name.endswith((".mac", ".tap"))}
    return sum(one.get(name) == other.get(name) for name in names) / len(names) if names else 0.0


def _leaves(fields: Fields, prefix: str = "") -> Iterator[tuple[str, FieldValue]]:
    for name, value in fields.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
