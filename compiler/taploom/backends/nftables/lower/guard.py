"""The spoof guard: a guest sends with its own MAC and addresses only, and is no DHCP server and no router.

A frame takes one look-up, whatever the number of guests: sets are keyed by port and address together. A port that no
guest declares, but that a glob of TAPs admits, may use any address that has no owner. Frames other than ARP, IPv4 and
IPv6 do not pass: a VLAN tag would hide the headers behind it, and a receiver ignores the tag of VLAN 0.
"""

from collections.abc import Iterator

from taploom.backends.nftables.fields import Field
from taploom.backends.nftables.idents import ident
from taploom.backends.nftables.lower.bindings import (
    BIND_MAC,
    OWNED_MAC,
    PORTS,
    STRANGERS,
    Bindings,
    bind,
    bindings,
    owned,
)
from taploom.backends.nftables.lower.idioms import ACCEPT, RETURN, drop, goto, implied, on
from taploom.backends.nftables.lower.part import TablePart, base
from taploom.backends.nftables.tree import (
    Chain,
    Lookup,
    Match,
    Rule,
    VerdictKind,
    VerdictStatement,
)
from taploom.backends.nftables.values import Range, Word
from taploom.base.address import LINK_LOCAL, Family, parse_prefix
from taploom.plan.host import Host

_SPOOF = ident("drop", "spoof")
_PORT, _STRANGER = ident("guard", "port"), ident("guard", "stranger")
_ARP, _IPV4, _IPV6, _TARGET = (ident("guard", word) for word in ("arp", "ipv4", "ipv6", "target"))
_CLAIM = ident("guard", "claim")
_UNSPECIFIED4, _UNSPECIFIED6 = parse_prefix("0.0.0.0"), parse_prefix("::")
_UDP = on(Field.L4PROTO, Word("udp"))
_KNOWN_TYPES = (Word("arp"), Word("ip"), Word("ip6"))


def guard(host: Host) -> TablePart:
    """The prerouting hook of the bridge family; empty unless some guarded bridge has ports."""
    found = bindings(host)
    rules = [
        Rule((Lookup((Field.IIFNAME,), name), goto(chain)), "", host.origin)
        for name, chain in ((PORTS, _PORT), (STRANGERS, _STRANGER))
        if name in found.names
    ]
    if not rules:
        return TablePart()
    chains = [Chain("prerouting", tuple(rules), base("filter", "prerouting", "-300"), host.origin)]
    if PORTS in found.names:
        made = (
            (_PORT, _port()),
            (_ARP, _arp(found)),
            (_IPV4, _ipv4(found)),
            (_IPV6, _ipv6(found)),
            (_TARGET, _target(found)),
        )
        chains += (Chain(name, (*rules_, drop(_SPOOF)), None, host.origin) for name, rules_ in made)
    if STRANGERS in found.names:
        chains.append(Chain(_STRANGER, tuple(_stranger(found)), None, host.origin))
        if owned("target") in found.names:
            chains.append(Chain(_CLAIM, _claim(), None, host.origin))
    return TablePart(tuple(chains), found.sets)


def _port() -> tuple[Rule, ...]:
    targets = (_ARP, _IPV4, _IPV6)
    return (
        drop(_SPOOF, Lookup((Field.IIFNAME, Field.ETHER_SADDR), BIND_MAC, negated=True)),
        *(Rule((on(Field.ETHER_TYPE, kind), goto(to))) for kind, to in zip(_KNOWN_TYPES, targets, strict=True)),
    )


def _arp(found: Bindings) -> Iterator[Rule]:
    yield drop(_SPOOF, Lookup((Field.IIFNAME, Field.ARP_ETHER), BIND_MAC, negated=True))
    yield Rule((on(Field.ARP_IP, _UNSPECIFIED4), ACCEPT), "implied/arp", implied("arp"))
    yield from _senders(found, Family.IPV4, Field.ARP_IP, "ipv4", ACCEPT)


def _ipv4(found: Bindings) -> Iterator[Rule]:
    asking = (on(Field.IP_SADDR, _UNSPECIFIED4), _UDP, _numbers((Field.SPORT, Field.DPORT), 68, 67))
    yield Rule((*asking, ACCEPT), "implied/dhcp", implied("dhcp"))
    yield drop(_SPOOF, _UDP, _numbers((Field.SPORT,), 67))
    yield from _senders(found, Family.IPV4, Field.IP_SADDR, "ipv4", ACCEPT)


def _ipv6(found: Bindings) -> Iterator[Rule]:
    """Rules for IPv6. The target of a neighbour advertisement or a duplicate address probe must be the sender's own."""
    unspecified = on(Field.IP6_SADDR, _UNSPECIFIED6)
    solicit, advert = _icmpv6(135), _icmpv6(136)
    check = VerdictStatement(VerdictKind.JUMP, _TARGET)
    yield drop(_SPOOF, _icmpv6(134, 137))
    yield drop(_SPOOF, _UDP, _numbers((Field.SPORT,), 547))
    yield Rule((advert, check))
    yield Rule((unspecified, solicit, check))
    yield Rule((unspecified, solicit, ACCEPT), "implied/nd", implied("nd"))
    yield Rule((unspecified, _icmpv6(131, 132, 133, 143), ACCEPT), "implied/nd", implied("nd"))
    yield _link_local(found, Field.IP6_SADDR, "ipv6", ACCEPT)
    yield from _senders(found, Family.IPV6, Field.IP6_SADDR, "ipv6", ACCEPT)


def _target(found: Bindings) -> Iterator[Rule]:
    yield _link_local(found, Field.ND_TARGET, "target", RETURN)
    yield from _senders(found, Family.IPV6, Field.ND_TARGET, "target", RETURN)


def _link_local(found: Bindings, field: Field, column: str, verdict: VerdictStatement) -> Rule:
    """A rule for link-local addresses: guests may use any except the host's, which is the next hop of all guests."""
    kept = (Lookup((field,), owned(column), negated=True),) if owned(column) in found.names else ()
    return Rule((on(field, LINK_LOCAL), *kept, verdict), "implied/nd", implied("nd"))


def _senders(found: Bindings, family: Family, field: Field, column: str, verdict: VerdictStatement) -> Iterator[Rule]:
    """Rules that let a port use its own addresses.

    A port of a pool may use every unowned address of the prefix.
    """
    if bind(column) in found.names:
        yield Rule((Lookup((Field.IIFNAME, field), bind(column)), verdict))
    for pool in found.pools:
        if pool.family is family:
            free = Lookup((field,), owned(column), negated=True)
            yield Rule(
                (Lookup((Field.IIFNAME,), pool.ports.name), on(field, pool.prefix), free, verdict),
                "",
                pool.ports.origin,
            )


def _stranger(found: Bindings) -> Iterator[Rule]:
    """Rules for a port that no guest declares; it may be neither a router nor a DHCP server, as the host is both."""
    spoken = (
        ((Field.ETHER_SADDR,), OWNED_MAC),
        ((Field.ARP_ETHER,), OWNED_MAC),
        ((Field.ARP_IP,), owned("ipv4")),
        ((Field.IP_SADDR,), owned("ipv4")),
        ((Field.IP6_SADDR,), owned("ipv6")),
    )
    yield from (drop(_SPOOF, Lookup(fields, name)) for fields, name in spoken if name in found.names)
    if owned("target") in found.names:
        yield Rule((_icmpv6(136), VerdictStatement(VerdictKind.JUMP, _CLAIM)))
    yield drop(_SPOOF, _icmpv6(134, 137))
    yield drop(_SPOOF, _UDP, _numbers((Field.SPORT,), 67))
    yield drop(_SPOOF, _UDP, _numbers((Field.SPORT,), 547))
    yield Rule((on(Field.ETHER_TYPE, *_KNOWN_TYPES), ACCEPT))
    yield drop(_SPOOF)


def _claim() -> tuple[Rule, ...]:
    """Drops neighbour advertisements for an owned address; the rule has its own chain, like the rules of `_target`.

    After a match on the ICMPv6 type, nft 1.1.3 lists the raw target as `icmpv6 taddr @owned_target`, and cannot load
    this listing again.
    """
    return (drop(_SPOOF, Lookup((Field.ND_TARGET,), owned("target"))),)


def _icmpv6(*types: int) -> Match:
    return Match((Field.ICMPV6_TYPE,), tuple((Range(number, number),) for number in types))


def _numbers(fields: tuple[Field, ...], *numbers: int) -> Match:
    return Match(fields, (tuple(Range(number, number) for number in numbers),))
