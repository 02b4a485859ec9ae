"""How the module stands with `networking.firewall`, the input filter that NixOS brings along (table `inet nixos-fw`).

A verdict of ours cannot lift a drop of theirs, so whatever guests need from the host is opened there too, whether or
not that firewall is on: a person who turns it on must not cut the guests off.
"""

from collections.abc import Iterator

from taploom.backends.artifact import Line
from taploom.backends.nixos.tree import Attribute, Attributes, Code, Integer, Item, Lines, Listing
from taploom.plan.host import Bridge, Host, Input

DHCP_SERVER, DNS = 67, 53


_LEGAL = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


def settings(host: Host) -> Attributes:
    """`networking.firewall`: off where the plan's ruleset keeps the input, and open for what the host serves."""
    bridges = sorted(host.bridges, key=lambda bridge: bridge.device)
    found = [
        *(_lines("extraForwardRules", [line for bridge in bridges for line in _forwarded(bridge)])),
        *(_lines("extraInputRules", [line for bridge in bridges if not _bare(bridge) for line in _input(bridge)])),
        *_interfaces([bridge for bridge in bridges if _bare(bridge)]),
    ]
    managed = (Attribute(("enable",), Code("prefer false")),) if host.input is Input.MANAGED else ()
    return Attributes((*managed, *found))


def _bare(bridge: Bridge) -> bool:
    """Whether nft reads the name of the bridge without quotes, which `interfaces` leaves out.

    Many names are words of nft (`or`, `mark`, `auto-merge`); of those that begin like a bridge's, none is.
    """
    name = bridge.device
    return name.startswith("br") and name[2:3] in frozenset("-0123456789") and _LEGAL.issuperset(name)


def _interfaces(bridges: list[Bridge]) -> tuple[Attribute, ...]:
    found = tuple(
        Attribute((bridge.device,), Attributes(ports), bridge.origin)
        for bridge in bridges
        if (ports := _allowed(bridge))
    )
    return (Attribute(("interfaces",), Attributes(found)),) if found else ()


def _allowed(bridge: Bridge) -> tuple[Attribute, ...]:
    return tuple(
        Attribute((f"allowed{protocol.upper()}Ports",), Listing(tuple(Item(Integer(port)) for port in ports)))
        for protocol, ports in _served(bridge)
    )


def _input(bridge: Bridge) -> Iterator[Line]:
    for protocol, ports in _served(bridge):
        numbers = ", ".join(map(str, ports))
        yield Line(f'iifname "{bridge.device}" {protocol} dport {{ {numbers} }} accept', bridge.origin)


def _served(bridge: Bridge) -> Iterator[tuple[str, tuple[int, ...]]]:
    """What the host serves on a bridge: DNS and DHCP; router solicitations pass that firewall anyway."""
    dns = (DNS,) if bridge.serves_dns else ()
    udp = (*dns, *((DHCP_SERVER,) if bridge.dhcp else ()))
    return ((protocol, ports) for protocol, ports in (("tcp", dns), ("udp", udp)) if ports)


def _forwarded(bridge: Bridge) -> Iterator[Line]:
    """Read only where `filterForward` is on; what passes here is still judged by the plan's own table."""
    for way in ("iifname", "oifname"):
        yield Line(f'{way} "{bridge.device}" accept', bridge.origin)


def _lines(option: str, lines: list[Line]) -> tuple[Attribute, ...]:
    return (Attribute((option,), Lines(tuple(lines))),) if lines else ()
