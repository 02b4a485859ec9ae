"""The effects of applying a change on running systems, as data.

Applying a change means to install the files whose bytes differ, to run `networkctl reload`, and to load the ruleset in
one transaction. The classes follow the behaviour of networkd and nft in the lab.
"""

import enum

from taploom.base.frozen import dataclass
from taploom.diff.classes import Class
from taploom.plan.origin import Origin


class Effect(enum.Enum):
    """The effects, in words for users."""

    UNTOUCHED = "no effect on running traffic"
    IN_PLACE = "networkd applies the change in place; addresses stay"
    SWAP = "one transaction; established connections keep running, counters and rates start anew"
    SETTINGS = "kernel settings are written; settings that are no longer listed stay until the next boot"
    REFRESH = "the link stays up; its addresses are removed and added again within milliseconds"
    LEARNED = "the link stays up; its addresses are removed, and learned again within a second or two"
    FAREWELL = (
        "the host stops its router advertisements and begins again at once: the guests have no IPv6 default route for "
        "milliseconds, now and then for up to 16 seconds"
    )
    PORTS = "its ports are configured again, without effect on traffic"
    NARROWED = (
        "from now on larger packets between its guests are dropped silently, until the guests have the lower MTU, too: "
        "change the guests first"
    )
    KEPT = "settings removed from the unit stay in effect until the device is created anew or somebody undoes them"
    ISOLATED = "traffic between its guests is dropped from now on, open connections included"
    FENCED = (
        "this is the first deny between its guests, and so far nothing has recorded which guest sent first: datagrams "
        "that match the deny are dropped, replies included, until the guest that asked sends again"
    )
    NAT_FLUSH = (
        "its addresses are removed and added again; the kernel forgets connections that are masqueraded there, and "
        "they hang unless the guest sends the next packet"
    )
    NAT_RELEARNED = (
        "its addresses are removed, and learned again within a second or two; the kernel forgets connections that are "
        "masqueraded there, and they hang unless the guest sends the next packet"
    )
    RENUMBERED = "the address changes; connections to the old address end"
    REASSIGNED = (
        "the guest's old address is refused from now on; the guest gets the new one when its lease runs out or it asks "
        "anew (networkctl reconfigure)"
    )
    LEASES = "clients outside of the new pool get another address when their leases run out"
    RECREATED = "the device has to be deleted and created again for this to take effect"
    GONE = "addresses, DHCP and router advertisements are gone; the device stays until somebody deletes it"
    DETACHED = "new ports no longer join the bridge; those that have joined stay"
    REPLUGGED = "the guest gets another TAP or hardware address, so it has to be started anew"
    PLUGGED = "the guest gets another network interface, so it has to be started anew"
    WAY_OUT = "the guest's default route is on another network: its new connections come from its address there"
    MOVED = "the guest starts anew on another host"
    LEFT = (
        "the guest is no longer in the plan: it runs on until somebody stops it, and its removal from the plan ends no "
        "connection by itself"
    )
    WAY_IN = "the address or the default route of an uplink changes: logins over this uplink may be cut off"
    LOCKED_OUT = "new connections to a management service are refused"
    ABANDONED = "the host is no longer managed: the files that are installed there stay"


MTU, PROXIED = "Link.MTUBytes", "Network.IPv6ProxyNDPAddress"


@dataclass(frozen=True, slots=True)
class AssignmentChange:
    """An assignment that differs between two versions of a unit; None for a version without it."""

    key: str
    before: str | None
    after: str | None

    @property
    def mtu_step(self) -> int:
        """The number of bytes by which the assignment raises an MTU; negative if lower, 0 for other settings."""
        return int(self.after) - int(self.before) if self.key == MTU and self.before and self.after else 0


@dataclass(frozen=True, slots=True)
class Disruption:
    """One effect on one device, table or guest.

    Attributes:
        host: the host where it happens.
        object: `kind/name` of the spec.
        device: interface, table or guest that is affected.
        grade: the class of the effect.
        file: the file that is the cause, without its folder, or "".
        settings: the assignments of the file that differ.
        detail: addresses, names or numbers that the effect is about, or "".
        origin: the entry that is the cause.
        was: True if `origin` is an entry of the base, such as for a removed object.
    """

    host: str
    object: str
    device: str
    grade: Class
    effect: Effect
    file: str
    settings: tuple[AssignmentChange, ...]
    detail: str
    origin: Origin
    was: bool = False


@dataclass(frozen=True, slots=True)
class Survivor:
    """Connections that outlive the entry that let them in, since the ruleset accepts established connections.

    Attributes:
        flow: the closed flow, as `SOURCE → DESTINATION`.
        by: the entry that allowed it.
        commands: commands that end the connections, each an argument vector for the host.
        more: number of commands that are left out.
    """

    host: str
    flow: str
    by: str
    commands: tuple[tuple[str, ...], ...]
    more: int
