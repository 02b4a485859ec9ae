"""Checks whether an object can be renamed: that it exists, and that no other object has the new name."""

from collections.abc import Iterable, Mapping

from taploom.base.names import closest, is_name
from taploom.passes.lookup import SHARED, article
from taploom.passes.resolve import tags_of, zones_of
from taploom.plan.origin import KINDS, SECTIONS
from taploom.spec.document import Document
from taploom.spec.named import SELECTORS, name_hint
from taploom.spec.renaming import Renaming

TAG = "tag"


class UnrenamedError(ValueError):
    """Raised for an object that does not exist or cannot have the new name; the message is for the user."""


def renaming(document: Document, what: str, new: str) -> Renaming:
    """The renaming of an object.

    Args:
        document: a site without errors.
        what: `kind/name` of the object.
        new: its new name.

    Raises:
        UnrenamedError: there is no such object, or the new name is not a valid name, is reserved or is taken.
    """
    kind, slash, old = what.partition("/")
    names = _names(document)
    if not slash or kind not in names:
        near = closest(kind, names)
        hint = f"Did you mean '{near}/{old}'?" if slash and near else f"Write KIND/OLD: {', '.join(sorted(names))}."
        raise UnrenamedError(f"'{what}' names no object. {hint}")
    if old not in names[kind]:
        near = closest(old, names[kind])
        raise UnrenamedError(f"The site has no {what}." + (f" Did you mean '{kind}/{near}'?" if near else ""))
    if kind == "zone" and old in document.networks:
        raise UnrenamedError(f"'{old}' is the zone of the network: rename 'network/{old}'.")
    _check_free(names, kind, old, new)
    is_zone = kind == "network" and old in names["zone"]
    return Renaming((kind, "zone") if is_zone else (kind,), old, new)


def _names(document: Document) -> Mapping[str, Iterable[str]]:
    """All names, by kind."""
    defined = {kind: tuple(document.places.names(section)) for section, kind in KINDS.items()}
    return {**defined, "zone": tuple(zones_of(document)), TAG: tuple(tags_of(document))}


def _check_free(names: Mapping[str, Iterable[str]], kind: str, old: str, new: str) -> None:
    if not is_name(new):
        raise UnrenamedError(f"'{new}' is not a name: {name_hint(new)}.")
    if new in SELECTORS:
        raise UnrenamedError(f"'{new}' is a selector, which names no object: choose another name.")
    if new == old:
        raise UnrenamedError(f"{kind}/{old} already has that name.")
    sharing = tuple(KINDS[section] for section in SHARED) if SECTIONS.get(kind) in SHARED else (kind,)
    taken = next((other for other in sharing if new in names[other]), "")
    if taken:
        raise UnrenamedError(f"'{new}' is the name of {article(taken)} already: choose another one.")
