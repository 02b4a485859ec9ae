"""Computes the addresses of a running site from its plan; learned addresses get fixed values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from taploom.lab.atlas import Atlas
from taploom.lab.ground import Ground
from taploom.lab.outside import beyond
from taploom.lab.wait import Promise, promises

if TYPE_CHECKING:
    from taploom.base.address import Address
    from taploom.lab.build import RunningSite
    from taploom.lab.outside import Beyond
    from taploom.plan.site import Plan

_OFFSET = 0x42
"""Offset, within a prefix, of the address that stands for one given by DHCP or SLAAC."""


@dataclass(frozen=True)
class _Unbuilt:
    """The fields of a `RunningSite` that follow from its plan."""

    plan: Plan
    beyond: dict[str, Beyond]


def settled(plan: Plan) -> Atlas:
    """The atlas of a site in which every expected address has been assigned."""
    site = _Unbuilt(plan, {found.zone: found for found in beyond(plan)})
    ground = Ground()
    for promise in promises(cast("RunningSite", site)):
        known = ground.uplinks if promise.machine.startswith("host/") else ground.nics
        address = _given(promise, set(known.values()))
        if promise.key and address:
            known[promise.key] = address
    return Atlas(plan, ground, site.beyond)


def _given(promise: Promise, taken: set[Address]) -> Address | None:
    if promise.exact or promise.within is None:
        return promise.exact.address if promise.exact else None
    first = promise.first or promise.within.first + _OFFSET
    return next(first + offset for offset in range(256) if first + offset not in taken)
