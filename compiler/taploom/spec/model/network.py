"""`networks`: the networks of guests, each a bridge on one host."""

from taploom.base.address import Address, Family, Interface, Prefix
from taploom.base.diagnostic import Report
from taploom.base.frozen import dataclass
from taploom.source.tree import Mapping, YamlNode
from taploom.spec import unsaid
from taploom.spec.decode import Key, ListOf, Model, Schema
from taploom.spec.model.metadata import META_KEYS, Metadata
from taploom.spec.named import ZONE_NAME
from taploom.spec.scalars import (
    ADDRESS,
    BOOLEAN,
    DOMAIN,
    DURATION,
    MTU,
    PREFIX,
    InvalidError,
    ScalarParser,
    host_interface,
    setting,
    switch,
)
from taploom.spec.shown import visible
from taploom.spec.single import FixedPrefixParser, SingleParser
from taploom.spec.traffic import POOL
from taploom.spec.values import Keyword, PoolRange

DEFAULT_LEASE = 12 * 3600
"""Seconds that a DHCP lease lasts unless the spec says otherwise."""


@dataclass(frozen=True, slots=True)
class DhcpSpec:
    """DHCPv4 on a network; without a pool, the half of the subnet without the gateway is the pool."""

    pool: PoolRange | None
    lease: int


DHCP_MODEL = Model(
    "`dhcp`",
    DhcpSpec,
    (
        Key(
            "pool",
            POOL,
            "Addresses for guests without a reservation; by default the half of the subnet without the gateway.",
            example="10.0.0.100-10.0.0.199",
        ),
        Key("lease", DURATION, "How long a lease lasts.", DEFAULT_LEASE, example="12h"),
    ),
    unsaid=unsaid.DHCP,
)


@dataclass(frozen=True, slots=True)
class DhcpSwitch:
    """The parser of `dhcp`, which is `true`, `false`, or a mapping with details, which implies `true`."""

    def parse(self, node: YamlNode, report: Report) -> "DhcpSpec | bool | None":
        """The details, with their defaults for `true`; False for `false`."""
        if isinstance(node, Mapping):
            return DHCP_MODEL.parse(node, report)
        on = switch("{pool: 10.0.0.100-10.0.0.199, lease: 12h}").parse(node, report)
        return DhcpSpec(None, DEFAULT_LEASE) if on else on

    def schema(self) -> Schema:
        """The schema of a boolean or of the details."""
        return {"anyOf": [BOOLEAN.schema(), DHCP_MODEL.schema()]}


def _outer_prefix(text: str) -> Prefix:
    found = PREFIX.read(text)
    if found.family is not Family.IPV6 or found.length > 112:
        raise InvalidError(
            f"`{visible(text)}` is no prefix to which NAT can map", "write an IPv6 prefix as long as the network's"
        )
    return found


NAT6 = setting(ScalarParser(_outer_prefix, "an IPv6 prefix", {"type": "string"}), Keyword.MASQUERADE, Keyword.OFF)


def _nat4(text: str) -> Keyword:
    if text not in (Keyword.MASQUERADE.value, Keyword.OFF.value):
        raise InvalidError(f"`{visible(text)}` is not a translation of IPv4", "`masquerade` or `off`")
    return Keyword(text)


@dataclass(frozen=True, slots=True)
class NatSpec:
    """The translation of traffic that leaves the site, per family."""

    ipv4: Keyword
    ipv6: Keyword | Prefix


NAT_MODEL = Model(
    "`nat`",
    NatSpec,
    (
        Key(
            "ipv4",
            ScalarParser(_nat4, "`masquerade` or `off`", {"enum": ["masquerade", "off"]}),
            "Translation of IPv4.",
            Keyword.MASQUERADE,
            example="masquerade",
        ),
        Key(
            "ipv6",
            NAT6,
            "Translation of IPv6: `masquerade` (to the uplink's address), `off`, or a prefix as long as the network's.",
            Keyword.MASQUERADE,
            example="2001:db8:9:1::/64",
        ),
    ),
)
NO_NAT = NatSpec(Keyword.OFF, Keyword.OFF)
FULL_NAT = NatSpec(Keyword.MASQUERADE, Keyword.MASQUERADE)


@dataclass(frozen=True, slots=True)
class NatSwitch:
    """The parser of `nat`: `true` or `false` for both families, or a mapping; a family that it omits is translated."""

    def parse(self, node: YamlNode, report: Report) -> NatSpec | None:
        """The translation of each family."""
        if isinstance(node, Mapping):
            return NAT_MODEL.parse(node, report)
        on = switch("{ipv4: masquerade, ipv6: masquerade}").parse(node, report)
        return None if on is None else FULL_NAT if on else NO_NAT

    def schema(self) -> Schema:
        """The schema of a boolean or of the details."""
        return {"anyOf": [BOOLEAN.schema(), NAT_MODEL.schema()]}


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSpec(Metadata):
    """An entry of `networks`."""

    zone: str
    ipv4: Interface | None
    ipv6: Interface | None
    dhcp: DhcpSpec | bool
    ra: bool
    dns: tuple[Address | Keyword, ...]
    domain: str
    mtu: int | None
    nat: NatSpec
    isolated: bool
    spoof_guard: bool


_ONE, _TWO = "a network has one prefix", "keep one, and give the other a network of its own"

NETWORK = Model(
    "a network",
    NetworkSpec,
    (
        Key("zone", ZONE_NAME, "Its zone; by default a zone with the network's name.", default="", example="servers"),
        Key(
            "ipv4",
            SingleParser(host_interface(Family.IPV4), _ONE, _TWO),
            "The host's own IPv4 address on it, which is the gateway of its guests.",
            example="10.0.0.1/24",
        ),
        Key(
            "ipv6",
            FixedPrefixParser(
                SingleParser(host_interface(Family.IPV6), _ONE, _TWO),
                "take a ULA such as `fd12:3456:789a::1/64`, and `nat: true`",
            ),
            "The host's own IPv6 address on it, which is the gateway of its guests. A delegated prefix (DHCPv6-PD) is "
            "refused, as it could change without a review: behind a delegating uplink use a ULA and `nat`.",
            example="fd12:3456:789a::1/64",
        ),
        Key(
            "dhcp",
            DhcpSwitch(),
            "Whether the host serves DHCPv4 here, with pool and lease time.",
            default=False,
            example="true",
        ),
        Key(
            "ra", BOOLEAN, "Whether the host advertises itself as a router here (IPv6).", default=False, example="true"
        ),
        Key(
            "dns",
            ListOf(setting(ADDRESS, Keyword.HOST), "an address or `host`"),
            "Resolvers that are announced to guests; `host` stands for the host itself.",
            (),
            example="[host]",
        ),
        Key(
            "domain", DOMAIN, "DNS domain of its guests; by default the site's.", default="", example="dmz.example.org"
        ),
        Key(
            "mtu",
            MTU,
            "MTU in bytes of the bridge, its TAPs and its guests' NICs; 1500 without this key.",
            example="1500",
        ),
        Key(
            "nat",
            NatSwitch(),
            "Whether every uplink translates traffic that leaves the site, in both families or per family. This "
            "includes uplinks that taploom does not configure. Traffic to a host of the site that has a route back "
            "to the network is not translated.",
            NO_NAT,
            example="true",
        ),
        Key(
            "isolated",
            BOOLEAN,
            "Whether the bridge keeps its guests from reaching each other.",
            default=False,
            example="true",
        ),
        Key(
            "spoof-guard",
            BOOLEAN,
            "Whether guests can send only with their own MAC and addresses.",
            default=True,
            example="false",
        ),
        *META_KEYS,
    ),
    unsaid=unsaid.NETWORK,
)
