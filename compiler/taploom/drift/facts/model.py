"""Facts about one host at one moment."""

from collections.abc import Mapping

from taploom.base.address import Address, Family, Interface, Prefix
from taploom.base.frozen import dataclass
from taploom.drift.listing.tables import ListedTable


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """A link (`ip -d link`).

    Attributes:
        kind: such as `bridge`, `tun` or `veth`; "" for hardware.
        up: whether the link is set up, with or without carrier.
        carrier: whether a peer is at the other end.
        mtu: in bytes.
        mac: as the kernel prints it, or "".
        master: the bridge that it is a port of, or "".
        port: settings of a port of a bridge, such as `isolated`.
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
        kind: `unicast`, `unreachable` and the like.
        via: the next hop, or None if the prefix is on the link.
        device: interface name; "" if the route has several next hops, or none with a device.
        metric: None for the default of the family.
        protocol: the source of the route: `static`, `dhcp`, `ra`, `kernel`, or "".
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
    """A file.

    Attributes:
        sha256: of its bytes, in hexadecimal.
        mode: permission bits; None where they are not known.
        linked: whether it is a symbolic link; the checksum is then of the file that it leads to.
    """

    sha256: str
    mode: int | None
    linked: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """The bundle that the host took up last, according to the host.

    Attributes:
        host: name of the host that the bundle is for.
        plan: hash of the plan, as `sha256:…`.
        serial: 0 for none.
        files: SHA-256 of each of its files, by absolute path.
    """

    host: str
    plan: str
    serial: int
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LinkUnit:
    """The state of a link in networkd (`networkctl --json=short list`).

    Attributes:
        file: path of the `.network` file that configures it, or "".
        state: such as `configured`, `failed` or `unmanaged`.
    """

    file: str
    state: str


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts; a part that could not be collected is None.

    Attributes:
        host: the name that the host gives itself.
        collected: seconds since the epoch.
        files: by absolute path.
        sysctls: by key with slashes, such as `net/ipv4/conf/all/forwarding`.
        units: states of units by name: `LoadState`, `ActiveState`, `UnitFileState`.
        listening: lines of `ss` about sockets on UDP port 67.
        ruleset: all tables of the kernel.
        networkd: by name of the link.
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
