"""Prints a change as a Mermaid diagram of both revisions, which forges draw in pull requests.

Guests are inside of their hosts, with links to their networks. A sign, a word and the style of a line mark additions,
removals and changes, so that no information depends on a colour. Syntax: https://mermaid.js.org/syntax/flowchart.html
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from taploom.diff.model import Change, ChangeAction, FieldChange, ObjectChange
from taploom.diff.verdicts import FlowChange, VerdictChange
from taploom.report.plan import flow_words, words
from taploom.report.plan.escape import mermaid

_FLOWS = 12
_OBJECTS = 16
"""Maximum number of changed guests, networks, hosts and zones in the diagram; the table before it has all of them."""
_KINDS = ("guest", "network", "host", "zone")
_SIGNS = {ChangeAction.ADD: "+", ChangeAction.REMOVE: "-", ChangeAction.CHANGE: "~", ChangeAction.RENAME: "~"}
_WORDS = {"+": "added", "-": "removed", "~": "changed"}
_VERBS = {
    VerdictChange.ALLOWED: "opens",
    VerdictChange.BLOCKED: "closes",
    VerdictChange.REDECIDED: "allowed differently",
}
_CLASSES = {"+": "add", "-": "del", "~": "chg"}
_STYLES = {
    "+": "stroke:#1a7f37,stroke-width:3px",
    "-": "stroke:#cf222e,stroke-width:3px,stroke-dasharray:2",
    "~": "stroke:#9a6700,stroke-width:3px,stroke-dasharray:4",
}
_ARROWS = {"+": ("==", "==>"), "-": ("-.", ".-x"), "~": ("-.", ".->")}
_CABLES = {"+": ("==", "==="), "-": ("-.", ".-")}


@dataclass
class _Sheet:
    """The nodes and links of a diagram; their order counts, since Mermaid numbers links in the order of the text."""

    numbers: dict[str, str] = field(default_factory=dict)
    links: list[tuple[str, str]] = field(default_factory=list)

    def node(self, name: str) -> str:
        """The identifier of an object's node in the Mermaid text."""
        return self.numbers.setdefault(name, f"n{len(self.numbers)}")

    def link(self, one: str, other: str, line: str, sign: str) -> None:
        """Add a link between two objects."""
        text = f"  {self.node(one)} {line} {self.node(other)}"
        if (text, sign) not in self.links:
            self.links.append((text, sign))


def topology(change: Change) -> list[str]:
    """The diagram of the changed flows and objects, with their hosts and networks; empty if it has no nodes."""
    drawn = [one for one in change.objects if one.kind in _KINDS][:_OBJECTS]
    sheet = _Sheet()
    for one in [one for one in change.flows if not one.implied and not one.inherited][:_FLOWS]:
        _flow(one, sheet)
    for changed in drawn:
        sheet.node(changed.name)
        for network, sign in _cables(changed) if changed.kind == "guest" else ():
            before, after = _CABLES.get(sign, ("", "---"))
            label = f'{before} "{sign} NIC" {after}' if sign else after
            sheet.link(changed.name, f"network/{network}", label, sign)
    if not sheet.numbers:
        return []
    signs = {one.name: _SIGNS[one.action] for one in drawn}
    places = {one.name: one.host for one in drawn if one.kind == "guest" and one.host}
    lines = ["```mermaid", "flowchart LR", *_nodes(sheet, signs, places), *(text for text, _ in sheet.links)]
    return ["\n".join([*lines, *_styles(sheet, signs), "```", ""])]


def _flow(one: FlowChange, sheet: _Sheet) -> None:
    sign = flow_words.sign(one)
    label = mermaid(f"{sign} {words.few(one.services, 3)} {_VERBS[one.change]}")
    before, after = _ARROWS[sign]
    for source in one.sources[:4]:
        for destination in one.destinations[:3]:
            sheet.link(source, destination, f'{before} "{label}" {after}', sign)


def _cables(guest: ObjectChange) -> Iterator[tuple[str, str]]:
    """The networks of a guest's NICs, each with the sign of a NIC that is added or removed, or ""."""
    for one in guest.fields:
        if one.name == "nics":
            networks = one.after if one.after is not None else one.before
            sign = "+" if guest.action is ChangeAction.ADD else "-" if guest.action is ChangeAction.REMOVE else ""
            yield from ((network, sign) for network in (networks if isinstance(networks, Mapping) else ()))
        elif one.name.startswith("nics."):
            yield one.name.split(".")[1], _nic_sign(one)


def _nic_sign(nic: FieldChange) -> str:
    """The sign of a NIC that is added or removed; "" if only a part of the NIC changes, such as an address."""
    whole = nic.name.count(".") == 1
    return "+" if whole and nic.before is None else "-" if whole and nic.after is None else ""


def _nodes(sheet: _Sheet, signs: Mapping[str, str], places: Mapping[str, str]) -> Iterator[str]:
    """The nodes of all objects; the nodes of guests are in the subgraphs of their hosts."""
    hosts = dict.fromkeys(places[name] for name in sheet.numbers if name in places)
    for at, host in enumerate(hosts):
        yield f'  subgraph h{at}["{_label(f"host/{host}", signs)}"]'
        yield from (f"  {_node(name, sheet, signs)}" for name in sheet.numbers if places.get(name) == host)
        yield "  end"
    yield from (_node(name, sheet, signs) for name in sheet.numbers if name not in places)


def _node(name: str, sheet: _Sheet, signs: Mapping[str, str]) -> str:
    return f'  {sheet.numbers[name]}["{_label(name, signs)}"]'


def _label(name: str, signs: Mapping[str, str]) -> str:
    sign = signs.get(name)
    return f"{mermaid(f'{sign} {name}')}<br/>{_WORDS[sign]}" if sign else mermaid(name)


def _styles(sheet: _Sheet, signs: Mapping[str, str]) -> Iterable[str]:
    for sign, name in _CLASSES.items():
        nodes = [number for one, number in sheet.numbers.items() if signs.get(one) == sign]
        links = [str(at) for at, (_, of) in enumerate(sheet.links) if of == sign]
        if nodes:
            yield f"  classDef {name} {_STYLES[sign]};"
            yield f"  class {','.join(nodes)} {name}"
        if links:
            yield f"  linkStyle {','.join(links)} {_STYLES[sign]}"
