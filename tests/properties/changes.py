"""Changes of random sites: a host is added, removed or renamed, with all entries that refer to it."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from tests.properties.links import pair

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.properties.made_up import Tree


def without_host(site: Tree, host: str) -> Tree:
    """The site without a host, its networks and guests, and without entries that refer only to these."""
    found = deepcopy(site)
    networks = set(found["hosts"].pop(host)["networks"])
    guests = {name for name, guest in found.get("guests", {}).items() if guest["host"] == host}
    for section, gone in (("networks", networks), ("guests", guests)):
        found[section] = {name: one for name, one in found.get(section, {}).items() if name not in gone}
    on = (host, *guests)
    forwards = found.get("forwards", {})
    found["forwards"] = {name: forward for name, forward in forwards.items() if forward["on"].split("/")[0] != host}
    left = {uplink["zone"] for one in found["hosts"].values() for uplink in one["uplinks"].values()}
    zones = {uplink["zone"] for uplink in site["hosts"][host]["uplinks"].values()} - left
    names = {*on, *networks, *zones}
    tagged = any("web" in guest.get("tags", ()) for guest in found["guests"].values())
    spoken = {*names, *(f"{kind}/{name}" for kind in ("host", "network", "guest", "zone") for name in names)}
    spoken |= set() if tagged else {"tag/web"}
    found["policy"] = {name: entry for name, old in found["policy"].items() if (entry := _spared(old, spoken))}
    for forward in found["forwards"].values():
        if isinstance(forward.get("from"), list):
            forward["from"] = [one for one in forward["from"] if one not in spoken]
    return {section: entries for section, entries in found.items() if entries}


def _spared(entry: Tree, gone: set[str]) -> Tree | None:
    """A policy entry without some selectors; None if `from` or `to` has no selector left."""
    ends = {key: [entry[key]] if isinstance(entry[key], str) else entry[key] for key in ("from", "to")}
    left = {key: [one for one in some if one not in gone] for key, some in ends.items()}
    return {**entry, **left} if all(left.values()) else None


def renamed(site: Tree, host: str, name: str, *, said: bool) -> Tree:
    """The site with a renamed host.

    Args:
        site: the site before.
        host: the host's old name.
        name: the host's new name.
        said: whether the renamed entry has `moved-from` with the old name.
    """

    def spoken(value: Any) -> Any:
        if isinstance(value, list):
            return [spoken(one) for one in value]
        kind, slash, rest = value.partition("/") if isinstance(value, str) else ("", "", "")
        if kind == "host" and rest == host:
            return f"host/{name}"
        return f"{name}{slash}{rest}" if kind == host else value

    found = deepcopy(site)
    entry = found["hosts"].pop(host)
    found["hosts"][name] = entry | ({"moved-from": host} if said else {})
    for section, keys in (("guests", ("host",)), ("forwards", ("on",)), ("policy", ("from", "to"))):
        for one in found.get(section, {}).values():
            one |= {key: spoken(one[key]) for key in keys}
    return found


def swapped(site: Tree) -> tuple[Tree, Tree] | None:
    """The site with all guest addresses written out, and the same site after two guests swapped their addresses.

    None if no network has two guests with fixed addresses.
    """
    before = deepcopy(site)
    for number, (_, network, nic) in enumerate(_nics(before)):
        for family in ("ipv4", "ipv6"):
            own = before["networks"][network].get(family, "")
            if nic.get(family, "auto") == "auto" and own and not pair(before["networks"][network]):
                nic[family] = own.rpartition("1/")[0] + str(60 + number)
    for one, network, nic in _nics(before):
        for other, beside, _ in _nics(before):
            if one < other and network == beside:
                after = deepcopy(before)
                first, second = (after["guests"][name]["nics"][network] for name in (one, other))
                for family in ("ipv4", "ipv6"):
                    if all(nic.get(family, "dhcp") not in ("dhcp", "slaac") for nic in (first, second)):
                        first[family], second[family] = second[family], first[family]
                return (before, after) if after != before else None
    return None


def _nics(site: Tree) -> Iterator[tuple[str, str, Tree]]:
    """Each NIC with its guest and network."""
    for name, guest in site.get("guests", {}).items():
        yield from ((name, network, nic) for network, nic in guest["nics"].items())
