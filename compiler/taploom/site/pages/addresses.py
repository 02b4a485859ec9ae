"""The address plan: every prefix of the site with what is taken and what is free; and named prefixes outside."""

from collections.abc import Iterator

from taploom.diagrams.use import Use, uses
from taploom.plan.site import Network
from taploom.report import wording
from taploom.site.links import to
from taploom.site.markdown import code, codes, escaped, section, sections, table
from taploom.site.page import Page
from taploom.site.pages.networks import amount, used
from taploom.site.pages.parts import described, source
from taploom.site.view import View


def pages(view: View) -> Iterator[Page]:
    """The plan, and the names of what is outside."""
    yield _plan(view)
    yield _outside(view)
    yield _services(view)


def _plan(view: View) -> Page:
    found = [(network, use) for network in view.plan.networks for use in uses(view.plan, network)]
    ordered = sorted(found, key=lambda pair: (pair[1].own.family, pair[1].own.prefix))
    rows = (
        (code(str(use.own.prefix)), to("network", network.name), str(len(use.taken)), _usable(use), _share(use),
         code(str(use.next)) if use.next else "none")
        for network, use in ordered
    )  # fmt: skip
    head = ("Prefix", "Network", "Taken", "Usable", "Full", "Next free")
    parts = [_section(network, use) for network, use in ordered]
    body = sections(table(head, rows) or "The site has no prefix.", *parts)
    return Page("addresses.md", "Address plan", body, listed=True)


def _section(network: Network, use: Use) -> str:
    """One prefix; its anchor begins with a letter, as scripts of themes take it for a selector."""
    title = f"{escaped(str(use.own.prefix))} {escaped(network.name)} {{: #{network.name}-{use.own.family.key} }}"
    return section(title, used(use))


def _usable(use: Use) -> str:
    return amount(use.usable)


def _share(use: Use) -> str:
    pool = sum(run.size for run in use.ranges if run.what != "free")
    share = 100 * len(use.taken) / use.usable
    said = f"{share:.0f} %" if share >= 1 else "under 1 %"
    return said + (f" and {100 * pool / use.usable:.0f} % DHCP pool" if pool else "")


def _outside(view: View) -> Page:
    rows = (
        (f'<a id="{one.name}"></a>{escaped(one.name)}', codes(prefix.shortest for prefix in one.prefixes),
         described(one.meta), escaped(one.meta.owner), source(one.origin))
        for one in view.plan.addresses
    )  # fmt: skip
    body = table(("Name", "Prefixes", "Description", "Owner", "Spec"), rows) or "The spec names no prefix outside."
    return Page("addresses-outside.md", "Addresses outside", body, listed=True)


def _services(view: View) -> Page:
    rows = (
        (f'<a id="{one.name}"></a>{escaped(one.name)}', codes(map(wording.service, one.services)),
         described(one.meta), escaped(one.meta.owner), source(one.origin))
        for one in view.plan.services
    )  # fmt: skip
    body = table(("Name", "Ports", "Description", "Owner", "Spec"), rows) or "The spec names no service of its own."
    return Page("services.md", "Services", body, listed=True)
