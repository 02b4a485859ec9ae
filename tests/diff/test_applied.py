"""Compares predicted disruption classes with a real kernel and networkd: applies each change to a site under traffic.

The prediction must name exactly the interfaces, guests and rulesets that were disrupted, each with its observed class.
A flow that touches nothing above class D2 keeps its connections; it may lose pings only while an address or default
route is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from tests.diff.applied import LEASE, Applied, applied
from tests.diff.lookout import EVERY, Sight
from tests.diff.site import BASE, CASES, WEB2, Files, both, swap
from tests.diff.test_relation import MOVED
from tests.sites import compiled
from tests.support import needs, systemds

from taploom.diff.change import ComparedPlan, compare
from taploom.diff.model import Change
from taploom.lab.networkd import Networkd
from taploom.lab.questions import Question
from taploom.lab.session import Lab
from taploom.plan.host import Host
from taploom.plan.site import Plan

pytestmark = needs("root", "tun", "networkd", "dbus", "nft", "ip", "ping", "unshare", "nsenter")

_SECOND = swap("guests.yaml", "guests:\n", "guests:\n" + WEB2)
"""Adds a neighbour of the forward's target: it reaches the forward from the same bridge, and is masqueraded there."""
_FENCE = swap("policy.yaml", "policy:\n", "policy:\n  fence: {from: web2, to: web, deny: any}\n")
"""Forbids `web2` to open connections to its neighbour `web`; replies still pass."""
_OF_OURS: dict[str, tuple[Callable[[Files], None], Callable[[Files], None]]] = {
    "hairpin": (
        _SECOND,
        swap("networks.yaml", "ra: true, nat: true}\n  lan", "ra: true, dns: 9.9.9.9, nat: true}\n  lan"),
    ),
    "fence": (_SECOND, _FENCE),
    "fence-again": (
        both(_SECOND, _FENCE),
        swap("policy.yaml", "  fence: {from: web2", "  shut: {from: lan, to: web, deny: telnet}\n  fence: {from: web2"),
    ),
    "bridge-renamed": (both(), swap("hosts.yaml", "dmz: {taps", "dmz: {bridge: br-front, taps")),
    "isolation-off": (
        swap("networks.yaml", "dhcp: {", "isolated: true, dhcp: {"),
        swap("networks.yaml", "isolated: true, ", ""),
    ),
}
_FROM_CASES = (
    "guest-with-forward", "guest-removed", "pool-shrunk", "pool-grown", "rule-removed", "deny-over-allow",
    "guest-to-other-network", "guest-moved-from", "network-renumbered", "nat-off", "uplink-static", "uplink-dns",
    "isolated", "forward-retargeted", "service-closed-to-managers", "tap-pattern", "network-dns", "network-removed",
    "guest-readdressed", "guest-other-mac", "target-raised",
)  # fmt: skip
NAMES = (*_FROM_CASES, *_OF_OURS)
LABS = 3
"""Number of labs that run at the same time; more would delay DHCP beyond the short lease time."""
FEW = 5
"""Number of pings that a flow may lose just because the machine is busy."""


def _plans(name: str, version: int) -> tuple[Plan, Plan]:
    case = next((case for case in CASES if case.name == name), None)
    first, second = (both(), case.edit) if case else _OF_OURS[name]
    before = dict(BASE)
    both(
        first,
        swap("networks.yaml", "10.2.0.199}", f"10.2.0.199, lease: {LEASE}s}}"),
    )(before)
    after = dict(before)
    second(after)
    for side in (before, after):
        side["site.yaml"] = side["site.yaml"].replace("systemd: 252", f"systemd: {version}")
    return compiled(before).plan, compiled(after).plan


@pytest.fixture(scope="module", params=systemds())
def root(request: pytest.FixtureRequest) -> Path | None:
    assert request.param is None or isinstance(request.param, Path)
    return request.param


@pytest.fixture(scope="module")
def plans(root: Path | None) -> dict[str, tuple[Plan, Plan]]:
    with Lab() as lab:
        version = min(Networkd(lab.machine("version"), {}, root=root).version, 260)
    return {name: _plans(name, version) for name in NAMES}


@pytest.fixture(scope="module")
def labs(root: Path | None, plans: dict[str, tuple[Plan, Plan]]) -> Iterator[dict[str, Future[Applied]]]:
    with ThreadPoolExecutor(LABS) as pool:
        yield {name: pool.submit(partial(applied, *plans[name], _guests(name), root)) for name in NAMES}


def _guests(name: str) -> dict[str, str]:
    moved = MOVED.get(name, {})
    return {old.removeprefix("guest/"): new.removeprefix("guest/") for old, new in moved.items()}


def predicted(name: str, before: Plan, after: Plan) -> Change:
    moves = {new: old for old, new in MOVED.get(name, {}).items()}
    return compare(ComparedPlan("before", before), ComparedPlan("after", after, moves=moves))


@pytest.mark.parametrize("name", NAMES)
def test_predicted_classes_are_observed(
    name: str, plans: dict[str, tuple[Plan, Plan]], labs: dict[str, Future[Applied]]
) -> None:
    change = predicted(name, *plans[name])
    classes: dict[str, int] = {}
    for one in change.disruption:
        classes[one.device] = max(int(one.grade), classes.get(one.device, 0))
    seen = labs[name].result(timeout=300)
    assert seen.classes == {device: grade for device, grade in classes.items() if grade}
    spared = [q for q in (*seen.sight.ended, *seen.sight.kept) if _spared(q, classes, plans[name])]
    assert [q.flow for q in seen.sight.ended if q in spared] == []
    pings = [(q, n) for q, n in seen.sight.pings if _spared(q, classes, plans[name])]
    assert {q.flow: n for q, n in pings if n > FEW + _away(seen.sight, q) / EVERY} == {}
    assert spared


def _away(sight: Sight, question: Question) -> float:
    """Seconds during which the flow's sender, its receiver or any host lacked an address or default route."""
    ends, family = {question.source.machine, question.to.machine}, question.packet.family
    needed = (one for one in sight.interfaces if one.machine in ends or one.machine.startswith("host/"))
    return sum(one.away.get(family, 0.0) for one in needed)


def _spared(question: Question, classes: dict[str, int], plans: tuple[Plan, Plan]) -> bool:
    """Whether a flow touches no device with a predicted class above D2, and no guest with a predicted disruption."""
    after = {guest.name for guest in plans[1].guests}
    guests = {guest.name: {nic.bridge for nic in guest.nics} for guest in plans[0].guests}
    hosts = {host.name: {*_uplinks(host), *(b.device for b in host.bridges)} for host in plans[0].hosts}
    machines = (question.source.machine, question.to.machine, question.verdict.where)
    ends = {machine.partition("/")[2] for machine in machines}
    devices = {device for end in ends for device in (*guests.get(end, ()), *hosts.get(end, ()))}
    translated = question.verdict.packet.source != question.packet.source
    if translated or any(machine.startswith("zone/") for machine in machines):
        devices |= {name for host in plans[0].hosts for name in _uplinks(host)}
    clients = {(g.name, f"DHCP clients on {nic.bridge}") for g in plans[0].guests for nic in g.nics}
    leasing = {name for name, group in clients if group in classes}
    known = not ((ends & guests.keys()) - after or ends & leasing)
    unharmed = all(classes.get(device, 0) <= 2 for device in devices)
    return known and unharmed and not any(classes.get(end, 0) for end in ends)


def _uplinks(host: Host) -> set[str]:
    return {uplink.name for uplink in host.uplinks}
