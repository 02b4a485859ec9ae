"""Starting point of the fault tests: a host that runs one plan, and bundles that bring it to a second plan and back."""

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
"""Edit from the first plan to the second; it renames and removes devices, so that every take-up step has work."""


class Standing:
    """A host that has taken up a first plan and confirmed it.

    Attributes:
        site: Site of the host.
        host: The host itself.
        before: First plan, which the host runs.
        after: Second plan, which tests try to take up.
        first: Bundle from the second plan back to the first.
        files: Bundle from the first plan to the second.
        had: State of the host under the first plan.
    """

    def __init__(self, site: DeliveredSite, host: Host, before: Plan, after: Plan) -> None:
        self.site, self.host, self.before, self.after = site, host, before, after
        install(host, before)
        self.had = settled(host)
        self.first, self.files = bundle(before, host.name, after), bundle(after, host.name, before)

    def offer(self) -> None:
        """Unpacks the bundle of the second plan on the host."""
        unpack(self.host, self.files)

    def settle_for_first(self) -> None:
        """Installs the second plan and then the first again, so that the host runs the first plan completely."""
        install(self.host, self.after, self.before)
        install(self.host, self.before, self.after)


@contextmanager
def standing(tree: Path, space: str = "256m") -> Iterator[Standing]:
    """A host that runs the first plan."""
    before, after = planned(VERSION), planned(VERSION, CHANGE)
    with bare(tree, before, space) as (site, host):
        yield Standing(site, host, before, after)
