"""What every page is made from: the plan, its colours, what was found, and what is rendered."""

from collections.abc import Mapping
from dataclasses import dataclass

from netloom.backends.artifact import Artifact
from netloom.base.diagnostic import Diagnostic
from netloom.plan.guest import Guest
from netloom.plan.host import Bridge, Host
from netloom.plan.policy import Lane
from netloom.plan.site import Network, Plan
from netloom.site.palette import Paint, paint
from netloom.site.traffic import Cell, matrix


@dataclass(frozen=True, slots=True)
class View:
    """A compiled site with the look-ups that pages share.

    Attributes:
        diagnostics: in reading order.
        artifacts: the rendered tree.
        sources: texts of the specs, by path as spans name it.
        members: guests of each network.
        lanes: of each guest, those that lead to it.
        cells: the policy matrix.
    """

    plan: Plan
    paint: Paint
    diagnostics: tuple[Diagnostic, ...]
    artifacts: tuple[Artifact, ...]
    sources: Mapping[str, str]
    hosts: Mapping[str, Host]
    networks: Mapping[str, Network]
    bridges: Mapping[str, tuple[Host, Bridge]]
    members: Mapping[str, tuple[Guest, ...]]
    lanes: Mapping[str, tuple[Lane, ...]]
    cells: Mapping[tuple[str, str], Cell]


def view(
    plan: Plan, diagnostics: tuple[Diagnostic, ...], artifacts: tuple[Artifact, ...], sources: Mapping[str, str]
) -> View:
    """Look everything up once, so that ten thousand pages do not each search the plan."""
    members: dict[str, list[Guest]] = {network.name: [] for network in plan.networks}
    for guest in plan.guests:
        for nic in guest.nics:
            members[nic.network].append(guest)
    lanes: dict[str, list[Lane]] = {}
    for host in plan.hosts:
        for lane in host.lanes:
            lanes.setdefault(lane.guest, []).append(lane)
    return View(
        plan,
        paint(plan),
        diagnostics,
        artifacts,
        sources,
        {host.name: host for host in plan.hosts},
        {network.name: network for network in plan.networks},
        {bridge.network: (host, bridge) for host in plan.hosts for bridge in host.bridges},
        {name: tuple(guests) for name, guests in members.items()},
        {name: tuple(found) for name, found in lanes.items()},
        matrix(plan),
    )
