"""If the lowering is broken, every command stops before it writes, prints or runs a wrong ruleset."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.cli.conftest import Taploom

from taploom.backends import nftables
from taploom.backends.nftables.lower.part import TablePart
from taploom.backends.nftables.tree import Chain, Rule, Set, VerdictKind, VerdictStatement

VERBS = (
    ("validate",),
    ("render", "--out", "out"),
    ("export", "hypervisor", "--out", "out"),
    ("reach", "internet", "microvm"),
    ("lab",),
)


def rules(edit: Callable[[Rule], Rule | None]) -> Callable[[TablePart], TablePart]:
    def chain(found: Chain) -> Chain:
        return replace(found, rules=tuple(rule for old in found.rules if (rule := edit(old)) is not None))

    return lambda part: replace(part, chains=tuple(map(chain, part.chains)))


def emptied(name: str) -> Callable[[TablePart], TablePart]:
    def edited(found: Set) -> Set:
        return replace(found, elements=()) if found.name.startswith(name) else found

    return lambda part: replace(part, sets=tuple(map(edited, part.sets)))


def opened(rule: Rule) -> Rule:
    """Replaces a final drop by an accept."""
    last = rule.statements[-1]
    drops = last == VerdictStatement(VerdictKind.DROP) or (
        isinstance(last, VerdictStatement) and last.chain.startswith("drop")
    )
    return replace(rule, statements=(*rule.statements[:-1], VerdictStatement(VerdictKind.ACCEPT))) if drops else rule


BROKEN: dict[str, tuple[str, Callable[[TablePart], TablePart]]] = {
    "the hairpin rule is missing": ("source_nat", rules(lambda r: None if r.comment == "implied/hairpin" else r)),
    "masquerading is missing": ("source_nat", rules(lambda r: None if r.comment.startswith("nat/") else r)),
    "forwards lead nowhere": ("destination_nat", emptied("dnat_eth0_ipv6")),
    "senders are not checked": (
        "raw",
        rules(lambda r: None if r.statements[-1] == VerdictStatement(VerdictKind.DROP) else r),
    ),
    "forwarding ends in an accept": ("forward", rules(opened)),
    "input ends in an accept": ("input_", rules(opened)),
}
"""For each fault: the name of a lowering function, and an edit of its result."""


@pytest.mark.parametrize("fault", BROKEN)
@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb[0])
def test_a_broken_lowering_stops_the_command(
    taploom: Taploom, site: Path, monkeypatch: pytest.MonkeyPatch, verb: tuple[str, ...], fault: str
) -> None:
    assert taploom("lock").status == 0
    before = sorted(site.rglob("*"))
    name, edit = BROKEN[fault]
    lower = getattr(nftables, name)
    monkeypatch.setattr(nftables, name, lambda known: edit(lower(known)))
    monkeypatch.setattr("taploom.lab.ready.as_root", lambda: None)
    monkeypatch.setattr("taploom.lab.ready.obstacles", lambda: ())
    found = taploom(*verb)
    assert found.status == 70
    assert "TL901" in found.out + found.err
    assert sorted(site.rglob("*")) == before
