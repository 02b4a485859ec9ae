"""Random sites from Hypothesis: valid, and as awkward as the language allows.

Some names are keywords of nft, some have 63 bytes, some have the same first fifteen bytes, and some differ only in a
`-`. Addresses, ports and subnets are numbered, so that they never collide; only the structure of the site is random.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from tests.properties import lines, links
from tests.properties.surroundings import detours, uplinks, ways

Tree = dict[str, Any]
DATE = "2034-12-31"
WORDS = (
    "accept", "any1", "bridge", "chain", "counter", "ct", "delete", "dnat", "drop", "dup", "element", "fib", "flush",
    "fwd", "goto", "icmp", "in", "index", "inet", "inherit", "ip", "ip6", "jump", "let", "limit", "log", "map", "mark",
    "masquerade", "meta", "netdev", "nftrace", "null", "off", "or", "performance", "policy", "quota", "redirect",
    "reject", "rt", "ruleset", "set", "snat", "socket", "table", "tcp", "time", "true", "type", "vmap", "with", "yes",
)  # fmt: skip
LONG = tuple(f"{'x' * 62}{tail}" for tail in "0129az-")
ALIKE = tuple(f"fifteen-bytes-a{tail}" for tail in ("", "a", "b", "-", "--", "-1"))
FALLING = ("if-a", "ifa", "i-fa", "if--a", "a", "a-", "a--", "b-1", "b1", "b--1")
NAMES = (*WORDS, *LONG, *ALIKE, *FALLING)
PROSE = ('"; flush ruleset; "', "${builtins.readFile /etc/shadow}", "''${1}''", "<script>alert(1)</script>", "%s %n \\")


@dataclass(slots=True)
class Draft:
    """A site under construction, with the names that later entries may use.

    Attributes:
        names: unused names.
        networks: name, number and entry of each network, by host.
        targets: guests that may be the target of a forward, each with its host and address families.
        zones: zones of uplinks.
        selectors: selectors that a policy entry may use.
        full: networks without room for another guest.
    """

    names: list[str]
    site: Tree = field(default_factory=dict)
    networks: dict[str, list[tuple[str, int, Tree]]] = field(default_factory=dict)
    targets: list[tuple[str, str, frozenset[int]]] = field(default_factory=list)
    uplinks: dict[str, dict[str, frozenset[int]]] = field(default_factory=dict)
    zones: list[str] = field(default_factory=list)
    selectors: list[str] = field(default_factory=lambda: ["any", "192.0.2.0/28", "2001:db8:ffff::/64", "10.0.0.0/8"])
    numbers: int = 0
    full: set[str] = field(default_factory=set)

    def name(self) -> str:
        """An unused name."""
        return self.names.pop()

    def number(self) -> int:
        """An unused number."""
        self.numbers += 1
        return self.numbers


@st.composite
def sites(draw: st.DrawFn) -> Tree:
    """A valid site with up to three hosts, as the mapping that its YAML contains."""
    draft = Draft(list(draw(st.permutations(NAMES))))
    prose = st.sampled_from(PROSE)
    draft.site["site"] = {"name": draft.name(), "domain": "example.org", "description": draw(prose)}
    if draw(st.booleans()):
        draft.site["site"]["rollout"] = draw(_ROLLOUTS)
    draft.site["site"]["target"] = {"systemd": draw(st.integers(252, 260)), "nixos": draw(_RELEASES)}
    _addresses(draw, draft)
    for _ in range(draw(st.integers(1, 3))):
        _host(draw, draft)
    if len(draft.networks) > 1 and draw(st.booleans()):
        _lines(draw, draft)
    detours(draw, draft)
    for host in [name for name, networks in draft.networks.items() if networks]:
        for _ in range(draw(st.integers(0, 3))):
            _guest(draw, draft, host)
    for _ in range(draw(st.integers(0, 4)) if draft.targets else 0):
        _forward(draw, draft)
    _policy(draw, draft)
    return draft.site


_PROBES = st.sampled_from(
    ({"ping": "gateway"}, {"dns": "example.org"}, {"from": "operator", "tcp": 22}, {"tcp": 65535})
)
_TAKE_UPS = st.fixed_dictionaries(
    {}, optional={"confirm": st.sampled_from(("30s", "1h")), "probes": st.dictionaries(st.sampled_from(WORDS), _PROBES)}
)
_HOURS = st.sampled_from(("always", "never", "Tue,Thu 21:00-23:00 Europe/Berlin", ["Sat-Mon 22:00-02:00 UTC", "never"]))
_ROLLOUTS = st.fixed_dictionaries(
    {"windows": st.fixed_dictionaries({"D0-D2": _HOURS}, optional={"D3": _HOURS, "D5-D6": _HOURS})},
    optional={"waves": st.sampled_from(("any", ["tag/hv"], "hosts"))},
)
_RELEASES = st.sampled_from(("24.05", "24.11", "25.11", "26.05"))


def _entry(draft: Draft, section: str, name: str, entry: Tree) -> None:
    draft.site.setdefault(section, {})[name] = entry


def _addresses(draw: st.DrawFn, draft: Draft) -> None:
    for number in range(draw(st.integers(0, 2))):
        name = draft.name()
        both = [f"198.51.100.{16 * number}/28", f"2001:db8:a{number}::/48"]
        _entry(draft, "addresses", name, {"prefixes": both, "description": draw(st.sampled_from(PROSE))})
        draft.selectors += [name, f"address/{name}"]


def _host(draw: st.DrawFn, draft: Draft) -> None:
    host = draft.name()
    around = uplinks(draw, draft, host)
    networks = {}
    draft.networks[host] = []
    for _ in range(draw(st.sampled_from((0, 1, 1, 2, 3)))):
        name = _network(draw, draft, host)
        networks[name] = draw(st.sampled_from(({}, {"create-taps": True})))
    links.narrowed(draw, around, draft.networks[host])
    draft.selectors += [f"host/{host}", host, "hosts"]
    entry = {"uplinks": around, "networks": networks, "tags": ["hv"], "owner": draw(st.sampled_from(PROSE))}
    if draw(st.integers(0, 5)) == 0:
        entry["input"] = "foreign"
    if draw(st.booleans()):
        entry["take-up"] = draw(_TAKE_UPS)
    _entry(draft, "hosts", host, entry)


def _lines(draw: st.DrawFn, draft: Draft) -> None:
    zone, hosts = draft.name(), draft.site["hosts"]
    draft.zones.append(zone)
    lines.joined(draw, hosts, draft.networks, zone)
    draft.selectors += [zone, f"zone/{zone}"]
    if draw(st.booleans()):
        second = draw(st.sampled_from((zone, draft.name())))
        lines.doubled(draw, hosts, draft.networks, second)
        draft.selectors += [second, f"zone/{second}"] if second != zone else []
    for host, entry in hosts.items():
        for device in entry["uplinks"].keys() & {lines.DEVICE, lines.SECOND}:
            families = frozenset(int(key[-1]) for key in entry["uplinks"][device] if key.startswith("ip"))
            draft.uplinks[host][device] = families
    ways(draw, hosts)


def _network(draw: st.DrawFn, draft: Draft, host: str) -> str:
    name, number = draft.name(), draft.number()
    entry: Tree = {}
    families = draw(st.sampled_from(((4,), (6,), (4, 6), (4, 6))))
    if 4 in families:
        entry |= {"ipv4": f"10.{number}.0.1/24", "dhcp": draw(_DHCP)}
    if 6 in families:
        entry |= {"ipv6": f"fd00:{number:x}::1/64", "ra": draw(st.booleans())}
    outer = {"ipv6": f"2001:db8:ff{number:02x}::/64"} if 6 in families else True
    if draw(st.integers(0, 7)) == 0:
        entry, outer = links.small(draw, number, families), True
    entry["nat"] = draw(st.sampled_from((True, False, {"ipv4": "off"}, outer)))
    for key in ("isolated", "spoof-guard"):
        if draw(st.booleans()):
            entry[key] = draw(st.booleans())
    if draw(st.booleans()):
        entry["dns"] = draw(st.sampled_from((["9.9.9.9"], ["host"], ["9.9.9.9", "2620:fe::fe"])))
    entry["mtu"] = draw(st.sampled_from((1280, 1500)))
    draft.networks[host].append((name, number, entry))
    _entry(draft, "networks", name, entry)
    draft.selectors += [name, f"network/{name}"]
    return name


_DHCP = st.sampled_from((True, False, {"lease": "30m"}))


def _guest(draw: st.DrawFn, draft: Draft, host: str) -> None:
    guest = draft.name()
    nics, known = {}, []
    free = [network for network in draft.networks[host] if network[0] not in draft.full]
    for name, number, network in draw(_some(free, 2)) if free else ():
        draft.full |= {name} if links.pair(network) else set()
        nic, families = _nic(draw, draft, number, network)
        nics[name] = nic
        known.append(families)
    entry = {"host": host, "nics": nics, "description": draw(st.sampled_from(PROSE))}
    if draw(st.booleans()):
        entry["tags"] = ["web"]
        draft.selectors.append("tag/web")
    _entry(draft, "guests", guest, entry)
    draft.selectors += [guest, f"guest/{guest}"]
    if len(known) == 1 and known[0]:
        draft.targets.append((guest, host, known[0]))


def _some(items: list[Any], most: int) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(items), min_size=1, max_size=most, unique_by=lambda item: str(item[0]))


def _nic(draw: st.DrawFn, draft: Draft, number: int, network: Tree) -> tuple[Tree, frozenset[int]]:
    """A NIC, and the families in which its address is known."""
    nic: Tree = {}
    fixed, families = draft.number() + 9, set()
    if "ipv4" in network:
        known = [] if links.pair(network) else [f"10.{number}.0.{fixed}"]
        words = ["auto", *known, *(["dhcp"] if network.get("dhcp") else [])]
        nic["ipv4"] = draw(st.sampled_from(words))
        families |= {4} if nic["ipv4"] != "dhcp" else set()
    if "ipv6" in network:
        known = [] if links.pair(network) else [f"fd00:{number:x}::{fixed:x}"]
        words = ["auto", *known, *(["slaac"] if network.get("ra") else [])]
        nic["ipv6"] = draw(st.sampled_from(words))
        families.add(6)
    if draw(st.booleans()):
        nic["mac"] = f"02:00:00:00:00:{fixed:02x}"
    return nic, frozenset(families)


def _forward(draw: st.DrawFn, draft: Draft) -> None:
    guest, host, families = draw(st.sampled_from(draft.targets))
    device, outside = draw(st.sampled_from(sorted(draft.uplinks[host].items())))
    if not families & outside:
        return
    base = 10000 + 100 * draft.number()
    ports: Tree = draw(
        st.sampled_from(
            (
                {"ports": f"tcp/{base}"},
                {"ports": [f"tcp/{base}", f"udp/{base}-{base + 9}"]},
                {"ports": f"udp/{base}-{base + 9}", "to-port": f"{base + 40000}-{base + 40009}"},
                {"ports": f"sctp/{base}", "to-port": 443},
                {"ports": f"tcp/{base}-{base + 3}", "to-port": 9000},
            )
        )
    )
    foreign = (
        len(draft.site["hosts"][host]["uplinks"][device]) == 1
    )  # `on: HOST` covers only the uplinks that taploom configures
    entry = {"on": draw(st.sampled_from((f"{host}/{device}", *(() if foreign else (host,))))), "to": guest, **ports}
    entry["hairpin"] = draw(st.booleans())
    if draw(st.booleans()):
        literals = ["198.51.100.0/24", "2001:db8:f::/48"]
        entry["from"] = draw(st.sampled_from((literals, [*literals, guest], "any")))
    if draw(st.booleans()):
        entry["expires"] = DATE
    _entry(draft, "forwards", draft.name(), entry)


def _policy(draw: st.DrawFn, draft: Draft) -> None:
    _entry(draft, "policy", draft.name(), {"from": ["any", "hosts"], "to": "hosts", "allow": "ssh"})
    for _ in range(draw(st.integers(0, 6))):
        ends = st.lists(st.sampled_from(draft.selectors), min_size=1, max_size=3, unique=True)
        inner = [s for s in draft.selectors if not (s in ("any", "hosts") or s.startswith("host/"))]
        entry: Tree = {"from": draw(ends)}
        if draw(st.integers(0, 3)):
            entry |= {"to": draw(ends), "allow": draw(_SERVICES)}
        else:
            hosts = set(draft.site["hosts"])
            entry |= {"to": draw(st.sampled_from([s for s in inner if s not in hosts])), "deny": draw(_SERVICES)}
        if draw(st.integers(0, 3)) == 0:  # makes it an entry for traffic between uplinks
            entry |= {
                key: draw(st.lists(st.sampled_from(draft.zones), min_size=1, max_size=2)) for key in ("from", "to")
            }
        entry |= draw(st.sampled_from(({}, {"log": True}, {"limit": "10/second burst 20"}, {"expires": DATE})))
        if "deny" in entry:
            entry.pop("limit", None)
        _entry(draft, "policy", draft.name(), entry)


_SERVICES = st.lists(
    st.sampled_from(("https", "tcp/5000-5010", "udp/53", "ping", "esp", "icmp", "icmpv6/echo-request", "sctp/9")),
    min_size=1,
    max_size=3,
    unique=True,
) | st.just(["any"])
