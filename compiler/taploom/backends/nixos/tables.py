"""The ruleset as `networking.nftables.tables`: NixOS writes the transaction around each body itself.

NixOS deletes each table first, so the table that keeps what it has learned is loaded by a service instead (`memory`).
NixOS also removes a table that is no longer among them, as it remembers which ones it has made
(nixos/modules/services/networking/nftables.nix, 24.05).
"""

from taploom.backends.nftables import printer
from taploom.backends.nftables.tree import Ruleset, Table
from taploom.backends.nixos import memory
from taploom.backends.nixos.tree import Attribute, Attributes, Bool, Lines, Text


def of(ruleset: Ruleset) -> Attributes:
    """`networking.nftables`; never by its `ruleset`, for which NixOS may flush everybody's tables."""
    tables = Attributes(
        tuple(Attribute((_key(table),), _table(table)) for table in ruleset.tables if table.chains or not table.kept)
    )
    return Attributes((Attribute(("enable",), Bool(value=True)), Attribute(("tables",), tables)))


def _key(table: Table) -> str:
    """The attribute of a table: its name, and the family where that is not `inet`, as names are unique in a family."""
    return table.name if table.family == "inet" else f"{table.name}-{table.family}"


def _table(table: Table) -> Attributes:
    content = Lines(printer.body(table))
    enabled = (("enable", memory.FLUSHED),) if table.kept else ()
    named = (*enabled, ("family", Text(table.family)), ("name", Text(table.name)), ("content", content))
    return Attributes(tuple(Attribute((key,), value) for key, value in named))
