"""First pass: every name refers to something, and is used as what it is.

What refers to nothing is reported and left out together with what hangs on it, so that the passes behind this one see
a document without holes, and a mistake shows once. A name whose own entry is broken counts as known: its mistake has
been reported already.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from netloom.base.diagnostic import Diagnostic, Label, Report
from netloom.base.names import closest
from netloom.base.span import Span
from netloom.plan.services import BUILT_IN, ICMP_TYPES, PORT_PROTOCOLS, PROTOCOLS
from netloom.source.tree import Scalar, Sequence
from netloom.spec import rules
from netloom.spec.document import Document
from netloom.spec.model.entry import Entry
from netloom.spec.model.guest import GuestSpec
from netloom.spec.model.host import HostSpec
from netloom.spec.values import Selector, ServiceRef

SUGGESTIONS = 50
"""Unknown names that are compared with all known ones: it is slow, and who has renamed a network needs one answer."""
SHARED = ("zones", "networks", "hosts", "guests", "addresses")
SECTION_OF = {"zone": "zones", "network": "networks", "host": "hosts", "guest": "guests", "address": "addresses"}


@dataclass(frozen=True, slots=True)
class Names:
    """What each bare name is.

    Attributes:
        kinds: kind of each name of the shared namespace; a network that is its own zone is a `network`.
        zones: every zone, with those that only networks and uplinks name.
        tags: every tag, with the entries that bear it as (kind, name).
    """

    kinds: Mapping[str, str]
    zones: Mapping[str, tuple[str, ...]]
    tags: Mapping[str, tuple[tuple[str, str], ...]]


def resolve(document: Document, report: Report) -> tuple[Document, Names]:
    """The document without what refers to nothing, and what each name is."""
    zones = zones_of(document)
    kinds = _kinds(document, zones, report)
    names = Names(kinds, zones, tags_of(document))
    look = _Lookup(document, names, report)
    services = {n: s for n, s in document.services.items() if look.services(s.ports, "services", n, "ports")}
    _check_builtin(document, report)
    hosts = {name: look.host(name, host) for name, host in document.hosts.items()}
    kept = replace(document, hosts=hosts, services=services)
    guests = {name: g for name, spec in document.guests.items() if (g := look.guest(name, spec, kept)) is not None}
    kept = replace(kept, guests=guests)
    names = replace(names, tags=tags_of(kept))
    look = replace(look, document=kept, names=names)
    forwards = {n: f for n, f in document.forwards.items() if look.forward(n, kept)}
    policy = {n: p for n, p in document.policy.items() if look.policy(n, kept)}
    return replace(kept, forwards=forwards, policy=policy), names


def zones_of(document: Document) -> dict[str, tuple[str, ...]]:
    """Zones with the networks in them; a zone of uplinks alone has none."""
    found: dict[str, list[str]] = {name: [] for name in document.zones}
    for name, network in document.networks.items():
        found.setdefault(network.zone or name, []).append(name)
    for host in document.hosts.values():
        for uplink in host.uplinks.values():
            found.setdefault(uplink.zone, [])
    return {name: tuple(sorted(members)) for name, members in sorted(found.items())}


def _kinds(document: Document, zones: Mapping[str, tuple[str, ...]], report: Report) -> dict[str, str]:
    kinds: dict[str, str] = {}
    spans: dict[str, Span] = {}
    for section in SHARED[1:]:
        for name, entry in document.places.names(section).items():
            kind = next(k for k, s in SECTION_OF.items() if s == section)
            if name in kinds:
                _clash(report, name, entry.key.span, kind, spans[name], kinds[name])
                continue
            kinds[name], spans[name] = kind, entry.key.span
    for zone, members in zones.items():
        if zone not in kinds:
            kinds[zone] = "zone"
        elif not (kinds[zone] == "network" and members == (zone,) and not _has_uplink(document, zone)):
            _clash(report, zone, _zone_span(document, zone), "zone", spans[zone], kinds[zone])
    return dict.fromkeys(lost_zones(document), "zone") | kinds


def lost_zones(document: Document) -> Iterator[str]:
    """Zones that an uplink or a network names whose entry is broken: who selects them makes no second mistake."""
    places = document.places
    at: list[tuple[str, ...]] = [
        ("networks", name) for name in places.names("networks").keys() - document.networks.keys()
    ]
    for host in places.names("hosts"):
        known = document.hosts[host].uplinks if host in document.hosts else {}
        at += [("hosts", host, "uplinks", u) for u in places.names("hosts", host, "uplinks").keys() - known.keys()]
    for path in at:
        zone = places.node(*path, "zone")
        if isinstance(zone, Scalar):
            yield zone.text


def _has_uplink(document: Document, zone: str) -> bool:
    return any(u.zone == zone for host in document.hosts.values() for u in host.uplinks.values())


def _zone_span(document: Document, zone: str) -> Span:
    if zone in document.places.names("zones"):
        return document.places.key("zones", zone)
    for name, network in document.networks.items():
        if network.zone == zone:
            return document.places.span("networks", name, "zone")
    for name, host in document.hosts.items():
        for uplink, spec in host.uplinks.items():
            if spec.zone == zone:
                return document.places.span("hosts", name, "uplinks", uplink, "zone")
    return document.places.span("networks", zone)


def _clash(report: Report, name: str, span: Span, kind: str, first: Span, other: str) -> None:
    message = f"`{name}` is the name of {_article(kind)} and of {_article(other)}"
    labels = (Label(first, f"the {other}"),)
    report.add(Diagnostic(rules.NAME_CLASH, message, span, "rename one of the two", labels, subject=f"{kind}/{name}"))


def _article(kind: str) -> str:
    return f"an {kind}" if kind == "address" else f"a {kind}"


def tags_of(document: Document) -> dict[str, tuple[tuple[str, str], ...]]:
    """Every tag, with the entries that bear it as (kind, name)."""
    found: dict[str, list[tuple[str, str]]] = {}
    sections: tuple[tuple[str, Mapping[str, Entry]], ...] = (
        ("zone", document.zones),
        ("network", document.networks),
        ("host", document.hosts),
        ("guest", document.guests),
        ("address", document.addresses),
    )
    for kind, entries in sections:
        for name, entry in entries.items():
            for tag in entry.tags:
                found.setdefault(tag, []).append((kind, name))
    return {tag: tuple(sorted(set(members))) for tag, members in found.items()}


def broken_tags(document: Document) -> frozenset[str]:
    """The tags of entries that were left out: their mistake is reported, and the tags are known none the less."""
    found: set[str] = set()
    for section in SHARED:
        for name in document.places.names(section).keys() - getattr(document, section).keys():
            node = document.places.node(section, name, "tags")
            items = node.items if isinstance(node, Sequence) else (node,)
            found.update(item.text for item in items if isinstance(item, Scalar))
    return frozenset(found)


def _check_builtin(document: Document, report: Report) -> None:
    for name in document.places.names("services"):
        if name in BUILT_IN or name in PORT_PROTOCOLS or name in ICMP_TYPES or name in PROTOCOLS:
            span = document.places.key("services", name)
            message = f"`{name}` is a {'built-in service' if name in BUILT_IN else 'protocol'}"
            report.add(
                Diagnostic(rules.NAME_CLASH, message, span, f"name yours `my-{name}`", subject=f"service/{name}")
            )


@dataclass(frozen=True, slots=True)
class _Lookup:
    document: Document
    names: Names
    report: Report
    nearest: dict[tuple[str, str], str | None] = field(default_factory=dict)

    def known(self, section: str, name: str, span: Span) -> bool:
        """Whether a section defines a name; reports if not."""
        defined = self.document.places.names(section)
        if name in defined:
            return True
        self.unknown(section[:-1] if section != "addresses" else "address", name, span, defined)
        return False

    def unknown(self, kind: str, name: str, span: Span, known: Iterable[str]) -> None:
        """Report an unknown name, with the one that may be meant and its place."""
        if (kind, name) not in self.nearest:
            if len(self.nearest) == SUGGESTIONS:
                self.report.add(Diagnostic(rules.UNKNOWN_NAME, f"unknown {kind} `{name}`", span))
                return
            self.nearest[kind, name] = closest(name, known)
        near = self.nearest[kind, name]
        hint = f"did you mean `{near}`?" if near else ""
        notes: tuple[str, ...] = ()
        section = SECTION_OF.get(kind) or {"service": "services"}.get(kind, "")
        if near and section and near in self.document.places.names(section):
            notes = (f"declared: {self.document.places.key(section, near)} `{near}`",)
        elif not near:
            some = sorted(known)[:8]
            hint = f"known: {', '.join(some)}" if some else f"the site has no {kind} yet"
        self.report.add(Diagnostic(rules.UNKNOWN_NAME, f"unknown {kind} `{name}`", span, hint, notes=notes))

    def host(self, name: str, host: HostSpec) -> HostSpec:
        """The host with the networks that exist."""
        places, at = self.document.places, ("hosts", name, "networks")
        networks = {n: a for n, a in host.networks.items() if self.known("networks", n, places.key(*at, n))}
        sound = self.services(host.management, "hosts", name, "management")
        sane = {n: a for n, a in networks.items() if n in self.document.networks}
        return replace(host, networks=sane, management=host.management if sound else ())

    def guest(self, name: str, guest: GuestSpec, document: Document) -> GuestSpec | None:
        """The guest with the NICs whose networks exist; None without its host."""
        places = self.document.places
        on_host = self.known("hosts", guest.host, places.span("guests", name, "host"))
        at = ("guests", name, "nics")
        nics = {n: nic for n, nic in guest.nics.items() if self.known("networks", n, places.key(*at, n))}
        if not on_host or guest.host not in document.hosts:
            return None
        return replace(guest, nics={n: nic for n, nic in nics.items() if n in document.networks})

    def services(self, refs: Iterable[ServiceRef], *path: str) -> bool:
        """Whether all services are known."""
        defined = self.document.places.names("services")
        whole = True
        for ref in refs:
            if ref.literal is None and ref.text not in BUILT_IN and ref.text not in defined:
                whole = False
                self.unknown("service", ref.text, self.document.places.item(ref.text, *path), (*defined, *BUILT_IN))
        return whole

    def selectors(self, selectors: Iterable[Selector], *path: str) -> bool:
        """Whether all selectors select something that exists."""
        found = [self.selector(s, self.document.places.item(s.text, *path)) for s in selectors]
        return all(found)

    def selector(self, selector: Selector, span: Span) -> bool:
        """Whether one selector does; reports if not."""
        kind, name = selector.kind, selector.name
        if kind in ("any", "hosts", "prefix"):
            return True
        if kind == "tag":
            if name not in self.names.tags and name not in broken_tags(self.document):
                self.unknown("tag", name, span, self.names.tags)
            return name in self.names.tags
        actual = self.names.kinds.get(name)
        if kind == "name" or (kind == "zone" and name in self.names.zones) or kind == actual:
            if actual is None:
                self.unknown("name", name, span, self.names.kinds)
            return actual is not None and (actual == "zone" or self.sound(actual, name))
        if actual is None:
            same = [n for n, k in self.names.kinds.items() if k == kind]
            self.unknown(kind, name, span, same)
        else:
            hint = f"write `{actual}/{name}` or `{name}`"
            self.report.add(
                Diagnostic(rules.WRONG_KIND, f"`{name}` is {_article(actual)}, not {_article(kind)}", span, hint)
            )
        return False

    def sound(self, kind: str, name: str) -> bool:
        """Whether the entry of a known name was decoded; its mistake is reported elsewhere."""
        section: Mapping[str, object] = getattr(self.document, SECTION_OF[kind])
        return name in section

    def forward(self, name: str, document: Document) -> bool:
        """Whether a forward refers to what exists."""
        forward, places = self.document.forwards[name], self.document.places
        at = ("forwards", name)
        whole = self.known("hosts", forward.on.host, places.span(*at, "on"))
        whole &= self.known("guests", forward.to, places.span(*at, "to"))
        whole &= self.services(forward.ports, *at, "ports")
        whole &= self.selectors(forward.from_, *at, "from")
        host = document.hosts.get(forward.on.host)
        if host and forward.on.uplink and forward.on.uplink not in host.uplinks:
            whole = False
            if forward.on.uplink not in places.names("hosts", forward.on.host, "uplinks"):
                self.unknown("uplink", forward.on.uplink, places.span(*at, "on"), host.uplinks)
        return whole and host is not None and forward.to in document.guests

    def policy(self, name: str, document: Document) -> bool:
        """Whether a policy entry refers to what exists, and either allows or denies."""
        entry, places = document.policy[name], self.document.places
        at = ("policy", name)
        whole = self.selectors(entry.from_, *at, "from") & self.selectors(entry.to, *at, "to")
        whole &= self.services(entry.allow or (), *at, "allow") & self.services(entry.deny or (), *at, "deny")
        if (entry.allow is None) == (entry.deny is None):
            wrong = "both allows and denies" if entry.allow else "neither allows nor denies"
            span = places.key("policy", name, "deny") if entry.allow else places.key("policy", name)
            hint = "keep one of the two" if entry.allow else "add `allow: any`, or the services that are meant"
            self.report.add(Diagnostic(rules.EXCLUSIVE, f"`{name}` {wrong}", span, hint, subject=f"policy/{name}"))
            return False
        return whole
