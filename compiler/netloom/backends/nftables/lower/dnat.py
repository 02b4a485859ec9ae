"""The destination of what is forwarded: the host's outside addresses become guests.

What arrives on an uplink is translated by the lanes of that uplink; what comes from a bridge of ours, and what the host
itself sends, by all lanes with `hairpin`. Where the uplink's address is static it is part of the key; where it is
learned, "local to this interface" stands for it (from inside: "local", with everything else the host is known to
have kept out). A connection that no lane takes goes on untranslated.
"""

from collections.abc import Iterator
from dataclasses import replace

from netloom.backends.nftables.fields import Field, Type, daddr, saddr
from netloom.backends.nftables.idents import ident
from netloom.backends.nftables.lower.frame import (
    LINK_LOCAL,
    LOOPBACK,
    REMOTE,
    RETURN,
    SITE,
    family_is,
    fixed_addresses,
    goto,
    implied,
    of_family,
    on,
    outside_address,
    own,
    prefix_set,
)
from netloom.backends.nftables.lower.lanes import laned
from netloom.backends.nftables.lower.part import Judged, Part, base, together
from netloom.backends.nftables.tree import (
    Chain,
    Direction,
    Dispatch,
    Element,
    Lookup,
    Match,
    Rule,
    Set,
    TranslatePrefix,
)
from netloom.backends.nftables.values import Iface, Word
from netloom.base.address import FAMILIES, Family
from netloom.base.frozen import dataclass
from netloom.plan.host import Fixed, Host, Learned, Uplink
from netloom.plan.policy import Lane, NatKind

_INGRESS, _INSIDE = ident("dnat", "ingress"), "inside"


@dataclass(frozen=True, slots=True)
class _Way:
    """The lanes of one uplink in one family, as rules.

    Attributes:
        hairpin: of lanes that hold from inside too.
        outside: of lanes that hold for what arrives on the uplink alone.
        open: of lanes that name senders, and besides them let everyone beyond the uplink in.
    """

    uplink: Uplink
    family: Family
    known: Fixed | Learned
    hairpin: Judged
    outside: Judged
    open: Judged


def destination_nat(host: Host) -> Part:
    """The hooks of prerouting and (with hairpin) output, with their chains and maps."""
    ways = [way for uplink in host.uplinks for family in FAMILIES if (way := _way(host, uplink, family))]
    arriving = {(way.uplink.name, way.family): _arriving(host, way) for way in ways}
    chains = {key: chain for key, chain in arriving.items() if chain.rules}
    for family in FAMILIES:
        inside = _from_inside(host, [way for way in ways if way.family is family], family)
        if inside.rules:
            chains[_INSIDE, family] = inside
    if not chains:
        return Part()
    sets = [entry for way in ways for found in (way.hairpin, way.outside, way.open) for entry in found.sets]
    hooks = _hooks(host, chains)
    return together([hooks, Part(tuple(chains.values()), (*sets, *_kept(host)))])


def _way(host: Host, uplink: Uplink, family: Family) -> _Way | None:
    known = outside_address(uplink, family)
    if known is None:
        return None
    address = known.interface.address if isinstance(known, Fixed) else None
    lanes = [lane for lane in host.lanes if lane.family is family and uplink.name in lane.uplinks]

    def part(word: str, chosen: list[Lane]) -> Judged:
        return laned(host, ident("dnat", uplink.name, family.key, word), family, address, chosen)

    return _Way(
        uplink,
        family,
        known,
        part("all", [lane for lane in lanes if lane.hairpin]),
        part("outside", [lane for lane in lanes if not lane.hairpin]),
        part("open", [replace(lane, sources=None) for lane in lanes if uplink.zone in lane.outside]),
    )


def _arriving(host: Host, way: _Way) -> Chain:
    """What arrives on an uplink."""
    rules = (*way.hairpin.rules, *way.outside.rules, *_open(host, way))
    if not isinstance(way.known, Fixed) and rules:
        kept = Lookup((daddr(way.family),), ident("kept", way.family.key))
        here = Match((Field.FIB_TYPE_HERE,), ((Word("local"),),), negated=True)
        rules = (Rule((kept, RETURN), "", way.uplink.origin), Rule((here, RETURN), "", way.uplink.origin), *rules)
    prefixes = tuple(_prefixes(host, way)) if way.family is Family.IPV6 else ()
    return Chain(ident("dnat", way.uplink.name, way.family.key), (*prefixes, *rules), None, way.uplink.origin)


def _open(host: Host, way: _Way) -> Iterator[Rule]:
    """What is open to everyone beyond the uplink, which the site's own networks are not."""
    if way.open.rules:
        for word, prefixes in ((REMOTE, host.remote_prefixes), (SITE, host.site_prefixes)):
            if of_family(prefixes, way.family):
                known = Lookup((saddr(way.family),), ident(word, way.family.key))
                yield Rule((known, RETURN), "", way.uplink.origin)
    yield from way.open.rules


def _prefixes(host: Host, way: _Way) -> Iterator[Rule]:
    """The way in of prefix translations; an address of the host's own within the outer prefix stays the host's."""
    foreign = Match((Field.FIB_TYPE,), ((Word("local"),),), negated=True)
    for nat in host.nat:
        if nat.kind is NatKind.PREFIX and nat.to and nat.uplink == way.uplink.name:
            translation = TranslatePrefix(Direction.DESTINATION, nat.to, nat.source)
            matches = (on(Field.IP6_DADDR, nat.to), foreign)
            yield Rule((*matches, translation), f"nat/{nat.network}", nat.origin)


def _from_inside(host: Host, ways: list[_Way], family: Family) -> Chain:
    """What comes from our bridges or from the host itself: static addresses first, then whatever is local."""
    rules = [rule for way in ways if isinstance(way.known, Fixed) for rule in way.hairpin.rules]
    learned = [rule for way in ways if not isinstance(way.known, Fixed) for rule in way.hairpin.rules]
    if learned:
        here = Match((Field.FIB_TYPE,), ((Word("local"),),), negated=True)
        rules.append(Rule((Lookup((daddr(family),), ident("kept", family.key)), RETURN), "", host.origin))
        rules.append(Rule((here, RETURN), "", host.origin))
    return Chain(ident("dnat", _INSIDE, family.key), (*rules, *learned), None, host.origin)


def _hooks(host: Host, chains: dict[tuple[str, Family], Chain]) -> Part:
    inside = [family for family in FAMILIES if (_INSIDE, family) in chains]
    entries = [(name, family, chain) for (name, family), chain in chains.items() if name != _INSIDE]
    entries += [(b.device, family, chains[_INSIDE, family]) for b in host.bridges for family in inside]
    key = (Field.IIFNAME, Field.NFPROTO)
    elements = tuple(
        Element((Iface(name), Word(family.key)), goto(chain.name), "", chain.origin)
        for name, family, chain in sorted(entries, key=lambda entry: entry[:2])
    )
    ingress = Set(_INGRESS, (Type.IFACE, Type.FAMILY), elements, verdicts=True, origin=host.origin)
    rule = Rule((Dispatch(key, _INGRESS),), "", host.origin)
    hooks = [Chain("nat_prerouting", (rule,), base("nat", "prerouting", "dstnat"), host.origin)]
    if inside:
        rules = tuple(
            Rule((family_is(family), goto(chains[_INSIDE, family].name)), "", implied("hairpin")) for family in inside
        )
        # By number: nft takes the name `dstnat` in prerouting only.
        hooks.append(Chain("nat_output", rules, base("nat", "output", "-100"), host.origin))
    return Part(tuple(hooks), (ingress,))


def _kept(host: Host) -> tuple[Set, ...]:
    """Local addresses that are no uplink's learned one."""
    found = []
    for family in FAMILIES:
        gateways = (interface.address.prefix for b in host.bridges if (interface := own(b, family)))
        fixed = (address.prefix for address in fixed_addresses(host, family))
        prefixes = [LOOPBACK[family], LINK_LOCAL[family], *gateways, *fixed]
        found.append(prefix_set(ident("kept", family.key), family, prefixes, host.origin))
    return tuple(found)
