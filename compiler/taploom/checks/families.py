"""Helpers for objects with an IPv4 and an IPv6 half, so that a check is written once for both families."""

from collections.abc import Iterator

from taploom.base.address import FAMILIES, Family, in_family
from taploom.plan.host import Fixed
from taploom.plan.interfaces import HostInterface


def fixed(uplink: HostInterface) -> Iterator[tuple[Family, Fixed]]:
    """The static addresses of an uplink."""
    for family in FAMILIES:
        side = in_family(uplink, family)
        if isinstance(side, Fixed):
            yield family, side


def carries(uplink: HostInterface, family: Family) -> bool:
    """Whether an uplink may carry packets of a family; True for an uplink that taploom does not configure."""
    return in_family(uplink, family) is not None or not uplink.configured


def word(family: Family) -> str:
    """The name of the family in messages."""
    return "IPv4" if family is Family.IPV4 else "IPv6"


def other(family: Family) -> Family:
    """The other family."""
    return Family.IPV6 if family is Family.IPV4 else Family.IPV4
