"""Makes all pages of a site, and all files that are not pages."""

from collections.abc import Callable, Iterable, Iterator

from taploom.site.page import Asset, Page
from taploom.site.pages import (
    addresses,
    changes,
    drift,
    exports,
    findings,
    forwards,
    guests,
    hosts,
    networks,
    overview,
    policy,
    reachability,
    reference,
    specs,
    zones,
)
from taploom.site.view import SiteView

Builder = Callable[[SiteView], Iterable[Page]]
BUILDERS: tuple[Builder, ...] = (
    overview.pages,
    hosts.pages,
    networks.pages,
    guests.pages,
    zones.pages,
    policy.pages,
    reachability.pages,
    forwards.pages,
    addresses.pages,
    changes.pages,
    drift.pages,
    findings.pages,
    exports.pages,
    specs.pages,
    reference.pages,
)
"""The builders of pages, in the order in which the navigation lists their pages."""
FILES: tuple[Callable[[SiteView], Iterable[Asset]], ...] = (exports.files, reachability.files)


def pages(view: SiteView) -> Iterator[Page]:
    """All pages of a plan; a pure function of it."""
    for builder in BUILDERS:
        yield from builder(view)


def files(view: SiteView) -> Iterator[Asset]:
    """All files that are not pages; a pure function of the plan."""
    for maker in FILES:
        yield from maker(view)
