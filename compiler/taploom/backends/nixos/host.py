"""A hypervisor's module: the settings of all other backends, without conflicts with the rest of NixOS.

NixOS has modules of its own for links, addresses, NAT and input filtering. If one of them would silently undo or
repeat a setting of the plan, our module sets a default that a person's setting overrides, changes the other module's
settings (open ports, unmanaged links), or refuses to evaluate (an assertion).
"""

from fnmatch import fnmatchcase

from taploom.backends import boot, networkd, nftables, sysctl
from taploom.backends.artifact import Artifact
from taploom.backends.nftables.tree import Ruleset
from taploom.backends.nixos import assertions, firewall, memory, printer, tables, units
from taploom.backends.nixos.shared import ENTRY, FLAT, PREFER, RANK, RIVALS, UNCLAIMED
from taploom.backends.nixos.tree import Attribute, AttributeSet, Bool, Call, Integer, Module, NixCode, texts
from taploom.plan.host import Host
from taploom.plan.interfaces import inside, interfaces


def artifacts(host: Host) -> tuple[Artifact, ...]:
    """`hosts/H/nixos/default.nix`, to be imported by the host's configuration; NixOS 24.05 to 26.05."""
    ruleset = nftables.ruleset(host)
    remembers = memory.there(ruleset)
    module = Module(
        f"Made by taploom for the host {host.name}; changes belong in the specs.",
        ("config", "lib", "pkgs") if remembers else ("config", "lib"),
        (FLAT, ENTRY, PREFER, RANK, UNCLAIMED, RIVALS, *(memory.BINDINGS if remembers else ())),
        _body(host, ruleset),
    )
    return (Artifact(f"hosts/{host.name}/nixos/default.nix", printer.lines(module)),)


def _body(host: Host, ruleset: Ruleset) -> AttributeSet:
    return AttributeSet(
        (
            Attribute(("assertions",), assertions.of(host)),
            Attribute(("boot", "kernel", "sysctl"), _sysctl(host)),
            Attribute(("networking",), _networking(host, ruleset)),
            Attribute(
                ("systemd", "network"),
                units.network(networkd.units(host), any_uplink=boot.waits_for_any(host)),
                host.origin,
            ),
            *((memory.service(host.origin),) if memory.there(ruleset) else ()),
        )
    )


def _sysctl(host: Host) -> AttributeSet:
    """The kernel settings; forwarding as a boolean, as NixOS itself sets it, since `1` and `true` would conflict."""
    return AttributeSet(
        tuple(Attribute((s.key,), Call(NixCode("rank"), (_setting(s),)), s.origin) for s in sysctl.settings(host))
    )


def _setting(setting: sysctl.Setting) -> Bool | Integer:
    return Bool(setting.value == 1) if setting.key.endswith("forwarding") else Integer(setting.value)


def _networking(host: Host, ruleset: Ruleset) -> AttributeSet:
    links = _links(host)
    return AttributeSet(
        (
            # `useDHCP` would start dhcpcd on every link, including the uplinks of networkd and the guests' TAPs.
            Attribute(("dhcpcd", "denyInterfaces"), texts(*links)),
            Attribute(("firewall",), firewall.settings(host)),
            Attribute(("networkmanager", "unmanaged"), texts(*(f"interface-name:{link}" for link in links))),
            Attribute(("nftables",), tables.of(ruleset), host.origin),
            Attribute(("useDHCP",), NixCode("prefer false")),
        )
    )


def _links(host: Host) -> list[str]:
    """The links that the specs configure, by name or glob: uplinks, bridges and TAPs."""
    globs = [pattern for bridge in host.bridges for pattern in bridge.taps.patterns]
    taps = [port.tap for each in inside(host) for port in each.ports]
    named = [tap for tap in taps if not any(fnmatchcase(tap, pattern) for pattern in globs)]
    return sorted({*(each.device for each in interfaces(host) if each.configured), *globs, *named})
