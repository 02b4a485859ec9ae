"""The types of the facts about one host at one time."""

from collections.abc import Mapping

from taploom.base.address import Address, Family, Interface, Prefix
from taploom.base.frozen import dataclass
from taploom.drift.listing.tables import ListedTable


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """A network interface (`ip -d link`).

    Attributes:
        kind: type of a virtual interface, such as `bridge`, `tun` or `veth`; "" for hardware.
        up: whether the link is set up, with or without carrier.
        carrier: whether the link has a carrier.
        mtu: MTU in bytes.
        mac: MAC as the kernel prints it, or "".
        master: name of the bridge of which the link is a port, or "".
        port: settings of the link as a port of a bridge, such as `isolated`; empty for other links.
    """

    name: str
    kind: str
    up: bool
    carrier: bool
    mtu: int
    mac: str
    master: str
    port: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class RouteFacts:
    """A route of the main table (`ip route`).

    Attributes:
        kind: type of the route, such as `unicast` or `unreachable`.
        via: the next hop, or None if the prefix is on the link.
        device: interface name; "" if the route has several next hops, or none with a device.
        metric: metric of the route, or None for the default of the family.
        protocol: source of the route, such as `static`, `dhcp`, `ra` or `kernel`; "" if it is not printed.
    """

    kind: str
    to: Prefix
    via: Address | None
    device: str
    metric: int | None
    protocol: str

    @property
    def family(self) -> Family:
        """IP version."""
        return self.to.family


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A configuration file on the host.

    Attributes:
        sha256: checksum of its bytes, in hexadecimal.
        mode: permission bits, or None if they are not known.
        linked: whether the path is a symbolic link; the checksum is then that of the link's target.
    """

    sha256: str
    mode: int | None
    linked: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """The bundle that the host took up last, according to the host.

    Attributes:
        host: name of the host for which the bundle was made.
        plan: hash of the plan, as `sha256:…`.
        serial: serial of the bundle; 0 for none.
        files: SHA-256 of each file of the bundle, by absolute path.
    """

    host: str
    plan: str
    serial: int
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LinkUnit:
    """The state of a link in networkd (`networkctl --json=short list`).

    Attributes:
        file: path of the `.network` file that configures the link, or "".
        state: administrative state, such as `configured`, `failed` or `unmanaged`.
    """

    file: str
    state: str


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts about one host; a part that could not be collected is None.

    Attributes:
        host: name of the host by `uname -n`.
        collected: time of collection in seconds since the epoch.
        taken: bundle that the host took up last, or None.
        files: configuration files by absolute path.
        sysctls: values of kernel settings, by key with slashes, such as `net/ipv4/conf/all/forwarding`.
        units: states of systemd services by name: `LoadState`, `ActiveState`, `UnitFileState`.
        listening: lines of `ss` about sockets on UDP port 67.
        ruleset: all nftables tables of the kernel.
        links: network interfaces by name.
        addresses: addresses by name of the link.
        routes: routes of the main tables of both families.
        networkd: states of links in networkd, by name of the link.
    """

    host: str
    collected: int
    taken: Taken | None
    files: Mapping[str, FileFacts]
    sysctls: Mapping[str, str]
    units: Mapping[str, Mapping[str, str]]
    listening: tuple[str, ...]
    ruleset: tuple[ListedTable, ...] | None
    links: Mapping[str, LinkFacts] | None
    addresses: Mapping[str, tuple[Interface, ...]] | None
    routes: tuple[RouteFacts, ...] | None
    networkd: Mapping[str, LinkUnit] | None
