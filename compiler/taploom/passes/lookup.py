"""Looks up the names that entries refer to.

The module is separate from `resolve`, because `broken_entries`, which `resolve` imports, uses it as well.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field, replace
from functools import partial

from taploom.base.address import is_address
from taploom.base.diagnostic import Diagnostic, Report
from taploom.base.frozen import dataclass
from taploom.base.names import closest
from taploom.base.span import Span
from taploom.passes.lost import LostNames, lost_tags, named_outside
from taploom.passes.misnamed import guest_at, listener_at, not_a_guest, not_an_uplink
from taploom.plan.origin import SECTIONS
from taploom.plan.services import BUILT_IN
from taploom.spec import codes
from taploom.spec.document import Document
from taploom.spec.model.guest import GuestSpec
from taploom.spec.model.host import OUTSIDE, HostSpec
from taploom.spec.model.policy import Listener
from taploom.spec.values import Selector, ServiceRef

SUGGESTIONS = 50
"""Maximum number of unknown names for which a similar name is suggested, as the search for one is slow."""
EVERYONE = ("all", "anyone", "anything", "anywhere", "everyone", "everything", "everywhere", "world")
"""Words that users of other tools write for `any`."""
SHARED = ("zones", "networks", "hosts", "guests", "addresses")


@dataclass(frozen=True, slots=True)
class SymbolTable:
    """The kind of each bare name.

    Attributes:
        kinds: kind of each name of the shared namespace; a network that is its own zone is a `network`.
        zones: networks of every zone, also of zones without an entry in `zones`.
        tags: every tag, with the entries that have it, as (kind, name).
        lost: zones that only broken entries have; they count as known, since the broken entries are reported.
    """

    kinds: Mapping[str, str]
    zones: Mapping[str, tuple[str, ...]]
    tags: Mapping[str, tuple[tuple[str, str], ...]]
    lost: LostNames


def article(kind: str) -> str:
    """A kind with its article."""
    return f"an {kind}" if kind == "address" else f"a {kind}"


@dataclass(frozen=True, slots=True)
class NameLookup:
    """Looks up every name that an entry refers to, and reports unknown ones.

    Places and lists of known names are passed as functions, which are called only if there is something to report.
    """

    document: Document
    names: SymbolTable
    report: Report
    nearest: dict[tuple[str, str], str | None] = field(default_factory=dict)

    def known(self, section: str, name: str, place: Callable[[], Span]) -> bool:
        """Whether a section defines a name; reports an unknown name."""
        defined = self.document.places.names(section)
        if name in defined:
            return True
        self.unknown(section.removesuffix("s"), name, place(), lambda: defined)
        return False

    def unknown(self, kind: str, name: str, span: Span, listed: Callable[[], Iterable[str]]) -> None:
        """Report an unknown name, with a similar known name and its place."""
        if (kind, name) not in self.nearest:
            if len(self.nearest) == SUGGESTIONS:
                self.report.add(Diagnostic(codes.UNKNOWN_NAME, f"unknown {kind} `{name}`", span))
                return
            everyone = name in EVERYONE and kind in ("name", "service")
            self.nearest[kind, name] = "any" if everyone else closest(name, listed())
        near = self.nearest[kind, name]
        hint = f"did you mean `{near}`?" if near else ""
        notes: tuple[str, ...] = ()
        section = SECTIONS.get(kind, "")
        if near and section and near in self.document.places.names(section):
            notes = (f"declared: {self.document.places.key(section, near)} `{near}`",)
        elif not near:
            some = sorted(listed())[:8]
            hint = f"known: {', '.join(some)}" if some else f"the site has no {kind} yet"
        self.report.add(Diagnostic(codes.UNKNOWN_NAME, f"unknown {kind} `{name}`", span, hint, notes=notes))

    def host(self, name: str, host: HostSpec) -> HostSpec:
        """The host without unknown networks, and without `management` if that has an unknown service."""
        self.networks(host.networks, "hosts", name, "networks")
        sound = self.services(host.management, "hosts", name, "management")
        sane = {n: a for n, a in host.networks.items() if n in self.document.networks}
        return replace(host, networks=sane, management=host.management if sound else ())

    def waves(self, document: Document) -> tuple[Selector, ...]:
        """The waves of the site's rollout whose selectors are known."""
        at = ("site", "rollout", "waves")
        waves = document.site.rollout.waves
        return tuple(one for one in waves if self.selector(one, partial(self.document.places.item, one.text, *at)))

    def guest(self, name: str, guest: GuestSpec, document: Document) -> GuestSpec | None:
        """The guest without NICs on unknown networks; None if its host is unknown or broken."""
        places = self.document.places
        on_host = self.known("hosts", guest.host, partial(places.span, "guests", name, "host"))
        self.networks(guest.nics, "guests", name, "nics")
        if not on_host or guest.host not in document.hosts:
            return None
        sane = {n: nic for n, nic in guest.nics.items() if n in document.networks}
        return guest if len(sane) == len(guest.nics) else replace(guest, nics=sane)

    def networks(self, names: Iterable[str], *path: str) -> None:
        """Report the names that are not networks; the names are the keys of the mapping at `path`."""
        for network in names:
            self.known("networks", network, partial(self.document.places.key, *path, network))

    def services(self, refs: Iterable[ServiceRef], *path: str) -> bool:
        """Whether all services are known; reports unknown ones."""
        defined = self.document.places.names("services")
        whole = True
        for ref in refs:
            if ref.literal is None and ref.text not in BUILT_IN and ref.text not in self.document.services:
                whole = False
                if ref.text in defined:  # a broken service, whose mistake was reported
                    continue
                span = self.document.places.item(ref.text, *path)
                self.unknown("service", ref.text, span, lambda: (*defined, *BUILT_IN))
        return whole

    def selectors(self, selectors: Iterable[Selector], *path: str) -> bool:
        """Whether each selector selects something that exists; reports each selector that does not."""
        known = [self.selector(s, partial(self.document.places.item, s.text, *path)) for s in selectors]
        return all(known)

    def selector(self, selector: Selector, place: Callable[[], Span]) -> bool:
        """Whether a selector selects something that exists; reports an unknown name or a wrong kind."""
        kind, name, kinds = selector.kind, selector.name, self.names.kinds
        if kind in ("any", "hosts", "prefix"):
            return True
        if kind == "tag":
            if name not in self.names.tags and name not in lost_tags(self.document, SHARED):
                self.unknown("tag", name, place(), lambda: self.names.tags)
            return name in self.names.tags
        actual = kinds.get(name)
        if kind == "name" or (kind == "zone" and name in self.names.zones) or kind == actual:
            if actual is None and name not in self.names.lost:
                self.unknown("name", name, place(), lambda: kinds)
            return actual is not None and (actual == "zone" or self.sound(actual, name))
        if actual is None:
            if kind != "zone" or name not in self.names.lost:
                self.unknown(kind, name, place(), lambda: [n for n, k in kinds.items() if k == kind])
        else:
            hint = f"write `{actual}/{name}` or `{name}`"
            message = f"`{name}` is {article(actual)}, not {article(kind)}"
            self.report.add(Diagnostic(codes.WRONG_KIND, message, place(), hint))
        return False

    def sound(self, kind: str, name: str) -> bool:
        """Whether the entry of a known name was decoded; its mistake is reported elsewhere."""
        section: Mapping[str, object] = getattr(self.document, SECTIONS[kind])
        return name in section

    def forward(self, name: str, document: Document) -> bool:
        """Whether everything that a forward refers to exists; reports unknown names."""
        forward, at = self.document.forwards[name], ("forwards", name)
        whole = self.listener(forward.on, *at, "on")
        whole &= self.target(forward.to, *at, "to")
        whole &= self.services(forward.ports, *at, "ports")
        whole &= self.selectors(forward.from_, *at, "from")
        host = document.hosts.get(forward.on.host)
        there = host is not None and (
            not forward.on.uplink or any(name == forward.on.uplink for _, name in host.outside)
        )
        return whole and there and forward.to in document.guests

    def listener(self, on: Listener, *path: str) -> bool:
        """Whether the host of a forward is known, and its uplink if one is named; reports unknown names."""
        place = partial(self.document.places.span, *path)
        defined = self.document.places.names("hosts")
        if is_address(on.host):
            self.report.add(listener_at(self.document, on.host, place()))
            return False
        if on.host == "host" and "host" not in defined and on.uplink in defined:
            hint = f"write `{on.uplink}`: the name of an uplink follows the slash"
            self.report.add(Diagnostic(codes.UNKNOWN_NAME, "unknown host `host`", place(), hint))
            return False
        if not self.known("hosts", on.host, place):
            return False
        uplinks = sorted(name for _, name in named_outside(self.document, on.host))
        host = self.document.hosts.get(on.host)
        kept = {name for _, name in host.outside} if host else set()
        unread = any(self.document.places.unread("hosts", on.host, section) for section in OUTSIDE)
        if on.uplink in uplinks or on.uplink in kept or unread:
            return True
        if host and is_address(on.uplink):
            if kept.issuperset(uplinks):  # otherwise a broken uplink may have the address
                self.report.add(not_an_uplink(on, host, place()))
                return False
            return True
        if on.uplink:
            self.unknown("uplink", on.uplink, place(), lambda: uplinks)
            return False
        return True

    def target(self, name: str, *path: str) -> bool:
        """Whether a forward leads to a guest; reports any other target."""
        place, actual = partial(self.document.places.span, *path), self.names.kinds.get(name, "")
        if is_address(name):
            self.report.add(guest_at(self.document, name, place()))
            return False
        if not actual or name in self.document.places.names("guests"):
            return self.known("guests", name, place)
        self.report.add(not_a_guest(path[1], name, article(actual), place()))
        return False

    def policy(self, name: str, document: Document) -> bool:
        """Whether a policy entry refers to known names only and has either `allow` or `deny`; reports other entries."""
        entry, places = document.policy[name], self.document.places
        at = ("policy", name)
        whole = self.selectors(entry.from_, *at, "from") & self.selectors(entry.to, *at, "to")
        whole &= self.services(entry.allow or (), *at, "allow") & self.services(entry.deny or (), *at, "deny")
        if (entry.allow is None) == (entry.deny is None):
            wrong = "both allows and denies" if entry.allow else "neither allows nor denies"
            span = places.key("policy", name, "deny") if entry.allow else places.key("policy", name)
            hint = "keep one of the two" if entry.allow else "add `allow: any`, or the services that are meant"
            self.report.add(Diagnostic(codes.EXCLUSIVE, f"`{name}` {wrong}", span, hint, subject=f"policy/{name}"))
            return False
        return whole
