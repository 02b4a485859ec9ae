"""The DNAT entries of a host, grouped by the address where they listen: a fixed or a learned address of an uplink.

An address that is learned, or that somebody else configures, can be matched only as local to the uplink that a packet
came in by; rules cannot tell which of the other uplinks has such an address. So for packets that come in by another
interface, all DNAT entries that listen at such addresses form one group. Where two forwards of this group claim the
same port, each forward has rules of its own: first the forwards that name senders, then the others, by name.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from taploom.backends.nftables.fields import saddr
from taploom.backends.nftables.idents import ident
from taploom.backends.nftables.lower.dnat_maps import dnat_part
from taploom.backends.nftables.lower.idioms import REMOTE, SITE, of_family
from taploom.backends.nftables.lower.part import ChainRules
from taploom.backends.nftables.tree import Lookup, Rule, Set
from taploom.base.address import Address, Family
from taploom.base.frozen import dataclass
from taploom.plan.host import Host
from taploom.plan.interfaces import outside
from taploom.plan.policy import DnatEntry


@dataclass(frozen=True, slots=True)
class Group:
    """DNAT entries that listen at the same place, as rules that look at ports and senders.

    Attributes:
        hairpin: whether the entries also apply to packets from inside.
        named: rules for the senders that the entries name, or for everybody.
        open: by zone, the rules of entries that admit every sender beyond the uplinks of the zone.
    """

    hairpin: bool
    named: ChainRules
    open: Mapping[str, ChainRules]

    @property
    def sets(self) -> Iterator[Set]:
        """The maps of all rules."""
        for part in (self.named, *self.open.values()):
            yield from part.sets


Groups = tuple[Group, ...]


@dataclass(frozen=True)
class Listening:
    """The DNAT entries of one family, grouped by the address where they listen."""

    host: Host
    family: Family

    @cached_property
    def fixed(self) -> Groups:
        """The groups at static addresses, which are part of the keys."""
        found: list[Group] = []
        for each in outside(self.host):
            own = each.own(self.family)
            if own:
                name = ident("dnat", each.device, self.family.key)
                found += self._groups(name, own.address, self._dnat_entries(each.device))
        return tuple(found)

    @cached_property
    def learned(self) -> Mapping[str, Groups]:
        """For each uplink, the groups at its learned address, which only the kernel knows (`fib`)."""
        names = (each.device for each in outside(self.host) if each.own(self.family) is None)
        parts = {
            name: self._groups(ident("dnat", name, self.family.key), None, self._dnat_entries(name)) for name in names
        }
        return {name: groups for name, groups in parts.items() if groups}

    def besides(self, uplink: str) -> Groups:
        """The groups at learned addresses of all uplinks except this one; with "", of all uplinks."""
        others = [name for name in self.learned if name != uplink]
        if len(others) < 2:
            return self.learned[others[0]] if others else ()
        whole = len(others) == len(self.learned)
        key = "" if whole else uplink
        if key not in self._united:
            word = ("dnat-learned",) if whole else ("dnat-besides", uplink)
            dnat_entries, name = self._dnat_entries(*others), ident(*word, self.family.key)
            self._united[key] = self._groups(name, None, dnat_entries, contested=_contested(dnat_entries))
        return self._united[key]

    def sets(self) -> Iterator[Set]:
        """The maps of all groups: at fixed addresses, at learned ones, and in the results of `besides`."""
        for groups in (self.fixed, *self.learned.values(), *self._united.values()):
            for group in groups:
                yield from group.sets

    @cached_property
    def _united(self) -> dict[str, Groups]:
        return {}

    def _dnat_entries(self, *uplinks: str) -> list[DnatEntry]:
        chosen = set(uplinks)
        return [x for x in self.host.dnat_entries if x.family is self.family and chosen.intersection(x.uplinks)]

    def _groups(
        self, name: str, address: Address | None, dnat_entries: list[DnatEntry], *, contested: bool = False
    ) -> Groups:
        return tuple(
            Group(
                members[0].hairpin,
                dnat_part(self.host, f"{name}_{word}", self.family, address, members),
                {zone: self._open(f"{name}_{word}", zone, address, members) for zone in self._zones(members)},
            )
            for word, members in _apart(dnat_entries, contested=contested)
        )

    def _zones(self, dnat_entries: list[DnatEntry]) -> list[str]:
        named = {zone for dnat_entry in dnat_entries for zone in dnat_entry.outside}
        return sorted(named.intersection(each.zone for each in outside(self.host)))

    def _open(self, name: str, zone: str, address: Address | None, dnat_entries: list[DnatEntry]) -> ChainRules:
        """Rules for everyone beyond the uplinks of a zone; the site's own networks, local or remote, are excluded."""
        free = [replace(dnat_entry, sources=None) for dnat_entry in dnat_entries if zone in dnat_entry.outside]
        found = dnat_part(self.host, ident(f"{name}_open", zone), self.family, address, free)
        beyond = tuple(
            Lookup((saddr(self.family),), ident(word, self.family.key), negated=True)
            for word, prefixes in ((REMOTE, self.host.remote_prefixes), (SITE, self.host.site_prefixes))
            if of_family(prefixes, self.family)
        )
        rules = (Rule((*beyond, *rule.statements), rule.comment, rule.origin) for rule in found.rules)
        return ChainRules(tuple(rules), found.sets)


def _apart(dnat_entries: list[DnatEntry], *, contested: bool) -> Iterator[tuple[str, list[DnatEntry]]]:
    """Lists of DNAT entries that can share maps, each with a word for the names of its maps."""
    if not contested:
        parts = {"all": [x for x in dnat_entries if x.hairpin], "outside": [x for x in dnat_entries if not x.hairpin]}
        yield from ((word, members) for word, members in parts.items() if members)
        return
    order = sorted({(dnat_entry.sources is None, dnat_entry.forward) for dnat_entry in dnat_entries})
    for number, (_, forward) in enumerate(order, start=1):
        yield str(number), [dnat_entry for dnat_entry in dnat_entries if dnat_entry.forward == forward]


def _contested(dnat_entries: list[DnatEntry]) -> bool:
    """Whether forwards without a common uplink claim the same port; those with a common uplink differ in senders."""
    places = sorted({dnat_entry.uplinks for dnat_entry in dnat_entries})
    for number, one in enumerate(places):
        for other in places[number + 1 :]:
            if not set(one).intersection(other) and _meet(_ports(dnat_entries, one), _ports(dnat_entries, other)):
                return True
    return False


def _ports(dnat_entries: list[DnatEntry], at: tuple[str, ...]) -> list[tuple[str, int, int]]:
    return sorted(
        (dnat_entry.protocol, dnat_entry.first, dnat_entry.last)
        for dnat_entry in dnat_entries
        if dnat_entry.uplinks == at
    )


def _meet(one: list[tuple[str, int, int]], other: list[tuple[str, int, int]]) -> bool:
    """Whether two sorted lists of ranges have a port in common."""
    furthest = {(protocol, mine): -1 for mine in (True, False) for protocol, _, _ in (*one, *other)}
    every = [(*found, mine) for ranges, mine in ((one, True), (other, False)) for found in ranges]
    for protocol, first, last, mine in sorted(every):
        if first <= furthest[protocol, not mine]:
            return True
        furthest[protocol, mine] = max(last, furthest[protocol, mine])
    return False


def rules(groups: Groups, zone: str | None) -> tuple[Rule, ...]:
    """The rules of groups for packets that come in by an uplink of a zone, or (None) from inside."""
    found: list[Rule] = []
    for group in groups:
        if zone is not None or group.hairpin:
            found += group.named.rules
        if zone is not None and zone in group.open:
            found += group.open[zone].rules
    return tuple(found)
