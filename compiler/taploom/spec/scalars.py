"""Parsers of single values; the finding for an invalid value shows a valid one."""

# A parser returns None after a diagnostic, and `refuse` returns None so that a parser can return its result.
# mypy: disable-error-code="func-returns-value"

from collections.abc import Callable
from collections.abc import Mapping as Map
from typing import Any, Generic, TypeVar

from taploom.base.address import (
    Address,
    AddressError,
    Family,
    Interface,
    Mac,
    Prefix,
    parse_address,
    parse_interface,
    parse_mac,
    parse_prefix,
)
from taploom.base.diagnostic import Report
from taploom.base.frozen import dataclass
from taploom.base.names import INTERFACE_BYTES, closest, interface_problem, pattern_problem
from taploom.source.tree import Mapping, Scalar, YamlNode
from taploom.spec import codes
from taploom.spec.decode import Schema, refuse, shape
from taploom.spec.mention import Mentions, nothing
from taploom.spec.shown import visible, with_odd
from taploom.spec.values import Keyword

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
TRUE, FALSE = ("true", "yes", "on"), ("false", "no", "off")


class InvalidError(ValueError):
    """Raised for a text that is not a valid value; the message is for the user."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class ScalarParser(Generic[T_co]):
    """The parser of a scalar, whose text a function converts to a value.

    Attributes:
        read: converts the text; it raises `InvalidError` or `AddressError`.
        noun: the name of the expected value, with its article.
        described: the JSON Schema of the value.
        mentions: finds the names of objects in the text.
    """

    read: Callable[[str], T_co]
    noun: str
    described: Map[str, Any]
    mentions: Mentions = nothing

    def parse(self, node: YamlNode, report: Report) -> T_co | None:
        """The value, or None after a diagnostic."""
        if not isinstance(node, Scalar):
            hint = f"write one, without {'keys' if isinstance(node, Mapping) else 'brackets'}"
            return refuse(report, codes.WRONG_SHAPE, f"expected {self.noun}, not {shape(node)}", node.span, hint)
        if not node.text and not node.quoted:
            message = f"expected {self.noun}, but the value is empty"
            return refuse(report, codes.BAD_VALUE, message, node.span, "write one, or remove the key")
        try:
            return self.read(node.text)
        except InvalidError as wrong:
            return refuse(report, codes.BAD_VALUE, str(wrong), node.span, with_odd(wrong.hint, node.text))
        except AddressError as wrong:
            hint = with_odd(visible(wrong.hint) or f"expected {self.noun}", node.text)
            return refuse(report, codes.BAD_VALUE, visible(str(wrong)), node.span, hint)

    def schema(self) -> Schema:
        """The described schema."""
        return dict(self.described)


def string_schema(**more: Any) -> Schema:
    """The schema of a text; without more keywords it allows scalars that editors take for numbers or booleans."""
    return {"type": ["string", "number", "boolean"] if not more else "string", **more}


def read_prose(text: str) -> str:
    """Free text of at most 2,000 characters."""
    if len(text) > 2000:
        message = f"a text has at most 2000 characters, and this one has {len(text)}"
        raise InvalidError(message, "write the rest on the page that `link` leads to")
    return text


def read_boolean(text: str) -> bool:
    """The boolean for a word that means true or false in YAML."""
    if text.lower() in TRUE:
        return True
    if text.lower() in FALSE:
        return False
    raise InvalidError(f"`{visible(text)}` is neither `true` nor `false`", "write one of the two")


def switch(example: str) -> "ScalarParser[bool]":
    """The parser of a boolean that a mapping with details, such as `example`, may replace."""

    def read(text: str) -> bool:
        if text.lower() not in (*TRUE, *FALSE):
            raise InvalidError(
                f"`{visible(text)}` is neither `true` nor `false`", f"details are a mapping: `{example}`"
            )
        return read_boolean(text)

    return ScalarParser(read, "`true`, `false` or a mapping", {"type": "boolean"})


def integer(noun: str, low: int, high: int) -> "ScalarParser[int]":
    """The parser of a decimal number within bounds."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) < 12):
            raise InvalidError(f"`{visible(text)}` is not {noun}", f"a number from {low} to {high}")
        if len(text) > 1 and text[0] == "0":
            raise InvalidError(f"`{text}` begins with a zero", f"write `{int(text)}` if you mean that number")
        if not low <= int(text) <= high:
            raise InvalidError(f"`{text}` is not {noun}", f"a number from {low} to {high}")
        return int(text)

    return ScalarParser(read, noun, {"type": ["integer", "string"], "minimum": low, "maximum": high})


def read_family(family: Family, what: Callable[[str], T], text: str, of: Callable[[T], Family]) -> T:
    """The value of a text; a value of the other family is an error."""
    value = what(text)
    if of(value) is not family:
        words = {Family.IPV4: "IPv4", Family.IPV6: "IPv6"}
        other = of(value)
        message = f"`{visible(text)}` is {words[other]}, and this key takes {words[family]}"
        raise InvalidError(
            message, f"write it after the key that ends in {other.value}, such as `{other.key}: {visible(text)}`"
        )
    return value


def host_interface(family: Family) -> "ScalarParser[Interface]":
    """The parser of `ADDRESS/LENGTH`, the address of a host on a link."""

    def read(text: str) -> Interface:
        found = read_family(family, parse_interface, text, lambda i: i.family)
        if found.length == 0:
            raise InvalidError(f"`{text}` would make everything on-link", "use the prefix length of the network")
        return found

    example = "10.0.0.1/24" if family is Family.IPV4 else "fd00::1/64"
    return ScalarParser(
        read, f"an address with its prefix length, such as {example}", string_schema(examples=[example])
    )


def address_of(family: Family) -> "ScalarParser[Address]":
    """The parser of an address of one family."""
    noun = "an IPv4 address" if family is Family.IPV4 else "an IPv6 address"
    return ScalarParser(
        lambda text: read_family(family, parse_address, text, lambda a: a.family), noun, string_schema()
    )


_ADVERTISED = ("auto", "dhcp", "dhcp6", "dhcpv6", "slaac")
"""Words of other tools for an uplink that takes its addresses from the network."""


def setting(value: "ScalarParser[T]", *words: Keyword) -> "ScalarParser[T | Keyword]":
    """The parser of a value, or of one of the given words in its place."""
    by_word = {word.value: word for word in words}
    listed = ", ".join(f"`{word}`" for word in by_word)

    def read(text: str) -> T | Keyword:
        if text in by_word:
            return by_word[text]
        if text.isalpha() or text in _ADVERTISED:
            near = closest(text, by_word)
            hint = f"did you mean `{near}`?" if near else f"{listed} or {value.noun}"
            if Keyword.RA in words and text in _ADVERTISED:
                hint = f"write `ra`, which covers SLAAC and DHCPv6, or {value.noun}"
            raise InvalidError(f"`{visible(text)}` is not known here", hint)
        return value.read(text)

    options: Schema = {"enum": list(by_word)}
    return ScalarParser(read, f"{listed} or {value.noun}", {"anyOf": [options, value.schema()]})


def read_interface_name(text: str) -> str:
    """A name that Linux and systemd accept for an interface."""
    problem = interface_problem(text) or ("is the loopback interface" if text == "lo" else "")
    if problem:
        hint = f"at most {INTERFACE_BYTES} letters, digits, `-`, `_` and `.`"
        raise InvalidError(f"`{visible(text)}` cannot name an interface: it {problem}", hint)
    return text


def read_user(text: str) -> str:
    """A user name that systemd accepts (NAME_REGEX of shadow-utils)."""
    if not (0 < len(text) <= 31 and text.isascii() and (text[0].isalpha() or text[0] == "_")):
        raise InvalidError(f"`{visible(text)}` is not the name of a user", "such as `microvm`")
    if not all(c.isalnum() or c in "_-" for c in text):
        raise InvalidError(f"`{visible(text)}` is not the name of a user", "such as `microvm`")
    return text


def read_pattern(text: str) -> str:
    """A shell pattern for interface names, with the wildcards `*` and `?`."""
    plain = text.replace("*", "").replace("?", "")
    problem = pattern_problem(text)
    if problem:
        raise InvalidError(f"`{visible(text)}` cannot match an interface: it {problem}", "such as `vm-*`")
    if not plain:
        raise InvalidError(
            f"`{text}` matches every interface of the host",
            "begin it with the common prefix of your TAPs, such as `vm-*`",
        )
    return text


def read_domain(text: str) -> str:
    """A DNS name (RFC 1123): labels of letters, digits and `-`."""
    labels = text.rstrip(".").split(".")
    for label in labels:
        fits = 0 < len(label) <= 63 and label.isascii() and label.replace("-", "a").isalnum()
        if not fits or label[0] == "-" or label[-1] == "-":
            raise InvalidError(f"`{visible(text)}` is not a DNS name", "such as vm.example.org")
    if len(text) > 253:
        raise InvalidError("a DNS name has at most 253 characters")
    return text.rstrip(".").lower()


UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def read_duration(text: str) -> int:
    """A duration such as `90s`, `30m`, `12h` or `7d`, in seconds; a lease time has 32 bits (RFC 2132, 9.2)."""
    number, unit = text[:-1], text[-1:]
    if not (number.isascii() and number.isdigit() and len(number) < 7) or unit not in UNITS or int(number) == 0:
        raise InvalidError(f"`{visible(text)}` is not a duration", "such as 90s, 30m, 12h or 7d")
    if int(number) * UNITS[unit] >= 1 << 32:
        raise InvalidError(f"`{visible(text)}` is longer than a lease can last", "such as 90s, 30m, 12h or 7d")
    return int(number) * UNITS[unit]


def read_color(text: str) -> str:
    """A colour as `#rrggbb` or a plain CSS word."""
    word = text[1:] if text.startswith("#") else ""
    if word and len(word) in (3, 6) and set(word.lower()) <= set("0123456789abcdef"):
        return text.lower()
    if text.isascii() and text.isalpha() and text.islower() and len(text) < 24:
        return text
    raise InvalidError(f"`{visible(text)}` is not a colour", "such as `#2f6fde` or `teal`")


def read_link(text: str) -> str:
    """An absolute http or https URL."""
    if not text.startswith(("https://", "http://")) or len(text) > 500 or not text.isprintable() or " " in text:
        raise InvalidError(f"`{visible(text)}` is not a link", "an address that begins with https://")
    if any(c in "<>\"'`\\" for c in text):
        raise InvalidError(f"`{visible(text)}` has characters that a URL cannot have")
    return text


PROSE = ScalarParser(read_prose, "a text", string_schema())
BOOLEAN = ScalarParser(read_boolean, "`true` or `false`", {"type": "boolean"})
MAC: ScalarParser[Mac] = ScalarParser(parse_mac, "a MAC address such as 02:00:00:12:34:56", string_schema())
PREFIX: ScalarParser[Prefix] = ScalarParser(
    parse_prefix, "a prefix such as 198.51.100.0/24 or 2001:db8::/32", string_schema()
)
ADDRESS: ScalarParser[Address] = ScalarParser(parse_address, "an IP address", string_schema())
INTERFACE_NAME = ScalarParser(
    read_interface_name, "an interface name of at most 15 bytes", {"type": "string", "maxLength": 15}
)
PATTERN = ScalarParser(read_pattern, "a pattern of interface names such as vm-*", {"type": "string", "maxLength": 15})
USER = ScalarParser(read_user, "a user name", {"type": "string", "maxLength": 31})
DOMAIN = ScalarParser(read_domain, "a DNS name", {"type": "string", "maxLength": 253})
DURATION = ScalarParser(
    read_duration, "a duration such as 12h", {"type": "string", "pattern": "^[1-9][0-9]{0,5}[smhd]$"}
)
COLOR = ScalarParser(read_color, "a colour such as #2f6fde", {"type": "string"})
LINK = ScalarParser(read_link, "an https address", {"type": "string", "format": "uri"})
MTU = integer("an MTU in bytes", 1280, 65535)
