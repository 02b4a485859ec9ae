"""Reads all tables of a listing; statements and objects that the tree cannot express are kept as text."""

from collections.abc import Callable, Mapping
from dataclasses import field, replace
from types import MappingProxyType

from taploom.backends.nftables.tree import Chain, Counter, NamedLimit, Rule, Set, Statement, Table
from taploom.base.frozen import dataclass
from taploom.drift.json_types import Tagged, UnreadError, mapping, number, sequence, short, tagged, text
from taploom.drift.listing.anonymous import Anonymous
from taploom.drift.listing.circles import leads_in_circles
from taploom.drift.listing.objects import chain_of, counter_of, limit_of, set_of
from taploom.drift.listing.references import References
from taploom.drift.listing.statements import Place, statements

_ANY = 1 << 62


@dataclass(frozen=True, slots=True)
class ListedRule:
    """A rule in the kernel.

    Attributes:
        chain: name of its chain.
        handle: number of the rule in its table, from the kernel.
        rule: the rule with the statements that the tree can express.
        unknown: statements that the tree cannot express, as JSON.
    """

    chain: str
    handle: int
    rule: Rule
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListedTable:
    """A table in the kernel.

    Attributes:
        table: the table as far as the tree can express it; its chains contain the rules of `rules` in the same order.
        rules: rules by chain.
        unknown: objects that the tree cannot express, such as `flowtable fast`.
    """

    table: Table
    rules: Mapping[str, tuple[ListedRule, ...]]
    unknown: tuple[str, ...] = ()


class MalformedError(Exception):
    """Raised for JSON that is not a listing of nft; the message states the reason."""


def listed(value: object) -> tuple[ListedTable, ...]:
    """The tables of a listing, in the order of the listing.

    Raises:
        MalformedError: the value is not a listing of nft.
    """
    try:
        return tuple(made.done() for made in _collected(value).values())
    except UnreadError as error:
        raise MalformedError(f"not a listing of nft: {error}") from None


@dataclass(slots=True)
class _Making:
    """The objects and unread rules of a table, collected until the listing ends."""

    family: str
    name: str
    counters: dict[str, Counter] = field(default_factory=dict)
    limits: dict[str, NamedLimit] = field(default_factory=dict)
    sets: dict[str, Set] = field(default_factory=dict)
    chains: dict[str, Chain] = field(default_factory=dict)
    rules: list[tuple[str, Mapping[str, object]]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def done(self) -> ListedTable:
        """The table; rules are read last, because a rule may be listed before the set to which it refers."""
        anonymous = Anonymous()
        read = [_rule(chain, body, Place(self.family, anonymous)) for chain, body in self.rules]
        sets = {**self.sets, **{one.name: one for one in anonymous.sets}}
        known = References(sets, self.chains, self.limits)
        checked = [_checked(one, known) for one in read]
        rules = {name: tuple(one for one in checked if one.chain == name) for name in self.chains}
        chains = tuple(
            replace(chain, rules=tuple(one.rule for one in rules[name])) for name, chain in self.chains.items()
        )
        ordered = tuple(sorted(chains, key=lambda chain: (chain.base is None, chain.name)))
        table = Table(
            self.family,
            self.name,
            tuple(self.counters[name] for name in sorted(self.counters)),
            tuple(self.limits[name] for name in sorted(self.limits)),
            tuple(sets[name] for name in sorted(sets)),
            ordered,
        )
        if leads_in_circles(table):
            raise MalformedError(f"chains of table {short(self.name)} lead in a circle")
        return ListedTable(table, rules, tuple(self.unknown))


def _collected(value: object) -> dict[tuple[str, str], _Making]:
    found: dict[tuple[str, str], _Making] = {}
    for each in sequence(mapping(value).get("nftables")):
        one = tagged(each)
        body = mapping(one.body)
        if one.tag == "metainfo":
            continue
        owner = text(body.get("name" if one.tag == "table" else "table"))
        family = text(body.get("family"))
        made = found.setdefault((family, owner), _Making(family, owner))
        if one.tag != "table":
            _add(made, Tagged(one.tag, body))
    return found


def _add(made: _Making, one: Tagged) -> None:
    body = mapping(one.body)
    if one.tag == "rule":
        made.rules.append((text(body.get("chain")), body))
        return
    add = _ADDERS.get(one.tag)
    name = text(body.get("name"))
    try:
        if add is None:
            raise UnreadError(name)
        add(made, name, body)
    except UnreadError:
        made.unknown.append(f"{one.tag} {name}")


def _set(made: _Making, name: str, body: Mapping[str, object]) -> None:
    made.sets[name] = set_of(body)


def _chain(made: _Making, name: str, body: Mapping[str, object]) -> None:
    made.chains[name] = chain_of(body)


def _named_limit(made: _Making, name: str, body: Mapping[str, object]) -> None:
    made.limits[name] = limit_of(body)


def _counter(made: _Making, name: str, body: Mapping[str, object]) -> None:
    made.counters[name] = counter_of(body)


_ADDERS: Mapping[str, Callable[[_Making, str, Mapping[str, object]], None]] = MappingProxyType(
    {"set": _set, "map": _set, "chain": _chain, "limit": _named_limit, "counter": _counter}
)


def _rule(chain: str, body: Mapping[str, object], place: Place) -> ListedRule:
    handle = number(body.get("handle", 0), _ANY)
    place.anonymous.rule = f"{chain} {handle}"
    found: list[Statement] = []
    unknown: list[str] = []
    for each in sequence(body.get("expr", [])):
        try:
            found += statements(each, place)
        except UnreadError:
            unknown.append(short(each))
    return ListedRule(chain, handle, Rule(tuple(found), text(body.get("comment", ""))), tuple(unknown))


def _checked(one: ListedRule, known: References) -> ListedRule:
    """The rule without statements about missing or unreadable objects; these objects are added to `unknown`."""
    faults = [known.fault(statement) for statement in one.rule.statements]
    if not any(faults):
        return one
    sound = tuple(s for s, fault in zip(one.rule.statements, faults, strict=True) if not fault)
    rule = replace(one.rule, statements=sound)
    return replace(one, rule=rule, unknown=(*one.unknown, *filter(None, faults)))
