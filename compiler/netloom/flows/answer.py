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


class Answer(NamedTuple):
    """What becomes of a packet.

    Attributes:
        verdict: in the end `allow` or `drop`.
        by: stable name of what decided: of an entry on the side of the intent, of a rule on that of the ruleset.
        destination: what it is translated to, or None.
        source: what its sender becomes, or None.
        limited: whether it passes up to a rate only.
        mark: which judgement a translated packet gets, where there are several.
    """

    verdict: Verdict
    by: str = ""
    destination: Destination | None = None
    source: Source | None = None
    limited: bool = False
    mark: str = ""


PASS, MISS, NEXT, ELSEWHERE = Answer("allow"), Answer("miss"), Answer("next"), Answer("elsewhere")


FOREIGN_INPUT, FOREIGN = Answer("allow", "implied/foreign-input"), Answer("allow", "implied/foreign")
"""What the host's own firewall judges, and what passes between interfaces of which none is ours."""


def effect(answer: Answer) -> Answer:
    """What a packet feels of an answer: not whose it is, and nothing of a translation where it is dropped."""
    if answer.verdict != "allow":
        return Answer(answer.verdict)
    return Answer("allow", "", answer.destination, answer.source, answer.limited)
