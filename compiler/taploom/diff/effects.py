"""What applying a change does to what is running, as data.

Applying means: files whose bytes changed are installed, `networkctl reload`, and the ruleset is loaded in one
transaction. Classes are what networkd and nft do then, as the lab saw it; they are no opinion.
"""

import enum

from taploom.base.frozen import dataclass
from taploom.diff.classes import Class
from taploom.plan.origin import Origin


class Effect(enum.Enum):
    """What happens, in words."""

    UNTOUCHED = "nothing that runs notices"
    IN_PLACE = "taken up in place; addresses stay"
    SWAP = "one transaction; established connections keep running, counters and rates start anew"
    SETTINGS = "kernel settings are written; what is no longer listed stays until the next boot"
    REFRESH = "the link stays up; its addresses are removed and added again within milliseconds"
    LEARNED = "the link stays up; its addresses are removed, and learned again within a second or two"
    FAREWELL = (
        "the host stops advertising itself and begins again at once: their default route of IPv6 is gone for "
        "milliseconds, now and then for up to 16 seconds"
    )
    PORTS = "its ports are configured again, which nothing notices"
    NARROWED = (
        "from now on larger packets between its guests are lost without a word, until the guests have the lower MTU as "
        "well: they go first"
    )
    KEPT = "what the unit no longer says stays as it is until the device is made anew, or somebody undoes it"
    ISOLATED = "what its guests send each other is dropped from now on, open connections included"
    FENCED = (
        "the first deny between its guests, and nothing was remembered: datagrams that it holds are answered when who "
        "asked speaks again"
    )
    NAT_FLUSH = (
        "its addresses are removed and added again; connections that are masqueraded there are forgotten, and hang "
        "unless the guest speaks next"
    )
    NAT_RELEARNED = (
        "its addresses are removed, and learned again within a second or two; connections that are masqueraded there "
        "are forgotten, and hang unless the guest speaks next"
    )
    RENUMBERED = "the address is another one; connections to the old one end"
    REASSIGNED = (
        "its old address is refused from now on, and it has the new one when its lease runs out or it asks anew "
        "(networkctl reconfigure)"
    )
    LEASES = "clients outside of the new pool get another address when their leases run out"
    RECREATED = "the device has to be deleted and made again for this to take effect"
    GONE = "addresses, DHCP and router advertisements are gone; the device stays until somebody deletes it"
    DETACHED = "new ports no longer join the bridge; those that have joined stay"
    REPLUGGED = "the guest gets another TAP or hardware address, so it has to be started anew"
    PLUGGED = "the guest gets another network interface, so it has to be started anew"
    WAY_OUT = "the guest's way out is another network: what it opens from now on comes from its address there"
    MOVED = "the guest starts anew on another host"
    LEFT = "the guest is no longer in the plan: it runs on until somebody stops it, and this alone ends no connection"
    WAY_IN = "the address or the way out of an uplink changes: who is logged in over it may be cut off"
    LOCKED_OUT = "new connections to a management service are refused"
    ABANDONED = "the host is no longer managed: what is installed there stays"


MTU, PROXIED = "Link.MTUBytes", "Network.IPv6ProxyNDPAddress"


@dataclass(frozen=True, slots=True)
class Setting:
    """One assignment of a unit that differs; None on the side that lacks it."""

    key: str
    before: str | None
    after: str | None

    @property
    def mtu_step(self) -> int:
        """By how many bytes it raises an MTU; negative where it lowers one, 0 where it is about anything else."""
        return int(self.after) - int(self.before) if self.key == MTU and self.before and self.after else 0


@dataclass(frozen=True, slots=True)
class Disruption:
    """One effect on one thing.

    Attributes:
        host: where.
        object: `kind/name` of the spec.
        device: interface, table or guest that notices.
        grade: its class.
        file: the file that is the cause, without its folder, or "".
        settings: what differs in it.
        detail: addresses, names or numbers that the effect is about, or "".
        origin: the entry that is the cause.
        was: whether that is an entry of the base, as of what is gone.
    """

    host: str
    object: str
    device: str
    grade: Class
    effect: Effect
    file: str
    settings: tuple[Setting, ...]
    detail: str
    origin: Origin
    was: bool = False


@dataclass(frozen=True, slots=True)
class Survivor:
    """Connections that outlive the rule that let them in, since the ruleset accepts what is established.

    Attributes:
        flow: what is closed, as `SOURCE → DESTINATION`.
        by: the entry that allowed it.
        commands: what ends them, each an argument vector for the host.
        more: how many commands are left out.
    """

    host: str
    flow: str
    by: str
    commands: tuple[tuple[str, ...], ...]
    more: int
