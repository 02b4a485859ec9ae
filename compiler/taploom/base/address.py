"""IPv4 and IPv6 addresses as integers with a family, and MAC addresses.

The standard library's `ipaddress` has separate classes for IPv4 and IPv6, so callers would have to write most code
twice. Here the family is an attribute, so the same code serves both families. The C library parses and prints
addresses (`inet_pton(3)`, `inet_ntop(3)`): it refuses texts that the kernel would not accept either, and prints the
canonical form of RFC 5952.
"""

import enum
import functools
import socket
from collections.abc import Iterator
from typing import Protocol, TypeVar

from taploom.base.frozen import dataclass


class Family(enum.IntEnum):
    """An IP version.

    Attributes:
        bits: length of an address in bits.
        key: the name of the family in specs and in the plan.
        af: the address family of the C library.
    """

    bits: int
    key: str
    af: int

    IPV4 = 4, 32, "ipv4", socket.AF_INET
    IPV6 = 6, 128, "ipv6", socket.AF_INET6

    def __new__(cls, version: int, bits: int, key: str, af: int) -> "Family":
        """Stores the attributes in the member, because they are read too often to be computed each time."""
        member = int.__new__(cls, version)
        member._value_ = version
        member.bits, member.key, member.af = bits, key, af
        return member


FAMILIES = (Family.IPV4, Family.IPV6)
T_co = TypeVar("T_co", covariant=True)


class PerFamily(Protocol[T_co]):
    """An object with one value for each family."""

    @property
    def ipv4(self) -> T_co: ...  # noqa: D102
    @property
    def ipv6(self) -> T_co: ...  # noqa: D102


def in_family(thing: PerFamily[T_co], family: Family) -> T_co:
    """The value of an object for a family."""
    return thing.ipv4 if family is Family.IPV4 else thing.ipv6


class AddressError(ValueError):
    """The error for a text that is not an address; `hint` tells the user how to correct the text, or is ""."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """An IPv4 or IPv6 address.

    Attributes:
        family: IP version of the address.
        value: the address as an unsigned integer in network order.
    """

    family: Family
    value: int

    def __str__(self) -> str:
        return _print(self.family, self.value)

    def __add__(self, offset: int) -> "Address":
        return Address(self.family, self.value + offset)

    @property
    def prefix(self) -> "Prefix":
        """The prefix that contains only this address."""
        return Prefix(self.family, self.value, self.family.bits)


@dataclass(frozen=True, slots=True, order=True)
class Prefix:
    """A network prefix without host bits.

    Attributes:
        family: IP version of the prefix.
        value: the first address as an integer.
        length: prefix length in bits.
    """

    family: Family
    value: int
    length: int

    def __str__(self) -> str:
        return f"{_print(self.family, self.value)}/{self.length}"

    @property
    def shortest(self) -> str:
        """The address without a length if the prefix holds only that address, else `ADDRESS/LENGTH`."""
        alone = self.length == (32 if self.family is Family.IPV4 else 128)
        return _print(self.family, self.value) if alone else str(self)

    @property
    def first(self) -> Address:
        """The lowest address (the network address of IPv4, the subnet-router anycast address of RFC 4291)."""
        return Address(self.family, self.value)

    @property
    def last(self) -> Address:
        """The highest address (the broadcast address of IPv4)."""
        return Address(self.family, self.value + self.size - 1)

    @property
    def size(self) -> int:
        """The number of addresses in the prefix."""
        return 1 << (self.family.bits - self.length)

    def __contains__(self, other: "Address | Prefix") -> bool:
        if other.family is not self.family:
            return False
        narrower = not isinstance(other, Prefix) or other.length >= self.length
        return narrower and self.value <= other.value < self.value + self.size

    def overlaps(self, other: "Prefix") -> bool:
        """Whether some address is in both prefixes."""
        return self in other or other in self


@dataclass(frozen=True, slots=True, order=True)
class Interface:
    """An interface address with the prefix length of its link, as in `10.0.0.1/24`."""

    address: Address
    length: int

    def __str__(self) -> str:
        return f"{self.address}/{self.length}"

    @property
    def family(self) -> Family:
        """The IP version of the address."""
        return self.address.family

    @property
    def prefix(self) -> Prefix:
        """The prefix that is on the link."""
        return prefix_of(self.address, self.length)


@dataclass(frozen=True, slots=True, order=True)
class Mac:
    """An EUI-48 address.

    Attributes:
        value: the 48 bits as an integer.
    """

    value: int

    def __str__(self) -> str:
        raw = f"{self.value:012x}"
        return ":".join(raw[i : i + 2] for i in range(0, 12, 2))

    @property
    def multicast(self) -> bool:
        """Whether the group bit is set; no NIC can have such an address (IEEE 802)."""
        return bool(self.value >> 40 & 1)

    @property
    def local(self) -> bool:
        """Whether the locally administered bit is set."""
        return bool(self.value >> 40 & 2)

    def eui64(self, prefix: Prefix) -> Address:
        """The SLAAC address of an interface with this MAC in a /64 (RFC 4291, appendix A)."""
        high, low = self.value >> 24, self.value & 0xFFFFFF
        identifier = (high ^ 0x020000) << 40 | 0xFFFE << 24 | low
        return Address(prefix.family, prefix.value | identifier)


LINK_LOCAL = Prefix(Family.IPV6, 0xFE80 << 112, 64)
"""The prefix of link-local addresses on each link (RFC 4291, 2.5.6)."""


@functools.lru_cache(maxsize=65536)
def _print(family: Family, value: int) -> str:
    return socket.inet_ntop(family.af, value.to_bytes(family.bits // 8, "big"))


def everything(family: Family) -> Prefix:
    """The prefix of length 0, which contains all addresses of a family."""
    return Prefix(family, 0, 0)


def prefix_of(address: Address, length: int) -> Prefix:
    """The prefix with the given length that contains an address."""
    host_bits = address.family.bits - length
    return Prefix(address.family, address.value >> host_bits << host_bits, length)


def prefixes_of(first: int, last: int, family: Family) -> Iterator[Prefix]:
    """The shortest list of prefixes that together contain exactly the addresses of an interval, in ascending order."""
    while first <= last:
        bits = min((first & -first).bit_length() - 1 if first else family.bits, (last - first + 1).bit_length() - 1)
        yield Prefix(family, first, family.bits - bits)
        first += 1 << bits


def parse_address(text: str) -> Address:
    """Parse an address of either family.

    Raises:
        AddressError: the text is not an address; the message says why.
    """
    family = Family.IPV6 if ":" in text else Family.IPV4
    try:
        raw = socket.inet_pton(family.af, text)
    except (OSError, ValueError):
        raise _no_address(text) from None
    return Address(family, int.from_bytes(raw, "big"))


def _no_address(text: str) -> AddressError:
    """The error for a text that is not an address, with a hint for common mistakes."""
    head, slash, _ = text.partition("/")
    octets = head.split(".")
    plain = ".".join(octet.lstrip("0") or "0" for octet in octets)
    if slash and ((head.isascii() and head.replace(".", "").isdigit()) or ":" in head):
        return AddressError(f"`{text}` is an address with a prefix length", f"write `{head}`, without the length")
    if plain != head and plain.isascii() and plain.replace(".", "").isdigit():
        return AddressError(
            f"`{text}` is not an IP address", f"write `{plain}`: some tools read a leading zero as octal"
        )
    if text == "default":
        return AddressError("`default` is not a prefix", "write `0.0.0.0/0` or `::/0`")
    return AddressError(f"`{text}` is not an IP address")


def parse_interface(text: str) -> Interface:
    """Parse `ADDRESS/LENGTH`; host bits may be set.

    Raises:
        AddressError: the text has another form; the message says which part is wrong.
    """
    host, slash, length = text.partition("/")
    address = parse_address(host)
    if not slash:
        raise AddressError(f"`{text}` lacks its prefix length")
    if not (length.isascii() and length.isdigit() and len(length) <= 3) or int(length) > address.family.bits:
        raise AddressError(f"`/{length}` is not a prefix length of {address.family.key}")
    return Interface(address, int(length))


def parse_prefix(text: str) -> Prefix:
    """Parse a prefix; an address without a length is a prefix of this one address.

    Raises:
        AddressError: the text is not a prefix, or it has host bits.
    """
    if "/" not in text:
        return parse_address(text).prefix
    interface = parse_interface(text)
    if interface.prefix.first != interface.address:
        raise AddressError(f"`{text}` has host bits set", f"the prefix is `{interface.prefix}`")
    return interface.prefix


def parse_mac(text: str) -> Mac:
    """Parse a MAC address: six hexadecimal pairs joined by `:` or `-`.

    Raises:
        AddressError: the text is not a MAC address.
    """
    pairs = text.replace("-", ":").split(":")
    digits = "".join(pairs)
    if [len(pair) for pair in pairs] != [2] * 6 or not set(digits) <= set("0123456789abcdefABCDEF"):
        raise AddressError(f"`{text}` is not a MAC address such as 02:00:00:12:34:56")
    return Mac(int(digits, 16))


def is_address(text: str) -> bool:
    """Whether a text is an address of either family."""
    try:
        parse_address(text)
    except AddressError:
        return False
    return True
