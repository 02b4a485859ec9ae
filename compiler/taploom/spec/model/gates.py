"""`site.gates`: conditions that a change must meet, unless a waiver with a reason lets it through."""

from collections.abc import Mapping
from dataclasses import replace

from taploom.base.diagnostic import Report
from taploom.base.frozen import dataclass
from taploom.source.tree import Scalar
from taploom.spec import codes
from taploom.spec.decode import Key, MapOf, Model, refuse
from taploom.spec.mention import Mention, qualified
from taploom.spec.scalars import BOOLEAN, InvalidError, ScalarParser, integer, string_schema
from taploom.spec.shown import visible

GATE_NAMES = ("exposure-owner", "max-class", "max-removed", "management")


def read_class(text: str) -> int:
    """The number of a class of disruption, `D0` to `D6`."""
    if len(text) != 2 or text[0] != "D" or text[1] not in "0123456":
        raise InvalidError(f"`{visible(text)}` is not a class of disruption", "one of D0 to D6")
    return int(text[1])


def read_reason(text: str) -> str:
    """A reason for reviewers: printable text of at least 8 characters."""
    if len(text.strip()) < 8 or not text.isprintable():
        raise InvalidError(
            "a waiver has a reason that a reviewer can weigh", "say in a sentence why this is acceptable"
        )
    return text


def _waived(text: str) -> tuple[Mention, ...]:
    gate, slash, subject = text.partition("/")
    return tuple(replace(one, start=one.start + len(gate + slash)) for one in qualified(subject))


def check_gate(key: Scalar, report: Report) -> bool:
    """Whether a key names a gate, or a gate and an object; any other key is reported."""
    gate, _, rest = key.text.partition("/")
    if gate in GATE_NAMES and key.text.isprintable() and ("/" not in key.text or rest):
        return True
    hint = "such as `max-class` or `exposure-owner/forward/web`"
    refuse(report, codes.BAD_NAME, f"`{visible(key.text)}` names no gate", key.span, hint)
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class GatesSpec:
    """The gates of a site."""

    exposure_owner: bool
    max_class: int | None
    max_removed: int | None
    management: bool
    waive: Mapping[str, str]


GATES = Model(
    "`gates`",
    GatesSpec,
    (
        Key(
            "exposure-owner",
            BOOLEAN,
            "Whether an entry that exposes something has to name its `owner`.",
            default=False,
            example="true",
        ),
        Key(
            "max-class",
            ScalarParser(read_class, "a class such as D4", {"type": "string", "pattern": "^D[0-6]$"}),
            "The worst class of disruption that a change may have.",
            example="D4",
        ),
        Key(
            "max-removed",
            integer("a share in percent", 0, 100),
            "Maximum percentage of policy entries and forwards that one change may remove.",
            example="30",
        ),
        Key(
            "management",
            BOOLEAN,
            "Whether a change must leave the management access to hosts unchanged.",
            default=False,
            example="true",
        ),
        Key(
            "waive",
            MapOf(ScalarParser(read_reason, "a reason", string_schema(minLength=8)), "waiver", check_gate, _waived),
            "Reasons to accept what a gate refuses; each key is a gate, or a gate and an object. Remove them later.",
            {},
            example='{max-class: "maintenance window on Sunday"}',
        ),
    ),
)
NO_GATES = GatesSpec(exposure_owner=False, max_class=None, max_removed=None, management=False, waive={})
