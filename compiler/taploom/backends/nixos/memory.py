"""A systemd service that loads the table whose sets outlive a load (`lower.neighbours`).

NixOS deletes each enabled table of `networking.nftables.tables` before it loads all of them (nftables.nix of nixpkgs,
24.05 to 26.05). So this table is not enabled there: the service loads it from the text that the option holds. It
flushes only the rules of the table, as the ruleset file of other hosts does. Where NixOS flushes the whole ruleset
(`flushRuleset`), a load would remove the table for good, so there the table is enabled and the service is not used.
"""

from typing import Final

from taploom.backends.nftables.tree import Ruleset
from taploom.backends.nixos.tree import Attribute, AttributeSet, Binding, Bool, Call, NixCode, NixString, texts
from taploom.plan.origin import Origin

FLUSHED: Final = NixCode("flushed")
"""The Nix binding that says whether NixOS flushes the whole ruleset before a load."""

BINDINGS: Final = (
    Binding(
        "flushed",
        "config.networking.nftables.flushRuleset",
        "Whether a load removes all tables first; otherwise it removes only the tables of `tables`.",
    ),
    Binding(
        "remember",
        """"${pkgs.nftables}/bin/nft -f ${
  pkgs.writeText "taploom-memory.nft" ''
    table bridge taploom-memory
    flush table bridge taploom-memory
    table bridge taploom-memory {
    ${config.networking.nftables.tables.taploom-memory-bridge.content}
    }
  ''
}\"""",
        "Replaces the rules of the table and keeps the learned elements of its sets.",
    ),
)
_FORGET: Final = '"-${pkgs.nftables}/bin/nft delete table bridge taploom-memory"'


def there(ruleset: Ruleset) -> bool:
    """Whether a ruleset has a table whose sets outlive a load; a table without chains is not loaded."""
    return any(table.kept and table.chains for table in ruleset.tables)


def service(origin: Origin) -> Attribute:
    """`systemd.services.taploom-memory`, which runs as early at boot as nftables.service (systemd.special(7))."""
    run = (("Type", NixString("oneshot")), ("RemainAfterExit", Bool(value=True)), ("ExecStart", NixCode("remember")),
           ("ExecReload", NixCode("remember")), ("ExecStop", NixCode(_FORGET)))  # fmt: skip
    early = texts("network-pre.target")
    settings = (
        (("description",), NixString("Remembered flows between guests of one bridge")),
        (("before",), early),
        (("wants",), early),
        (("wantedBy",), texts("multi-user.target")),
        (("reloadIfChanged",), Bool(value=True)),
        (("serviceConfig",), AttributeSet(tuple(Attribute((key,), value) for key, value in run))),
    )
    body = AttributeSet(tuple(Attribute(path, value) for path, value in settings))
    return Attribute(("systemd", "services", "taploom-memory"), Call(NixCode("lib.mkIf (!flushed)"), (body,)), origin)
