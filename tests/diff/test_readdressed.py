"""Flows that the diff reports as unchanged except for an address: the oracle agrees, and other changes are reported."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.diff.site import BASE, CASES, Files, both, plans, swap
from tests.diff.test_pairs import Asked, packets
from tests.sites import compiled

from taploom.base.address import FAMILIES, Address, Family, parse_address
from taploom.diff.flows import compare_flows
from taploom.diff.verdicts import FlowChange, VerdictChange

MOVES = {
    "guest-readdressed": ("10.2.0.20", "10.2.0.21"),
    "network-renumbered": ("10.1.0.", "10.9.0."),
    "lock-only": ("10.2.0.42", "10.2.0.77"),
}


@pytest.mark.parametrize("name", MOVES)
def test_verdicts_at_the_new_address_equal_those_at_the_old_one(name: str) -> None:
    before, after = plans(next(case for case in CASES if case.name == name))
    old, new = Asked.of(before), Asked.of(after)
    counted = 0
    for family in FAMILIES:
        for ingress, packet in packets((old, old), family):
            moved = replace(packet, source=_moved(name, packet.source), to=_moved(name, packet.to))
            was, now = old.verdict(ingress, packet), new.verdict(ingress, moved)
            assert (was and was.allowed) == (now and now.allowed), (ingress, packet)
            counted += was is not None
    assert counted > 500
    reported = [one for one in compare_flows(before, after, {}) if not one.implied]
    assert reported
    assert all(one.readdressed for one in reported)


def _moved(name: str, address: Address) -> Address:
    old, new = MOVES[name]
    return parse_address(str(address).replace(old, new)) if address.family is Family.IPV4 else address


_MOVE = swap("guests.yaml", "10.2.0.20", "10.2.0.21")
_ALL = {"policy/web-db", "policy/desk-dmz", "policy/lan-dmz", "policy/out", "forward/web"}


@pytest.mark.parametrize(
    ("edit", "other"),
    [
        (_MOVE, set()),
        (both(_MOVE, swap("policy.yaml", "allow: tcp/5432", "allow: tcp/5433")), {"policy/web-db"}),
        (both(_MOVE, swap("policy.yaml", "allow: tcp/5432", "allow: tcp/5432, limit: 9/second")), {"policy/web-db"}),
        (both(_MOVE, swap("policy.yaml", "allow: [ssh, https]", "allow: ssh")), {"policy/lan-dmz"}),
        (both(_MOVE, swap("policy.yaml", "[dmz, lan], to: internet", "dmz, to: internet")), {"policy/out"}),
    ],
)  # fmt: skip
def test_a_change_of_policy_is_reported_besides_the_new_address(edit: object, other: set[str]) -> None:
    assert callable(edit)
    files: Files = dict(BASE)
    edit(files)
    reported = compare_flows(compiled(dict(BASE)).plan, compiled(files).plan, {})
    ours = [one for one in reported if one.inherited and "guest/db" in (*one.sources, *one.destinations)]
    assert {_entry(one) for one in ours if not one.readdressed and not one.implied} == other
    assert {_entry(one) for one in ours if one.readdressed} >= _ALL - other


def _entry(one: FlowChange) -> str:
    return one.after.by if one.change is VerdictChange.ALLOWED else one.before.by
