"""The outcome of a packet, and the entry or rule that decided it.

The types are named tuples, because diagrams look them up by the million.
"""

from typing import Literal, NamedTuple

Verdict = Literal["allow", "drop", "next", "miss", "elsewhere"]
"""`next`, `miss` and `elsewhere` are intermediate: no chain decided, no rule matched, another map decides."""


class DestinationRewrite(NamedTuple):
    """How a destination is rewritten.

    Attributes:
        address: the new address, or None if `shift` applies.
        shift: number that is added to the address, which moves a prefix.
        port: number that is added to the port.
    """

    address: int | None
    shift: int
    port: int


class SourceRewrite(NamedTuple):
    """How a source is rewritten.

    Attributes:
        kind: `masquerade`, `snat` to the address `value`, or `prefix` by adding `value`.
    """

    kind: str
    value: int


class OriginalDestinations(NamedTuple):
    """The destinations before a translation to one address: an interval whose addresses no rule tells apart."""

    first: int
    last: int


class PrefixShift(NamedTuple):
    """The number that a prefix translation has added to destinations."""

    by: int


class AddressHolder(NamedTuple):
    """The guest or host that has the translated address; used in the comparison of two plans."""

    name: str


Mark = Literal["", "forward", "prefix"] | OriginalDestinations | PrefixShift | AddressHolder
"""The information about a translated packet that later stages need; "" if it was not translated.

The intent keeps the kind of translation. The ruleset keeps the old destination, which its rules may still match.
"""


class Answer(NamedTuple):
    """The outcome of a packet.

    Attributes:
        verdict: in the end `allow` or `drop`.
        by: stable name of the entry (in the intent) or rule (in the ruleset) that decided.
        destination: the translation of the packet's destination, or None.
        source: the translation of the packet's source, or None.
        limited: the rate up to which the packet passes, as `rate` writes it; "" if there is none.
        mark: a text that tells apart translated packets that later stages judge differently, or the holder of the new
            address.
    """

    verdict: Verdict
    by: str = ""
    destination: DestinationRewrite | None = None
    source: SourceRewrite | None = None
    limited: str = ""
    mark: Mark = ""


PASS, MISS, NEXT, ELSEWHERE = Answer("allow"), Answer("miss"), Answer("next"), Answer("elsewhere")


FOREIGN_INPUT, FOREIGN = Answer("allow", "implied/foreign-input"), Answer("allow", "implied/foreign")
"""Answers for traffic that taploom does not judge: input that the host's own firewall filters, and traffic between
foreign interfaces."""


NO_ROUTE = Answer("drop", "implied/no-route")
"""A packet without a route: the kernel answers "destination unreachable" before any forward chain."""


def rate(number: int, unit: str, burst: int) -> str:
    """A rate as `5/second burst 10`; equal rates have equal texts."""
    return f"{number}/{unit} burst {burst}"


def effect(answer: Answer) -> Answer:
    """The observable effect of an answer: without the deciding entry, and without translation if it drops."""
    if answer.verdict != "allow":
        return Answer(answer.verdict)
    return Answer("allow", "", answer.destination, answer.source, answer.limited)


def treatment(answer: Answer) -> Answer:
    """The effect with the word `limited` for any rate: a changed rate is reported with its entry, not with flows."""
    felt = effect(answer)
    return felt._replace(limited="limited") if felt.limited else felt


def sourced(answer: Answer, source: Answer) -> Answer:
    """`answer` with the source translation of `source`; unchanged if `answer` does not allow the packet."""
    return answer._replace(source=source.source) if answer.verdict == "allow" else answer
