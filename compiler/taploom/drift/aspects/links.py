"""Differences in links: planned links that are gone, renamed, down or set differently; unplanned ports of bridges."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from taploom.drift.facts.model import LinkFacts
from taploom.drift.model import Row, Subject, Word
from taploom.drift.view import View
from taploom.plan.host import ETHERNET_MTU, Bridge, Port, Uplink
from taploom.plan.interfaces import HostInterface, InterfaceKind, inside


def rows(view: View) -> Iterator[Row]:
    """The differences in links."""
    known = view.facts.links
    if known is None:
        return
    for device, each in view.devices.items():
        found = known.get(device)
        yield from _missing(view, each) if found is None else _differing(view, each, found)
    ports = {port.tap: (each.kind, port) for each in inside(view.host) for port in each.ports}
    for name, link in known.items():
        if name in ports:
            bridge, port = ports[name]
            assert isinstance(bridge, Bridge)
            yield from _port(view, link, bridge, port)
        else:
            yield from _stranger(view, link)


def _missing(view: View, each: HostInterface) -> Iterator[Row]:
    mac = str(each.kind.mac(view.host.name)) if isinstance(each.kind, Bridge) else ""
    now = next((link.name for link in (view.facts.links or {}).values() if mac and link.mac == mac), "")
    message = f"the link has another name now, {now}" if now else "the link is gone"
    yield view.row(_word(view, each), Subject.LINK, each.device, message, each.origin, each.device, now)


def _word(view: View, each: HostInterface) -> Word:
    return view.word_of(each.device, "netdev" if isinstance(each.kind, Bridge) else "network")


def _differing(view: View, each: HostInterface, found: LinkFacts) -> Iterator[Row]:
    word = _word(view, each)
    if isinstance(each.kind, Bridge):
        mac = str(each.kind.mac(view.host.name))
        facts = [
            ("is not a bridge", "bridge", found.kind),
            ("has another MAC", mac, found.mac),
            ("has another MTU", str(each.mtu or ETHERNET_MTU), str(found.mtu)),
        ]
    else:
        facts = [("has another MTU", str(each.mtu), str(found.mtu))] if each.mtu else []
    if isinstance(each.kind, Uplink) and found.master:
        facts.append((f"is a port of {found.master}", "", found.master))
    if each.configured:
        facts.append(("is down", "up", "up" if found.up else "down"))
    for what, expected, now in facts:
        if expected != now:
            message = f"the link {what}"
            yield view.row(word, Subject.LINK, each.device, message, each.origin, expected, now)


def _port(view: View, link: LinkFacts, bridge: Bridge, port: Port) -> Iterator[Row]:
    """The differences of a guest's TAP that exists; a stopped guest has no TAP, so a missing one is no difference."""
    isolated = {True: "isolated", False: "not isolated"}
    facts = [("is on another bridge" if link.master else "is on no bridge", bridge.device, link.master)]
    if link.master == bridge.device and "isolated" in link.port:
        facts.append(("has another isolation", isolated[bridge.isolated], isolated[link.port["isolated"]]))
    facts.append(("has another MTU", str(bridge.mtu or ETHERNET_MTU), str(link.mtu)))
    for what, expected, now in facts:
        if expected != now:
            message = f"the TAP of {port.guest} {what}"
            yield view.row(Word.DRIFTED, Subject.LINK, port.tap, message, port.origin, expected, now)


def _stranger(view: View, link: LinkFacts) -> Iterator[Row]:
    for each in inside(view.host):
        kind = each.kind
        mine = link.master == each.device and isinstance(kind, Bridge)
        if mine and not any(fnmatchcase(link.name, pattern) for pattern in _patterns(kind)):
            message = f"a link that is not in the spec is a port of {each.device}"
            yield view.row(Word.FOREIGN, Subject.LINK, link.name, message, each.origin, "", link.name)


def _patterns(kind: InterfaceKind) -> tuple[str, ...]:
    return kind.taps.patterns if isinstance(kind, Bridge) else ()
