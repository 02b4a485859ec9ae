"""Zones and tags that only broken entries have: a selector with such a name is not reported as a second mistake."""

from collections.abc import Iterable

from taploom.base.frozen import dataclass
from taploom.base.names import is_name
from taploom.source.tree import Mapping, Scalar, Sequence, YamlNode
from taploom.spec.document import Document
from taploom.spec.model.host import OUTSIDE


@dataclass(frozen=True, slots=True)
class LostNames:
    """Names in entries that were left out of the document.

    Attributes:
        names: the names that can be read.
        more: True if a broken entry may have other names, which cannot be read; then any name counts as lost.
    """

    names: frozenset[str]
    more: bool

    def __contains__(self, name: str) -> bool:
        return self.more or name in self.names


def named_outside(document: Document, host: str) -> set[tuple[str, str]]:
    """The section and name of each interface of a host that leads to a zone; includes broken interfaces."""
    return {(section, name) for section in OUTSIDE for name in document.places.names("hosts", host, section)}


def lost_zones(document: Document) -> LostNames:
    """The zones in broken entries of networks and uplinks."""
    places, texts = document.places, list[str | None]()
    for name in places.names("networks").keys() - document.networks.keys():
        texts += _texts(places.node("networks", name, "zone"))
    for host in places.names("hosts"):
        if any(places.unread("hosts", host, section) for section in OUTSIDE):
            texts.append(None)
        known = document.hosts[host].outside if host in document.hosts else {}
        for at in named_outside(document, host) - known.keys():
            texts += _texts(places.node("hosts", host, *at, "zone")) or [None]
    return _lost(texts)


def lost_tags(document: Document, sections: Iterable[str]) -> LostNames:
    """Tags of the broken entries in the given sections."""
    places = document.places
    texts: list[str | None] = []
    for section in sections:
        for name in places.names(section).keys() - getattr(document, section).keys():
            readable = isinstance(places.node(section, name), Mapping)
            texts += _texts(places.node(section, name, "tags")) if readable else [None]
    return _lost(texts)


def _texts(node: YamlNode | None) -> list[str | None]:
    """The texts of a value that is a name or a list of names; None for each item that is not a text."""
    if node is None:
        return []
    items = node.items if isinstance(node, Sequence) else (node,)
    return [item.text if isinstance(item, Scalar) else None for item in items] or [None]


def _lost(texts: list[str | None]) -> LostNames:
    names = frozenset(text for text in texts if text is not None and is_name(text))
    return LostNames(names, more=any(text is None or text not in names for text in texts))
