"""Turns answers of `reach` into sets of packets, so that two answers can be compared exactly.

Two correct answers may split a set differently, but each packet must have the same fate in both.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from taploom.base.address import Family, parse_prefix
from taploom.base.protocol import NUMBERS
from taploom.flows.algebra.diagram import Box, Diagram
from taploom.flows.algebra.manager import Manager
from taploom.flows.algebra.spans import Spans, complement, of_prefix, united

Fate = tuple[object, ...]
Answers = Sequence[Mapping[str, Any]]
"""Answers in the form of `taploom reach --format json`."""
FAMILIES = {"ipv4": Family.IPV4, "ipv6": Family.IPV6}
UNKNOWN = 64
"""Number of values reserved for learned addresses; they lie above the real addresses."""


def differing(one: Answers, other: Answers) -> set[Fate]:
    """The fates for which two answers name different sets of packets; empty if the answers agree."""
    managers = {key: _manager(family) for key, family in FAMILIES.items()}
    whole = _whole([*one, *other])
    first, second = _regions(one, managers, whole), _regions(other, managers, whole)
    return {fate for fate in first.keys() | second.keys() if first.get(fate) is not second.get(fate)}


def _manager(family: Family) -> Manager[bool]:
    """Dimensions: destination, protocol, port, sender, and the learned addresses of the two endpoints."""
    size = (1 << family.bits) + UNKNOWN
    return Manager((size, 256, 65536, size, 1 << family.bits, 1 << family.bits))


def _regions(
    answers: Answers, managers: Mapping[str, Manager[bool]], whole: Mapping[Fate, Spans]
) -> dict[Fate, Diagram[bool]]:
    """The packets of each fate; a fate consists of family, verdict, entry, translation, hosts and unknown values."""
    boxes: dict[Fate, list[Box]] = {}
    for one in answers:
        hosts = tuple((hop["host"], hop["ingress"]) for hop in one["hosts"])
        translated = one["translated"] and tuple(one["translated"][key] for key in ("src", "dst", "port"))
        unknown = tuple(_learned(one, each) for each in one["unknown"])
        fate = (one["family"], one["verdict"], one["decided_by"], translated, one["limited"], hosts, unknown)
        boxes.setdefault(fate, []).append(_box(one, whole))
    return {
        fate: managers[str(fate[0])].overlay([(box, True) for box in found], False) for fate, found in boxes.items()
    }


def _box(one: Mapping[str, Any], whole: Mapping[Fate, Spans]) -> Box:
    family = FAMILIES[one["family"]]
    ends = _addresses(family, one["destinations"]), _addresses(family, one["sources"])
    given: dict[str, Spans | None] = {"destination": None, "sender": None}
    for each in one["unknown"]:
        held = each["within"]
        given[each["role"]] = whole.get(_learned(one, each)) if held is None else _addresses(family, held)
    return ends[0], _protocols(one["proto"]), _ports(one["proto"], one["port"]), ends[1], *given.values()


def _whole(answers: Answers) -> dict[Fate, Spans]:
    """All values that the answers name for each learned address; an answer that names none holds for all of them."""
    found: dict[Fate, list[tuple[int, int]]] = {}
    for one in answers:
        for each in one["unknown"]:
            found.setdefault(_learned(one, each), []).extend(_addresses(FAMILIES[one["family"]], each["within"] or ()))
    return {key: united(spans) for key, spans in found.items() if spans}


def _learned(one: Mapping[str, Any], each: Mapping[str, Any]) -> Fate:
    return one["family"], each["role"], each["host"], each["uplink"]


def _addresses(family: Family, texts: Iterable[str]) -> Spans:
    return united(_range(family, text) for text in texts)


def _range(family: Family, text: str) -> tuple[int, int]:
    if text.startswith("the address of "):
        value = (1 << family.bits) + sum(text.encode()) % UNKNOWN
        return value, value
    first, dash, last = text.partition("-")
    return (
        (of_prefix(parse_prefix(first))[0], of_prefix(parse_prefix(last))[1]) if dash else of_prefix(parse_prefix(text))
    )


def _protocols(text: str) -> Spans:
    if text == "any":
        return ((0, 255),)
    names = text.removeprefix("any but ").split(", ")
    found = united((number, number) for name in names for number in [NUMBERS.get(name) or int(name)])
    return complement(found, 256) if text.startswith("any but ") else found


def _ports(protocol: str, told: int | str | None) -> Spans:
    """Spans of ports or ICMP types; a range that ends at type 255 is extended to 65535."""
    if told is None:
        return ((0, 65535),)
    pairs = (part.partition("-") for part in str(told).split(", "))
    ends = ((int(first), int(last or first)) for first, _, last in pairs)
    typed = protocol in ("icmp", "icmpv6")
    return united((first, 65535 if typed and last == 255 else last) for first, last in ends)
