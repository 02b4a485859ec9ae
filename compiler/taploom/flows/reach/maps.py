"""Makes the maps of all hosts of a plan, each on first use."""

from collections.abc import Mapping
from functools import cached_property

from taploom.backends.nftables import ruleset
from taploom.backends.nftables.tree import Ruleset
from taploom.base.address import Family
from taploom.base.frozen import dataclass
from taploom.base.memo import memo
from taploom.base.span import Span
from taploom.flows.proof.compare import Witnesses
from taploom.flows.proof.intent.entries import SiteEntries
from taploom.flows.proof.intent.interface_view import InterfaceView
from taploom.flows.proof.intent.site_index import SiteIndex, addresses_of
from taploom.flows.proof.proof import spans_of
from taploom.flows.reach.place import Place
from taploom.plan.site import Plan


@dataclass(frozen=True)
class Maps:
    """The maps of intent and ruleset of all hosts of one plan.

    Attributes:
        now: current time in seconds since the epoch, for entries that expire.
    """

    plan: Plan
    now: int

    @cached_property
    def index(self) -> SiteIndex:
        """The look-ups of the site's names."""
        return SiteIndex(self.plan)

    @cached_property
    def _site(self) -> SiteEntries:
        return SiteEntries(self.index)

    @cached_property
    def spans(self) -> Mapping[str, Span | None]:
        """The spans of the entries that can decide about packets, by stable name."""
        return spans_of(self.plan)

    @cached_property
    def owners(self) -> Mapping[str, str]:
        """Names of guests by their known addresses."""
        nics = ((name, nic) for name, nics in self.index.nics.items() for nic in nics)
        return {str(prefix.first): name for name, nic in nics for prefix in addresses_of(nic)}

    @memo
    def pair(self, host: str, family: Family) -> Witnesses:
        """Intent and ruleset of a host in one family."""
        return Witnesses(self._site, self.index.hosts[host], family, self._ruleset(host))

    @memo
    def _ruleset(self, host: str) -> Ruleset:
        return ruleset(self.index.hosts[host])

    def place(self, host: str, family: Family) -> Place:
        """The `Place` of a host in one family."""
        return Place(InterfaceView(self.index, self.pair(host, family).forwarding))
