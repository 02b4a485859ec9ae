"""Parts that several kinds of pages share."""

from collections.abc import Iterable

from taploom.base.diagnostic import Diagnostic, State
from taploom.plan.guest import Guest, Mode, Nic, NicAddress
from taploom.plan.origin import Meta, Origin
from taploom.plan.policy import DnatEntry
from taploom.report import wording
from taploom.site.links import subject, to
from taploom.site.markup.block import Blocks, Paragraph, section, table
from taploom.site.markup.inline import Inline, Link, Outward, code, codes, prose
from taploom.site.sources import place_of
from taploom.site.view import SiteView

_HOW = {
    Mode.STATIC: "static",
    Mode.RESERVED: "DHCP, reserved",
    Mode.DHCP: "DHCP, from the pool",
    Mode.SLAAC: "SLAAC",
    Mode.NONE: "",
}


ROWS_ONLY = Paragraph(
    (
        "There are too many entries for a section each, so each entry has a row. Findings about them are on the page ",
        Link("findings.md", "Findings"),
        ".",
    )
)


def about(meta: Meta) -> list[tuple[str, Inline]]:
    """The owner, tags and link of an entry, as labels and cells."""
    return [("owner", meta.owner), ("tags", codes(meta.tags)), ("link", Outward(meta.link) if meta.link else "")]


def named(meta: Meta, *more: object) -> str:
    """The words, other than the title, by which the search of a large site finds a page; "" if there are none."""
    return " ".join(str(one) for one in (*more, meta.owner, *meta.tags, meta.description) if one)


def described(meta: Meta) -> Inline:
    """The description of an entry, with the text between backticks as code."""
    return prose(meta.description)


def source(origin: Origin) -> Inline:
    """A link to the place in the specs from which an entry comes; empty if there is no such place."""
    if origin.span is None:
        return ""
    return Link(place_of(origin.span), f"{origin.span.file}:{origin.span.line}")


def address(found: NicAddress) -> Inline:
    """The address of a NIC, or the method by which the NIC gets one."""
    if found.mode is Mode.NONE:
        return ""
    return code(found.address) if found.address else _HOW[found.mode]


def how(found: NicAddress) -> str:
    """How a NIC takes its address, and whether the lock chose it."""
    return _HOW[found.mode] + (" (from the lock)" if found.allocated else "")


def guest_table(pairs: Iterable[tuple[Guest, Nic]], *, of: str) -> Blocks:
    """Guests with their IPv4 and IPv6 addresses, for the page of a `host`, of a `network`, or of `all` guests."""
    head = ("Guest", "Host", "Network", "IPv4", "IPv6", "MAC", "TAP", "Owner", "Description")
    rows = (
        (
            to("guest", guest.name),
            to("host", guest.host) if of == "all" else "",
            to("network", nic.network) if of != "network" else "",
            address(nic.ipv4),
            address(nic.ipv6),
            code(nic.mac) if of != "host" else "",
            code(nic.tap) if of == "network" else "",
            guest.meta.owner,
            described(guest.meta) if of == "host" else "",
        )
        for guest, nic in pairs
    )
    return table(head, rows)


def dnat_entry_table(dnat_entries: Iterable[DnatEntry], *, of: str) -> Blocks:
    """DNAT entries, for `all`, one `guest` or one `forward`; entries that differ only in the address share a row."""
    merged: dict[tuple[str, str, tuple[str, ...], str, str], list[str]] = {}
    for dnat_entry in dnat_entries:
        last = dnat_entry.inside.last
        inside = f"{dnat_entry.target_first}" + (f"-{last}" if last != dnat_entry.target_first else "")
        key = (
            dnat_entry.forward.removeprefix("forward/"),
            wording.outside(dnat_entry),
            dnat_entry.uplinks,
            dnat_entry.guest,
            inside,
        )
        merged.setdefault(key, []).append(str(dnat_entry.target))
    head = ("Forward", "Outside port", "Uplink", "Guest", "Inside port", "Address")
    rows = (
        (
            to("forward", name) if of != "forward" else "", code(outside), codes(uplinks),
            to("guest", target) if of == "all" else "", code(inside), codes(addresses),
        )
        for (name, outside, uplinks, target, inside), addresses in merged.items()
    )  # fmt: skip
    return table(head, rows)


def findings_about(view: SiteView, name: str, level: int = 2) -> Blocks:
    """The findings about `kind/name`, below a heading of this level."""
    return section("Findings", finding_table(view.about.get(name, ())), level)


def finding_table(diagnostics: Iterable[Diagnostic]) -> Blocks:
    """Findings with their place and, if they are waived, the reason."""
    rows = (
        (
            Link(f"reference/diagnostics.md#{d.code.lower()}", d.code),
            "waived" if d.state is State.WAIVED else d.severity.value,
            subject(d.subject) if d.subject else "",
            prose(d.message),
            Link(place_of(d.span), f"{d.span.file}:{d.span.line}") if d.span else "",
            prose(d.waiver),
        )
        for d in diagnostics
    )
    return table(("Code", "Weight", "On", "Finding", "Spec", "Waived because"), rows)
