"""Assertions about the rest of a NixOS configuration, each with a message that says what fails if it does not hold."""

from taploom.backends.nixos.tree import (
    Attribute,
    AttributeSet,
    Call,
    Expression,
    ListItem,
    NixCode,
    NixList,
    NixString,
    texts,
)
from taploom.plan.host import Host
from taploom.plan.interfaces import interfaces


def of(host: Host) -> NixList:
    """`assertions` of the module of a host."""
    links = sorted({each.device for each in interfaces(host) if each.configured})
    translates = host.nat or host.dnat_entries
    return NixList(
        (
            _assertion(
                NixCode('lib.versionAtLeast lib.trivial.release "24.05"'),
                "taploom: this module needs NixOS 24.05 or later.",
            ),
            _assertion(
                NixCode("config.systemd.network.enable"),
                "taploom: systemd.network.enable is off; without it no bridge and no uplink of this host comes up.",
            ),
            _assertion(
                NixCode("config.networking.nftables.enable"),
                "taploom: networking.nftables.enable is off; without it this host neither filters nor translates.",
            ),
            *([_no_second_nat()] if translates else ()),
            *([_unclaimed(links), _no_rivals()] if links else ()),
        )
    )


def _no_second_nat() -> ListItem:
    return _assertion(
        NixCode("!config.networking.nat.enable"),
        "taploom: networking.nat.enable is on; it would translate packets that this host's ruleset translates already."
        " Turn it off, and declare its translations in the specs.",
    )


def _unclaimed(links: list[str]) -> ListItem:
    return _assertion(
        Call(NixCode("unclaimed"), (texts(*links),)),
        "taploom: networking.interfaces or networking.bridges configures a link that this module configures as well: "
        f"one of {', '.join(links)}. Remove it there.",
    )


def _no_rivals() -> ListItem:
    return _assertion(
        NixCode("rivals == [ ]"),
        NixCode(
            '"taploom: systemd.network.networks has units that match links of this module, or attach its TAPs to '
            'another bridge: ${lib.concatStringsSep ", " rivals}. Remove them, narrow their matchConfig.Name, or name '
            'them so that they sort after the units of taploom."'
        ),
    )


def _assertion(condition: Expression, message: str | NixCode) -> ListItem:
    text = NixString(message) if isinstance(message, str) else message
    return ListItem(AttributeSet((Attribute(("assertion",), condition), Attribute(("message",), text))))
