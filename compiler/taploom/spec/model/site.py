"""The sections `site`, `zones`, `addresses`, `services` and `waivers`."""

import re

from taploom.base.address import Prefix
from taploom.base.frozen import dataclass
from taploom.spec.decode import Key, ListOf, Model
from taploom.spec.mention import qualified
from taploom.spec.model.gates import GATES, NO_GATES, GatesSpec
from taploom.spec.model.metadata import META_KEYS, OWN_KEYS, Metadata
from taploom.spec.model.rollout import NO_ROLLOUT, ROLLOUT, RolloutSpec
from taploom.spec.named import NAME
from taploom.spec.scalars import COLOR, DOMAIN, PREFIX, InvalidError, ScalarParser, integer, string_schema
from taploom.spec.shown import visible
from taploom.spec.traffic import SERVICE
from taploom.spec.values import ServiceRef

OLDEST_NFTABLES = (1, 0, 6)


def read_nftables(text: str) -> tuple[int, ...]:
    """A version of nftables, `1.0.6` or later."""
    parts = text.split(".")
    if not (2 <= len(parts) <= 3 and all(p.isascii() and p.isdigit() and len(p) < 4 for p in parts)):
        raise InvalidError(f"`{visible(text)}` is not a version of nftables", "such as 1.0.6")
    version = (*map(int, parts), *(0 for _ in range(3 - len(parts))))
    if version < OLDEST_NFTABLES:
        raise InvalidError(
            f"nftables `{text}` is older than 1.0.6", "1.0.6 (Debian 12) is the oldest that is known to work"
        )
    return version


def read_nixos(text: str) -> str:
    """A NixOS release from 24.05 on."""
    year, dot, month = text.partition(".")
    if not (dot and year.isdigit() and len(year) == 2 and month in ("05", "11")):
        raise InvalidError(f"`{visible(text)}` is not a release of NixOS", 'such as "25.11"')
    if text < "24.05":
        raise InvalidError(f"NixOS `{text}` is older than 24.05", "24.05 is the oldest that is known to work")
    return text


@dataclass(frozen=True, slots=True)
class TargetSpec:
    """Versions of tools. None in a host's target stands for the site's version; None in the site's, for the default."""

    systemd: int | None
    nftables: tuple[int, ...] | None
    nixos: str | None


TARGET = Model(
    "a target",
    TargetSpec,
    (
        Key("systemd", integer("a version of systemd", 252, 260), "Major version of systemd.", example="252"),
        Key(
            "nftables",
            ScalarParser(read_nftables, "a version such as 1.0.6", string_schema()),
            "Version of nftables.",
            example="1.0.6",
        ),
        Key(
            "nixos",
            ScalarParser(read_nixos, 'a release such as "25.11"', string_schema()),
            "Release of NixOS.",
            example='"25.11"',
        ),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSpec(Metadata):
    """The section `site`."""

    name: str
    domain: str
    target: TargetSpec
    gates: GatesSpec
    rollout: RolloutSpec


SITE = Model(
    "`site`",
    SiteSpec,
    (
        Key("name", NAME, "Name of the site.", "site", example="example"),
        Key(
            "domain",
            DOMAIN,
            "DNS domain of guests whose network has none of its own.",
            default="",
            example="vm.example.org",
        ),
        Key(
            "target",
            TARGET,
            "Versions of the tools on the hosts; a host may have its own.",
            TargetSpec(None, None, None),
            example='{systemd: 252, nftables: 1.0.6, nixos: "25.11"}',
        ),
        Key("gates", GATES, "Limits of changes; `plan` fails if a change exceeds one.", NO_GATES),
        Key(
            "rollout",
            ROLLOUT,
            "Order and times in which hosts that pull bundles take them up.",
            NO_ROLLOUT,
            example="{waves: [tag/canary, hosts]}",
        ),
        *OWN_KEYS,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneSpec(Metadata):
    """An entry of `zones`."""

    color: str


ZONE = Model(
    "a zone",
    ZoneSpec,
    (Key("color", COLOR, "Colour in diagrams.", default="", example="teal"), *META_KEYS),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressSpec(Metadata):
    """An entry of `addresses`."""

    prefixes: tuple[Prefix, ...]


ADDRESSES = Model(
    "an address",
    AddressSpec,
    (
        Key(
            "prefixes",
            ListOf(PREFIX, "a prefix"),
            "Prefixes outside of the site, of either family.",
            required=True,
            example="[198.51.100.0/24, 2001:db8:f::/48]",
        ),
        *META_KEYS,
    ),
    shorthand="prefixes",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSpec(Metadata):
    """An entry of `services`."""

    ports: tuple[ServiceRef, ...]


SERVICES = Model(
    "a service",
    ServiceSpec,
    (
        Key(
            "ports",
            ListOf(SERVICE, "a service"),
            "Ports and protocols such as `tcp/443`, or names of other services.",
            required=True,
            example="[tcp/9100, tcp/9200-9210]",
        ),
        *META_KEYS,
    ),
    shorthand="ports",
)


def read_code(text: str) -> str:
    """The code of a diagnostic."""
    if len(text) != 5 or not text.startswith("TL") or not text[2:].isdigit():
        digits = re.fullmatch(r"[A-Za-z]*([0-9]{3})", text)
        hint = f"write `TL{digits[1]}`" if digits else "such as TL604"
        raise InvalidError(f"`{visible(text)}` is not the code of a diagnostic", hint)
    return text


def read_subject(text: str) -> str:
    """`kind/name` of the object that a finding is about."""
    kind, slash, name = text.partition("/")
    if not (slash and kind and name and text.isprintable()) or len(text) > 200:
        raise InvalidError(f"`{visible(text)}` does not name an object", "such as `forward/http` or `policy/admin`")
    return text


def read_reason(text: str) -> str:
    """A reason that a reviewer can weigh."""
    if len(text.strip()) < 8:
        raise InvalidError(
            "a waiver has a reason that a reviewer can weigh", "say in a sentence why this is acceptable"
        )
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverSpec(Metadata):
    """An entry of `waivers`."""

    code: str
    on: tuple[str, ...]
    reason: str


WAIVER = Model(
    "a waiver",
    WaiverSpec,
    (
        Key(
            "code",
            ScalarParser(read_code, "a code such as TL604", {"type": "string", "pattern": "^TL[0-9]{3}$"}),
            "Code of the finding that is accepted; errors cannot be waived.",
            required=True,
            example="TL604",
        ),
        Key(
            "on",
            ListOf(
                ScalarParser(read_subject, "an object such as forward/http", {"type": "string"}, qualified), "an object"
            ),
            "Objects for which it is accepted, as the finding names them.",
            required=True,
            example="forward/http",
        ),
        Key(
            "reason",
            ScalarParser(read_reason, "a reason", {"type": "string", "minLength": 8}),
            "Why it is accepted.",
            required=True,
            example="a public web server",
        ),
        *OWN_KEYS,
    ),
)
