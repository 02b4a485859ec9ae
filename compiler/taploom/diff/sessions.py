"""Finds connections that continue although no entry allows them any more, and the conntrack(8) commands to end them.

The first rule of a ruleset accepts established connections, and conntrack keeps their translation. So a change that
closes a flow, or leads a forward to another guest, ends no open connection. conntrack matches connections by the
address that replies, and by their first packet, but not by the interface of this packet. So one command covers the
differences of all interfaces, and a survivor names the guest with which connections continue.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from taploom.base.address import FAMILIES, Family
from taploom.diff.bystanders import Bystanders
from taploom.diff.conntrack import CommandLine, commands
from taploom.diff.effects import Survivor
from taploom.diff.endings import Ending, Goal, Senders
from taploom.diff.labels import LINK_SENDERS
from taploom.diff.site_pair import guest_addresses
from taploom.diff.verdicts import FlowChange, Region, VerdictChange, told_foreign
from taploom.flows.algebra.spans import common, united, without
from taploom.flows.packets.forwarding import OTHER, SELF
from taploom.flows.packets.learned import real
from taploom.plan.site import Plan

_MOST = 8
"""Maximum number of commands that are printed."""


class _Kept(NamedTuple):
    """The key of survivors that are shown as one."""

    host: str
    by: str
    ends: tuple[str, ...]
    services: tuple[str, ...]


def survivors(
    flows: tuple[FlowChange, ...], before: Plan, after: Plan, names: Mapping[str, str]
) -> tuple[Survivor, ...]:
    """The connections that may continue for each flow that is closed or has another destination.

    Args:
        flows: the changes of flows.
        before: the base.
        after: the head.
        names: the new `kind/name` of each renamed object; the key is the old one.
    """
    hosts = {names.get(f"host/{host.name}", f"host/{host.name}").partition("/")[2]: host for host in before.hosts}
    groups: dict[_Kept, list[FlowChange]] = {}
    for flow in flows:
        if not flow.inherited and flow.before.by.startswith(("policy/", "forward/")) and _closes(flow):
            for host in flow.hosts:
                groups.setdefault(_Kept(host, flow.before.by, _kept(flow, host), flow.services), []).append(flow)
    others = {
        (name, family): Bystanders(
            before, host, family, without(*(guest_addresses(p, family) for p in (before, after)))
        )
        for name, host in hosts.items()
        for family in FAMILIES
    }
    later = {(host.name, family): Bystanders(after, host, family, ()) for host in after.hosts for family in FAMILIES}
    return tuple(_survivor(kept, group, others, later) for kept, group in groups.items())


_Known = Mapping[tuple[str, Family], Bystanders]


def _survivor(kept: _Kept, group: list[FlowChange], others: _Known, later: _Known) -> Survivor:
    here = (region for flow in group for region in flow.regions if region.host == kept.host)
    regions = [region for region in here if not _goes_on(region, later.get((region.host, region.family)))]
    found = dict.fromkeys(_commands(regions, others))
    sources = dict.fromkeys(name for flow in group for name in flow.sources)
    via = dict.fromkeys(place for flow in group for place in flow.via)
    foreign = dict.fromkeys(map(told_foreign, group))
    text = f"{', '.join(sources)}{next(iter(foreign)) if len(foreign) == 1 else ''} → {', '.join(kept.ends)} "
    text += ", ".join(kept.services)
    text += f" at {', '.join(via)}" if via else ""
    return Survivor(kept.host, text, kept.by, tuple(found)[:_MOST], max(len(found) - _MOST, 0))


def _goes_on(region: Region, later: Bystanders | None) -> bool:
    """Whether packets of an unknown interface may still pass on another interface; conntrack matches no interface."""
    if region.ingress != OTHER or later is None:
        return False
    return not later.blocks(region.sources, region.destinations, region.services)


def _closes(flow: FlowChange) -> bool:
    before, after = ((one.to, one.port) for one in (flow.before, flow.after))
    return flow.change is VerdictChange.BLOCKED or (flow.change is VerdictChange.REDECIDED and before != after)


def _kept(flow: FlowChange, host: str) -> tuple[str, ...]:
    """The end with which connections continue: a forward's old guest, or the host if a new forward leads elsewhere."""
    if flow.before.to:
        return (flow.before.to,)
    return (f"host/{host}",) if flow.after.to and flow.change is VerdictChange.REDECIDED else flow.destinations


def _commands(regions: Iterable[Region], others: _Known) -> Iterator[CommandLine]:
    """The commands that end the connections of some regions of a host, of all interfaces together."""
    found: dict[tuple[Bystanders, Goal], list[Senders]] = {}
    for one in regions:
        bystanders = others[one.host, one.family]
        goal = Goal(one.services, real(one.destinations, one.family), one.uplinks, one.target)
        found.setdefault((bystanders, goal), []).append(_senders(one, bystanders))
    for (bystanders, goal), each in found.items():
        spans = united(span for one in each for span in one.spans)
        uplinks = tuple(dict.fromkeys(name for one in each for name in one.uplinks))
        for match in Ending(goal, Senders(spans, uplinks), bystanders).matches:
            yield from commands(match)


def _senders(region: Region, others: Bystanders) -> Senders:
    """The senders of a region; for packets of the host itself, its own addresses."""
    if region.ingress == SELF:
        return Senders(common(region.sources, others.fixed), others.learned)
    return Senders(without(region.sources, LINK_SENDERS), ())
