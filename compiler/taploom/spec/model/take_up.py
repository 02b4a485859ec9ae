"""`hosts.H.take-up`: the time to confirm a new bundle, and the probes that the bundle has to pass."""

from collections.abc import Mapping

from taploom.base.frozen import dataclass
from taploom.plan.take_up import CONFIRM
from taploom.spec.decode import Key, MapOf, Model
from taploom.spec.model.metadata import check_plain_name
from taploom.spec.scalars import DOMAIN, DURATION, InvalidError, ScalarParser, integer, read_duration
from taploom.spec.shown import visible

SHORTEST, LONGEST = 30, 3600
"""Bounds of the time to confirm, in seconds: long enough to log in again, short enough to wait for the rollback."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeSpec:
    """An entry of `probes`; it has one of `ping`, `dns` and `tcp`."""

    ping: str
    dns: str
    from_: str
    tcp: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeUpSpec:
    """The mapping `take-up`; if `probes` is None, the probes follow from the rest of the spec."""

    confirm: int
    probes: Mapping[str, ProbeSpec] | None


def _read_confirm(text: str) -> int:
    found = read_duration(text)
    if not SHORTEST <= found <= LONGEST:
        raise InvalidError(f"`{visible(text)}` is too short or too long to wait", "from 30s to 1h, such as 2m")
    return found


def word(only: str, noun: str) -> ScalarParser[str]:
    """The parser of a key that has only one valid value."""

    def read(text: str) -> str:
        if text != only:
            raise InvalidError(f"`{visible(text)}` is not {noun}", f"write `{only}`")
        return text

    return ScalarParser(read, f"`{only}`", {"enum": [only]})


PROBE = Model(
    "a probe",
    ProbeSpec,
    (
        Key(
            "ping",
            word("gateway", "a target that a probe can ping"),
            "`gateway`: the next hop of each uplink's default route has to answer.",
            "",
            example="gateway",
        ),
        Key("dns", DOMAIN, "A name that the host has to resolve.", "", example="example.org"),
        Key(
            "from",
            word("operator", "a sender of probes"),
            "`operator`: the address from which the operator's ssh session comes.",
            "",
            example="operator",
        ),
        Key("tcp", integer("a port", 1, 65535), "A TCP port of the host that the sender has to reach.", example="22"),
    ),
)
TAKE_UP = Model(
    "`take-up`",
    TakeUpSpec,
    (
        Key(
            "confirm",
            ScalarParser(_read_confirm, DURATION.noun, DURATION.described),
            "Time after which the host restores its former state, unless somebody confirms; by default two minutes.",
            CONFIRM,
            example="5m",
        ),
        Key(
            "probes",
            MapOf(PROBE, "probe", check_plain_name),
            "Checks that have to succeed after the host took up a bundle, if they succeeded before. By default the "
            "next hop of each uplink answers, the site's domain resolves, and the services of `management` let the "
            "operator in.",
            example="{out: {ping: gateway}, names: {dns: example.org}, in: {from: operator, tcp: 22}}",
        ),
    ),
)
NO_TAKE_UP = TakeUpSpec(confirm=CONFIRM, probes=None)
