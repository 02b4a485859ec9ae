"""The result of a comparison, as data: the only input of renderers.

A host is `current` if it has no rows. Each row is one difference, with a word that says who caused it, the entry of the
spec that the host should follow, and the consequences for packets.
"""

import enum

from taploom.base.address import Family
from taploom.base.frozen import dataclass
from taploom.plan.origin import Origin


class Word(enum.Enum):
    """The cause of a difference, the gravest last.

    PENDING: a newer plan waits to be taken up. FOREIGN: an object that is not ours changes the behaviour of the
    host. DRIFTED: somebody changed an object of ours.
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
    """How the host treats packets, compared with the plan."""

    OPENS = "opens"
    CLOSES = "closes"
    CHANGES = "changes"


@dataclass(frozen=True, slots=True)
class Consequence:
    """Packets that the host treats otherwise than the plan says.

    Attributes:
        scope: `flow` for packets that begin a flow, `connection` for packets of known connections, `frame` for frames
            between ports of a bridge.
        sources: senders, in words of the spec.
        destinations: receivers, likewise.
        services: such as `tcp/22`, or `any`.
        families: IP versions.
        exposed: whether somebody outside of the site gets in.
        plan: the treatment by the plan, such as `drop by default`.
        host: the treatment by the host, likewise.
        example: one such packet.
        certain: False if it depends on a statement that taploom cannot read.
        cause: the entry by which the plan decides, or None.
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
    """One difference.

    Attributes:
        place: the place on the host, such as `inet taploom, chain input`.
        message: the difference as a sentence.
        expected: the plan's value there, or "".
        found: the host's value there, or "".
        origin: the entry of the spec that the plan follows there.
        consequences: for packets; several rows may share one.
        note: a further remark, such as the effect of a difference that has no consequences for packets; or "".
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
    """The comparison of one host.

    Attributes:
        host: its name in the spec.
        collected: when its facts were collected, in seconds since the epoch.
        plan: hash of the plan that is compared with, as `sha256:…`.
        installed: hash of the plan whose bundle the host says it took up, or "".
        serial: serial of that bundle; 0 for none.
        rows: the gravest first.
        more: consequences of which no single row is the cause.
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
        """The gravest word of its rows."""
        words = list(Word)
        return max((row.word for row in self.rows), key=words.index, default=Word.CURRENT)
