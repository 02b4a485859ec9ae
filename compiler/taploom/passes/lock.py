"""The lock file: the addresses and MACs that the spec leaves open, one entry per line, sorted, committed to git.

```
guest/web1 dmz ipv4 10.20.0.17
guest/web1 dmz mac 02:7c:31:0a:9e:55
guest/web9 dmz ipv4 10.20.0.42 freed
```

The format is plain lines instead of YAML, because git merges by lines: two branches that add guests change different
lines, and with `taploom.lock merge=union` in `.gitattributes` even changes of adjacent lines merge. After such a merge
two entries may hold the same address; `read_lock` reports them.
"""

# A reader returns None after a diagnostic, and `_broken` returns None so that a reader can return its result.
# mypy: disable-error-code="func-returns-value"

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from taploom.base.address import Address, AddressError, Family, Mac, parse_address, parse_mac
from taploom.base.diagnostic import Diagnostic, Label, Report
from taploom.base.frozen import dataclass
from taploom.base.names import is_name
from taploom.base.span import Span
from taploom.passes import codes
from taploom.source.characters import first_banned, lines, name_of
from taploom.source.listing import LOCK

FILE = LOCK
HEADER = (
    "# Addresses and MACs that the spec leaves open. Written by `taploom lock`; commit it, and merge it line by line."
)
KINDS = ("ipv4", "ipv6", "mac")
FREED = "freed"


class Slot(NamedTuple):
    """The key of an entry of the lock: a NIC, with one of its address families or its MAC.

    It is a named tuple, because a large site looks up a hundred thousand slots, and the lookup of a
    dataclass takes three times as long.
    """

    guest: str
    network: str
    kind: str


@dataclass(frozen=True, slots=True)
class Locked:
    """The value of one slot.

    Attributes:
        value: the address or MAC.
        freed: True if the NIC is gone; the entry then reserves the value, so that no other NIC gets it.
        span: place of the value in the lock file; None for a value that has just been allocated.
    """

    value: Address | Mac
    freed: bool
    span: Span | None


@dataclass(frozen=True, slots=True)
class Lock:
    """All entries, by slot.

    Attributes:
        refused: slots whose entry collides with another entry; the collision has been reported.
    """

    slots: Mapping[Slot, Locked]
    refused: frozenset[Slot] = frozenset()

    def text(self) -> str:
        """The text of the lock file."""
        return "".join(f"{line}\n" for line in (HEADER, *self._lines()))

    def renamed(self, kinds: Collection[str], old: str, new: str) -> "Lock":
        """The lock after an object is renamed; entries that the new name already had are replaced."""
        guest, network = ({old: new} if kind in kinds else {} for kind in ("guest", "network"))
        kept = {slot: locked for slot, locked in self.slots.items() if slot.guest not in guest}
        kept = {slot: locked for slot, locked in kept.items() if slot.network not in network}
        moved = {
            Slot(guest.get(slot.guest, slot.guest), network.get(slot.network, slot.network), slot.kind): locked
            for slot, locked in self.slots.items()
            if slot not in kept
        }
        return Lock({**kept, **moved})

    def _lines(self) -> Iterator[str]:
        for slot, locked in sorted(self.slots.items(), key=lambda item: item[0]):
            tail = f" {FREED}" if locked.freed else ""
            yield f"guest/{slot.guest} {slot.network} {slot.kind} {locked.value}{tail}"


EMPTY = Lock({})


def read_lock(text: str, file: str, report: Report) -> Lock:
    """Read a lock, and report lines that are not entries and values that two entries hold.

    Args:
        text: the content of the file.
        file: the name of the file in diagnostics.
        report: receives the findings.
    """
    entries: dict[Slot, Locked] = {}
    refused: set[Slot] = set()
    holders: dict[tuple[str, Address | Mac], tuple[Slot, Locked]] = {}
    for number, line in enumerate(lines(text), 1):
        if first_banned(line) is not None:
            _hidden(line, file, number, report)
            continue
        if not line.strip() or line.startswith("#"):
            continue
        span = Span(file, number, 1, number, len(line) + 1)
        read = _read_line(line, span, report)
        if read is None:
            continue
        slot, locked = read
        if slot in entries and entries[slot].value == locked.value:
            continue  # a union merge keeps both `…` and `… freed`; the spec decides which of them is right
        if slot in entries:
            _collide(report, slot, entries[slot], slot, locked, span)
            continue
        scope = "" if slot.kind == "mac" else slot.network
        slot_before = holders.setdefault((scope, locked.value), read)
        if slot_before is not read:
            _collide(report, *slot_before, slot, locked, span)
            refused.add(slot)
            continue
        entries[slot] = locked
    return Lock(entries, frozenset(refused))


def _read_line(line: str, span: Span, report: Report) -> tuple[Slot, Locked] | None:
    words = line.split()
    if words[0][:7] in ("<<<<<<<", "=======", ">>>>>>>", "|||||||"):
        hint = "keep the lines of both sides, and delete the markers"
        report.add(Diagnostic(codes.LOCK_SYNTAX, "the lock has a merge conflict", span, hint))
        return None
    freed = len(words) == 5 and words[4] == FREED
    if len(words) != 4 + freed or not words[0].startswith("guest/") or words[2] not in KINDS:
        return _broken(span, report, "this line is no entry of a lock")
    guest, network, kind = words[0].removeprefix("guest/"), words[1], words[2]
    if not (is_name(guest) and is_name(network)):
        return _broken(span, report, "this line names no guest and network")
    try:
        value: Address | Mac = parse_mac(words[3]) if kind == "mac" else parse_address(words[3])
    except AddressError as wrong:
        return _broken(span, report, str(wrong))
    if isinstance(value, Address) and value.family is not (Family.IPV4 if kind == "ipv4" else Family.IPV6):
        return _broken(span, report, f"`{value}` is not {kind}")
    if isinstance(value, Mac) and value.multicast:
        return _broken(span, report, f"`{value}` is a multicast MAC")
    column = line.index(words[3], line.index(words[2]) + len(words[2])) + 1
    place = Span(span.file, span.line, column, span.line, column + len(words[3]))
    return Slot(guest, network, kind), Locked(value, freed, place)


def _hidden(line: str, file: str, number: int, report: Report) -> None:
    """Report a character that makes a line look different to a reviewer than to a tool, or that is invisible."""
    at = first_banned(line) or 0
    message = f"the lock has {name_of(line[at])}, which hides what the line says"
    report.add(
        Diagnostic(codes.LOCK_SYNTAX, message, Span(file, number, at + 1, number, at + 2), "delete the character")
    )


def _broken(span: Span, report: Report, message: str) -> None:
    hint = "restore the line from git, or delete it and run `taploom lock`"
    report.add(Diagnostic(codes.LOCK_SYNTAX, message, span, hint))


def _collide(report: Report, slot: Slot, first: Locked, other: Slot, second: Locked, span: Span) -> None:
    if slot == other:
        message = f"guest `{slot.guest}` has two {slot.kind} entries on `{slot.network}`"
    else:
        message = f"`{second.value}` is held by guest `{slot.guest}` and by guest `{other.guest}`"
    labels = (Label(first.span, "held here"),) if first.span else ()
    hint = "delete the younger of the two lines and run `taploom lock`"
    report.add(
        Diagnostic(codes.LOCK_COLLISION, message, second.span or span, hint, labels, subject=f"guest/{other.guest}")
    )
