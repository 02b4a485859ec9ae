"""What becomes of a packet, and who decided it. Named tuples, as diagrams look them up by the million."""

from typing import Literal, NamedTuple

Verdict = Literal["allow", "drop", "next", "miss", "elsewhere"]
"""`next`, `miss` and `elsewhere` are answers on the way: undecided by a chain, by a rule, and not asked here."""


class Destination(NamedTuple):
    """How a destination is rewritten: to one address, or by moving a prefix; a port by what is added to it."""

    address: int | None
    shift: int
    port: int


class Source(NamedTuple):
    """How a source is rewritten.

    Attributes:
        kind: `masquerade`, `snat` to the address `value`, or `prefix` by adding `value`.
    """

    kind: str
    value: int


class Original(NamedTuple):
    """The destinations before a translation to one address, which no rule tells apart."""

    first: int
    last: int


class Moved(NamedTuple):
    """By what a prefix translation has moved destinations."""

    by: int


class Holder(NamedTuple):
    """The guest or host that has the address to which a translation leads, where two plans are compared."""

    name: str


Mark = Literal["", "forward", "prefix"] | Original | Moved | Holder
"""What has translated a packet, in the words of the intent, or what the ruleset may still ask of it; "" for nothing."""


class Answer(NamedTuple):
    """What becomes of a packet.

    Attributes:
        verdict: in the end `allow` or `drop`.
        by: stable name of what decided: of an entry on the side of the intent, of a rule on that of the ruleset.
        destination: what it is translated to, or None.
        source: what its sender becomes, or None.
        limited: the rate up to which it passes, as `rate` writes it; "" where there is none.
        mark: which judgement a translated packet gets, where there are several; whom it reaches, between two plans.
    """

    verdict: Verdict
    by: str = ""
    destination: Destination | None = None
    source: Source | None = None
    limited: str = ""
    mark: Mark = ""


PASS, MISS, NEXT, ELSEWHERE = Answer("allow"), Answer("miss"), Answer("next"), Answer("elsewhere")


FOREIGN_INPUT, FOREIGN = Answer("allow", "implied/foreign-input"), Answer("allow", "implied/foreign")
"""What the host's own firewall judges, and what passes between interfaces of which none is ours."""


NO_ROUTE = Answer("drop", "implied/no-route")
"""What the kernel answers with "destination unreachable", before any chain that judges what is forwarded."""


def rate(number: int, unit: str, burst: int) -> str:
    """A rate as `5/second burst 10`, so that equal ones are equal."""
    return f"{number}/{unit} burst {burst}"


def effect(answer: Answer) -> Answer:
    """The observable effect of an answer: without the deciding entry, and without translation if it drops."""
    if answer.verdict != "allow":
        return Answer(answer.verdict)
    return Answer("allow", "", answer.destination, answer.source, answer.limited)


def treatment(answer: Answer) -> Answer:
    """The answer without its rate: rates are reported with the entry, not with its flows."""
    felt = effect(answer)
    return felt._replace(limited="limited") if felt.limited else felt


def sourced(answer: Answer, source: Answer) -> Answer:
    """What passes, with what another answer makes of its sender."""
    return answer._replace(source=source.source) if answer.verdict == "allow" else answer
