"""`forwards` and `policy`: the ports that are forwarded to guests, and the traffic that is allowed or denied."""

from taploom.base.address import is_address
from taploom.base.frozen import dataclass
from taploom.plan.policy import Limit
from taploom.spec import unsaid
from taploom.spec.decode import Key, ListOf, Model
from taploom.spec.mention import Mention
from taploom.spec.model.metadata import META_KEYS, Metadata
from taploom.spec.named import NAME, read_name
from taploom.spec.scalars import BOOLEAN, InvalidError, ScalarParser, read_interface_name
from taploom.spec.shown import visible
from taploom.spec.traffic import EXPIRY, LIMIT, PORT_RANGE, SELECTOR, SERVICE
from taploom.spec.values import PortRange, Selector, ServiceRef

ANYBODY = (Selector("any", "", None, "any"),)


@dataclass(frozen=True, slots=True)
class Listener:
    """Where a forward listens: all uplinks of a host, or one.

    Attributes:
        uplink: name of the uplink, or "" for all.
    """

    host: str
    uplink: str


def read_listener(text: str) -> Listener:
    """A listener, written as `HOST` or `HOST/UPLINK`.

    An address is accepted here: a later pass, which knows all hosts, refuses it with a better hint.
    """
    host, slash, uplink = text.partition("/")
    if is_address(text):
        return Listener(text, "")  # the later hint names the uplink with this address
    if slash and not uplink:
        raise InvalidError(f"`{visible(text)}` lacks the name of the uplink", "such as `hypervisor/eth0`")
    return Listener(read_name(host), read_interface_name(uplink) if slash else "")


def _listening(text: str) -> tuple[Mention, ...]:
    return (Mention(("host",), text.partition("/")[0], 0),)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardSpec(Metadata):
    """An entry of `forwards`."""

    on: Listener
    ports: tuple[ServiceRef, ...]
    to: str
    to_port: PortRange | None
    from_: tuple[Selector, ...]
    hairpin: bool
    expires: int | None


def read_target(text: str) -> str:
    """The name of a guest, bare or as `guest/NAME`.

    An address is accepted here: a later pass, which knows all guests, refuses it with a better hint.
    """
    if is_address(text):
        return text  # the later hint names the guest with this address
    guest, colon, port = text.partition(":")
    if colon and port.isdigit():
        raise InvalidError(
            f"`{visible(text)}` is not a name", f"write `to: {visible(guest)}` and `to-port: {port[:5]}`"
        )
    return read_name(text.removeprefix("guest/"))


def _target(text: str) -> tuple[Mention, ...]:
    name = text.removeprefix("guest/")
    return (Mention(("guest",), name, len(text) - len(name)),)


FORWARD = Model(
    "a forward",
    ForwardSpec,
    (
        Key(
            "on",
            ScalarParser(read_listener, "a host or host/uplink", {"type": "string"}, _listening),
            "Host, or host/uplink, at whose outside addresses the forward listens; packets to them may arrive at any "
            "uplink. A host stands for the uplinks that the spec configures or, if there are none, for all uplinks.",
            required=True,
            example="hypervisor/eth0",
        ),
        Key("ports", ListOf(SERVICE, "a port such as tcp/443"), "Outside ports.", required=True, example="tcp/443"),
        Key(
            "to",
            ScalarParser(read_target, "the name of a guest", NAME.schema(), _target),
            "The guest that answers.",
            required=True,
            example="web",
        ),
        Key(
            "to-port",
            PORT_RANGE,
            "Port on the guest, or a range as long as the outside range; by default the outside port.",
            example="8443",
        ),
        Key(
            "from",
            ListOf(SELECTOR, "a selector"),
            "Senders that may use it; by default everybody, including the site's hosts. If `nat` translates guests of "
            "another host on the way, their packets arrive with an address of that host.",
            ANYBODY,
            example="office",
        ),
        Key(
            "hairpin",
            BOOLEAN,
            "Whether the site's own guests and the host can use its outside address, too.",
            default=True,
            example="false",
        ),
        Key("expires", EXPIRY, "Last day on which it is open, or the moment at which it closes.", example="2027-01-31"),
        *META_KEYS,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySpec(Metadata):
    """An entry of `policy`; exactly one of `allow` and `deny` is not None."""

    from_: tuple[Selector, ...]
    to: tuple[Selector, ...]
    allow: tuple[ServiceRef, ...] | None
    deny: tuple[ServiceRef, ...] | None
    log: bool
    limit: Limit | None
    expires: int | None


POLICY = Model(
    "a policy entry",
    PolicySpec,
    (
        Key(
            "from",
            ListOf(SELECTOR, "a selector"),
            "Senders, which open the connection. `any` means everyone except the site's hosts. It does not match "
            "guests that `nat` translates on the way to another host, as they arrive with their own host's address; "
            "`nat` does not translate them if the other host has a route back. To allow traffic between two "
            "networks beyond the uplinks, name one in `from` and the other in `to`: `any` does not allow it.",
            required=True,
            example="[microvm, tag/web]",
        ),
        Key(
            "to",
            ListOf(SELECTOR, "a selector"),
            "Receivers, which answer the connection. A host forwards packets from one uplink to another only if "
            "selectors other than `any` match both sender and receiver, and back into the same zone only if `from` "
            "and `to` both name that zone.",
            required=True,
            example="internet",
        ),
        Key("allow", ListOf(SERVICE, "a service"), "Services that pass.", example="[https, tcp/9100]"),
        Key(
            "deny",
            ListOf(SERVICE, "a service"),
            "Services that are dropped, even if other entries allow them.",
            example="smtp",
        ),
        Key("log", BOOLEAN, "Whether the host's kernel logs new connections.", default=False, example="true"),
        Key("limit", LIMIT, "Maximum rate of new connections; those above it are dropped.", example="10/second"),
        Key("expires", EXPIRY, "Last day on which it applies, or the moment at which it ends.", example="2027-01-31"),
        *META_KEYS,
    ),
    unsaid=(*unsaid.VERBS, *unsaid.ENDS),
)
