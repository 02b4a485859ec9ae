"""Prints comparisons for people: each host with its rows, each row with its spec line and its consequences."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

from taploom.drift.model import Consequence, Drift, Row, Word
from taploom.report.diagnostics.visible import visible
from taploom.report.drift.compared import Drifts, age

_SHOWN = 5
_LONG = 160


def drift_text(found: Drifts) -> str:
    """The text about all hosts."""
    lines = [line for host in found.hosts for line in _host(host, found.now)]
    lines += [f"{name}: no facts" for name in found.missing]
    return "".join(f"{visible(line)}\n" for line in lines)


def drift_tally(found: Drifts) -> str:
    """The number of hosts with each status (`Word`), on one line."""
    counts = Counter(host.word for host in found.hosts)
    parts = [f"{counts[word]} {word.value}" for word in Word if counts[word]]
    parts += [f"{len(found.missing)} without facts"] if found.missing else []
    return ", ".join(parts)


def _host(one: Drift, now: int) -> Iterator[str]:
    serial = f", serial {one.serial}" if one.serial else ""
    yield f"{one.host}: {one.word.value} (facts of {_moment(one.collected)}, {age(now - one.collected)} old{serial})"
    for row in one.rows:
        yield from _row(row)
    if one.more:
        yield "  consequences of several differences together:"
        yield from _consequences(one.more)


def _moment(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):  # facts may claim any year
        return f"second {seconds}"


def _row(row: Row) -> Iterator[str]:
    yield f"  {row.word.value}: {_short(row.message)}"
    yield f"    at    {_short(row.place)}"
    yield from (f"    plan  {_short(text)}" for text in (row.expected,) if text)
    yield from (f"    host  {_short(text)}" for text in (row.found,) if text)
    yield f"    spec  {row.origin.span or 'no line'} {row.origin.entry}"
    yield from (f"    note  {_short(text)}" for text in (row.note,) if text)
    yield from _consequences(row.consequences)


def _consequences(found: tuple[Consequence, ...]) -> Iterator[str]:
    for one in found[:_SHOWN]:
        yield from _consequence(one)
    if len(found) > _SHOWN:
        yield f"    and {len(found) - _SHOWN} more (--format json lists all)"


def _consequence(one: Consequence) -> Iterator[str]:
    ends = ", ".join(one.sources) + (f" → {', '.join(one.destinations)}" if one.destinations else "")
    verb = one.turn.value if one.certain else f"perhaps {one.turn.value}"
    scope = "" if one.scope == "flow" else f" {one.scope}s"
    exposed = "; exposed to the outside" if one.exposed else ""
    families = ", ".join(family.key for family in one.families)
    yield f"    {verb}{scope}: {_short(ends)}: {_short(', '.join(one.services))} ({families}{exposed})"
    cause = f" ({one.cause.span})" if one.cause and one.cause.span else ""
    yield f"      the plan: {one.plan}{cause}; the host: {one.host}"
    yield f"      such as {one.example}"


def _short(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"
