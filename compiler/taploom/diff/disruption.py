"""The disruption of hosts and guests by a change; a module for each target finds its effects."""

from collections.abc import Iterable, Iterator, Mapping

from taploom.diff.classes import Class
from taploom.diff.disrupt_guests import guests
from taploom.diff.disrupt_networkd import networkd
from taploom.diff.disrupt_router import farewells
from taploom.diff.disrupt_ruleset import Files, ruleset, settings
from taploom.diff.effects import Disruption, Effect
from taploom.diff.facts import service_text
from taploom.diff.verdicts import FlowChange, VerdictChange, told_foreign
from taploom.plan.host import Host
from taploom.plan.site import Plan


def disruptions(before: Plan, after: Plan, names: Mapping[str, str], files: Files) -> Iterator[Disruption]:
    """The effects of installing the files of a change, unsorted; `locked_out` finds the effects of changed flows.

    Args:
        before: the base.
        after: the head.
        names: the new `kind/name` of each renamed object; the key is the old one.
        files: the rendered files that differ, by path; the same files differ when the change is reverted.
    """
    old = {names.get(f"host/{host.name}", f"host/{host.name}").partition("/")[2]: host for host in before.hosts}
    new = {host.name: host for host in after.hosts}
    known = {guest.name: guest for guest in before.guests}
    for name, host in old.items():
        if host != new.get(name):
            yield from _host(host, new.get(name), files)
            yield from farewells(host, new[name], known) if name in new else ()
    yield from guests(before, after, names)


def sorted_effects(found: Iterable[Disruption]) -> tuple[Disruption, ...]:
    """Each effect once, the worst first."""
    return tuple(sorted(dict.fromkeys(found), key=lambda one: (-one.grade, one.host, one.object, one.device, one.file)))


def _host(before: Host, after: Host | None, files: Files) -> Iterator[Disruption]:
    if after is None:
        name = f"host/{before.name}"
        yield Disruption(
            before.name, name, before.name, Class.D0, Effect.ABANDONED, "", (), "", before.origin, was=True
        )
        return
    yield from networkd(before, after)
    yield from ruleset(before, after, files)
    yield from settings(after, files)


def locked_out(after: Plan, flows: tuple[FlowChange, ...]) -> Iterator[Disruption]:
    """Effects for hosts whose management services are closed to new connections."""
    for host in after.hosts:
        services = {service_text(one) for one in host.management}
        for flow in flows:
            closed = (
                flow.change is VerdictChange.BLOCKED and not flow.inherited and f"host/{host.name}" in flow.destinations
            )
            named = services & {*flow.services} or ({"any"} & {*flow.services})
            if closed and named and host.name in flow.hosts:
                cause = flow.after_cause or flow.before_cause or host.origin
                detail = f"{', '.join(sorted(services))} from {', '.join(flow.sources)}{told_foreign(flow)}"
                yield Disruption(
                    host.name, f"host/{host.name}", "input", Class.D6, Effect.LOCKED_OUT, "", (), detail, cause
                )
