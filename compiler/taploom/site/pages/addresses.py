"""The address plan with the taken and free addresses of every prefix; named prefixes outside; named services."""

from collections.abc import Iterator

from taploom.diagrams.use import NetworkUse, uses
from taploom.plan.site import Network
from taploom.report import wording
from taploom.site.links import to
from taploom.site.markup.block import Blocks, paragraph, section, table
from taploom.site.markup.inline import Anchor, Number, code, codes
from taploom.site.page import Page
from taploom.site.pages.networks import amount, used
from taploom.site.pages.parts import described, source
from taploom.site.view import SiteView


def pages(view: SiteView) -> Iterator[Page]:
    """The address plan, the named prefixes outside, and the named services."""
    yield _plan(view)
    yield _outside(view)
    yield _services(view)


def _plan(view: SiteView) -> Page:
    found = [(network, use) for network in view.plan.networks for use in uses(view.plan, network)]
    ordered = sorted(found, key=lambda pair: (pair[1].own.family, pair[1].own.prefix))
    rows = (
        (code(use.own.prefix), to("network", network.name), Number(str(len(use.taken))), amount(use.usable),
         _share(use), code(use.next) if use.next else "none")
        for network, use in ordered
    )  # fmt: skip
    head = ("Prefix", "Network", "Taken", "Usable", "Full", "Next free")
    parts = [block for network, use in ordered for block in _section(network, use)]
    body = (*(table(head, rows) or paragraph("The site has no prefix.")), *parts)
    return Page("addresses.md", "Address plan", body, listed=True)


def _section(network: Network, use: NetworkUse) -> Blocks:
    """One prefix. Its anchor begins with a letter, as scripts of themes use the anchor as a CSS selector."""
    return section(f"{use.own.prefix} {network.name}", used(use), anchor=f"{network.name}-{use.own.family.key}")


def _share(use: NetworkUse) -> str:
    pool = sum(run.size for run in use.ranges if run.what != "free")
    share = 100 * len(use.taken) / use.usable
    said = f"{share:.0f} %" if share >= 1 else "under 1 %"
    return said + (f" and {100 * pool / use.usable:.0f} % DHCP pool" if pool else "")


def _outside(view: SiteView) -> Page:
    rows = (
        ((Anchor(one.name), one.name), codes(prefix.shortest for prefix in one.prefixes),
         described(one.meta), one.meta.owner, source(one.origin))
        for one in view.plan.addresses
    )  # fmt: skip
    body = table(("Name", "Prefixes", "Description", "Owner", "Spec"), rows)
    none = paragraph("The spec names no prefix outside of the site.")
    return Page("addresses-outside.md", "Addresses outside", body or none, listed=True)


def _services(view: SiteView) -> Page:
    rows = (
        ((Anchor(one.name), one.name), codes(map(wording.service, one.services)),
         described(one.meta), one.meta.owner, source(one.origin))
        for one in view.plan.services
    )  # fmt: skip
    body = table(("Name", "Ports", "Description", "Owner", "Spec"), rows)
    none = paragraph("The spec names no service of its own.")
    return Page("services.md", "Services", body or none, listed=True)
