"""Parsers that refuse lists of addresses and delegated IPv6 prefixes, with a hint at the alternative."""

from typing import Generic

from taploom.base.diagnostic import Report
from taploom.base.frozen import dataclass
from taploom.source.tree import Scalar, Sequence, YamlNode
from taploom.spec import codes
from taploom.spec.decode import Parser, Schema, T, refuse

DELEGATED = frozenset(("pd", "dhcp-pd", "dhcpv6-pd", "prefix-delegation", "delegated", "delegate", "track6"))
"""Words of other tools for a prefix that the provider delegates."""


@dataclass(frozen=True, slots=True)
class SingleParser(Generic[T]):
    """The parser of a single value; a list, which people try as well, is refused with a hint.

    Attributes:
        value: the parser of the value.
        has: the start of the message, such as `a NIC has one address`.
        hint: the alternative to a list.
    """

    value: Parser[T]
    has: str
    hint: str

    def parse(self, node: YamlNode, report: Report) -> T | None:
        """The value; for a list of one item the parser of the value reports the brackets."""
        if not (isinstance(node, Sequence) and len(node.items) > 1):
            return self.value.parse(node, report)
        message = f"{self.has} of a family; several are not supported yet"
        refuse(report, codes.SEVERAL_ADDRESSES, message, node.span, self.hint)
        return None

    def schema(self) -> Schema:
        """The schema of the value."""
        return self.value.schema()


@dataclass(frozen=True, slots=True)
class FixedPrefixParser(Generic[T]):
    """The parser of an IPv6 address or prefix; a word for a delegated one (DHCPv6-PD, RFC 8415) is refused with a hint.

    Attributes:
        value: the parser of the address or prefix.
        hint: the alternative to a delegated prefix.
    """

    value: Parser[T]
    hint: str

    def parse(self, node: YamlNode, report: Report) -> T | None:
        """The value."""
        if not (isinstance(node, Scalar) and node.text.lower() in DELEGATED):
            return self.value.parse(node, report)
        message = f"`{node.text}`: taploom takes no delegated prefix (DHCPv6-PD), since no review would see it change"
        refuse(report, codes.DELEGATED_PREFIX, message, node.span, self.hint)
        return None

    def schema(self) -> Schema:
        """The schema of the value."""
        return self.value.schema()
