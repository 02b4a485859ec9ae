"""The table whose sets outlive a load (`lower.neighbours`), as a service of its own.

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
"""Whether a load of NixOS begins with an empty ruleset."""

BINDINGS: Final = (
    Binding(
        "flushed",
        "config.networking.nftables.flushRuleset",
        "Whether a load removes all tables first; else only those of `tables`.",
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
        "Replaces the rules of the table and leaves what its sets have learned.",
    ),
)
_FORGET: Final = '"-${pkgs.nftables}/bin/nft delete table bridge taploom-memory"'


def there(ruleset: Ruleset) -> bool:
    """Whether a ruleset has a table whose sets outlive a load; a table without chains is not loaded."""
    return any(table.kept and table.chains for table in ruleset.tables)


def service(origin: Origin) -> Attribute:
    """`systemd.services.taploom-memory`, in the place that nftables.service has at boot (systemd.special(7))."""
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
