"""The policy as a matrix of zones, whose cells lead to the entries below."""

from collections.abc import Iterable, Iterator

from taploom.diagrams.policy_matrix import HOSTS
from taploom.diagrams.zones import zones_graph
from taploom.plan.policy import Action, PolicyEntry
from taploom.report.facts import limit, moment
from taploom.site.links import to
from taploom.site.markup.block import Blocks, Figure, Heading, Paragraph, facts, paragraph, section, table
from taploom.site.markup.inline import Anchor, Break, Inline, Link, Strong, code, codes, joined
from taploom.site.page import Page
from taploom.site.pages.parts import ROWS_ONLY, about, described, findings_about, source
from taploom.site.pages.zones import zone_link
from taploom.site.view import SiteView


def pages(view: SiteView) -> Iterator[Page]:
    """One page: picture, matrix and entries."""
    figure = Figure(
        zones_graph(view.plan, view.paint, view.cells),
        "Zones and policy",
        "The zones, and the traffic that policy and port forwards allow between them. The matrix shows the same.",
    )
    intro = (
        "A host forwards and accepts only what an entry on this page allows. A flow passes if some entry allows it "
        "and none denies it; the order of entries has no effect. Replies, ICMP errors, DHCP and neighbour discovery "
        "need no entry."
    )
    body = (
        Paragraph(intro),
        figure,
        *section("Matrix", _matrix(view)),
        *section("Entries", _entries(view) or paragraph("The policy has no entry.")),
    )
    yield Page("policy.md", "Policy", body, listed=True, searched=not view.crowded)


def _entries(view: SiteView) -> Blocks:
    """A section for each policy entry, or a row for each if there are too many (without findings)."""
    if not view.crowded:
        return tuple(block for entry in view.plan.policy for block in _entry(view, entry))
    rows = (
        ((Anchor(entry.name), entry.name), entry.action.value, codes(entry.services), codes(entry.sources),
         codes(entry.destinations), joined(to("host", name) for name in view.enforced.get(entry.name, ())),
         "yes" if entry.log else "", limit(entry.limit), code(moment(entry.expires)), entry.meta.owner,
         described(entry.meta), source(entry.origin))
        for entry in view.plan.policy
    )  # fmt: skip
    head = ("Entry", "Action", "Services", "From", "To", "Enforced on", "Log", "Limit", "Expires", "Owner",
            "Description", "Spec")  # fmt: skip
    return (ROWS_ONLY, *table(head, rows))


def _matrix(view: SiteView) -> Blocks:
    """The matrix: rows are senders, columns are receivers; a cell names its entries, with a sign before denials."""
    names = [zone.name for zone in view.plan.zones]
    present = {name for pair in view.cells for name in pair}
    columns = [*(name for name in names if name in present), *([HOSTS] if HOSTS in present else [])]
    actions = {entry.name: entry.action for entry in view.plan.policy}
    rows = []
    for sender in columns:
        cells = []
        for receiver in columns:
            cell = view.cells.get((sender, receiver))
            words = [_entry_link(entry, actions[entry]) for entry in cell.policy] if cell else []
            words += [Link(f"forwards.md#{name}", f"⇤ {name}") for name in cell.forwards] if cell else []
            cells.append(joined(words, Break()))
        if any(cells):
            rows.append((Strong(zone_link(sender)), *cells))
    return table(("from \\ to", *map(zone_link, columns)), rows)


def _entry_link(name: str, action: Action) -> Link:
    return Link(f"policy.md#{name}", name if action is Action.ALLOW else f"✕ {name}")


def _entry(view: SiteView, entry: PolicyEntry) -> Blocks:
    return (
        Heading(3, entry.name, entry.name),
        *paragraph(described(entry.meta)),
        *facts(
            [
                ("allows" if entry.action is Action.ALLOW else "denies", codes(entry.services)),
                ("from", codes(entry.sources)),
                ("to", codes(entry.destinations)),
                ("between zones", _pairs(view.pairs.get(entry.name, ()))),
                ("log", "matches are logged" if entry.log else ""),
                ("limit", limit(entry.limit)),
                ("expires", code(moment(entry.expires))),
                ("enforced on", joined(to("host", name) for name in view.enforced.get(entry.name, ())) or "no host"),
                *about(entry.meta),
                ("spec", source(entry.origin)),
            ]
        ),
        *findings_about(view, f"policy/{entry.name}", 4),
    )


def _pairs(pairs: Iterable[tuple[str, str]]) -> Inline:
    return joined((zone_link(one), " → ", zone_link(other)) for one, other in pairs)
