"""Packets that are never legitimate, dropped before connection tracking: bogus sources, and sources on the wrong side.

Only packets from bridges and uplinks are checked. An uplink may itself have private or documentation addresses, so such
a range alone does not make a source bogus there. But no packet may come in by an uplink with a source in a network of
this host, with an address of the host itself, or with a source to which a link or a route of another uplink leads. The
last check does not ask the current routes (`fib`): while the route to a sender is down, the default route leads to the
sender's address, and forged packets with this source would pass. DHCP servers' answers to the host are accepted before
that check: a route of another uplink may lead to the server's address, and without the answer no lease is renewed.
"""

from collections.abc import Iterable

from taploom.backends.nftables.fields import Field, Type, address_type, saddr
from taploom.backends.nftables.idents import ident
from taploom.backends.nftables.lower.idioms import (
    ACCEPT,
    LINK_LOCAL,
    drop,
    fixed_addresses,
    goto,
    implied,
    local_prefixes,
    on,
    prefix_set,
)
from taploom.backends.nftables.lower.part import TablePart, base
from taploom.backends.nftables.tree import (
    Chain,
    Dispatch,
    Element,
    Lookup,
    Match,
    Rule,
    Set,
)
from taploom.backends.nftables.values import Iface, Range, Word
from taploom.base.address import FAMILIES, Family, Prefix, parse_prefix, prefix_of
from taploom.plan.host import Host, Learned
from taploom.plan.interfaces import HostInterface, inside, interfaces, outside

_NEVER = {
    Family.IPV4: ("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4"),
    Family.IPV6: ("::1", "::ffff:0:0/96", "ff00::/8"),
}
"""Prefixes of invalid sources: "this network", loopback, multicast, class E with broadcast, mapped IPv4 (RFC 6890)."""
_BOGON, _RPF = ident("drop", "bogon"), ident("drop", "rpf")
_ASTRAY = "astray"
_INGRESS, _BRIDGE, _UPLINK = ident("raw", "ingress"), ident("raw", "bridge"), ident("raw", "uplink")
_UNSPECIFIED4, _UNSPECIFIED6 = parse_prefix("0.0.0.0"), parse_prefix("::")


def raw(host: Host) -> TablePart:
    """The raw hook of prerouting, with a chain for bridges and one for uplinks."""
    if not interfaces(host):
        return TablePart()
    hook = Chain(
        "raw_prerouting",
        (Rule((Dispatch((Field.IIFNAME,), _INGRESS),), "", host.origin),),
        base("filter", "prerouting", "raw"),
        host.origin,
    )
    elements = [
        *(Element((Iface(each.device),), goto(_BRIDGE), "", each.origin) for each in inside(host)),
        *(Element((Iface(each.device),), goto(_UPLINK), "", each.origin) for each in outside(host)),
    ]
    ingress = Set(
        _INGRESS, (Type.IFACE,), tuple(sorted(elements, key=lambda e: str(e.key))), verdicts=True, origin=host.origin
    )
    astray = _astray(host)
    chains = [hook]
    chains += [_bridge(host)] if inside(host) else []
    chains += [_uplink(host, astray)] if outside(host) else []
    return TablePart(tuple(chains), (ingress, *_bogons(host), *astray.values()))


def _bogons(host: Host) -> tuple[Set, ...]:
    found = []
    for family in FAMILIES:
        own = (address.prefix for address in fixed_addresses(host, family))
        never = [*map(parse_prefix, _NEVER[family]), *local_prefixes(host, family), *own]
        found.append(prefix_set(ident("bogon", family.key), family, never, host.origin))
    return tuple(found)


def _astray(host: Host) -> dict[Family, Set]:
    """By family, the set of sources that may not come in by an uplink; a family without such sources has no set."""
    found = {}
    for family in FAMILIES:
        paths = [path for path in host.reverse_paths if path.prefix.family is family]
        elements = tuple(
            Element((Iface(device), prefix), origin=host.origin)
            for device in sorted(each.device for each in outside(host))
            for prefix in _joined(path.prefix for path in paths if device not in path.uplinks)
        )
        if elements:
            types = (Type.IFACE, address_type(family))
            found[family] = Set(ident(_ASTRAY, family.key), types, elements, interval=True, origin=host.origin)
    return found


def _joined(prefixes: Iterable[Prefix]) -> tuple[Prefix, ...]:
    """Sorted, disjoint prefixes with halves united: where both halves of a prefix are given, it replaces them."""
    found: list[Prefix] = []
    for prefix in prefixes:
        whole = prefix
        while found and found[-1].length == whole.length and found[-1] in (around := _around(whole)):
            found.pop()
            whole = around
        found.append(whole)
    return tuple(found)


def _around(prefix: Prefix) -> Prefix:
    return prefix_of(prefix.first, prefix.length - 1)


def _bridge(host: Host) -> Chain:
    return Chain(_BRIDGE, (*_without_route(), _reverse(host, Field.FIB_STRICT)), None, host.origin)


def _uplink(host: Host, astray: dict[Family, Set]) -> Chain:
    """The chain of uplinks.

    With several uplinks, the best route to a legitimate source may lead by another uplink than the one where the packet
    arrived. So any route to the source is enough.
    """
    bogus = (
        drop(_BOGON, Lookup((saddr(family),), ident("bogon", family.key)), origin=host.origin) for family in FAMILIES
    )
    wrong = (
        drop(_RPF, Lookup((Field.IIFNAME, saddr(family)), found.name), origin=host.origin)
        for family, found in astray.items()
    )
    reverse = Field.FIB_STRICT if len(outside(host)) == 1 else Field.FIB_LOOSE
    rules = (*_without_route(), *bogus, *_offers(outside(host)), *wrong, _reverse(host, reverse))
    return Chain(_UPLINK, rules, None, host.origin)


def _without_route() -> tuple[Rule, ...]:
    """Accepts senders that have no address yet or a link-local one, since no route leads to these addresses."""
    asking = (on(Field.IP_SADDR, _UNSPECIFIED4), on(Field.FIB_TYPE, Word("broadcast"), Word("multicast")))
    return (
        Rule((*asking, ACCEPT), "implied/dhcp", implied("dhcp")),
        Rule((on(Field.IP6_SADDR, _UNSPECIFIED6, LINK_LOCAL[Family.IPV6]), ACCEPT), "implied/nd", implied("nd")),
    )


def _offers(found: tuple[HostInterface, ...]) -> tuple[Rule, ...]:
    """Accepts a DHCP server's answers: the uplink may have no address or route yet, and the server can be anywhere."""
    learning = tuple(Iface(each.device) for each in found if each.ipv4 is Learned.DHCP)
    ports = Match((Field.SPORT, Field.DPORT), ((Range(67, 67), Range(68, 68)),))
    here = on(Field.FIB_TYPE, Word("local"), Word("broadcast"))
    udp = (on(Field.NFPROTO, Word("ipv4")), on(Field.L4PROTO, Word("udp")), ports)
    matches = (on(Field.IIFNAME, *learning), *udp, here)
    return (Rule((*matches, ACCEPT), "implied/dhcp-client", implied("dhcp-client")),) if learning else ()


def _reverse(host: Host, field: Field) -> Rule:
    return drop(_RPF, on(field, Word("missing")), origin=host.origin)
