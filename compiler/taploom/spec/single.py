"""Addresses of which there is one yet, and which are written, never learned as a prefix."""

from typing import Generic

from taploom.base.diagnostic import Report
from taploom.base.frozen import dataclass
from taploom.source.tree import Node, Scalar, Sequence
from taploom.spec import rules
from taploom.spec.decode import Parser, Schema, T, refuse

DELEGATED = frozenset(("pd", "dhcp-pd", "dhcpv6-pd", "prefix-delegation", "delegated", "delegate", "track6"))
"""What others write for a prefix that the provider delegates."""


@dataclass(frozen=True, slots=True)
class Single(Generic[T]):
    """A value of which people also write a list.

    Attributes:
        value: the parser of one.
        has: what has one, such as `a NIC has one address`.
        hint: what to do instead of a list.
    """

    value: Parser[T]
    has: str
    hint: str

    def parse(self, node: Node, report: Report) -> T | None:
        """The value; a list of one item is a matter of its brackets."""
        if not (isinstance(node, Sequence) and len(node.items) > 1):
            return self.value.parse(node, report)
        message = f"{self.has} of a family, and several cannot be said yet"
        refuse(report, rules.SEVERAL_ADDRESSES, message, node.span, self.hint)
        return None

    def schema(self) -> Schema:
        """That of the value."""
        return self.value.schema()


@dataclass(frozen=True, slots=True)
class Written(Generic[T]):
    """An IPv6 address or prefix of which people also say that it is delegated (DHCPv6-PD, RFC 8415).

    Attributes:
        value: the parser of what can be said.
        hint: what to do instead.
    """

    value: Parser[T]
    hint: str

    def parse(self, node: Node, report: Report) -> T | None:
        """The value."""
        if not (isinstance(node, Scalar) and node.text.lower() in DELEGATED):
            return self.value.parse(node, report)
        message = (
            f"`{node.text}`: no prefix is delegated here (DHCPv6-PD), as one that changes by itself is in no review"
        )
        refuse(report, rules.DELEGATED_PREFIX, message, node.span, self.hint)
        return None

    def schema(self) -> Schema:
        """That of the value."""
        return self.value.schema()
