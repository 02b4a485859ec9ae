"""The specs of a site as one document: the sections of all files united, with entries decoded into models.

It does not matter in which file, or where in a file, an entry stands. The document contains the tree as well as the
models: models contain no spans, so passes look up the place of a key in the tree.
"""

from collections.abc import Iterator
from collections.abc import Mapping as Map
from typing import Any

from taploom.base.diagnostic import Diagnostic, Label, Report
from taploom.base.frozen import dataclass
from taploom.base.span import Span, start_of
from taploom.source.files import SourceSet
from taploom.source.tree import KeyValue, Mapping, Scalar, Sequence, YamlNode
from taploom.spec import codes
from taploom.spec.decode import Key, Schema, refuse, shape
from taploom.spec.model.guest import GUEST, GuestSpec
from taploom.spec.model.host import HOST, HostSpec
from taploom.spec.model.metadata import section
from taploom.spec.model.network import NETWORK, NetworkSpec
from taploom.spec.model.policy import FORWARD, POLICY, ForwardSpec, PolicySpec
from taploom.spec.model.site import (
    ADDRESSES,
    SERVICES,
    SITE,
    WAIVER,
    ZONE,
    AddressSpec,
    ServiceSpec,
    SiteSpec,
    WaiverSpec,
    ZoneSpec,
)
from taploom.spec.unknown import unknown_key

LANGUAGE = "1"

SECTIONS: tuple[Key, ...] = (
    Key("site", SITE, "Settings of the whole site, such as its name, domain and target versions."),
    Key("addresses", section(ADDRESSES, "address"), "Named prefixes outside of the site."),
    Key("services", section(SERVICES, "service"), "Named services, besides the built-in ones."),
    Key("zones", section(ZONE, "zone"), "Colour and description of zones; each network and uplink names its zone."),
    Key("networks", section(NETWORK, "network"), "The networks of guests; each network is a bridge on one host."),
    Key("hosts", section(HOST, "host"), "The hypervisors."),
    Key("guests", section(GUEST, "guest"), "The microVMs."),
    Key("forwards", section(FORWARD, "forward"), "Ports of hosts that are forwarded to guests."),
    Key("policy", section(POLICY, "policy"), "Who may talk to whom."),
    Key("waivers", section(WAIVER, "waiver"), "Findings that are accepted, with a reason."),
)
SECTION_NAMES = tuple(key.name for key in SECTIONS)
_KNOWN = dict.fromkeys((*SECTION_NAMES, "taploom"))
_FORMER = "netloom"
"""Former name of the language and of the key with its version."""


@dataclass(frozen=True, slots=True)
class Places:
    """The places of all entries and keys of the site.

    Attributes:
        root: the united tree, from section to entries.
    """

    root: Mapping

    def span(self, *path: str) -> Span:
        """The span of the value at a path of keys, or of the nearest part of the path that exists.

        For a mapping or an empty value it is the span of the key.
        """
        node: YamlNode = self.root
        found = self.root.span
        for step in path:
            entry = node.pairs.get(step) if isinstance(node, Mapping) else None
            if entry is None:
                return found
            node = entry.value
            found = entry.key.span if isinstance(node, Mapping) or _blank(node) else node.span
        return found

    def key(self, *path: str) -> Span:
        """The span of the key at a path, or of the nearest part above it."""
        *parents, last = path
        node = self.node(*parents)
        if isinstance(node, Mapping) and last in node.pairs:
            return node.pairs[last].key.span
        return self.span(*parents)

    def unread(self, *path: str) -> bool:
        """Whether a value on or at the end of a path is no mapping but should be one; its names are then unknown."""
        node: YamlNode = self.root
        for step in path:
            if not isinstance(node, Mapping):
                break
            entry = node.pairs.get(step)
            if entry is None:
                return False
            node = entry.value
        return not isinstance(node, Mapping) and not _blank(node)

    def item(self, text: str, *path: str) -> Span:
        """The span of the item `text` of the list at a path, or of the whole value.

        If the entry is in shorthand, the entry itself is the list, and the last key of the path is ignored.
        """
        node = self.node(*path) or self.node(*path[:-1])
        for item in node.items if isinstance(node, Sequence) else ():
            if isinstance(item, Scalar) and item.text == text:
                return item.span
        return self.span(*path)

    def node(self, *path: str) -> YamlNode | None:
        """The node at a path, or None."""
        node: YamlNode = self.root
        for step in path:
            entry = node.pairs.get(step) if isinstance(node, Mapping) else None
            if entry is None:
                return None
            node = entry.value
        return node

    def names(self, *path: str) -> Map[str, KeyValue]:
        """All names that a section (or a mapping within an entry) defines, including those of broken entries."""
        node = self.node(*path)
        return node.pairs if isinstance(node, Mapping) else {}


@dataclass(frozen=True, slots=True)
class Document:
    """The decoded site. Entries that could not be decoded are left out; `places` still has their names.

    Attributes:
        whole: True if no file has a section twice, or a section that is no mapping; if False, the set of names that
            the site defines is unknown.
    """

    site: SiteSpec
    addresses: Map[str, AddressSpec]
    services: Map[str, ServiceSpec]
    zones: Map[str, ZoneSpec]
    networks: Map[str, NetworkSpec]
    hosts: Map[str, HostSpec]
    guests: Map[str, GuestSpec]
    forwards: Map[str, ForwardSpec]
    policy: Map[str, PolicySpec]
    waivers: Map[str, WaiverSpec]
    places: Places
    whole: bool = True


def read_document(sources: SourceSet, report: Report) -> Document:
    """Unite the files of a site and decode every entry.

    Args:
        sources: the files that were read.
        report: collects the findings.
    """
    roots = [file.root for file in sources.files if file.root is not None]
    united, twice = unite(roots, sources.folder, report)
    values: dict[str, Any] = {}
    for key in SECTIONS:
        entry = united.pairs.get(key.name)
        node: YamlNode = entry.value if entry else Mapping({}, united.span)
        values[key.name] = key.parser.parse(node, report)
    united = _without(united, values, twice)
    if values["site"] is None:
        values["site"] = SITE.parse(Mapping({}, united.span), Report())
    found = (root.pairs.get(key.name) for root in roots for key in SECTIONS)
    whole = all(entry is None or isinstance(entry.value, Mapping) or _blank(entry.value) for entry in found)
    whole = whole and not any(_section_twice(root) for root in roots)
    return Document(**{k: v if v is not None else {} for k, v in values.items()}, places=Places(united), whole=whole)


def _section_twice(root: Mapping) -> bool:
    """Whether a file has a section twice, so that only the first one was read."""
    values = [root.pairs[name].value for name in root.torn]
    return any(not (isinstance(value, Mapping) and value.torn) for value in values)


def _without(united: Mapping, values: dict[str, Any], twice: set[tuple[str, str]]) -> Mapping:
    """Remove from `values` entries defined twice or with a duplicate key; return the tree with these entries empty."""
    sections: dict[str, dict[str, KeyValue]] = {}
    for place, name in sorted(twice):
        whole = united.pairs[place].value
        if isinstance(values[place], dict) and isinstance(whole, Mapping):
            values[place].pop(name, None)
            key = whole.pairs[name].key
            sections.setdefault(place, dict(whole.pairs))[name] = KeyValue(key, Sequence((), key.span))
    kept = {place: KeyValue(united.pairs[place].key, Mapping(found, united.span)) for place, found in sections.items()}
    return Mapping({**united.pairs, **kept}, united.span)


def unite(roots: list[Mapping], folder: str, report: Report) -> tuple[Mapping, set[tuple[str, str]]]:
    """Unite the sections of many files in one tree; a name that is defined twice is reported, and its first entry kept.

    Returns:
        The tree, and section and name of each entry that is defined twice or has a duplicate key.
    """
    twice: set[tuple[str, str]] = set()
    sections: dict[str, tuple[KeyValue, dict[str, KeyValue]]] = {}
    for root in roots:
        _check_version(root, report)
        for name, entry in root.pairs.items():
            if name == _FORMER:
                continue
            section = name if name in _KNOWN else _meant(entry.key, root, report)
            if section not in SECTION_NAMES:
                continue
            if isinstance(entry.value, Mapping):
                again = _add(sections.setdefault(section, (entry, {}))[1], entry.value, section, report)
                twice.update((section, each) for each in again)
            elif not _blank(entry.value):
                message = f"`{section}` is a mapping, not {shape(entry.value)}"
                refuse(report, codes.WRONG_SHAPE, message, entry.value.span, "begin each entry with its name")
    merged = {name: KeyValue(first.key, Mapping(found, first.key.span)) for name, (first, found) in sections.items()}
    return Mapping(merged, roots[0].span if roots else start_of(folder)), twice


def _meant(key: Scalar, root: Mapping, report: Report) -> str:
    """Report an unknown section, and return the only section that it can mean; "" if there is none or several.

    Its entries are read as entries of that section, so that references to them find their names.
    """
    near = [name for name in unknown_key(report, key, "a site", _KNOWN) if name not in root.pairs]
    return near[0] if len(near) == 1 else ""


def _add(into: dict[str, KeyValue], found: Mapping, section: str, report: Report) -> Iterator[str]:
    for name, entry in found.pairs.items():
        before = into.setdefault(name, entry)
        if name in found.torn:  # reported by the reader of the file
            yield name
        if before is not entry:
            message = f"`{name}` is defined twice in `{section}`"
            label = Label(before.key.span, "first defined here")
            report.add(Diagnostic(codes.DEFINED_TWICE, message, entry.key.span, "remove or rename one", (label,)))
            yield name


def _check_version(root: Mapping, report: Report) -> None:
    entry = root.pairs.get("taploom")
    former = root.pairs.get(_FORMER)
    if former is not None:
        message = f"`{_FORMER}` is called `taploom` now, and so is the language"
        refuse(report, codes.VERSION, message, former.key.span, f"write `taploom: {LANGUAGE}`")
    elif entry is None:
        hint = f"begin the file with `taploom: {LANGUAGE}`"
        refuse(report, codes.VERSION, "the file does not say its language version", root.span, hint)
    elif not (isinstance(entry.value, Scalar) and entry.value.text == LANGUAGE):
        message = f"language version {shape(entry.value)} is not known"
        refuse(report, codes.VERSION, message, entry.value.span, f"write `taploom: {LANGUAGE}`")


def _blank(node: YamlNode) -> bool:
    return isinstance(node, Scalar) and not node.text and not node.quoted


def language_schema() -> Schema:
    """The JSON Schema (2020-12) of a file of a site."""
    properties: Schema = {
        "taploom": {"const": 1, "description": "Version of the language; the first line of each file."}
    }
    for key in SECTIONS:
        properties[key.name] = {**key.parser.schema(), "description": key.doc}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:taploom:language/1",
        "title": "taploom 1",
        "description": "A file of a taploom site.",
        "type": "object",
        "required": ["taploom"],
        "properties": properties,
        "additionalProperties": False,
    }
