"""The input of every page: the plan, its colours, the findings, and the rendered files."""

from collections.abc import Iterable, Mapping
from typing import Protocol, TypeVar

from taploom.backends.artifact import Artifact
from taploom.base.diagnostic import Diagnostic
from taploom.base.frozen import dataclass
from taploom.diagrams.palette import Paint, paint
from taploom.diagrams.policy_matrix import ZoneTraffic, matrix
from taploom.plan.guest import Guest
from taploom.plan.host import Bridge, Host
from taploom.plan.policy import DnatEntry, PolicyEntry
from taploom.plan.site import Network, Plan
from taploom.report.drift.compared import Drifts
from taploom.site.manual import EMPTY, Manual
from taploom.site.revision import NO_HISTORY, History

T = TypeVar("T")
GUESTS_DETAILED = 500
"""Maximum number of guests for pages with every detail; with more guests, pages would be too large to read."""


class NamedEntry(Protocol):
    """An entry of the plan."""

    @property
    def name(self) -> str:
        """Its bare name."""
        ...


@dataclass(frozen=True, slots=True)
class SiteView:
    """A compiled site with the look-ups that pages share.

    Attributes:
        diagnostics: in reading order.
        artifacts: the rendered tree.
        files: the rendered files of each `hosts/NAME` and `guests/NAME`.
        sources: the text of each file of the specs, by its path in spans.
        members: guests of each network.
        dnat_entries: for each guest, the DNAT entries that lead to it.
        cells: the policy matrix.
        pairs: for each policy entry, the cells of the matrix that contain it.
        enforced: for each policy entry, the hosts that enforce it.
        forwarded: for each forward, its DNAT entries.
        about: for each `kind/name`, its findings.
        named: for each kind, the names of all entries.
        manual: the input of the reference pages.
        history: the last revisions of the specs.
        drifts: the differences between hosts and plan, or None without facts.
    """

    plan: Plan
    paint: Paint
    diagnostics: tuple[Diagnostic, ...]
    artifacts: tuple[Artifact, ...]
    files: Mapping[str, tuple[Artifact, ...]]
    sources: Mapping[str, str]
    hosts: Mapping[str, Host]
    networks: Mapping[str, Network]
    bridges: Mapping[str, tuple[Host, Bridge]]
    members: Mapping[str, tuple[Guest, ...]]
    dnat_entries: Mapping[str, tuple[DnatEntry, ...]]
    cells: Mapping[tuple[str, str], ZoneTraffic]
    policy: Mapping[str, PolicyEntry]
    pairs: Mapping[str, tuple[tuple[str, str], ...]]
    enforced: Mapping[str, tuple[str, ...]]
    forwarded: Mapping[str, tuple[DnatEntry, ...]]
    about: Mapping[str, tuple[Diagnostic, ...]]
    named: Mapping[str, frozenset[str]]
    manual: Manual
    history: History
    drifts: Drifts | None = None

    @property
    def crowded(self) -> bool:
        """Whether there are so many guests that pages leave out details that can be found elsewhere."""
        return len(self.plan.guests) > GUESTS_DETAILED


def site_view(
    plan: Plan,
    diagnostics: tuple[Diagnostic, ...],
    artifacts: tuple[Artifact, ...],
    sources: Mapping[str, str],
    manual: Manual = EMPTY,
    history: History = NO_HISTORY,
    drifts: Drifts | None = None,
) -> SiteView:
    """The view of a plan. All look-ups are built once, so that ten thousand pages do not each search the plan."""
    dnat_entries = [dnat_entry for host in plan.hosts for dnat_entry in host.dnat_entries]
    terms = sorted({(term.entry.removeprefix("policy/"), host.name) for host in plan.hosts for term in host.terms})
    cells = matrix(plan)
    members = _grouped((nic.network, guest) for guest in plan.guests for nic in guest.nics)
    return SiteView(
        plan,
        paint(plan),
        diagnostics,
        artifacts,
        _grouped(("/".join(artifact.path.split("/")[:2]), artifact) for artifact in artifacts),
        sources,
        {host.name: host for host in plan.hosts},
        {network.name: network for network in plan.networks},
        {bridge.network: (host, bridge) for host in plan.hosts for bridge in host.bridges},
        {network.name: members.get(network.name, ()) for network in plan.networks},
        _grouped((dnat_entry.guest, dnat_entry) for dnat_entry in dnat_entries),
        cells,
        {entry.name: entry for entry in plan.policy},
        _grouped((entry, pair) for pair, cell in cells.items() for entry in cell.policy),
        _grouped(terms),
        _grouped((dnat_entry.forward.removeprefix("forward/"), dnat_entry) for dnat_entry in dnat_entries),
        _grouped((found.subject, found) for found in diagnostics),
        {kind: frozenset(entry.name for entry in entries) for kind, entries in _sections(plan)},
        manual,
        history,
        drifts,
    )


def _sections(plan: Plan) -> tuple[tuple[str, Iterable[NamedEntry]], ...]:
    return (
        ("host", plan.hosts),
        ("network", plan.networks),
        ("zone", plan.zones),
        ("guest", plan.guests),
        ("forward", plan.forwards),
        ("policy", plan.policy),
        ("address", plan.addresses),
        ("service", plan.services),
    )


def _grouped(pairs: Iterable[tuple[str, T]]) -> dict[str, tuple[T, ...]]:
    """The values of each key, in their order."""
    found: dict[str, list[T]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}
