"""Reports facts that could not be collected: without all facts, nobody knows whether the host is current."""

from collections.abc import Iterator

from taploom.drift.model import Row, Subject, Word
from taploom.drift.view import View


def rows(view: View) -> Iterator[Row]:
    """A row for each missing part, except parts that older versions of networkd do not print."""
    facts = view.facts
    parts = (
        ("nft", "the ruleset", facts.ruleset),
        ("ip link", "the links", facts.links),
        ("ip address", "the addresses", facts.addresses),
        ("ip route", "the routes", facts.routes),
        ("/proc/sys", "the kernel settings", facts.sysctls or None),
    )
    for place, what, found in parts:
        if found is None:
            yield view.row(
                Word.DRIFTED,
                Subject.UNKNOWN,
                place,
                f"the script could not list {what}",
                None,
            )
