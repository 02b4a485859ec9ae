"""A guest's module: its network, and the TAP by which microvm.nix joins it to the host's bridge."""

from taploom.backends import guest as guest_units
from taploom.backends.artifact import Artifact
from taploom.backends.nixos import printer, units
from taploom.backends.nixos.shared import ENTRY, FLAT, PREFER
from taploom.backends.nixos.tree import Attribute, Attributes, Call, Code, Item, Listing, Module, Text
from taploom.backends.units.tree import Unit
from taploom.plan.guest import Guest, Nic


def artifacts(guest: Guest) -> tuple[Artifact, ...]:
    """`guests/G/nixos.nix`, to be imported by the guest's own configuration."""
    network = guest_units.units(guest)
    module = Module(
        f"Made by taploom for the guest {guest.name}; changes belong in the specs.",
        ("lib", "options"),
        (PREFER, FLAT, ENTRY) if units.repeats(network) else (PREFER,),
        Attributes((Attribute(("config",), _config(guest, network)),)),
    )
    return (Artifact(f"guests/{guest.name}/nixos.nix", printer.lines(module)),)


def _config(guest: Guest, network: tuple[Unit, ...]) -> Call:
    always = Attributes(
        (
            Attribute(("networking", "useDHCP"), Code("prefer false")),
            Attribute(("systemd", "network"), units.network(network)),
        )
    )
    taps = Listing(tuple(Item(_interface(nic), nic.origin) for nic in guest.nics))
    # The option exists only where microvm.nix is imported, and an unknown option would stop the evaluation.
    runner = Call(
        Code("lib.optionalAttrs"),
        (Code("(options ? microvm)"), Attributes((Attribute(("microvm", "interfaces"), taps),))),
    )
    return Call(Code("lib.mkMerge"), (Listing((Item(always), Item(runner))),))


def _interface(nic: Nic) -> Attributes:
    """One entry of `microvm.interfaces` (microvm.nix, `nixos-modules/microvm/options.nix`)."""
    return Attributes(
        (
            Attribute(("type",), Text("tap")),
            Attribute(("id",), Text(nic.tap)),
            Attribute(("mac",), Text(str(nic.mac))),
        )
    )
