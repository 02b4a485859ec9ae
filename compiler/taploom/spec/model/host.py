"""`hosts`: hypervisors with uplinks, the networks that they carry, and routes."""

from collections.abc import Mapping
from functools import cached_property

from taploom.base.address import Address, Family, Interface, Prefix
from taploom.base.diagnostic import Report
from taploom.base.frozen import dataclass
from taploom.plan.host import Input
from taploom.source.tree import Scalar
from taploom.spec import codes, unsaid
from taploom.spec.decode import Key, ListOf, MapOf, Model, Parser, refuse
from taploom.spec.mention import whole
from taploom.spec.model.metadata import META_KEYS, OWN_KEYS, Metadata, check_plain_name, section
from taploom.spec.model.site import TARGET, TargetSpec
from taploom.spec.model.take_up import NO_TAKE_UP, TAKE_UP, TakeUpSpec
from taploom.spec.named import ZONE_NAME
from taploom.spec.scalars import (
    ADDRESS,
    BOOLEAN,
    INTERFACE_NAME,
    MTU,
    PATTERN,
    PREFIX,
    USER,
    InvalidError,
    ScalarParser,
    address_of,
    host_interface,
    integer,
    read_interface_name,
    setting,
)
from taploom.spec.shown import visible
from taploom.spec.single import FixedPrefixParser, SingleParser
from taploom.spec.traffic import SERVICE
from taploom.spec.values import Keyword, ServiceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class UplinkSpec(Metadata):
    """An entry of a host's `uplinks`."""

    zone: str
    ipv4: Interface | Keyword | None
    gateway4: Address | None
    ipv6: Interface | Keyword | None
    gateway6: Address | Keyword | None
    dns: tuple[Address, ...]
    mtu: int | None
    metric: int | None


def _one(value: Parser[Interface | Keyword]) -> SingleParser[Interface | Keyword]:
    hint = "keep one; distinguish its services by port, or by name in a guest that is a reverse proxy"
    return SingleParser(value, "an uplink has one address", hint)


UPLINK = Model(
    "an uplink",
    UplinkSpec,
    (
        Key("zone", ZONE_NAME, "Zone of the networks beyond it.", required=True, example="internet"),
        Key(
            "ipv4",
            _one(setting(host_interface(Family.IPV4), Keyword.DHCP)),
            "Its IPv4 address, or `dhcp`.",
            example="dhcp",
        ),
        Key("gateway4", address_of(Family.IPV4), "Next hop of the IPv4 default route.", example="203.0.113.1"),
        Key(
            "ipv6",
            FixedPrefixParser(
                _one(setting(host_interface(Family.IPV6), Keyword.RA)),
                "write `ipv6: ra`; networks behind it take a ULA and `nat: true`",
            ),
            "Its IPv6 address, or `ra`.",
            example="ra",
        ),
        Key(
            "gateway6",
            setting(address_of(Family.IPV6), Keyword.RA),
            "Next hop of the IPv6 default route, which may be link-local; `ra` if routers advertise themselves.",
            example="fe80::1",
        ),
        Key("dns", ListOf(ADDRESS, "an address"), "Resolvers of the host.", (), example="[9.9.9.9, 2620:fe::fe]"),
        Key("mtu", MTU, "MTU in bytes; without this key, the link keeps its MTU.", example="1500"),
        Key(
            "metric",
            integer("a metric", 1, 4294967295),
            "Metric of this uplink's default route, configured or learned. Traffic leaves by the uplink with the "
            "lowest metric.",
            example="2048",
        ),
        *OWN_KEYS,
    ),
    unsaid=unsaid.UPLINK,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentSpec(Metadata):
    """An entry of a host's `networks`."""

    bridge: str
    taps: tuple[str, ...]
    create_taps: bool
    tap_user: str


ATTACHMENT = Model(
    "a host's network",
    AttachmentSpec,
    (
        Key(
            "bridge",
            INTERFACE_NAME,
            "Name of the bridge; by default `br-` and the network's name.",
            default="",
            example="br-dmz",
        ),
        Key(
            "taps",
            ListOf(PATTERN, "a pattern"),
            "Names of the TAPs that join the bridge, as shell patterns; by default exactly those of its guests.",
            (),
            example="vm-*",
        ),
        Key(
            "create-taps",
            BOOLEAN,
            "Whether the host creates the TAPs; otherwise the program that starts the guests does.",
            default=False,
            example="true",
        ),
        Key("tap-user", USER, "System user that owns the created TAPs.", default="", example="microvm"),
        *OWN_KEYS,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteSpec(Metadata):
    """An entry of a host's `routes`."""

    to: Prefix
    via: Address
    metric: int | None


ROUTE = Model(
    "a route",
    RouteSpec,
    (
        Key(
            "to",
            PREFIX,
            "Destination prefix. A packet is accepted only at uplinks of the most specific routes to its sender.",
            required=True,
            example="10.30.0.0/16",
        ),
        Key(
            "via",
            ADDRESS,
            "Next hop, on the link of an uplink.",
            required=True,
            example="192.0.2.11",
        ),
        Key("metric", integer("a metric", 0, 4294967295), "Metric of the route; the lowest wins.", example="100"),
        *OWN_KEYS,
    ),
)


def _read_input(text: str) -> Input:
    if text not in (Input.MANAGED.value, Input.FOREIGN.value):
        raise InvalidError(f"`{visible(text)}` is neither `managed` nor `foreign`")
    return Input(text)


def check_interface(key: Scalar, report: Report) -> bool:
    """Whether a key is an interface name, which an uplink must have; any other key is reported."""
    try:
        read_interface_name(key.text)
    except InvalidError as wrong:
        refuse(report, codes.BAD_NAME, str(wrong), key.span, "use the name that the kernel shows in `ip link`")
        return False
    return True


OUTSIDE = ("uplinks",)
"""The keys of a host whose entries are interfaces with a zone beyond them."""


@dataclass(frozen=True, kw_only=True)
class HostSpec(Metadata):
    """An entry of `hosts`."""

    target: TargetSpec
    uplinks: Mapping[str, UplinkSpec]
    networks: Mapping[str, AttachmentSpec]
    routes: Mapping[str, RouteSpec]
    input: Input
    management: tuple[ServiceRef, ...]
    take_up: TakeUpSpec

    @cached_property
    def outside(self) -> Mapping[tuple[str, str], UplinkSpec]:
        """Its interfaces with a zone beyond them, by section (one of `OUTSIDE`) and name; sorted."""
        return {("uplinks", name): self.uplinks[name] for name in sorted(self.uplinks)}


HOST = Model(
    "a host",
    HostSpec,
    (
        Key(
            "target",
            TARGET,
            "Versions of the tools on this host, where they differ from the site's.",
            TargetSpec(None, None, None),
            example="{systemd: 257}",
        ),
        Key(
            "uplinks",
            MapOf(UPLINK, "uplink", check_interface),
            "Interfaces towards networks that taploom does not manage. taploom does not configure an uplink that has "
            "only a zone, such as the interface of a VPN or of Docker; policy, `nat` and forwards apply to it, "
            "whatever its address is.",
            {},
            example="{eth0: {zone: internet, ipv4: dhcp, ipv6: ra}}",
        ),
        Key(
            "networks",
            section(ATTACHMENT, "network", whole("network")),
            "Networks that this host carries, each as a bridge.",
            {},
            example="{microvm: {taps: vm-*}}",
        ),
        Key(
            "routes",
            MapOf(ROUTE, "route", check_plain_name),
            "Static routes.",
            {},
            example="{branch: {to: 10.30.0.0/16, via: 192.0.2.11}}",
        ),
        Key(
            "input",
            ScalarParser(_read_input, "`managed` or `foreign`", {"enum": ["managed", "foreign"]}),
            "Which firewall filters traffic to the host: taploom's (`managed`) or the host's own (`foreign`).",
            Input.MANAGED,
            example="foreign",
        ),
        Key(
            "management",
            ListOf(SERVICE, "a service"),
            "Services by which the owner reaches the host; by default ssh.",
            (),
            example="tcp/2222",
        ),
        Key("take-up", TAKE_UP, "How the host takes up a new bundle.", NO_TAKE_UP, example="{confirm: 5m}"),
        *META_KEYS,
    ),
    unsaid=unsaid.HOST,
)
