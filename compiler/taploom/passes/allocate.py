"""Second pass: every NIC gets its MAC and addresses, from the spec or from the lock.

The search for a free address starts at an offset that is a digest of network, guest and kind, so that two branches
which add different guests rarely pick the same address, and the order of guests does not matter.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace

from taploom.base.address import Address, Family, Interface, Mac, in_family
from taploom.base.diagnostic import Diagnostic, Report
from taploom.base.frozen import dataclass
from taploom.passes import codes
from taploom.passes.lock import Lock, Locked, Slot
from taploom.passes.pools import pool_of
from taploom.spec.document import Document
from taploom.spec.model.guest import NicSpec
from taploom.spec.model.network import NetworkSpec
from taploom.spec.values import Keyword

KEY = {Family.IPV4: "ipv4", Family.IPV6: "ipv6"}
IPV6_SPAN = 0xE000
IPV6_FIRST = 0x1000
"""Allocated IPv6 addresses end in `::1000` to `::efff`: these are short, and people rarely assign them by hand."""


@dataclass(frozen=True, slots=True)
class Allocation:
    """The lock with a value for every slot that the spec leaves open.

    Attributes:
        lock: the lock with missing entries added, and entries of NICs that are gone marked as freed.
        lacking: open slots for which the committed lock has no entry, or an entry that does not fit the network.
    """

    lock: Lock
    lacking: tuple[Slot, ...]

    def address(self, guest: str, network: str, family: Family) -> Address | None:
        """The allocated address of a NIC; None if none was allocated."""
        found = self.lock.slots.get(Slot(guest, network, KEY[family]))
        return found.value if found and isinstance(found.value, Address) else None

    def mac(self, guest: str, network: str) -> Mac | None:
        """The allocated MAC of a NIC."""
        found = self.lock.slots.get(Slot(guest, network, "mac"))
        return found.value if found and isinstance(found.value, Mac) else None


def allocate(document: Document, lock: Lock, report: Report) -> Allocation:
    """Give every open slot the value from the lock, or a new value.

    Args:
        document: the resolved document.
        lock: the committed lock.
        report: receives a finding for each slot that gets no address because none is left.
    """
    wanted = dict(_open_slots(document))
    entries: dict[Slot, Locked] = {}
    for slot, locked in lock.slots.items():
        if slot not in wanted:
            entries[slot] = replace(locked, freed=True)
        elif _fits(document, slot, locked):
            entries[slot] = replace(locked, freed=False) if locked.freed else locked
    taken = _Taken.of(document, entries)
    lacking = tuple(sorted(slot for slot in wanted if slot not in entries))
    for slot in lacking:
        value = taken.pick(slot, document.networks[slot.network])
        if value is None:
            _exhausted(document, slot, report)
            continue
        entries[slot] = Locked(value, freed=False, span=None)
    return Allocation(Lock(entries), lacking)


def uses_family(nic: NicSpec, network: NetworkSpec, family: Family) -> bool:
    """Whether a NIC takes its address of a family from the lock."""
    value = in_family(nic, family)
    own = in_family(network, family)
    return value is Keyword.AUTO and own is not None


def _open_slots(document: Document) -> Iterator[tuple[Slot, NicSpec]]:
    for name, guest in document.guests.items():
        for net, nic in guest.nics.items():
            network = document.networks[net]
            if nic.mac is Keyword.AUTO:
                yield Slot(name, net, "mac"), nic
            for family, key in KEY.items():
                if uses_family(nic, network, family):
                    yield Slot(name, net, key), nic


def _fits(document: Document, slot: Slot, locked: Locked) -> bool:
    if isinstance(locked.value, Mac):
        return True
    network = document.networks[slot.network]
    own = network.ipv4 if slot.kind == "ipv4" else network.ipv6
    if own is None or locked.value not in own.prefix or locked.value == own.address:
        return False
    if locked.value in _at_uplinks(document, document.guests[slot.guest].host):
        return False
    ends = (own.prefix.first, own.prefix.last) if own.family is Family.IPV4 and own.length < 31 else ()
    return locked.value not in ends


def _at_uplinks(document: Document, host: str) -> Iterator[Address]:
    """The fixed addresses and the gateways of a host's uplinks; a /32 or /128 may lie in a network of this host."""
    for interface in document.hosts[host].outside.values():
        yield from (side.address for side in (interface.ipv4, interface.ipv6) if isinstance(side, Interface))
    for uplink in document.hosts[host].uplinks.values():
        yield from (gateway for gateway in (uplink.gateway4, uplink.gateway6) if isinstance(gateway, Address))


def _exhausted(document: Document, slot: Slot, report: Report) -> None:
    span = document.places.key("guests", slot.guest, "nics", slot.network)
    family = "IPv4" if slot.kind == "ipv4" else "IPv6"
    message = f"network `{slot.network}` has no {family} address left for guest `{slot.guest}`"
    hint = "widen the network, shrink its DHCP pool, or run `taploom lock --prune`"
    report.add(Diagnostic(codes.POOL_EXHAUSTED, message, span, hint, subject=f"network/{slot.network}"))


@dataclass(frozen=True, slots=True)
class _Taken:
    addresses: dict[str, set[int]]
    macs: set[int]

    @classmethod
    def of(cls, document: Document, entries: Mapping[Slot, Locked]) -> "_Taken":
        """The values that the spec and the lock already use; IPv4 and IPv6 of a network share a set."""
        addresses: dict[str, set[int]] = {name: set() for name in document.networks}
        macs: set[int] = set()
        for slot, locked in entries.items():
            if isinstance(locked.value, Mac):
                macs.add(locked.value.value)
            else:
                addresses.setdefault(slot.network, set()).add(locked.value.value)
        for host, spec in document.hosts.items():
            for net in spec.networks:
                addresses[net].update(address.value for address in _at_uplinks(document, host))
        for guest in document.guests.values():
            for net, nic in guest.nics.items():
                addresses[net].update(a.value for a in (nic.ipv4, nic.ipv6) if isinstance(a, Address))
                if isinstance(nic.mac, Mac):
                    macs.add(nic.mac.value)
        return cls(addresses, macs)

    def pick(self, slot: Slot, network: NetworkSpec) -> Address | Mac | None:
        """Take a free value for a slot; None if the network has no address left."""
        start = int.from_bytes(hashlib.sha256(f"{slot.network}/{slot.guest}/{slot.kind}".encode()).digest()[:8], "big")
        if slot.kind == "mac":
            value = next(v for v in _around(0x02 << 40, 1 << 40, start) if v not in self.macs)
            self.macs.add(value)
            return Mac(value)
        own = network.ipv4 if slot.kind == "ipv4" else network.ipv6
        taken = self.addresses[slot.network]
        if own is None:
            return None
        low, high = _candidates(own, network)
        for step in _around(0, len(low) + len(high), start):
            value = low[step] if step < len(low) else high[step - len(low)]
            if value not in taken and value != own.address.value:
                taken.add(value)
                return Address(own.family, value)
        return None


def _candidates(own: Interface, network: NetworkSpec) -> tuple[range, range]:
    """The values to try, in two ranges: below and above the DHCP pool, or all in the first if there is no pool."""
    prefix = own.prefix
    if own.family is Family.IPV6:
        if prefix.size > IPV6_FIRST + IPV6_SPAN:
            first = prefix.value + IPV6_FIRST
            return range(first, first + IPV6_SPAN), range(0)
        anycast = 1 if prefix.size > 2 else 0
        return range(prefix.value + anycast, prefix.value + prefix.size), range(0)
    ends = 1 if prefix.length < 31 else 0
    first, stop = prefix.value + ends, prefix.value + prefix.size - ends
    pool = pool_of(network)
    if pool is None:
        return range(first, stop), range(0)
    return range(first, min(pool.first.value, stop)), range(max(pool.last.value + 1, first), stop)


def _around(first: int, size: int, start: int) -> Iterator[int]:
    """The `size` values from `first` on, each once, beginning at offset `start` and wrapping round after the last."""
    for step in range(size):
        yield first + (start + step) % size
