"""The origin of a fact of the plan: an entry of the spec, and the pass that made the fact.

Every object of the plan carries an origin, and backends attach it to each line that they print. With it a late check,
`explain FILE:LINE` and a reviewer can point at the line of YAML that is the cause.
"""

from dataclasses import field

from taploom.base.frozen import dataclass
from taploom.base.span import Span


@dataclass(frozen=True, slots=True)
class Origin:
    """The cause of a fact of the plan.

    Attributes:
        entry: the entry of the spec, as a path of keys (`guests.web.nics.dmz`); for implied flows `implied.NAME`.
        span: place of the entry in the YAML; None for a fact that no YAML states (an implied flow). Comparisons of
            origins ignore spans: a plan does not differ because a comment moved its lines.
        by: the pass that made the fact.
    """

    entry: str
    span: Span | None = field(compare=False)
    by: str


KINDS = {
    "zones": "zone", "networks": "network", "hosts": "host", "guests": "guest", "forwards": "forward",
    "policy": "policy", "addresses": "address", "services": "service", "waivers": "waiver",
}  # fmt: skip
"""The kind of the objects in each section of the spec."""
SECTIONS = {kind: section for section, kind in KINDS.items()}
"""The section of each kind of object."""


def object_of(entry: str) -> str:
    """The object to which an entry belongs, such as `guest/web` for `guests.web.nics.dmz`; "" if it belongs to none."""
    section, _, rest = entry.partition(".")
    if section == "site":
        return "site/site"
    kind = "implied" if section == "implied" else KINDS.get(section, "")
    return f"{kind}/{rest.partition('.')[0]}" if kind and rest else ""


@dataclass(frozen=True, slots=True)
class Meta:
    """Metadata that every entry of the spec may have."""

    description: str = ""
    owner: str = ""
    tags: tuple[str, ...] = ()
    link: str = ""
