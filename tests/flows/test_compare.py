"""Compares the rulesets of valid sites with their specs, and the maps with a rule-by-rule `Tracer`."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from tests import plans
from tests.bench.steep_sites import ranges
from tests.flows.sites import rich
from tests.sites import compiled

from taploom.backends.nftables import ruleset
from taploom.flows.algebra.diagram import Diagram, Node
from taploom.flows.packets.answer import Answer
from taploom.flows.packets.forwarding import OTHER
from taploom.flows.packets.packet import DESTINATION, HOP_LIMIT, ICMP, PORT, PROTOCOL, SENDER_PORT, SOURCE, TIME
from taploom.flows.proof.compare import Witnesses, disagreements, witnesses
from taploom.flows.proof.packet_path import MapContext, contexts
from taploom.flows.reach.trace import Tracer, TraceResult
from taploom.flows.reach.traced import TracedPacket
from taploom.plan.site import Plan


def rates() -> Plan:
    """A plan with overlapping policy entries: most have a rate limit; some have none, log, expire or deny."""
    entries = (
        "  all: {from: 192.0.0.0/9, to: web, allow: tcp/10000-30000}\n"
        "  logged: {from: any, to: web, allow: tcp/20000-20999, log: true, limit: 7/minute}\n"
        "  ending: {from: internet, to: web, allow: udp, limit: 8/minute, expires: 2030-01-01}\n"
        "  never: {from: any, to: web, deny: tcp/5000-15000}\n"
    )
    return compiled(ranges(30) + entries).plan


PLANS: dict[str, Callable[[], Plan]] = {"seed": plans.seed, "rich": rich, "rates": rates}


@pytest.mark.parametrize("name", PLANS)
def test_ruleset_does_what_the_spec_says(name: str) -> None:
    assert disagreements(PLANS[name](), ruleset) == ()


@pytest.mark.parametrize("name", PLANS)
def test_maps_agree_with_the_tracer(name: str) -> None:
    """Tries random packets, most of them at the edges of the map's regions."""
    chance, checked = random.Random(name), 0
    for pair in witnesses(PLANS[name](), ruleset):
        tracer = Tracer(pair.ruleset, pair.forwarding)
        for context in contexts(pair.forwarding):
            outcome = pair.tables.outcome(context)
            for _ in range(50):
                point, answer = somewhere(outcome, pair, chance)
                if answer.verdict != "elsewhere" and real(point, pair):
                    walk = tracer.walk(probe(point, context, pair))
                    assert seen(walk) == expected(point, answer), (pair.host.name, context, point, walk)
                    checked += 1
    assert checked > 500


def somewhere(diagram: Diagram[Answer], pair: Witnesses, chance: random.Random) -> tuple[list[int], Answer]:
    point = [chance.randrange(size) for size in pair.manager.sizes]
    while isinstance(diagram, Node):
        at = chance.randrange(len(diagram.ends))
        first, last = (diagram.ends[at - 1] + 1 if at else 0), diagram.ends[at]
        point[diagram.level] = chance.choice((first, last, chance.randint(first, last)))
        diagram = diagram.children[at]
    return point, diagram.answer


def real(point: list[int], pair: Witnesses) -> bool:
    return point[PROTOCOL] != ICMP[pair.family] or point[PORT] < 256


def probe(point: list[int], context: MapContext, pair: Witnesses) -> TracedPacket:
    return TracedPacket(
        source=point[SOURCE], destination=point[DESTINATION], protocol=point[PROTOCOL], port=point[PORT],
        sender_port=point[SENDER_PORT], hop_limit=point[HOP_LIMIT], ingress=context.ingress,
        way=context.way or OTHER, now=pair.clock.start(point[TIME]),
    )  # fmt: skip


def seen(walk: TraceResult) -> object:
    return (walk.destination, walk.source, walk.limited) if walk.allowed else "drop"


def expected(point: list[int], answer: Answer) -> object:
    if answer.verdict != "allow":
        return "drop"
    target, port = point[DESTINATION], point[PORT]
    if answer.destination is not None:
        to = answer.destination
        target, port = (target + to.shift if to.address is None else to.address), port + to.port
    source = ""
    if answer.source is not None:
        kinds = {"masquerade": "masquerade", "snat": str(answer.source.value)}
        source = kinds.get(answer.source.kind, str(point[SOURCE] + answer.source.value))
    return ((target, port), source, answer.limited)


def test_proof_names_the_packet_and_the_answers_of_intent_and_ruleset(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.flows.mutation import without_rules

    from taploom.flows.proof import proof

    plan: Plan = rich()
    monkeypatch.setattr(proof, "ruleset", lambda host: without_rules(ruleset(host), "policy/tell"))
    found = list(proof.disproved(plan))
    assert found
    assert all(d.code == "TL901" and d.span is not None for d in found)
    first = found[0]
    assert first.message.startswith(
        "the ruleset of `east` does not do what the spec says with 10.2.0.0 → 10.9.0.0 tcp/443"
    )
    assert first.notes[0] == "intent: allow, by policy/tell"
    assert first.notes[1].startswith("ruleset: drop, by chain drop_forward")
