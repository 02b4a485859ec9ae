"""The metadata keys of the entries of all sections."""

from taploom.base.diagnostic import Report
from taploom.base.frozen import dataclass
from taploom.base.names import is_name
from taploom.plan.origin import Meta
from taploom.source.tree import Scalar
from taploom.spec import codes
from taploom.spec.decode import Key, ListOf, MapOf, Parser, T, refuse
from taploom.spec.mention import Mentions, nothing
from taploom.spec.named import NAME, SELECTORS, TAG, name_hint
from taploom.spec.scalars import LINK, PROSE
from taploom.spec.shown import visible, with_odd

OWN_KEYS = (
    Key("description", PROSE, "Its purpose, in a sentence.", default="", example="customer shop"),
    Key("owner", PROSE, "The team or person responsible for it.", default="", example="team-web"),
    Key("tags", ListOf(TAG, "a tag"), "Tags for selectors such as `tag/web`.", (), example="[web, public]"),
    Key(
        "link",
        LINK,
        "URL with more information, such as a ticket.",
        default="",
        example="https://wiki.example.org/shop",
    ),
)
"""The metadata keys of the site, of a waiver, and of an entry inside another entry, such as a NIC or an uplink.

They do not include `moved-from`, since `plan` does not track these objects by name.
"""
META_KEYS = (
    *OWN_KEYS,
    Key(
        "moved-from",
        NAME,
        "Its former name, so that `plan` shows a renaming; remove the key later.",
        "",
        example="old-shop",
    ),
)
"""The metadata keys of an entry of any other section."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """The metadata of an entry."""

    description: str = ""
    owner: str = ""
    tags: tuple[str, ...] = ()
    link: str = ""
    moved_from: str = ""

    @property
    def meta(self) -> Meta:
        """The metadata as the plan contains it."""
        return Meta(self.description, self.owner, tuple(sorted(set(self.tags))), self.link)


def check_name(key: Scalar, report: Report) -> bool:
    """Whether a key can name an entry; any other key is reported."""
    if key.text in SELECTORS:
        refuse(report, codes.RESERVED, f"`{key.text}` is a selector and names nothing", key.span, "choose another name")
        return False
    return check_plain_name(key, report)


def check_plain_name(key: Scalar, report: Report) -> bool:
    """Whether a key can be a name outside of the shared namespace, such as a route's; any other key is reported."""
    if is_name(key.text):
        return True
    refuse(
        report,
        codes.BAD_NAME,
        f"`{visible(key.text)}` cannot be a name",
        key.span,
        with_odd(name_hint(key.text), key.text),
    )
    return False


def section(item: Parser[T], noun: str, mentions: Mentions = nothing) -> MapOf[T]:
    """The parser of a mapping from names to entries; names of objects of another section need `mentions`."""
    return MapOf(item, noun, check_name, mentions)
