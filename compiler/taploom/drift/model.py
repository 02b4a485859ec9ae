"""The result of comparing a host with its plan, as data for the reports.

A host is `current` if it has no rows. Each row is one difference, with its cause (a `Word`), the entry of the spec that
the host should follow, and the consequences for packets.
"""

import enum

from taploom.base.address import Family
from taploom.base.frozen import dataclass
from taploom.plan.origin import Origin


class Word(enum.Enum):
    """The cause of a difference, in order of gravity, the gravest last.

    CURRENT: there is no difference. PENDING: the host has not taken up a newer plan. FOREIGN: an object of
    another program changes the behaviour of the host. DRIFTED: somebody changed an object of taploom.
    """

    CURRENT = "current"
    PENDING = "pending"
    FOREIGN = "foreign"
    DRIFTED = "drifted"


class Subject(enum.Enum):
    """The kind of object that a row is about."""

    BUNDLE = "bundle"
    TABLE = "table"
    CHAIN = "chain"
    RULE = "rule"
    SET = "set"
    ELEMENT = "element"
    FILE = "file"
    SYSCTL = "sysctl"
    UNIT = "unit"
    LINK = "link"
    ADDRESS = "address"
    ROUTE = "route"
    DHCP = "dhcp"
    UNKNOWN = "unknown"


class FlowEffect(enum.Enum):
    """The effect of a difference on a flow: the host opens, closes or changes the flow, compared with the plan."""

    OPENS = "opens"
    CLOSES = "closes"
    CHANGES = "changes"


@dataclass(frozen=True, slots=True)
class Consequence:
    """Packets that the host treats otherwise than the plan demands.

    Attributes:
        scope: `flow` for packets that begin a flow, `connection` for packets of known connections, `frame` for frames
            between ports of a bridge.
        turn: effect on the flow.
        sources: senders, by their names in the spec.
        destinations: receivers, by their names in the spec.
        services: services such as `tcp/22`, or `any`.
        families: IP versions.
        exposed: whether the host lets in packets from outside of the site that the plan keeps out.
        plan: treatment by the plan, such as `drop by default`.
        host: treatment by the host, in the same form.
        example: one of the packets.
        certain: False if the consequence depends on a statement that taploom cannot read.
        cause: entry by which the plan decides, or None.
    """

    turn: FlowEffect
    scope: str
    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    services: tuple[str, ...]
    families: tuple[Family, ...]
    exposed: bool
    plan: str
    host: str
    example: str
    certain: bool = True
    cause: Origin | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One difference between a host and its plan.

    Attributes:
        place: the place on the host, such as `inet taploom, chain input`.
        message: the difference as a sentence.
        expected: value in the plan, or "".
        found: value on the host, or "".
        origin: entry of the spec from which the expected value follows.
        consequences: effects on packets; several rows may have the same one.
        note: remark such as the effect of a difference that has no `consequences`; or "".
    """

    word: Word
    subject: Subject
    place: str
    message: str
    expected: str
    found: str
    origin: Origin
    consequences: tuple[Consequence, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Drift:
    """The result of comparing one host with its plan.

    Attributes:
        host: name of the host in the spec.
        collected: time when its facts were collected, in seconds since the epoch.
        plan: hash of the plan, as `sha256:…`.
        installed: hash of the plan of the bundle that the host took up, according to the host, or "".
        serial: serial of that bundle; 0 for none.
        rows: differences, the gravest first.
        more: consequences that no single row causes.
    """

    host: str
    collected: int
    plan: str
    installed: str
    serial: int
    rows: tuple[Row, ...]
    more: tuple[Consequence, ...] = ()

    @property
    def word(self) -> Word:
        """The status of the host: the gravest cause among its rows; `CURRENT` without rows."""
        words = list(Word)
        return max((row.word for row in self.rows), key=words.index, default=Word.CURRENT)
