"""The first page: the whole site in one picture, its numbers, its findings."""

from collections.abc import Iterator

from taploom.base.diagnostic import State
from taploom.diagrams.topology import site_graph
from taploom.plan.interfaces import inside, outside
from taploom.plan.site import Plan
from taploom.report import wording
from taploom.site.links import to
from taploom.site.markup.block import Blocks, Figure, paragraph, section, table
from taploom.site.markup.inline import Inline, Link, Number, Strong, StyledSpan, code, codes, joined
from taploom.site.page import Page
from taploom.site.pages.changes import changed
from taploom.site.pages.parts import described
from taploom.site.view import SiteView


def pages(view: SiteView) -> Iterator[Page]:
    """The overview."""
    figure = Figure(site_graph(view.plan, view.paint), f"Topology of {view.plan.name}", topology_text(view.plan))
    body = (
        *_domain(view.plan),
        *_numbers(view),
        figure,
        *section("Hosts", _hosts(view)),
        *section("Networks", _networks(view)),
    )
    yield Page("index.md", view.plan.name, body, view.plan.origin, listed=True, wide=True)


def topology_text(plan: Plan) -> str:
    """The topology in words, for readers who cannot see the picture."""
    parts = []
    for host in plan.hosts:
        uplinks = ", ".join(f"{each.device} to {each.zone}" for each in outside(host)) or "none"
        networks = ", ".join(each.network for each in inside(host)) or "none"
        parts.append(f"Host {host.name}. Uplinks: {uplinks}. Networks: {networks}.")
    return " ".join(parts)


def _domain(plan: Plan) -> Blocks:
    if not plan.domain:
        return ()
    return paragraph(("The DNS domain of guests is ", code(plan.domain), ", unless their network has its own."))


def _numbers(view: SiteView) -> Blocks:
    plan = view.plan
    counts = (
        (len(plan.hosts), "hosts", "hosts/index.md"),
        (len(plan.networks), "networks", "networks/index.md"),
        (len(plan.guests), "guests", "guests/index.md"),
    )
    cells: list[Inline] = [(Strong(str(count)), " ", Link(page, words)) for count, words, page in counts]
    stats = joined((StyledSpan("tl-stat", cell) for cell in (*cells, _found(view))), " ")
    return (*paragraph(stats), *paragraph(changed(view.history)))


def _found(view: SiteView) -> Inline:
    active = sum(d.state is State.ACTIVE for d in view.diagnostics)
    waived = len(view.diagnostics) - active
    return Strong(str(active)), " ", Link("findings.md", "findings"), f", {waived} waived" if waived else ""


def _hosts(view: SiteView) -> Blocks:
    rows = (
        (
            to("host", host.name),
            joined((code(each.device), " to ", to("zone", each.zone)) for each in outside(host)),
            joined(to("network", each.network) for each in inside(host)),
            Number(str(sum(guest.host == host.name for guest in view.plan.guests))),
            wording.target(host.target),
            described(host.meta),
        )
        for host in view.plan.hosts
    )
    return table(("Host", "Uplinks", "Networks", "Guests", "Runs", "Description"), rows)


def _networks(view: SiteView) -> Blocks:
    rows = (
        (
            to("network", network.name), to("zone", network.zone), to("host", network.host) if network.host else "",
            codes(own.prefix for own in (network.ipv4, network.ipv6) if own),
            Number(str(len(view.members[network.name]))),
            described(network.meta),
        )
        for network in view.plan.networks
    )  # fmt: skip
    return table(("Network", "Zone", "Host", "Prefixes", "Guests", "Description"), rows)
