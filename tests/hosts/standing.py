"""A host that runs a plan, and the bundles of that plan and of another: the ground of tests that break something."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.diff.site import both, swap
from tests.hosts.bundles import bundle, unpack
from tests.hosts.ground import bare, install, planned, settled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.hosts.booted import Host
    from tests.hosts.delivered import DeliveredSite

    from taploom.plan.site import Plan

VERSION = 252
CHANGE = both(
    swap("hosts.yaml", "dmz: {taps", "dmz: {bridge: br-front, taps"),
    swap("networks.yaml", "dhcp: {", "dns: 9.9.9.9, dhcp: {"),
    swap("policy.yaml", "  web-db: {from: web, to: db, allow: tcp/5432}\n", ""),
    swap("hosts.yaml", "ipv6: ra}", "ipv6: ra, dns: 9.9.9.9}"),
)
"""It renames and drops devices, so that every step of taking it up has something to do."""


class Standing:
    """A host that has taken up a plan.

    Attributes:
        site: Its site.
        host: The host.
        before: The plan that it runs.
        after: The plan that it is to take up.
        first: The bundle that brings it back to the plan that it runs.
        files: The bundle that brings it the other.
        had: Its state with the first plan.
    """

    def __init__(self, site: DeliveredSite, host: Host, before: Plan, after: Plan) -> None:
        self.site, self.host, self.before, self.after = site, host, before, after
        install(host, before)
        self.had = settled(host)
        self.first, self.files = bundle(before, host.name, after), bundle(after, host.name, before)

    def offer(self) -> None:
        """Puts the bundle of the other plan on the host."""
        unpack(self.host, self.files)

    def settle_for_first(self) -> None:
        """Brings the host back to the first plan, by way of the other."""
        install(self.host, self.after, self.before)
        install(self.host, self.before, self.after)


@contextmanager
def standing(tree: Path, space: str = "256m") -> Iterator[Standing]:
    """A host that runs the first plan."""
    before, after = planned(VERSION), planned(VERSION, CHANGE)
    with bare(tree, before, space) as (site, host):
        yield Standing(site, host, before, after)
