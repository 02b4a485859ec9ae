"""How the module stands with `networking.firewall`, the input filter that NixOS brings along (table `inet nixos-fw`).

A verdict of ours cannot lift a drop of theirs, so whatever guests need from the host is opened there too, whether or
not that firewall is on: a person who turns it on must not cut the guests off.
"""

from netloom.backends.nixos.tree import Attribute, Attributes, Code, Integer, Item, Lines, Listing, TextLine
from netloom.plan.host import Bridge, Host, Input

DHCP_SERVER, DNS = 67, 53


def settings(host: Host) -> Attributes:
    """`networking.firewall`: off where the plan's ruleset keeps the input, and open for what the host serves."""
    managed = (Attribute(("enable",), Code("prefer false")),) if host.input is Input.MANAGED else ()
    forwarded = tuple(
        TextLine(f'{way} "{bridge.device}" accept', bridge.origin)
        for bridge in host.bridges
        for way in ("iifname", "oifname")
    )
    # Read only where `filterForward` is on; what passes here is still judged by the plan's own table.
    forward = (Attribute(("extraForwardRules",), Lines(forwarded)),) if forwarded else ()
    return Attributes((*managed, *forward, *_openings(host)))


def _openings(host: Host) -> tuple[Attribute, ...]:
    found = tuple(
        Attribute((bridge.device,), Attributes(ports), bridge.origin)
        for bridge in sorted(host.bridges, key=lambda b: b.device)
        if (ports := _ports(bridge))
    )
    return (Attribute(("interfaces",), Attributes(found)),) if found else ()


def _ports(bridge: Bridge) -> tuple[Attribute, ...]:
    """What the host serves on a bridge: DNS and DHCP; router solicitations pass that firewall anyway."""
    dns = (DNS,) if bridge.serves_dns else ()
    udp = (*dns, *((DHCP_SERVER,) if bridge.dhcp else ()))
    named = (("allowedTCPPorts", dns), ("allowedUDPPorts", udp))
    return tuple(
        Attribute((name,), Listing(tuple(Item(Integer(port)) for port in ports))) for name, ports in named if ports
    )
