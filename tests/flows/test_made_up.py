"""Random sites from Hypothesis: intent and ruleset agree, and the maps agree with a rule-by-rule `Tracer`."""

from __future__ import annotations

import random

from hypothesis import HealthCheck, given, settings
from tests.flows.test_compare import expected, probe, real, seen, somewhere
from tests.properties.made_up import Tree, sites
from tests.properties.texts import text
from tests.sites import compiled

from taploom.backends.nftables import ruleset
from taploom.flows.proof.compare import disagreements, witnesses
from taploom.flows.proof.packet_path import contexts
from taploom.flows.reach.trace import Tracer

many = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
some = settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@many
@given(sites())
def test_rulesets_of_random_sites_do_what_their_specs_say(site: Tree) -> None:
    assert disagreements(compiled(text(site)).plan, ruleset) == ()


@some
@given(sites())
def test_maps_of_random_sites_agree_with_the_tracer(site: Tree) -> None:
    chance = random.Random(text(site))
    for pair in witnesses(compiled(text(site)).plan, ruleset):
        tracer = Tracer(pair.ruleset, pair.forwarding)
        for context in contexts(pair.forwarding):
            outcome = pair.tables.outcome(context)
            for _ in range(8):
                point, answer = somewhere(outcome, pair, chance)
                if answer.verdict != "elsewhere" and real(point, pair):
                    assert seen(tracer.walk(probe(point, context, pair))) == expected(point, answer), (context, point)
