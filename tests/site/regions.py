"""Answers about who reaches whom as sets of packets, so that two of them can be held against each other exactly.

How a set is cut into parts is a matter of taste; which packets have which fate is not.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from taploom.base.address import Family, parse_prefix
from taploom.base.protocol import NUMBERS
from taploom.flows.algebra.diagram import Diagram
from taploom.flows.algebra.manager import Manager
from taploom.flows.algebra.spans import Spans, complement, of_prefix, united

Fate = tuple[object, ...]
FAMILIES = {"ipv4": Family.IPV4, "ipv6": Family.IPV6}
UNKNOWN = 64
"""Values behind the real addresses, for those that only the network outside knows."""


def fates(answers: Iterable[Mapping[str, Any]], managers: Mapping[str, Manager[bool]]) -> dict[Fate, Diagram[bool]]:
    """Which packets have which fate: verdict, entry, translation and hosts, in one family.

    Args:
        answers: as `taploom reach --format json` has them.
        managers: one for each family, in which equal sets are the same object.
    """
    boxes: dict[Fate, list[tuple[Spans, Spans, Spans, Spans]]] = {}
    for one in answers:
        hosts = tuple((hop["host"], hop["ingress"]) for hop in one["hosts"])
        translated = one["translated"] and tuple(one["translated"][key] for key in ("src", "dst", "port"))
        unknown = tuple(
            (*(each[key] for key in ("role", "host", "uplink")), _joined(each["within"])) for each in one["unknown"]
        )
        fate = (one["family"], one["verdict"], one["decided_by"], translated, one["limited"], hosts, unknown)
        family = FAMILIES[one["family"]]
        ends = _addresses(family, one["destinations"]), _addresses(family, one["sources"])
        boxes.setdefault(fate, []).append(
            (ends[0], _protocols(one["proto"]), _ports(one["proto"], one["port"]), ends[1])
        )
    return {
        fate: managers[str(fate[0])].overlay([(box, True) for box in found], False) for fate, found in boxes.items()
    }


def _joined(texts: Iterable[str] | None) -> str | None:
    return None if texts is None else ", ".join(texts)


def managers() -> dict[str, Manager[bool]]:
    """A manager for each family, with the dimensions destination, protocol, port, sender."""
    sizes = {key: (1 << family.bits) + UNKNOWN for key, family in FAMILIES.items()}
    return {key: Manager((size, 256, 65536, size)) for key, size in sizes.items()}


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
    if told is None:  # of ICMP it has types, of which there are 256
        return ((0, 255 if protocol in ("icmp", "icmpv6") else 65535),)
    pairs = (part.partition("-") for part in str(told).split(", "))
    return united((int(first), int(last or first)) for first, _, last in pairs)
