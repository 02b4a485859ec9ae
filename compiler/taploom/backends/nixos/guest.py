"""A guest's module: its network, and the TAP by which microvm.nix joins it to the host's bridge."""

from taploom.backends import guest as guest_units
from taploom.backends.artifact import Artifact
from taploom.backends.nixos import printer, units
from taploom.backends.nixos.shared import ENTRY, FLAT, PREFER
from taploom.backends.nixos.tree import Attribute, AttributeSet, Call, ListItem, Module, NixCode, NixList, NixString
from taploom.backends.units.tree import Unit
from taploom.plan.guest import Guest, Nic


def artifacts(guest: Guest) -> tuple[Artifact, ...]:
    """`guests/G/nixos.nix`, to be imported by the guest's own configuration."""
    network = guest_units.units(guest)
    module = Module(
        f"Made by taploom for the guest {guest.name}; changes belong in the specs.",
        ("lib", "options"),
        (PREFER, FLAT, ENTRY) if units.repeats(network) else (PREFER,),
        AttributeSet((Attribute(("config",), _config(guest, network)),)),
    )
    return (Artifact(f"guests/{guest.name}/nixos.nix", printer.lines(module)),)


def _config(guest: Guest, network: tuple[Unit, ...]) -> Call:
    always = AttributeSet(
        (
            Attribute(("networking", "useDHCP"), NixCode("prefer false")),
            Attribute(("systemd", "network"), units.network(network)),
        )
    )
    taps = NixList(tuple(ListItem(_interface(nic), nic.origin) for nic in guest.nics))
    # The option exists only where microvm.nix is imported, and an unknown option would stop the evaluation.
    runner = Call(
        NixCode("lib.optionalAttrs"),
        (NixCode("(options ? microvm)"), AttributeSet((Attribute(("microvm", "interfaces"), taps),))),
    )
    return Call(NixCode("lib.mkMerge"), (NixList((ListItem(always), ListItem(runner))),))


def _interface(nic: Nic) -> AttributeSet:
    """One entry of `microvm.interfaces` (microvm.nix, `nixos-modules/microvm/options.nix`)."""
    return AttributeSet(
        (
            Attribute(("type",), NixString("tap")),
            Attribute(("id",), NixString(nic.tap)),
            Attribute(("mac",), NixString(str(nic.mac))),
        )
    )
