"""The ruleset as `networking.nftables.tables`: NixOS writes the transaction around each body itself.

NixOS deletes each table first, so a service loads the table that has to keep its learned elements (`memory`). NixOS
also remembers which tables it has made, and removes a table that is no longer listed
(nixos/modules/services/networking/nftables.nix, 24.05).
"""

from taploom.backends.nftables import printer
from taploom.backends.nftables.tree import Ruleset, Table
from taploom.backends.nixos import memory
from taploom.backends.nixos.tree import Attribute, AttributeSet, Bool, IndentedString, NixString


def of(ruleset: Ruleset) -> AttributeSet:
    """`networking.nftables` without its option `ruleset`, with which NixOS may flush the tables of other tools."""
    tables = AttributeSet(
        tuple(Attribute((_key(table),), _table(table)) for table in ruleset.tables if table.chains or not table.kept)
    )
    return AttributeSet((Attribute(("enable",), Bool(value=True)), Attribute(("tables",), tables)))


def _key(table: Table) -> str:
    """The attribute of a table: its name, and the family if it is not `inet`, as other families use the name too."""
    return table.name if table.family == "inet" else f"{table.name}-{table.family}"


def _table(table: Table) -> AttributeSet:
    content = IndentedString(printer.body(table))
    enabled = (("enable", memory.FLUSHED),) if table.kept else ()
    named = (*enabled, ("family", NixString(table.family)), ("name", NixString(table.name)), ("content", content))
    return AttributeSet(tuple(Attribute((key,), value) for key, value in named))
