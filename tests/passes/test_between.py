"""Checks that the result of each pass has the properties that the next pass relies on, for real and random sites."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from tests.invariants import violations
from tests.passes.test_order import FOLDERS, SITES
from tests.properties.made_up import Tree, sites
from tests.properties.texts import text
from tests.sites import read

from taploom.base.address import Address
from taploom.base.diagnostic import Report
from taploom.passes.allocate import Allocation, allocate
from taploom.passes.equip import Equipment, equip
from taploom.passes.lock import EMPTY
from taploom.passes.lookup import SymbolTable
from taploom.passes.pipeline import run
from taploom.passes.resolve import resolve
from taploom.passes.wire import Wiring, wire

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from taploom.spec.document import Document

quick = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), max_examples=25)


def dangling(document: Document, names: SymbolTable) -> Iterator[str]:
    """References to undefined names, after names are resolved."""
    for name, guest in document.guests.items():
        yield from (f"guest {name} is on no host" for _ in (1,) if guest.host not in document.hosts)
        yield from (f"guest {name} is in no {net}" for net in guest.nics if net not in document.networks)
    for name, host in document.hosts.items():
        yield from (f"host {name} carries no {net}" for net in host.networks if net not in document.networks)
    for name, forward in document.forwards.items():
        whole = forward.to in document.guests and forward.on.host in document.hosts
        yield from (f"forward {name} has an unknown host or guest" for _ in (1,) if not whole)
    for name, entry in document.policy.items():
        yield from (
            f"policy {name} has neither or both of allow and deny"
            for _ in (1,)
            if (entry.allow is None) == (entry.deny is None)
        )
        for selector in (*entry.from_, *entry.to):
            if selector.kind == "tag":
                yield from (f"policy {name} has no {selector.text}" for _ in (1,) if selector.name not in names.tags)
            elif selector.name and selector.name not in names.kinds:
                yield f"policy {name} has no {selector.text}"


def misgiven(document: Document, allocation: Allocation) -> Iterator[str]:
    """Values of the lock that two guests hold, or that no guest may have."""
    held: dict[object, object] = {}
    for slot, locked in allocation.lock.slots.items():
        scope = "" if slot.kind == "mac" else slot.network
        first = held.setdefault((scope, locked.value), slot)
        if first is not slot:
            yield f"{first} and {slot} both hold {locked.value}"
        network = document.networks[slot.network]
        own = network.ipv4 if slot.kind == "ipv4" else network.ipv6
        if isinstance(locked.value, Address) and (own is None or locked.value not in own.prefix):
            yield f"{slot} lies outside its network"
        if own is not None and locked.value == own.address:
            yield f"{slot} is the gateway"


def miswired(document: Document, wiring: Wiring) -> Iterator[str]:
    """NICs that are missing from the result, or whose host does not carry their network."""
    for guest in wiring.guests:
        wanted = sorted(document.guests[guest.name].nics)
        yield from (f"{guest.name} lost a NIC" for _ in (1,) if [nic.network for nic in guest.nics] != wanted)
        yield from (f"{guest.name} has MAC 0" for nic in guest.nics if nic.mac.value == 0)
        for nic in guest.nics:
            yield from (
                f"{nic.tap} and its bridge are on different hosts"
                for _ in (1,)
                if wiring.carriers.get(nic.network) != guest.host
            )


def misequipped(wiring: Wiring, equipment: Mapping[str, Equipment]) -> Iterator[str]:
    """Ports without a NIC, and NICs without a port."""
    ports = {
        (host, bridge.network, port.guest, port.tap, port.mac)
        for host, own in equipment.items()
        for bridge in own.bridges
        for port in bridge.ports
    }
    nics = {(guest.host, nic.network, guest.name, nic.tap, nic.mac) for guest in wiring.guests for nic in guest.nics}
    yield from (f"a NIC and a port disagree about {end}" for end in ports ^ nics)


def problems(files: Mapping[str, str]) -> list[str]:
    """Violations after each pass of a site, if the site has no errors."""
    report = Report()
    _, document = read(files, report)
    resolved, names = resolve(document, report)
    allocation = allocate(resolved, EMPTY, report)
    wiring = wire(resolved, allocation, report)
    equipment = equip(resolved, wiring)
    passed = run(document, allocation.lock, report)
    if report.failed:
        return []
    return [
        *dangling(resolved, names),
        *misgiven(resolved, allocation),
        *miswired(resolved, wiring),
        *misequipped(wiring, equipment),
        *violations(passed.plan),
    ]


@pytest.mark.parametrize("name", SITES)
def test_the_result_of_every_pass_fits_the_next(name: str) -> None:
    assert problems(SITES[name]) == []


@quick
@given(sites())
def test_the_result_of_every_pass_fits_the_next_on_random_sites(site: Tree) -> None:
    assert problems({"site.yaml": text(site)}) == []


def test_the_checks_find_a_pass_that_loses_something() -> None:
    """Each check gets a document, and a result that does not belong to this document."""
    report = Report()
    _, document = read(SITES["seed"], report)
    _, other = read(SITES["example"] if "example" in FOLDERS else {}, report)
    resolved, names = resolve(document, report)
    allocation = allocate(resolved, EMPTY, report)
    wiring = wire(resolved, allocation, report)
    assert list(dangling(other, names))
    assert list(miswired(resolved, wire(resolved, allocate(resolved, EMPTY, Report()), report))) == []
    assert list(misequipped(wiring, {}))
