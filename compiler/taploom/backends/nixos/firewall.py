"""Settings of `networking.firewall`, the input filter of NixOS (table `inet nixos-fw`).

An accept in taploom's table cannot undo a drop in the table of NixOS. So the module also opens the host's services for
guests in the firewall of NixOS, even if this firewall is off: a user who turns it on must not cut the guests off.
"""

from collections.abc import Iterator

from taploom.backends.artifact import Line
from taploom.backends.nixos.tree import Attribute, AttributeSet, IndentedString, Integer, ListItem, NixCode, NixList
from taploom.plan.host import Host, Input
from taploom.plan.interfaces import HostInterface, inside

DHCP_SERVER, DNS = 67, 53


_LEGAL = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


def settings(host: Host) -> AttributeSet:
    """`networking.firewall`: off where the plan's ruleset filters the input, and open for the services of the host."""
    networks = sorted(inside(host), key=lambda here: here.device)
    found = [
        *(_lines("extraForwardRules", [line for here in networks for line in _forwarded(here)])),
        *(_lines("extraInputRules", [line for here in networks if not _bare(here) for line in _input(here)])),
        *_interfaces([here for here in networks if _bare(here)]),
    ]
    managed = (Attribute(("enable",), NixCode("prefer false")),) if host.input is Input.MANAGED else ()
    return AttributeSet((*managed, *found))


def _bare(here: HostInterface) -> bool:
    """Whether nft reads the name of the interface without quotes; NixOS prints no quotes for the option `interfaces`.

    Many names are keywords of nft (`or`, `mark`, `auto-merge`), but no keyword begins with `br-` or with `br` and a
    digit.
    """
    name = here.device
    return name.startswith("br") and name[2:3] in frozenset("-0123456789") and _LEGAL.issuperset(name)


def _interfaces(networks: list[HostInterface]) -> tuple[Attribute, ...]:
    found = tuple(
        Attribute((here.device,), AttributeSet(ports), here.origin) for here in networks if (ports := _allowed(here))
    )
    return (Attribute(("interfaces",), AttributeSet(found)),) if found else ()


def _allowed(here: HostInterface) -> tuple[Attribute, ...]:
    return tuple(
        Attribute((f"allowed{protocol.upper()}Ports",), NixList(tuple(ListItem(Integer(port)) for port in ports)))
        for protocol, ports in _served(here)
    )


def _input(here: HostInterface) -> Iterator[Line]:
    for protocol, ports in _served(here):
        numbers = ", ".join(map(str, ports))
        yield Line(f'iifname "{here.device}" {protocol} dport {{ {numbers} }} accept', here.origin)


def _served(here: HostInterface) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The ports of DNS and DHCP that the host serves on a network; router solicitations pass that firewall anyway."""
    dns = (DNS,) if here.serves_dns else ()
    udp = (*dns, *((DHCP_SERVER,) if here.dhcp else ()))
    return ((protocol, ports) for protocol, ports in (("tcp", dns), ("udp", udp)) if ports)


def _forwarded(here: HostInterface) -> Iterator[Line]:
    """Lines that NixOS reads only if `filterForward` is on; taploom's table still filters packets that they accept."""
    for field in ("iifname", "oifname"):
        yield Line(f'{field} "{here.device}" accept', here.origin)


def _lines(option: str, lines: list[Line]) -> tuple[Attribute, ...]:
    return (Attribute((option,), IndentedString(tuple(lines))),) if lines else ()
