"""Destination NAT: an outside address of the host becomes the address of a guest.

Packets that arrive on an uplink are translated by the DNAT entries of all uplinks, since a packet can arrive on one
uplink and be addressed to another. Packets from our bridges and from the host itself are translated by all DNAT entries
with `hairpin`. The static address of an uplink is part of the key. Where the address is learned, or somebody else
configures the uplink, the condition "local to this uplink" replaces it; for the address of another uplink, the
condition is only "local". A set (`kept`) excludes all other known addresses of the host beforehand. A connection that
no DNAT entry matches is not translated.
"""

from collections.abc import Iterable, Iterator

from taploom.backends.nftables.fields import Field, Type, daddr
from taploom.backends.nftables.idents import ident
from taploom.backends.nftables.lower.idioms import (
    LINK_LOCAL,
    LOOPBACK,
    RETURN,
    family_is,
    fixed_addresses,
    goto,
    implied,
    on,
    prefix_set,
)
from taploom.backends.nftables.lower.listening import Listening, rules
from taploom.backends.nftables.lower.part import TablePart, base, together
from taploom.backends.nftables.tree import (
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
from taploom.backends.nftables.values import Iface, Word
from taploom.base.address import FAMILIES, Family
from taploom.plan.host import Host
from taploom.plan.interfaces import HostInterface, inside, outside
from taploom.plan.policy import NatKind

_INGRESS = ident("dnat", "ingress")
_INSIDE = "inside/"
"""Stands for the host's own networks and the host itself; no interface can have this name."""


def destination_nat(host: Host) -> TablePart:
    """The hooks of prerouting and (with hairpin) output, with their chains and maps."""
    chains: dict[tuple[str, Family], Chain] = {}
    sets: list[Set] = []
    for family in FAMILIES:
        known = Listening(host, family)
        found = {(each.device, family): _arriving(known, each) for each in outside(host)}
        found[_INSIDE, family] = _from_inside(known)
        chains |= {key: chain for key, chain in found.items() if chain.rules}
        sets += known.sets()
    if not chains:
        return TablePart()
    hooks = _hooks(host, chains)
    return together([hooks, TablePart(tuple(chains.values()), (*sets, *_kept(host)))])


def _arriving(known: Listening, uplink: HostInterface) -> Chain:
    """The chain for packets that arrive on an uplink, sent to its own address or to the address of another uplink."""
    family, here = known.family, uplink.origin
    prefixes = tuple(_prefixes(known.host, uplink)) if family is Family.IPV6 else ()
    own, others = known.learned.get(uplink.device, ()), known.besides(uplink.device)
    elsewhere = rules(others, uplink.zone)
    asked: list[Rule] = []
    if own or elsewhere:
        asked.append(Rule((Lookup((daddr(family),), ident("kept", family.key)), RETURN), "", here))
    if elsewhere:
        asked.append(Rule((_local(Field.FIB_TYPE, negated=True), RETURN), "", here))
        asked += _where(_local(Field.FIB_TYPE_HERE, negated=True), elsewhere)
        asked += _where(_local(Field.FIB_TYPE_HERE), rules(own, uplink.zone))
    elif own:
        asked.append(Rule((_local(Field.FIB_TYPE_HERE, negated=True), RETURN), "", here))
        asked += rules(own, uplink.zone)
    name = ident("dnat", uplink.device, family.key)
    return Chain(name, (*prefixes, *rules(known.fixed, uplink.zone), *asked), None, here)


def _where(condition: Match, found: Iterable[Rule]) -> Iterator[Rule]:
    return (Rule((condition, *rule.statements), rule.comment, rule.origin) for rule in found)


def _local(field: Field, *, negated: bool = False) -> Match:
    return Match((field,), ((Word("local"),),), negated=negated)


def _prefixes(host: Host, uplink: HostInterface) -> Iterator[Rule]:
    """The inbound rules of prefix translations, which skip the host's own addresses within the outer prefix."""
    for nat in host.nat:
        if nat.kind is NatKind.PREFIX and nat.to and nat.uplink == uplink.device:
            translation = TranslatePrefix(Direction.DESTINATION, nat.to, nat.source)
            matches = (on(Field.IP6_DADDR, nat.to), _local(Field.FIB_TYPE, negated=True))
            yield Rule((*matches, translation), f"nat/{nat.network}", nat.origin)


def _from_inside(known: Listening) -> Chain:
    """The chain for packets from our bridges or from the host: static addresses first, then other local ones."""
    family, host = known.family, known.host
    learned = rules(known.besides(""), None)
    asked: list[Rule] = []
    if learned:
        asked.append(Rule((Lookup((daddr(family),), ident("kept", family.key)), RETURN), "", host.origin))
        asked.append(Rule((_local(Field.FIB_TYPE, negated=True), RETURN), "", host.origin))
    return Chain(ident("dnat-inside", family.key), (*rules(known.fixed, None), *asked, *learned), None, host.origin)


def _hooks(host: Host, chains: dict[tuple[str, Family], Chain]) -> TablePart:
    hairpin = [family for family in FAMILIES if (_INSIDE, family) in chains]
    entries = [(name, family, chain) for (name, family), chain in chains.items() if name != _INSIDE]
    entries += [(each.device, family, chains[_INSIDE, family]) for each in inside(host) for family in hairpin]
    key = (Field.IIFNAME, Field.NFPROTO)
    elements = tuple(
        Element((Iface(name), Word(family.key)), goto(chain.name), "", chain.origin)
        for name, family, chain in sorted(entries, key=lambda entry: entry[:2])
    )
    ingress = Set(_INGRESS, (Type.IFACE, Type.FAMILY), elements, verdicts=True, origin=host.origin)
    rule = Rule((Dispatch(key, _INGRESS),), "", host.origin)
    hooks = [Chain("nat_prerouting", (rule,), base("nat", "prerouting", "dstnat"), host.origin)]
    if hairpin:
        own = tuple(
            Rule((family_is(family), goto(chains[_INSIDE, family].name)), "", implied("hairpin")) for family in hairpin
        )
        # The priority is a number, as nft takes the name `dstnat` in prerouting only.
        hooks.append(Chain("nat_output", own, base("nat", "output", "-100"), host.origin))
    return TablePart(tuple(hooks), (ingress,))


def _kept(host: Host) -> tuple[Set, ...]:
    """The sets of local addresses that no uplink can have learned."""
    found = []
    for family in FAMILIES:
        gateways = (own.address.prefix for each in inside(host) if (own := each.own(family)))
        fixed = (address.prefix for address in fixed_addresses(host, family))
        prefixes = [LOOPBACK[family], LINK_LOCAL[family], *gateways, *fixed]
        found.append(prefix_set(ident("kept", family.key), family, prefixes, host.origin))
    return tuple(found)
