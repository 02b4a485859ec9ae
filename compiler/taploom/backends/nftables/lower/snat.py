"""Source NAT of packets that leave by an uplink, or (hairpin) by the bridge on which they arrived.

If a forward leads back to the sender's own bridge, replies must pass the host, so the source becomes the host's
address. Packets to another network of the site keep their source, and so do packets to another host that has a route
back.
"""

from collections.abc import Iterator

from taploom.backends.nftables.fields import Field, daddr, saddr
from taploom.backends.nftables.idents import ident
from taploom.backends.nftables.lower.idioms import ACCEPT, SITE, goto, of_family, on
from taploom.backends.nftables.lower.part import TablePart, base
from taploom.backends.nftables.tree import (
    Chain,
    Count,
    Direction,
    Lookup,
    Masquerade,
    Rule,
    Statement,
    Translate,
    TranslatePrefix,
)
from taploom.backends.nftables.values import Iface, Word
from taploom.base.address import FAMILIES
from taploom.plan.host import Host
from taploom.plan.interfaces import HostInterface, inside, outside
from taploom.plan.policy import NatKind, SourceNat

HAIRPIN = "implied/hairpin"


def source_nat(host: Host) -> TablePart:
    """The postrouting hook, and a chain for each uplink with source NAT."""
    leaving = [(each, _chain(host, each)) for each in outside(host) if any(n.uplink == each.device for n in host.nat)]
    rules = [*_hairpin(host)]
    rules += (
        Rule((on(Field.OIFNAME, Iface(each.device)), goto(chain.name)), "", each.origin) for each, chain in leaving
    )
    if not rules:
        return TablePart()
    hook = Chain("nat_postrouting", tuple(rules), base("nat", "postrouting", "srcnat"), host.origin)
    return TablePart((hook, *(chain for _, chain in leaving)))


def _hairpin(host: Host) -> Iterator[Rule]:
    for here in inside(host):
        dnat_entry = next(
            (
                dnat_entry
                for dnat_entry in host.dnat_entries
                if dnat_entry.hairpin and dnat_entry.network == here.network
            ),
            None,
        )
        if dnat_entry:
            device = Iface(here.device)
            matches = (on(Field.IIFNAME, device), on(Field.OIFNAME, device), on(Field.CT_STATUS, Word("dnat")))
            yield Rule((*matches, Count(), Masquerade()), HAIRPIN, dnat_entry.origin)


def _chain(host: Host, leaving: HostInterface) -> Chain:
    """The chain of an uplink: packets to the site's networks, and to hosts with a route back, keep their source."""
    nats = [nat for nat in host.nat if nat.uplink == leaving.device]
    kept = (
        Rule((Lookup((daddr(family),), ident(SITE, family.key)), ACCEPT), "", host.origin)
        for family in FAMILIES
        if any(nat.family is family for nat in nats) and of_family(host.site_prefixes, family)
    )
    rules = (rule for nat in nats for rule in _rules(nat))
    return Chain(ident("snat", leaving.device), (*kept, *rules), None, leaving.origin)


def _rules(nat: SourceNat) -> Iterator[Rule]:
    source = on(saddr(nat.family), nat.source)
    if nat.spared:
        yield Rule((source, on(daddr(nat.family), *nat.spared), ACCEPT), "", nat.origin)
    yield Rule((source, Count(), _translation(nat)), f"nat/{nat.network}", nat.origin)


def _translation(nat: SourceNat) -> Statement:
    if nat.kind is NatKind.MASQUERADE or nat.to is None:
        return Masquerade()
    if nat.kind is NatKind.SNAT:
        return Translate(Direction.SOURCE, nat.to)
    return TranslatePrefix(Direction.SOURCE, nat.source, nat.to)
