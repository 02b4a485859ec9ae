"""`guests`: microVMs with their NICs."""

from collections.abc import Mapping

from taploom.base.address import Family
from taploom.base.frozen import dataclass
from taploom.spec import unsaid
from taploom.spec.decode import Key, Model, Parser
from taploom.spec.mention import whole
from taploom.spec.model.metadata import META_KEYS, OWN_KEYS, Metadata, section
from taploom.spec.named import HOST_NAME
from taploom.spec.scalars import BOOLEAN, INTERFACE_NAME, MAC, address_of, setting
from taploom.spec.single import SingleParser
from taploom.spec.values import Keyword, MacSetting, NicSetting


@dataclass(frozen=True, slots=True, kw_only=True)
class NicSpec(Metadata):
    """An entry of a guest's `nics`."""

    ipv4: NicSetting
    ipv6: NicSetting
    mac: MacSetting
    tap: str
    gateway: bool


def _one(value: Parser[NicSetting]) -> SingleParser[NicSetting]:
    hint = "keep one; a guest that adds another address by itself needs `spoof-guard: false` in its network"
    return SingleParser(value, "a NIC has one address", hint)


NIC = Model(
    "a NIC",
    NicSpec,
    (
        Key(
            "ipv4",
            _one(setting(address_of(Family.IPV4), Keyword.AUTO, Keyword.DHCP, Keyword.NONE)),
            "Its IPv4 address: fixed, from the lock (`auto`), from the pool (`dhcp`), or `none`.",
            Keyword.AUTO,
            example="10.0.0.10",
        ),
        Key(
            "ipv6",
            _one(setting(address_of(Family.IPV6), Keyword.AUTO, Keyword.SLAAC, Keyword.NONE)),
            "Its IPv6 address: fixed, from the lock (`auto`), formed from RA and MAC (`slaac`), or `none`.",
            Keyword.AUTO,
            example="fd12:3456:789a::10",
        ),
        Key(
            "mac",
            setting(MAC, Keyword.AUTO),
            "Its MAC address; by default from the lock.",
            Keyword.AUTO,
            example="02:00:00:12:34:56",
        ),
        Key(
            "tap",
            INTERFACE_NAME,
            "Name of its TAP on the host; by default derived from the guest's name.",
            "",
            example="vm-web",
        ),
        Key(
            "gateway",
            BOOLEAN,
            "Whether the guest's default route uses this NIC; needed only to choose among several NICs.",
            default=False,
            example="true",
        ),
        *OWN_KEYS,
    ),
    unsaid=unsaid.NIC,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestSpec(Metadata):
    """An entry of `guests`."""

    host: str
    nics: Mapping[str, NicSpec]


GUEST = Model(
    "a guest",
    GuestSpec,
    (
        Key("host", HOST_NAME, "The host that runs it.", required=True, example="hypervisor"),
        Key(
            "nics",
            section(NIC, "NIC", whole("network")),
            "Its NICs, by network. The guest replies to each packet through the NIC at which the packet arrived.",
            {},
            example="{microvm: {ipv4: 10.0.0.10}}",
        ),
        *META_KEYS,
    ),
    unsaid=unsaid.GUEST,
)
