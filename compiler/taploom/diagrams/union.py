"""Unites two plans, for a picture that also shows removed objects."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from taploom.plan.guest import Guest
from taploom.plan.host import Bridge, Host
from taploom.plan.site import Plan

One = TypeVar("One")


def union_of(before: Plan, after: Plan, names: Mapping[str, str]) -> Plan:
    """The head together with the objects that only the base has; objects that both have are shown as in the head.

    Args:
        before: the base.
        after: the head.
        names: the new `kind/name` of each renamed object, by its old one.
    """
    gone = {old.partition("/")[2] for old in names if old.startswith("guest/")}
    old_guests = [guest for guest in before.guests if guest.name not in gone]
    hosts = {host.name: host for host in before.hosts}
    return replace(
        after,
        zones=_over(before.zones, after.zones, lambda zone: zone.name),
        hosts=_over(
            before.hosts, [_host(hosts.get(host.name), host, gone) for host in after.hosts], lambda host: host.name
        ),
        guests=_over(old_guests, [_guest(before, guest) for guest in after.guests], lambda guest: guest.name),
    )


def _over(below: Iterable[One], above: Iterable[One], key: Callable[[One], object]) -> tuple[One, ...]:
    """All items of `above`, then the items of `below` whose key `above` lacks."""
    shown = tuple(above)
    known = {key(one) for one in shown}
    return (*shown, *(one for one in below if key(one) not in known))


def _host(before: Host | None, after: Host, gone: set[str]) -> Host:
    if before is None:
        return after
    old = {bridge.network: bridge for bridge in before.bridges}
    bridges = [_bridge(old.get(bridge.network), bridge, gone) for bridge in after.bridges]
    lost = old.keys() - {bridge.network for bridge in after.bridges}
    return replace(
        after,
        uplinks=_over(before.uplinks, after.uplinks, lambda uplink: uplink.name),
        bridges=_over(before.bridges, bridges, lambda bridge: bridge.network),
        nat=(*after.nat, *(nat for nat in before.nat if nat.network in lost)),
        terms=(*after.terms, *(term for term in before.terms if {term.ingress.name, term.egress.name} & lost)),
        dnat_entries=_over(
            [dnat_entry for dnat_entry in before.dnat_entries if dnat_entry.guest not in gone],
            after.dnat_entries,
            lambda dnat_entry: (
                dnat_entry.protocol,
                dnat_entry.first,
                dnat_entry.last,
                dnat_entry.guest,
                dnat_entry.target_first,
            ),
        ),
    )


def _bridge(before: Bridge | None, after: Bridge, gone: set[str]) -> Bridge:
    old = [port for port in before.ports if port.guest not in gone] if before else []
    return replace(after, ports=_over(old, after.ports, lambda port: port.tap))


def _guest(before: Plan, after: Guest) -> Guest:
    """The guest together with the NICs that it had before, if it was on the same host."""
    old = next((one for one in before.guests if (one.name, one.host) == (after.name, after.host)), None)
    return replace(after, nics=_over(old.nics if old else (), after.nics, lambda nic: nic.network))
