"""Kernel settings of a host: forwarding, router advertisements despite forwarding, and sizes of neighbour tables.

Only necessary settings are rendered, as the machine's owner may have chosen other values, and most settings also apply
to interfaces that are not ours. `rp_filter` is left alone, as the ruleset itself checks the reverse path, in both
families. Redirects are left alone, too: as soon as the kernel forwards, it ignores them (`inet_forward_change`,
net/ipv4/devinet.c; `rt6_do_redirect`, net/ipv6/route.c), and it sends none to a guest whose packets a hairpin forward
sends back to the guest's own bridge (`nf_nat_icmp_reply_translation`; tried with 6.18).
"""

from collections.abc import Iterator
from itertools import chain

from taploom.backends.artifact import Artifact, Line
from taploom.base.address import FAMILIES
from taploom.base.frozen import dataclass
from taploom.base.identity import remembered
from taploom.plan.host import Host
from taploom.plan.interfaces import inside, outside
from taploom.plan.origin import Origin
from taploom.plan.policy import Action, SideKind, Term

FILE = "60-taploom.conf"
"""The name of the file; it sorts after the distribution's `50-default.conf` and before the owner's `99-*.conf`."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One kernel setting.

    Attributes:
        key: the key in the notation of sysctl.d(5): with dots, or with slashes where the name of an interface has a
            dot.
        value: the number.
        origin: the entry of the spec that requires it.
    """

    key: str
    value: int
    origin: Origin


@remembered
def settings(host: Host) -> tuple[Setting, ...]:
    """The settings of a host, sorted by key; no setting changes another one, so their order does not matter."""
    found = (*_forwarding(host), *_accept_ra(host), *_neighbours(host))
    return tuple(sorted(found, key=lambda setting: setting.key))


def artifacts(host: Host) -> tuple[Artifact, ...]:
    """The settings as one file of `hosts/HOST/sysctl`; no file without settings."""
    lines = tuple(Line(f"{s.key} = {s.value}", s.origin) for s in settings(host))
    path = f"hosts/{host.name}/sysctl/{FILE}"
    return (Artifact(path, lines, f"/etc/sysctl.d/{FILE}"),) if lines else ()


def _forwarding(host: Host) -> Iterator[Setting]:
    """Forwarding in each family that a network of the host has, or in which policy lets packets go between uplinks.

    The setting covers all interfaces, as IPv6 has no other setting for forwarding; the ruleset decides which packets
    pass. networkd's own settings for forwarding mean different things in the supported versions.
    """
    for family in FAMILIES:
        networks = (each.origin for each in inside(host) if each.own(family))
        carried = (term.origin for term in host.terms if term.family is family and _carries(term))
        origin = next(chain(networks, carried), None)
        if origin:
            yield Setting(f"net.{family.key}.conf.all.forwarding", 1, origin)


def _carries(term: Term) -> bool:
    """Whether a term lets packets pass from one uplink to another."""
    outer = (SideKind.OUTSIDE, SideKind.REMOTE)
    return term.action is Action.ALLOW and term.ingress.kind in outer and term.egress.kind in outer


def _accept_ra(host: Host) -> Iterator[Setting]:
    """Router advertisements on uplinks: a kernel that forwards ignores them unless the setting is 2 (ip-sysctl.rst).

    networkd processes advertisements itself and sets its links to 0; our value is for the time before networkd runs.
    """
    for each in outside(host):
        if each.advertised:
            yield Setting(_key("ipv6", each.device, "accept_ra"), 2, each.origin)


_USUAL = 1024
"""The kernel's default of `gc_thresh3`; a table with so many neighbours takes no more ("neighbour table overflow")."""


def _neighbours(host: Host) -> Iterator[Setting]:
    """Sizes of the neighbour tables of a host with many guests; all links share one table for each family.

    The table has twice as many places as guests have addresses, since an address for which no machine answers takes a
    place, too. A guest has two IPv6 addresses, one of them link-local. The lower thresholds, at which the kernel begins
    to free places, keep the proportions of the kernel's defaults (arp(7): 128, 512 and 1024). If 1024 places are
    enough, nothing is set.
    """
    for family, each in zip(FAMILIES, (1, 2), strict=True):
        networks = [here for here in inside(host) if here.own(family)]
        wanted = 2 * each * sum(len(here.ports) for here in networks)
        if wanted > _USUAL:
            most, origin = 1 << (wanted - 1).bit_length(), max(networks, key=lambda here: len(here.ports)).origin
            for number, share in ((1, 8), (2, 2), (3, 1)):
                yield Setting(f"net.{family.key}.neigh.default.gc_thresh{number}", most // share, origin)


def _key(family: str, interface: str, name: str) -> str:
    """The key of an interface's setting; sysctl.d(5) takes the first separator, dot or slash, as the only one."""
    separator = "/" if "." in interface else "."
    return separator.join(("net", family, "conf", interface, name))
