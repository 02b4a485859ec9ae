"""Answers of maps: the outcome for a packet, with the entry or rule that decided it.

The types are named tuples, because diagrams look up millions of answers.
"""

from typing import Literal, NamedTuple

Verdict = Literal["allow", "drop", "next", "miss", "elsewhere"]
"""`next` (no chain decided), `miss` (no rule matched) and `elsewhere` (another map decides) are intermediate."""


class DestinationRewrite(NamedTuple):
    """A destination translation.

    Attributes:
        address: new destination address; None if `shift` applies.
        shift: number that a prefix translation adds to the address.
        port: number that is added to the port.
    """

    address: int | None
    shift: int
    port: int


class SourceRewrite(NamedTuple):
    """A source translation.

    Attributes:
        kind: `masquerade`, `snat` or `prefix`.
        value: new address for `snat`; number that is added to the address for `prefix`; 0 for `masquerade`.
    """

    kind: str
    value: int


class OriginalDestinations(NamedTuple):
    """An interval of original destinations that are translated to one address; no rule distinguishes them."""

    first: int
    last: int


class PrefixShift(NamedTuple):
    """The number that a prefix translation has added to destination addresses."""

    by: int


class AddressHolder(NamedTuple):
    """The guest or host that has the address after translation; the comparison of two plans uses this name."""

    name: str


Mark = Literal["", "forward", "prefix"] | OriginalDestinations | PrefixShift | AddressHolder
"""The mark of a translated packet, for later stages; "" for a packet without destination translation.

For the intent, the mark is the kind of translation. For the ruleset, it is the original destination, which later rules
may still match.
"""


class Answer(NamedTuple):
    """The outcome for a packet.

    Attributes:
        verdict: `allow` or `drop` in a final answer.
        by: stable name of the entry (in the intent) or rule (in the ruleset) that decided.
        destination: destination translation, or None.
        source: source translation, or None.
        limited: rate up to which packets pass, as `rate` formats it; "" for no limit.
        mark: mark of a translated packet, which distinguishes packets that later stages judge differently.
    """

    verdict: Verdict
    by: str = ""
    destination: DestinationRewrite | None = None
    source: SourceRewrite | None = None
    limited: str = ""
    mark: Mark = ""


PASS, MISS, NEXT, ELSEWHERE = Answer("allow"), Answer("miss"), Answer("next"), Answer("elsewhere")


FOREIGN_INPUT, FOREIGN = Answer("allow", "implied/foreign-input"), Answer("allow", "implied/foreign")
"""Answers for traffic that taploom does not judge: input that the host's own firewall filters (`FOREIGN_INPUT`), and
traffic between interfaces that taploom does not configure (`FOREIGN`)."""


NO_ROUTE = Answer("drop", "implied/no-route")
"""Answer for a packet without a route: the kernel reports "destination unreachable" before any forward chain."""


def rate(number: int, unit: str, burst: int) -> str:
    """The text of a rate, such as `5/second burst 10`; equal rates have equal texts."""
    return f"{number}/{unit} burst {burst}"


def effect(answer: Answer) -> Answer:
    """The observable effect of an answer: without the deciding entry, and without translation if it drops."""
    if answer.verdict != "allow":
        return Answer(answer.verdict)
    return Answer("allow", "", answer.destination, answer.source, answer.limited)


def treatment(answer: Answer) -> Answer:
    """The effect with the word `limited` for any rate: `plan` reports a changed rate with its entry, not with flows."""
    found = effect(answer)
    return found._replace(limited="limited") if found.limited else found


def sourced(answer: Answer, source: Answer) -> Answer:
    """`answer` with the source translation of `source`; unchanged if `answer` does not allow the packet."""
    return answer._replace(source=source.source) if answer.verdict == "allow" else answer
