"""Checks that the sets, chains and limits in statements exist: a listing is untrusted text and may lack some."""

from collections.abc import Callable, Mapping

from taploom.backends.nftables.fields import Field
from taploom.backends.nftables.tree import (
    Chain,
    Dispatch,
    LimitBy,
    Lookup,
    NamedLimit,
    Set,
    Statement,
    TranslateBy,
    VerdictStatement,
)
from taploom.base.frozen import dataclass
from taploom.drift.listing.values import type_of


@dataclass(frozen=True, slots=True)
class References:
    """The objects of one table to which statements may refer, by name."""

    sets: Mapping[str, Set]
    chains: Mapping[str, Chain]
    limits: Mapping[str, NamedLimit]

    def fault(self, statement: Statement) -> str:
        """The object in a statement, such as `set lan`, that the table lacks or has with another type; else ""."""
        match statement:
            case VerdictStatement(_, chain):
                return "" if not chain or chain in self.chains else f"chain {chain}"
            case Lookup(fields, name):
                return self._of(name, fields, lambda one: not one.verdicts and not one.data)
            case Dispatch(fields, name):
                known = self._of(name, fields, lambda one: one.verdicts)
                return known or self._targets(name)
            case TranslateBy(_, fields, name):
                return self._of(name, fields, lambda one: bool(one.data))
            case LimitBy(name):
                return "" if name in self.limits else f"limit {name}"
            case _:
                return ""

    def _targets(self, name: str) -> str:
        chains = {
            element.data.chain for element in self.sets[name].elements if isinstance(element.data, VerdictStatement)
        }
        missing = sorted(chain for chain in chains if chain and chain not in self.chains)
        return f"chain {missing[0]}" if missing else ""

    def _of(self, name: str, fields: tuple[Field, ...], fits: Callable[[Set], bool]) -> str:
        one = self.sets.get(name)
        if one is None or not fits(one) or tuple(map(type_of, fields)) != one.types:
            return f"set {name}"
        return ""
