"""Interprets the tables of a host for one concrete packet, rule by rule.

The interpreter shares no code with the symbolic evaluation: it has no boxes and no diagrams, and evaluates the rules in
their order. It finds the chains that a packet passes. Tests compare its results with those of the symbolic evaluation.
"""

from dataclasses import dataclass, field, replace
from typing import assert_never

from taploom.backends.nftables.fields import Field
from taploom.backends.nftables.tree import (
    Chain,
    ClampMss,
    Count,
    Direction,
    Dispatch,
    Element,
    Learn,
    LimitBy,
    LimitRate,
    Log,
    Lookup,
    Masquerade,
    Match,
    Rule,
    Ruleset,
    Statement,
    Table,
    TcpFlags,
    Translate,
    TranslateBy,
    TranslatePrefix,
    Until,
    VerdictKind,
    VerdictStatement,
)
from taploom.backends.nftables.values import Range
from taploom.base.address import Family, Prefix
from taploom.base.protocol import NUMBERS
from taploom.flows.packets.answer import rate
from taploom.flows.packets.forwarding import SELF, Forwarding
from taploom.flows.reach.traced import HookState, TracedPacket

_ORDER = {"raw": -300, "mangle": -150, "dstnat": -100, "filter": 0, "security": 50, "srcnat": 100}


@dataclass(slots=True)
class TraceResult:
    """The outcome for a packet.

    Attributes:
        allowed: whether the packet passes.
        destination: address and port after all translations.
        source: the source after translation: "" if unchanged, `masquerade`, or the new address as a number.
        limited: rate up to which the packet passes; "" without a limit.
        steps: the chains that the packet passes, each with the comment of the rule by which it leaves the chain.
    """

    allowed: bool
    destination: tuple[int, int]
    source: str = ""
    limited: str = ""
    steps: list[str] = field(default_factory=list)


class _Nat(Exception):
    def __init__(self, address: int | None, port: int | None, source: str, by: str) -> None:
        super().__init__(by)
        self.address, self.port, self.source, self.by = address, port, source, by


@dataclass(slots=True)
class Tracer:
    """The interpreter of a ruleset for concrete packets."""

    ruleset: Ruleset
    forwarding: Forwarding

    def walk(self, packet: TracedPacket) -> TraceResult:
        """Follow one packet from its ingress to its egress."""
        found = TraceResult(allowed=True, destination=(packet.destination, packet.port))
        state = HookState(self.forwarding, packet, "", None)
        own = packet.ingress == SELF
        if not own and not self._filtered(found, "prerouting", state):
            return found
        state = self._translated(found, "output" if own else "prerouting", state)
        egress = self.forwarding.egress(state.packet.destination) or packet.way
        hook = "output" if own else "input" if egress == SELF else "forward"
        state = replace(state, oif="" if egress == SELF else egress)
        found.destination = (state.packet.destination, state.packet.port)
        if self._filtered(found, hook, state) and egress != SELF:
            self._translated(found, "postrouting", state)
        return found

    def _bases(self, kind: str, hook: str) -> list[tuple[Table, Chain]]:
        family = "ip" if self.forwarding.family is Family.IPV4 else "ip6"
        found = [
            (table, chain)
            for table in self.ruleset.tables
            if table.family in ("inet", family)
            for chain in table.chains
            if chain.base and (chain.base.type, chain.base.hook) == (kind, hook)
        ]
        return sorted(found, key=lambda pair: _priority(pair[1]))

    def _filtered(self, found: TraceResult, hook: str, state: HookState) -> bool:
        for table, chain in self._bases("filter", hook):
            run = _Run(self, table, state, found)
            kind = run.chain(chain)
            if kind is None and chain.base:
                kind = chain.base.policy
                found.steps.append(f"{chain.name}: policy {kind.value}")
            if kind is VerdictKind.DROP:
                found.allowed = False
                return False
        return True

    def _translated(self, found: TraceResult, hook: str, state: HookState) -> HookState:
        for table, chain in self._bases("nat", hook):
            try:
                _Run(self, table, state, found).chain(chain)
            except _Nat as nat:
                found.steps.append(nat.by)
                if nat.source:
                    found.source = nat.source
                    return state
                packet = state.packet
                port = packet.port if nat.port is None else nat.port
                destination = packet.destination if nat.address is None else nat.address
                moved = replace(packet, destination=destination, port=port)
                return HookState(self.forwarding, moved, state.oif, packet.destination)
        return state


def _priority(chain: Chain) -> int:
    text = chain.base.priority if chain.base else "0"
    return _ORDER[text] if text in _ORDER else int(text)


@dataclass(slots=True)
class _Run:
    tracer: Tracer
    table: Table
    state: HookState
    found: TraceResult

    def chain(self, chain: Chain) -> VerdictKind | None:
        """The verdict of a chain: ACCEPT or DROP; None if the packet reaches the end of the chain."""
        for at, rule in enumerate(chain.rules, start=1):
            kind = self.rule(chain, rule)
            if kind is VerdictKind.RETURN:
                return None
            if (
                kind is VerdictKind.ACCEPT
                and self.found.limited
                and self._anyhow(replace(chain, rules=chain.rules[at:]))
            ):
                self.found.limited = ""
            if kind in (VerdictKind.ACCEPT, VerdictKind.DROP):
                return kind
            if kind is VerdictKind.GOTO:
                return None
        return None

    def _anyhow(self, rest: Chain) -> bool:
        """Whether the rules `rest` accept packets without a rate, so that an earlier rate has no effect."""
        other = replace(self, found=TraceResult(allowed=True, destination=self.found.destination))
        return other.chain(rest) is VerdictKind.ACCEPT and not other.found.limited

    def rule(self, chain: Chain, rule: Rule) -> VerdictKind | None:
        """The verdict of a rule; GOTO if the target of a `goto` has no verdict; None if the next rule decides."""
        limited, comment = "", rule.comment
        for statement in rule.statements:
            match statement:
                case VerdictStatement():
                    return self.verdict(chain, statement, comment, limited=limited)
                case Dispatch(fields, name):
                    element = self.element(fields, name)
                    if element is None:
                        return None
                    assert isinstance(element.data, VerdictStatement)
                    return self.verdict(chain, element.data, comment, limited=limited)
                case Lookup(fields, name, negated):
                    element = self.element(fields, name)
                    if (element is not None) == negated or not all(map(self.state.present, fields)):
                        return None
                    comment = comment if element is None else element.comment or comment
                case LimitRate() | LimitBy():
                    limited = self.limit(statement)
                case Translate() | TranslateBy() | TranslatePrefix() | Masquerade():
                    self.translate(chain, statement, comment)
                    return None
                case Match() | TcpFlags() | Until():
                    if not self.holds(statement):
                        return None
                case Log() | Count() | Learn() | ClampMss():
                    pass
                case _:
                    assert_never(statement)
        return None

    def limit(self, statement: LimitRate | LimitBy) -> str:
        """The text of a limit's rate."""
        if isinstance(statement, LimitBy):
            found = next(entry for entry in self.table.limits if entry.name == statement.name)
            return rate(found.rate, found.unit, found.burst)
        return rate(statement.rate, statement.unit, statement.burst)

    def verdict(self, chain: Chain, verdict: VerdictStatement, comment: str, *, limited: str) -> VerdictKind | None:
        """The verdict that a verdict statement leads to, through the chains that it calls."""
        step = f"{chain.name}: {comment}" if comment else chain.name
        if verdict.kind in (VerdictKind.GOTO, VerdictKind.JUMP):
            self.found.steps.append(f"{step} → {verdict.chain}")
            target = next(c for c in self.table.chains if c.name == verdict.chain)
            kind = self.chain(target)
            return VerdictKind.GOTO if kind is None and verdict.kind is VerdictKind.GOTO else kind
        if verdict.kind is not VerdictKind.RETURN:
            self.found.steps.append(f"{step}: {verdict.kind.value}")
            self.found.limited = limited if verdict.kind is VerdictKind.ACCEPT else ""
        return verdict.kind

    def translate(self, chain: Chain, statement: Statement, comment: str) -> None:
        """Ends the evaluation of the chain if the statement translates the packet.

        Raises:
            _Nat: the translation.
        """
        packet, by = self.state.packet, f"{chain.name}: {comment}" if comment else chain.name
        match statement:
            case Masquerade():
                raise _Nat(None, None, "masquerade", by)
            case Translate(Direction.SOURCE, address, _):
                raise _Nat(None, None, str(address.value), by)
            case Translate(Direction.DESTINATION, address, port):
                raise _Nat(address.value, port, "", by)
            case TranslateBy(family, fields, name) if family is self.tracer.forwarding.family:
                element = self.element(fields, name)
                if element is not None:
                    assert isinstance(element.data, tuple)
                    to, *ports = element.data
                    assert isinstance(to, Prefix)
                    port = ports[0].first if ports and isinstance(ports[0], Range) else None
                    raise _Nat(to.value, port, "", f"{by}: {element.comment}" if element.comment else by)
            case TranslatePrefix(direction, before, after) if before.family is self.tracer.forwarding.family:
                value = packet.source if direction is Direction.SOURCE else packet.destination
                if before.value <= value < before.value + before.size:
                    new = value - before.value + after.value
                    raise _Nat(new, None, str(new) if direction is Direction.SOURCE else "", by)
            case _:
                pass

    def holds(self, statement: Match | TcpFlags | Until) -> bool:
        """Whether a condition holds."""
        match statement:
            case Match(fields, values, negated):
                if not all(map(self.state.present, fields)):
                    return False
                return negated != any(self.state.equal(fields, value) for value in values)
            case TcpFlags(mask, flags, negated):
                opens = [flag for flag in mask if flag == "syn"] == list(flags)
                return self.state.packet.protocol == NUMBERS["tcp"] and opens != negated
            case Until(epoch):
                return self.state.packet.now < epoch

    def element(self, fields: tuple[Field, ...], name: str) -> Element | None:
        """The element of a set that matches the packet; None if no element does."""
        entry = next(s for s in self.table.sets if s.name == name)
        if not all(map(self.state.present, fields)):
            return None
        return next((element for element in entry.elements if self.state.equal(fields, element.key)), None)
