"""The page of differences between hosts and plan; it exists only if there is a folder with facts of the hosts."""

from collections.abc import Iterator
from datetime import UTC, datetime

from taploom.drift.model import Consequence, Drift, Row
from taploom.report.drift.compared import Drifts, age
from taploom.site.links import to
from taploom.site.markup.block import Blocks, paragraph, section, table
from taploom.site.markup.inline import Inline, Strong, code, codes, joined
from taploom.site.page import Page
from taploom.site.pages.parts import source
from taploom.site.view import SiteView

_SHOWN = 100


def pages(view: SiteView) -> Iterator[Page]:
    """The page of differences; none without facts."""
    found = view.drifts
    if found is None:
        return
    hosts = (block for host in found.hosts for block in _host(host))
    body = (*table(("Host", "State", "Facts from", "Age", "Serial", "Differences"), _summary(found)), *hosts)
    yield Page("drift.md", "On the hosts", body, listed=True)


def _summary(found: Drifts) -> Iterator[tuple[Inline, ...]]:
    for host in found.hosts:
        old = age(found.now - host.collected)
        serial = str(host.serial) if host.serial else ""
        yield to("host", host.host), host.word.value, _moment(host.collected), old, serial, str(len(host.rows) or "")
    yield from ((to("host", name), "", "no facts", "", "", "") for name in found.missing)


def _moment(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (ValueError, OverflowError, OSError):  # facts may claim any year
        return f"second {seconds}"


def _host(host: Drift) -> Blocks:
    """The differences of one host, and their consequences for packets."""
    if not host.rows:
        return ()
    head = ("", "Difference", "Where", "Plan", "Host", "Spec")
    consequences = [*(one for row in host.rows for one in row.consequences), *host.more]
    rows = (*table(head, map(_row, host.rows[:_SHOWN])), *_more(len(host.rows)))
    means = table(("", "From", "To", "Service", "Plan", "Host", "Example"), map(_consequence, consequences[:_SHOWN]))
    return section(host.host, (*rows, *means, *_more(len(consequences))))


def _more(number: int) -> Blocks:
    return paragraph(f"And {number - _SHOWN} more, which `taploom drift` lists.") if number > _SHOWN else ()


def _row(row: Row) -> tuple[Inline, ...]:
    said: Inline = (row.message, f" ({row.note})" if row.note else "")
    expected, found = (code(text) if text else "" for text in (row.expected, row.found))
    return Strong(row.word.value), said, code(row.place), expected, found, source(row.origin)


def _consequence(one: Consequence) -> tuple[Inline, ...]:
    turn = one.turn.value if one.certain else f"perhaps {one.turn.value}"
    turn += "" if one.scope == "flow" else f" {one.scope}s"
    exposed: Inline = (" ", Strong("exposed")) if one.exposed else ""
    return (
        (turn, exposed),
        joined(one.sources),
        joined(one.destinations),
        codes(one.services),
        one.plan,
        one.host,
        one.example,
    )
