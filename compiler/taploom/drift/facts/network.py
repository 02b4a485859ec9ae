"""Readers of the parts that iproute2 and networkd print as JSON: links, addresses, routes, states of links."""

from collections.abc import Iterator, Mapping

from taploom.base.address import Address, AddressError, Family, Interface, everything, parse_address, parse_prefix
from taploom.drift.facts.model import LinkFacts, LinkUnit, RouteFacts
from taploom.drift.json_types import UnreadError, mapping, number, sequence, short, text

_MOST = 1 << 32
_SETTINGS = ("isolated", "hairpin", "learning")


def links(value: object) -> Mapping[str, LinkFacts]:
    """The links by name.

    Raises:
        UnreadError: a value has an unexpected type.
    """
    return {one.name: one for one in map(_link, map(mapping, sequence(value)))}


def _link(body: Mapping[str, object]) -> LinkFacts:
    info = mapping(body.get("linkinfo", {}))
    flags = sequence(body.get("flags", []))
    port = mapping(info.get("info_slave_data", {}))
    return LinkFacts(
        text(body.get("ifname")),
        text(info.get("info_kind", "")),
        "UP" in flags,
        "LOWER_UP" in flags,
        number(body.get("mtu"), _MOST),
        text(body.get("address", "")),
        text(body.get("master", "")),
        {name: port[name] is True for name in _SETTINGS if name in port},
    )


def addresses(value: object) -> Mapping[str, tuple[Interface, ...]]:
    """The addresses of each link, by the name of the link.

    Raises:
        UnreadError: a value has an unexpected type, or an address cannot be read.
    """
    found: dict[str, tuple[Interface, ...]] = {}
    for body in map(mapping, sequence(value)):
        if body:  # iproute2 prints an empty object in place of a link that it filters out
            known = map(mapping, sequence(body.get("addr_info", [])))
            found[text(body.get("ifname"))] = tuple(_own(one) for one in known if "local" in one)
    return found


def _own(body: Mapping[str, object]) -> Interface:
    address = _address(body.get("local"))
    return Interface(address, number(body.get("prefixlen"), address.family.bits))


def routes(value: object, family: Family) -> Iterator[RouteFacts]:
    """The routes of one family.

    Raises:
        UnreadError: a value has an unexpected type, or a prefix or address cannot be read.
    """
    for body in map(mapping, sequence(value)):
        to = text(body.get("dst"))
        try:
            prefix = everything(family) if to == "default" else parse_prefix(to)
        except AddressError as error:
            raise UnreadError(str(error)) from None
        hops = [mapping(hop) for hop in sequence(body.get("nexthops", []))] or [body]
        for hop in hops:
            yield RouteFacts(
                text(body.get("type", "unicast")),
                prefix,
                _address(hop["gateway"]) if "gateway" in hop else None,
                text(hop.get("dev", "")),
                number(body["metric"], _MOST) if "metric" in body else None,
                str(body.get("protocol", "")),
            )


def _address(value: object) -> Address:
    try:
        return parse_address(text(value))
    except AddressError:
        raise UnreadError(short(value)) from None


def networkd(value: object) -> Mapping[str, LinkUnit]:
    """The state of each link in networkd, by the name of the link.

    Raises:
        UnreadError: a value has an unexpected type.
    """
    known = map(mapping, sequence(mapping(value).get("Interfaces")))
    return {
        text(one.get("Name")): LinkUnit(text(one.get("NetworkFile") or ""), text(one.get("AdministrativeState") or ""))
        for one in known
    }
