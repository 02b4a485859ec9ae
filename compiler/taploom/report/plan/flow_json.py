"""Converts changed flows to JSON data, with the exact sets of packets."""

from typing import Any

from taploom.base.address import Address, Family
from taploom.diff.verdicts import Disposition, FlowChange, Region
from taploom.flows.algebra.spans import Spans
from taploom.flows.packets.learned import learned, real
from taploom.plan.origin import Origin


def flow_data(one: FlowChange) -> dict[str, Any]:
    """A changed flow as data."""
    return {
        "exposed": one.exposed,
        "inherited": one.inherited,
        "readdressed": one.readdressed,
        "implied": one.implied,
        "from": list(one.sources),
        "to": list(one.destinations),
        "services": list(one.services),
        "via": list(one.via),
        "hosts": list(one.hosts),
        "families": [family.key for family in one.families],
        "before": _outcome(one.before, one.before_cause),
        "after": _outcome(one.after, one.after_cause),
        "example": {
            "host": one.example.host,
            "in": one.example.ingress,
            "protocol": one.example.protocol,
            "source": one.example.source,
            "source_port": one.example.source_port,
            "destination": one.example.destination,
            "port": one.example.port,
        },
        "regions": [_region(region) for region in one.regions],
    }


def place_data(origin: Origin | None) -> dict[str, Any] | None:
    """An entry of the spec with its place, as data; None without an origin."""
    if origin is None:
        return None
    span = origin.span
    return {"entry": origin.entry, "file": span.file if span else None, "line": span.line if span else None}


def _outcome(one: Disposition, cause: Origin | None) -> dict[str, Any]:
    return {
        "verdict": one.verdict,
        "decided_by": one.by or None,
        "and_by": list(one.also),
        "to": one.to or None,
        "port": one.port or None,
        "source": one.source or None,
        "limited": one.limited,
        "spec": place_data(cause),
    }


def _region(one: Region) -> dict[str, Any]:
    return {
        "host": one.host,
        "family": one.family.key,
        "in": one.ingress,
        "default_route": one.way or None,
        "destinations": _addresses(one.destinations, one.family),
        "services": [{"protocols": _numbers(protocols), "ports": _numbers(ports)} for protocols, ports in one.services],
        "sources": _addresses(one.sources, one.family),
        "source_ports": _numbers(one.sender_ports),
        "hop_limits": _numbers(one.hop_limits),
        "phases": _numbers(one.times),
        "source_before": one.source_before or None,
        "source_after": one.source_after or None,
    }


def _addresses(spans: Spans, family: Family) -> list[str]:
    """The ranges of a set of addresses, and `learned` if the set contains stand-ins for learned addresses."""
    known = real(spans, family)
    words = [str(Address(family, a)) if a == b else f"{Address(family, a)}-{Address(family, b)}" for a, b in known]
    return words + ["learned"] * any(learned(spans, family))


def _numbers(spans: Spans | None) -> list[list[int]] | None:
    return None if spans is None else [[first, last] for first, last in spans]
