"""Waits for the default routes of guests.

A guest may have its fixed address long before the router advertisement with its default route arrives. A guest without
a route sends nothing, so its probes would look dropped.
"""

import json
import time
from collections.abc import Iterator

from taploom.base.address import FAMILIES, Family
from taploom.lab.build import RunningSite, in_parallel
from taploom.lab.lab_report import Row
from taploom.lab.namespace import Namespace
from taploom.lab.waiting import INTERVAL

Wanted = tuple[str, Family]
"""A machine, with the family in which it must have a default route."""


def promised(site: RunningSite) -> tuple[Wanted, ...]:
    """The default routes that the guests of a plan must have."""
    return tuple(
        (f"guest/{guest.name}", family)
        for guest in site.plan.guests
        for family in FAMILIES
        if any((nic.ipv4, nic.ipv6)[family is Family.IPV6].default_route for nic in guest.nics)
    )


def routed(site: RunningSite, patience: float) -> Iterator[Row]:
    """Waits until all default routes are there, or for `patience` seconds; yields a row for each route."""
    wanted, deadline = promised(site), time.monotonic() + patience
    machines = site.machines()
    missing = list(wanted)
    while missing:
        there = in_parallel(lambda want: _has(machines[want[0]], want[1]), missing)
        missing = [want for want, found in zip(missing, there, strict=True) if not found]
        if not missing or time.monotonic() > deadline:
            break
        time.sleep(INTERVAL)
    for want in wanted:
        observed = "missing" if want in missing else "there"
        yield Row("address", f"{want[0]} {want[1].key} default route", "there", observed)


def _has(machine: Namespace, family: Family) -> bool:
    flag = "-4" if family is Family.IPV4 else "-6"
    return bool(json.loads(machine.run("ip", "-j", flag, "route", "show", "default") or "[]"))
