"""Assertions about the rest of a NixOS configuration, each with a message that says what would fail without it."""

from taploom.backends.nixos.tree import Attribute, Attributes, Call, Code, Expression, Item, Listing, Text, texts
from taploom.plan.host import Host
from taploom.plan.interfaces import interfaces


def of(host: Host) -> Listing:
    """`assertions` of the module of a host."""
    links = sorted({each.device for each in interfaces(host) if each.configured})
    translates = host.nat or host.dnat_entries
    return Listing(
        (
            _assertion(
                Code('lib.versionAtLeast lib.trivial.release "24.05"'),
                "taploom: this module needs NixOS 24.05 or later.",
            ),
            _assertion(
                Code("config.systemd.network.enable"),
                "taploom: systemd.network.enable is off; without it no bridge and no uplink of this host comes up.",
            ),
            _assertion(
                Code("config.networking.nftables.enable"),
                "taploom: networking.nftables.enable is off; without it this host neither filters nor translates.",
            ),
            *([_no_second_nat()] if translates else ()),
            *([_unclaimed(links), _no_rivals()] if links else ()),
        )
    )


def _no_second_nat() -> Item:
    return _assertion(
        Code("!config.networking.nat.enable"),
        "taploom: networking.nat.enable is on; it would translate a second time what this host's ruleset translates."
        " Turn it off, and say in the specs what it did.",
    )


def _unclaimed(links: list[str]) -> Item:
    return _assertion(
        Call(Code("unclaimed"), (texts(*links),)),
        "taploom: networking.interfaces or networking.bridges configures a link that this module configures as well: "
        f"one of {', '.join(links)}. Remove it there.",
    )


def _no_rivals() -> Item:
    return _assertion(
        Code("rivals == [ ]"),
        Code(
            '"taploom: systemd.network.networks has units that take links of this module, or join its TAPs to another '
            'bridge: ${lib.concatStringsSep ", " rivals}. Remove them, narrow their matchConfig.Name, or name them so '
            'that they sort behind those of taploom."'
        ),
    )


def _assertion(condition: Expression, message: str | Code) -> Item:
    text = Text(message) if isinstance(message, str) else message
    return Item(Attributes((Attribute(("assertion",), condition), Attribute(("message",), text))))
